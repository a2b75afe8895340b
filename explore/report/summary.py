"""The answer to "which point should I build?": the recommended point and what it costs against the ends of the front."""

from dataclasses import dataclass

from . import columns


@dataclass(frozen=True)
class Difference:
    """Of the recommended point to another one in a metric: text with sign and unit; better is None when equal."""

    metric: str
    text: str
    better: bool | None


@dataclass(frozen=True)
class End:
    """A point of the front that is the best in some objectives, and how the recommended point differs from it."""

    point: dict
    best_in: list[str]  # metrics
    differences: list[Difference]


def recommended(exploration):
    """The recommended point; None without one."""
    if not exploration["recommended"]:
        return None
    return next(point for point in exploration["points"] if point["key"] == exploration["recommended"]["key"])


def reason(exploration):
    """Why the recommended point is recommended, as a sentence."""
    text = exploration["recommended"]["why"].strip()
    return text[:1].upper() + text[1:].rstrip(".") + "."


def difference(point, other, metric, shown):
    """How the point differs from the other one. Decibels are subtracted, everything else is in percent of the other's."""
    mine, theirs = point["metrics"].get(metric), other["metrics"].get(metric)
    if mine is None or theirs is None:
        return Difference(metric, columns.NOTHING, None)
    if shown.unit == "dB" or theirs == 0:
        text = f"{(mine - theirs) * shown.factor:+,.{shown.decimals}f} {shown.unit}".rstrip()
    else:
        text = f"{100 * (mine - theirs) / abs(theirs):+,.1f} %"
    better = None if mine == theirs else (mine < theirs) == (shown.goal == "min")
    return Difference(metric, text.replace("-", "−"), better)


def ends(exploration):
    """The Ends of the front other than the recommended point, one per point, in the objectives' order."""
    best, shown = recommended(exploration), columns.of_metrics(exploration)
    metrics = [objective["metric"] for objective in exploration["objectives"]]
    found = {}
    for metric in metrics:
        front = [point for point in exploration["points"] if point.get("front") and metric in point["metrics"]]
        if best is None or not front:
            continue
        sign = 1 if shown[metric].goal == "min" else -1
        end = min(front, key=lambda point: sign * point["metrics"][metric])
        # A tie with the recommended point makes it the end itself.
        if end["metrics"][metric] != best["metrics"].get(metric):
            found.setdefault(end["key"], (end, []))[1].append(metric)
    return [
        End(point, best_in, [difference(best, point, metric, shown[metric]) for metric in metrics if metric in shown])
        for point, best_in in found.values()
    ]


def counts(exploration):
    """Sentence of how many points there are of every kind."""
    points = exploration["points"]
    ok = [point for point in points if point["status"] == "ok"]
    parts = [f"{len(ok):,} evaluated"]
    for number, what in (
        (sum(not point["feasible"] for point in ok), "outside the constraints"),
        (len(points) - len(ok), "failed"),
        (len(exploration["illegal"]), "illegal and skipped"),
        (sum(bool(point.get("front")) for point in points), "on the Pareto front"),
    ):
        if number:
            parts.append(f"{number:,} {what}")
    return ", ".join(parts)


def constraint_texts(exploration):
    """The constraints, each as title, relation and limit with its unit."""
    texts = []
    for constraint in exploration["constraints"]:
        about = exploration["metrics"].get(constraint["metric"], {"title": constraint["metric"], "unit": ""})
        relation = {"<=": "≤", ">=": "≥"}.get(constraint["relation"], constraint["relation"])
        texts.append(f"{about['title']} {relation} {constraint['limit']:,g} {about['unit']}".replace("-", "−").rstrip())
    return texts
