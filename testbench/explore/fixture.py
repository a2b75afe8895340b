"""Synthetic explorations ("bcq-explore-1") for tests of the report, of the points of points.py.

python3 fixture.py [NAME] > exploration.json        NAME: one of CASES (default: grid)
"""

import itertools
import json
import math
import sys

from points import AXES_MORE, LAYERS, MACS, METRICS, bits_of, fail, nmse_of, point_of

AXES = {"lb": [4, 8, 32], "la": [48, 64, 128], "nc": [2, 4, 8, 16]}


def dominates(a, b, objectives):
    """Whether a is nowhere worse than b and somewhere better; by definition, quadratic: an oracle."""
    signs = [(o["metric"], 1 if o["goal"] == "min" else -1) for o in objectives]
    differences = [sign * (a["metrics"][metric] - b["metrics"][metric]) for metric, sign in signs]
    return max(differences) <= 0 and min(differences) < 0


def front_of(points, objectives):
    """Feasible points that none dominates."""
    able = [p for p in points if p["status"] == "ok" and p["feasible"] and all(o["metric"] in p["metrics"] for o in objectives)]
    return [p for p in able if not any(dominates(q, p, objectives) for q in able)]


def objective(metric):
    title, unit, goal, _ = METRICS[metric]
    return {"metric": metric, "goal": goal, "title": title, "unit": unit}


def exploration(axes, points, illegal=(), objectives=("output_nmse_db", "area_mm2", "pj_per_mac"), limit=67.0):
    """The whole object: what is feasible, on the front and recommended follows from the points."""
    objectives = [objective(metric) for metric in objectives]
    for point in points:
        point["feasible"] = point["status"] == "ok" and point["metrics"]["area_mm2"] <= limit
    front = front_of(points, objectives)
    for point in points:
        point["front"] = point in front
    knee = next(
        (p for p in front if (p["parameters"].get("lb"), p["parameters"].get("nc")) == (8, 8)), front[0] if front else None
    )
    why = "the knee of the front: further accuracy costs more of the area than it gains, and less area costs whole decibels"
    return {
        "schema": "bcq-explore-1",
        "name": "lb_nc",
        "about": "Which block length and how many codebooks: 16 × 16 PEs, frozen codebooks",
        "command": "bcq explore spec.toml -o out/lb_nc",
        "versions": {"bcq": "0.1.0", "yosys": "0.23", "opensta": "2.0.17"},
        "rtl_crc32": "c2fa9b7f",
        "seed": 1,
        "method": "exhaustive",
        "finished": True,
        "axes": axes,
        "fixed": {"rows": 16, "cols": 16, "lanes": 16, "codebooks": "frozen", "bc": 6, "clock_mhz": 160.0},
        "workloads": [f"traces/layers/{layer}.safetensors" for layer in LAYERS],
        "objectives": objectives,
        "metrics": {name: dict(zip(("title", "unit", "goal", "estimate"), about)) for name, about in METRICS.items()},
        "constraints": [{"metric": "area_mm2", "relation": "<=", "limit": limit}],
        "points": points,
        "illegal": list(illegal),
        "recommended": {"key": knee["key"], "why": why} if knee else None,
        "mixed": None,
    }


def assignments(axes):
    return [dict(zip(axes, values)) for values in itertools.product(*axes.values())]


def grid():
    """The study: 36 assignments, of which four are illegal and two fail; constraints; mixed formats."""
    legal = [a for a in assignments(AXES) if a["la"] % a["lb"] == 0]
    illegal = [
        {"parameters": a, "reason": f"la = {a['la']} is no multiple of lb = {a['lb']}; choose la = 32, 64 or 96"}
        for a in assignments(AXES)
        if a["la"] % a["lb"]
    ]
    points = [point_of(a) for a in legal]
    for i in (3, 26):
        fail(points[i])
    return exploration(AXES, points, illegal) | {"mixed": mixed()}


