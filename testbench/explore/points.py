"""Synthetic points of explorations ("bcq-explore-point-1"): numbers of realistic size from simple laws, not measured."""

import hashlib
import json
import math

LAYERS = [f"kjv.blk{block}.{name}" for block in range(2) for name in ("attn_q", "attn_k", "attn_v", "mlp_up")]
MACS = 64 * 256 * 256
AXES_MORE = list(range(1000, 1100))  # values of further axes, which change the error a little
METRICS = {
    "output_nmse_db": ("output NMSE", "dB", "min", False),
    "bits_per_scalar": ("bits per scalar", "bit", "min", False),
    "cycles": ("cycles", "", "min", False),
    "seconds": ("time", "s", "min", False),
    "energy_j": ("energy", "J", "min", True),
    "pj_per_mac": ("energy per MAC", "pJ", "min", True),
    "area_mm2": ("area", "mm²", "min", True),
    "gops": ("throughput", "GOPS", "max", False),
    "gops_per_mm2": ("throughput per area", "GOPS/mm²", "max", True),
    "gops_per_w": ("throughput per power", "GOPS/W", "max", True),
    "energy_delay_js": ("energy × delay", "J·s", "min", True),
    "highest_clock_mhz": ("highest clock", "MHz", "max", False),
}
BUFFERS = {"activation buffer": 3.93, "weight buffer": 3.93, "result buffer": 1.02}
ERROR = "yosys: exit status 1\nERROR: Module `\\bcq_pe' referenced in module `\\bcq_array' is not part of the design.\n  see the log"


def bits_of(lb, la, nc):
    return 4 + math.log2(nc) / lb + 8 / la


def nmse_of(lb, la, nc, bc=6):
    return (
        -27.63 + 0.9 * math.log2(lb / 8) + 0.8 * math.log2(la / 64) + {2: 3.59, 4: 1.64, 8: 0.0, 16: -0.42}[nc] + 0.5 * (6 - bc)
    )


def breakdown(lb, la, nc):
    """Parts of cycles, energy (pJ per MAC) and area (mm²)."""
    bits = bits_of(lb, la, nc)
    wait = max(0, round((bits - 4.2) * 6100))
    cycles = {
        "busy": len(LAYERS) * MACS // 4096,
        "activation wait": wait // 3,
        "weight wait": wait // 2,
        "both wait": wait // 9,
        "drain stall": 412,
        "result stall": 96,
        "tail": 230,
    }
    decode = 2.3 + 0.3 * math.log2(nc) + 0.4 * 8 / lb
    area = {
        "control": 0.01,
        "streams": 1.1 + 0.04 * bits,
        "scale delay": 0.09,
        "decode": decode,
        "output": 3.8,
        "accumulate": 17.1,
        "scale": 6.92 * 64 / la,
        "multiply-add": 22.68,
        "distribution": 0.38,
        **BUFFERS,
    }
    energy = {
        "control": 0.004,
        "streams": 0.5,
        "scale delay": 0.03,
        "decode": 0.6 * decode,
        "output": 5.05,
        "accumulate": 9.5,
        "scale": 8.8 * 64 / la,
        "multiply-add": 26.5 + 0.25 * nc,
        "distribution": 0.14,
        "activation buffer": 0.62 * bits,
        "weight buffer": 0.58 * bits,
        "result buffer": 0.4,
        "DRAM": 2.6 * bits,
    }
    return {"cycles": cycles, "energy_pj_per_mac": energy, "area_mm2": area, "estimates": [*BUFFERS, "DRAM"]}


def metrics_of(parts, nmse, bits):
    cycles, pj, area = (sum(parts[kind].values()) for kind in ("cycles", "energy_pj_per_mac", "area_mm2"))
    macs = len(LAYERS) * MACS
    seconds, energy = cycles / 160e6, pj * 1e-12 * macs
    gops = 2e-9 * macs / seconds
    return {
        "output_nmse_db": nmse,
        "bits_per_scalar": bits,
        "cycles": cycles,
        "seconds": seconds,
        "energy_j": energy,
        "pj_per_mac": pj,
        "area_mm2": area,
        "gops": gops,
        "gops_per_mm2": gops / area,
        "gops_per_w": gops / (energy / seconds),
        "energy_delay_js": energy * seconds,
        "highest_clock_mhz": 167.8,
    }


def point_of(parameters, name=None):
    """A point that was evaluated; axes other than lb, la, nc change its error a little."""
    lb, la, nc = (parameters.get(axis, default) for axis, default in (("lb", 8), ("la", 64), ("nc", 8)))
    more = sum(i * AXES_MORE.index(value) for i, value in enumerate(parameters.values()) if value in AXES_MORE)
    parts, nmse = breakdown(lb, la, nc), nmse_of(lb, la, nc) + 0.01 * more
    metrics = metrics_of(parts, nmse, bits_of(lb, la, nc))
    key = hashlib.sha256(json.dumps(parameters).encode()).hexdigest()[:16]
    cycles = metrics["cycles"] // len(LAYERS)
    layers = [
        {
            "name": layer,
            "output_nmse_db": nmse + 0.3 * math.sin(i),
            "weight_nmse_db": nmse - 3.2 + 0.2 * math.cos(i),
            "activation_nmse_db": nmse - 2.6 + 0.4 * math.sin(2 * i),
            "cycles": cycles + 17 * i,
            "utilization": parts["cycles"]["busy"] / metrics["cycles"] - 0.004 * i,
            "energy_j": metrics["energy_j"] / len(LAYERS),
        }
        for i, layer in enumerate(LAYERS)
    ]
    return {
        "schema": "bcq-explore-point-1",
        "key": key,
        "name": name or " ".join(f"{k}={v}" for k, v in parameters.items()),
        "status": "ok",
        "error": None,
        "parameters": parameters,
        "metrics": metrics,
        "breakdown": parts,
        "layers": layers,
        "commands": [
            f"bcq synth --arch points/{key}/arch.toml -o points/{key}/synthesis.json",
            f"bcq simulate --arch points/{key}/arch.toml --synthesis points/{key}/synthesis.json {' '.join(LAYERS[:2])}",
        ],
        "versions": {"bcq": "0.1.0", "yosys": "0.23"},
        "wall_seconds": 12.3,
    }


def fail(point):
    point.update(status="failed", error=ERROR, metrics={}, breakdown={}, layers=[])
