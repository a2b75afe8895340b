"""AdamW with clipping by the global norm, and its learning-rate schedule, as pure functions for JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from llama import Params

BETA1, BETA2, ADAM_EPS = 0.9, 0.98, 1e-8
WEIGHT_DECAY = 0.1  # on matrices only, not on the gains of the norms
CLIP = 1.0  # largest global norm of the gradient
FINAL_RATE = 0.1  # of the peak learning rate, at the last step


def learning_rate(step: jax.Array, peak: float, warmup: int, decay: int, steps: int) -> jax.Array:
    """Linear warm-up to `peak`, then `peak`, then over the last `decay` steps a cosine down to FINAL_RATE * peak."""
    progress = jnp.clip((step - (steps - decay)) / decay, 0.0, 1.0)
    cosine = FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + jnp.cos(jnp.pi * progress))
    return peak * jnp.where(step < warmup, (step + 1) / warmup, cosine)


def adamw(params: Params, grads: Params, m: Params, v: Params, step: jax.Array, rate: jax.Array) -> tuple[Params, ...]:
    """One AdamW step with clipping by the global norm; `step` counts from 0 -> (params, m, v)."""
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in grads.values()))
    scale = jnp.minimum(1.0, CLIP / (norm + 1e-12))
    out: tuple[Params, Params, Params] = ({}, {}, {})
    for name, value in params.items():
        g = grads[name] * scale
        first = BETA1 * m[name] + (1 - BETA1) * g
        second = BETA2 * v[name] + (1 - BETA2) * g * g
        direction = first / (1 - BETA1 ** (step + 1.0)) / (jnp.sqrt(second / (1 - BETA2 ** (step + 1.0))) + ADAM_EPS)
        decay = WEIGHT_DECAY if value.ndim == 2 else 0.0
        out[0][name] = value - rate * (direction + decay * value)
        out[1][name], out[2][name] = first, second
    return out
