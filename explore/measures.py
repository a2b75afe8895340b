"""Metrics and breakdown of a point out of the reports of `bcq simulate` and `bcq synth`."""

import dataclasses
import math

CAUSES = ("busy", "activation_wait", "weight_wait", "both_wait", "drain_stall", "result_stall", "tail")
OPERANDS = ("weight", "activation", "output")


@dataclasses.dataclass(frozen=True)
class Run:
    """A workload: the report of bcq simulate, and what has its errors (None where there are no data)."""

    name: str
    report: dict
    errors: dict | None

    def nmse(self, operand):
        """Linear; 0 where the result is exact."""
        found = self.errors.get(operand) or self.errors["result"]
        return 0.0 if found["exact"] else 10 ** (found["nmse_db"] / 10)

    def bits(self):
        """(stored bits, scalars) of both operands."""
        shape = self.errors["shape"]
        scalars = {"weight": shape["n"] * shape["k"], "activation": shape["m"] * shape["k"]}
        return sum(count * self.errors[which]["stored_bits_per_scalar"] for which, count in scalars.items()), sum(scalars.values())


def decibels(linear):
    """Of an NMSE; an exact one has none."""
    return 10 * math.log10(linear) if linear > 0 else None


def of_point(runs, synthesis, energy):
    """(metrics, breakdown, layers): of all runs together, and of each layer."""
    metrics = _errors(runs) | _cycles(runs)
    if synthesis:
        metrics |= {"area_mm2": synthesis["area_um2"] / 1e6, "highest_clock_mhz": synthesis["highest_clock_mhz"]}
    if energy:
        metrics |= _physical(runs)
    metrics = {name: value for name, value in metrics.items() if value is not None}
    return metrics, _breakdown(runs, energy), [_layer(run, energy) for run in runs]


def _errors(runs):
    """NMSE in sum is the mean of the layers' linear NMSE, as in bcq compare."""
    with_data = [run for run in runs if run.errors]
    if not with_data:
        return {}
    bits, scalars = (sum(values) for values in zip(*(run.bits() for run in with_data)))
    means = {f"{which}_nmse_db": decibels(sum(run.nmse(which) for run in with_data) / len(with_data)) for which in OPERANDS}
    return means | {"bits_per_scalar": bits / scalars}


def _total(runs, key):
    return sum(run.report["total"][key] for run in runs)


def _cycles(runs):
    cycles, seconds, macs = _total(runs, "cycles"), _total(runs, "seconds"), _total(runs, "macs")
    slots = sum(run.report["total"]["macs"] / run.report["total"]["utilization"] for run in runs)
    clock = runs[0].report["configuration"]["array"]["clock_mhz"]
    return {"clock_mhz": clock, "cycles": cycles, "seconds": seconds, "utilization": macs / slots, "gops": 2 * macs / seconds / 1e9}


def _physical(runs):
    physical = [run.report["physical"] for run in runs]
    seconds, macs = sum(run["seconds"] for run in physical), _total(runs, "macs")
    energy, array = (sum(run["totals"][what]["energy_j"] for run in physical) for what in ("everything", "array"))
    area = physical[0]["totals"]["chip"]["area_mm2"]
    gops = 2 * macs / seconds / 1e9
    return {
        "seconds": seconds, "gops": gops, "energy_j": energy, "energy_delay_js": energy * seconds, "power_w": energy / seconds,
        "array_pj_per_mac": 1e12 * array / macs, "pj_per_mac": 1e12 * energy / macs, "chip_area_mm2": area, "gops_per_mm2": gops / area,
        "gops_per_w": gops / (energy / seconds),
    }


def _breakdown(runs, energy):
    found = {"cycles": {cause.replace("_", " "): _total(runs, f"{cause}_cycles") for cause in CAUSES}}
    if not energy:
        return found
    macs, per_mac, areas, estimates = _total(runs, "macs"), {}, {}, []
    for run in runs:
        physical = run.report["physical"]
        encoder = {"part": "encoder"} | physical["encoder"] if "energy_j" in physical.get("encoder", {}) else None
        for part in [*physical["parts"], *([encoder] if encoder else []), *physical["memory"]]:
            name = part.get("part") or part["level"]
            per_mac[name] = per_mac.get(name, 0.0) + 1e12 * part["energy_j"] / macs
            if part.get("area_mm2"):
                areas[name] = part["area_mm2"]
            if part["estimate"] and name not in estimates:
                estimates.append(name)
    return found | {"energy_pj_per_mac": per_mac, "area_mm2": areas, "estimates": estimates}


def _layer(run, energy):
    total = run.report["total"]
    found = {"name": run.name, "cycles": total["cycles"], "utilization": total["utilization"]}
    if run.errors:
        found |= {f"{which}_nmse_db": decibels(run.nmse(which)) for which in OPERANDS}
    if energy:
        found["energy_j"] = run.report["physical"]["totals"]["everything"]["energy_j"]
    return found
