"""Which points no other beats, and which of them to build."""

import math

from metrics import METRICS


def has_all(point, names):
    """Whether a point that was evaluated has every metric of `names`."""
    return point["status"] == "ok" and all(name in point["metrics"] for name in names)


def costs(point, objectives):
    """The objectives of a point, each to be minimised."""
    return tuple(METRICS[name].cost(point["metrics"][name]) for name in objectives)


def mark(points, objectives, constraints):
    """Sets `feasible` and `front` of every point: within all constraints; and of those, beaten by none."""
    for point in points:
        point["feasible"] = has_all(point, objectives) and all(limit.holds(point["metrics"]) for limit in constraints)
    candidates = [(costs(point, objectives), point) for point in points if point["feasible"]]
    for point in points:
        point["front"] = False
    for own, point in candidates:
        point["front"] = not any(_dominates(other, own) for other, _ in candidates)


def _dominates(one, other):
    return all(a <= b for a, b in zip(one, other)) and one != other


def recommended(points, objectives):
    """{"key", "why"} of the knee: the point of the front that is nearest to the best of every objective, each counted from its
    best to its worst on the front; None without a front."""
    front = [point for point in points if point["front"]]
    if not front:
        return None
    ends = [(min(values), max(values)) for values in zip(*(costs(point, objectives) for point in front))]

    def distance(point):
        return math.hypot(*((cost - low) / (high - low) if high > low else 0.0 for cost, (low, high) in zip(costs(point, objectives), ends)))

    knee = min(front, key=distance)
    if len(front) == 1:
        return {"key": knee["key"], "why": "No other point is better in any objective."}
    return {"key": knee["key"], "why": f"Of the {len(front)} points that none beats it is nearest to the best of every objective: "
            + ", ".join(_loss(name, knee, front) for name in objectives) + "."}


def _loss(name, knee, front):
    """What the knee gives up in an objective."""
    metric, value = METRICS[name], knee["metrics"][name]
    best = min((point["metrics"][name] for point in front), key=metric.cost)
    if value == best:
        return f"the best {metric.title}"
    if metric.unit == "dB":
        return f"{metric.title} {abs(value - best):.2f} dB from the best"
    return f"{metric.title} {100 * abs(value / best - 1):.1f} % from the best"