def mixed():
    """Four formats, the assignments that minimise error + weight * bits for ever larger weights."""
    formats = [f"bcq:nc={nc}:lb={lb}" for nc, lb in ((2, 8), (4, 8), (8, 8), (16, 4))]
    costs = [bits_of(lb, 64, nc) for nc, lb in ((2, 8), (4, 8), (8, 8), (16, 4))]
    layers = []
    for i, layer in enumerate(LAYERS):
        errors = [nmse_of(lb, 64, nc) + 2.1 * math.sin(1 + i) for nc, lb in ((2, 8), (4, 8), (8, 8), (16, 4))]
        choices = [
            {"format": f, "bits_per_scalar": c, "output_nmse_db": e, "pj_per_mac": None}
            for f, c, e in zip(formats, costs, errors)
        ]
        layers.append(
            {
                "layer": layer,
                "scalars": 65536,
                "macs": MACS,
                "choices": choices,
                "sensitivity_db": errors[0] - errors[-1] + 0.4 * math.cos(3 * i),
            }
        )

    def total(picks):
        error = sum(10 ** (layer["choices"][pick]["output_nmse_db"] / 10) for layer, pick in zip(layers, picks)) / len(layers)
        return {"bits_per_scalar": sum(costs[pick] for pick in picks) / len(picks), "output_nmse_db": 10 * math.log10(error)}

    front = {}
    for step in range(400):
        weight = 10 ** (-5 + step / 100)
        picks = tuple(
            min(range(4), key=lambda c, layer=layer: 10 ** (layer["choices"][c]["output_nmse_db"] / 10) + weight * costs[c])
            for layer in layers
        )
        front[picks] = total(picks) | {"assignment": {layer["layer"]: formats[pick] for layer, pick in zip(layers, picks)}}
    front = sorted(front.values(), key=lambda entry: entry["bits_per_scalar"])
    chosen = [entry for entry in front if entry["bits_per_scalar"] <= 4.45][-1]
    for layer in layers:
        layer["chosen"] = chosen["assignment"][layer["layer"]]
    return {
        "budget": {"metric": "bits_per_scalar", "limit": 4.45},
        "formats": [{"format": f, "title": f"LO-BCQ {f[4:].replace(':', ', ')}"} for f in formats],
        "layers": layers,
        "front": front,
        "uniform": [{"format": f} | total([i] * len(layers)) for i, f in enumerate(formats)],
        "chosen": chosen,
        "objective": "The output NMSE is that of all layers' outputs together, errors and energies summed.",
    }


def one_point():
    return exploration({"lb": [8]}, [point_of({"lb": 8})])


def without_nmse():
    """A list of shapes has no tensors, hence no error."""
    found = [point_of(a) for a in assignments({"lb": [4, 8, 32], "nc": [2, 8]})]
    for point in found:
        del point["metrics"]["output_nmse_db"]
        for layer in point["layers"]:
            for quantity in ("output_nmse_db", "weight_nmse_db", "activation_nmse_db"):
                del layer[quantity]
    return exploration({"lb": [4, 8, 32], "nc": [2, 8]}, found, objectives=("cycles", "area_mm2"))


def single_axis():
    return exploration({"nc": [2, 4, 8, 16]}, [point_of(a) for a in assignments({"nc": [2, 4, 8, 16]})])


def other_numbers():
    """Points of other number formats have no axes of BCQ."""
    axes = {"number": ["bcq", "nvfp4", "mxfp4"], "nc": [2, 8], "lb": [4, 8]}
    bcq = [point_of({"number": "bcq"} | a) for a in assignments({"nc": [2, 8], "lb": [4, 8]})]
    return exploration(axes, [*bcq, *(point_of({"number": number}) for number in ("nvfp4", "mxfp4"))])


def many():
    """2000 points."""
    axes = {"lb": [4, 8], "nc": [2, 4, 8, 16], "la": [32, 64, 96, 128, 192], "weight_kib": AXES_MORE[:50]}
    return exploration(axes, [point_of(a) for a in assignments(axes)]) | {"method": "nsga2"}


def hostile():
    """Text that means something to HTML, Markdown or XML, wherever text of others goes."""
    nasty = "</script ><script>alert('1')</script> <b>&amp;\"|`_x_`\n\u2028<!-- <script "
    found = grid()
    found.update(
        name=nasty, about=nasty, command=nasty, fixed={nasty: nasty}, workloads=[nasty], axes={"kind|<i>&": ["<b>", 'a"|b']}
    )
    found["recommended"]["why"] = nasty
    for point in found["points"]:
        point["name"], point["parameters"], point["commands"] = nasty, {"kind|<i>&": "<b>"}, [nasty]
        point["error"] = nasty if point["error"] else None
        for layer in point["layers"]:
            layer["name"] = nasty
    for entry in found["illegal"]:
        entry.update(parameters={"kind|<i>&": nasty}, reason=nasty)
    for layer in found["mixed"]["layers"]:
        layer["layer"] = nasty
    return found


def all_failed():
    found = grid()
    for point in found["points"]:
        fail(point)
        point.update(feasible=False, front=False)
    return found | {"recommended": None, "mixed": None, "finished": False}


CASES = {case.__name__: case for case in (grid, one_point, without_nmse, single_axis, other_numbers, many, hostile, all_failed)}

if __name__ == "__main__":
    json.dump(CASES[sys.argv[1] if len(sys.argv) > 1 else "grid"](), sys.stdout)
