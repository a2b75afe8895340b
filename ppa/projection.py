"""How good the step from one process node to another is (estimates.py): what one library projects against what another measures."""

import estimates


class ProjectionError(Exception):
    """There is nothing to compare; the message says why."""


def against(measured, other):
    """Head and rows of a table: formats of the comparison `other`, projected to the node of `measured`, over what is measured there."""
    here, there = (comparison["formats"][0]["library"] for comparison in (measured, other))
    for library in (here, there):
        if library["node_nm"] not in estimates.nodes():
            raise ProjectionError(f"{library['name']}: its node is not known, or none that can be projected")
    found = {entry["name"]: entry for entry in measured["formats"]}
    rows = [
        [entry["title"], *(f"{ratio:.2f}" for ratio in _ratios(entry, found[entry["name"]], there["node_nm"], here["node_nm"]))]
        for entry in other["formats"] if entry["name"] in found
    ]
    if not rows:
        raise ProjectionError("no format is in both comparisons")
    return [f"{there['name']} projected to {here['node_nm']} nm, over {here['name']}", "area", "critical path", "energy per MAC"], rows


def _ratios(entry, measured, from_node, to_node):
    def energy(result):
        return result["energy_per_mac_pj"]["total"]

    return (
        estimates.scale(entry["area_um2"], "area", from_node, to_node) / measured["area_um2"],
        estimates.scale(entry["critical_path_ns"], "delay", from_node, to_node) / measured["critical_path_ns"],
        estimates.scale(energy(entry), "energy", from_node, to_node) / energy(measured),
    )
