"""Which points are evaluated: all of a small space, those that an optimizer asks for of a large one.

The optimizer is Optuna's, NSGA-II or TPE, both for several objectives with constraints. It is asked for a population at a
time, and told in the order in which it asked: what is found depends on the seed, not on which job ended first.
"""

import warnings

from metrics import METRICS
from space import Illegal
from spec import SpecError


def method_of(spec, space):
    """What "auto" means for this space."""
    method = spec.search["method"]
    if method != "auto":
        return method
    return "exhaustive" if space.size() <= spec.search["exhaustive_limit"] else "nsga2"


def exhaustive(space, evaluate):
    """Evaluates every legal point; returns the illegal combinations."""
    points = list(space.every())
    evaluate([point for point in points if not isinstance(point, Illegal)])
    return [point for point in points if isinstance(point, Illegal)]


def optimise(space, spec, method, evaluate):
    """Evaluates `trials` points that Optuna asks for, some of them perhaps twice; returns the illegal combinations it came across.

    `evaluate` takes Points and returns their results in the same order."""
    optuna = _optuna()
    study = optuna.create_study(
        directions=["minimize" if METRICS[name].goal == "min" else "maximize" for name in spec.objectives],
        sampler=_sampler(optuna, spec, method),
    )
    illegal, left = {}, spec.search["trials"]
    while left > 0:
        trials = [study.ask() for _ in range(min(left, spec.search["population"]))]
        left -= len(trials)
        points = [space.point(_suggested(trial, space.axes)) for trial in trials]
        illegal |= {tuple(point.parameters.items()): point for point in points if isinstance(point, Illegal)}
        legal = [(trial, point) for trial, point in zip(trials, points) if not isinstance(point, Illegal)]
        found = dict(zip((trial.number for trial, _ in legal), evaluate([point for _, point in legal])))
        for trial in trials:
            _tell(optuna, study, trial, found.get(trial.number), spec)
    return list(illegal.values())


def _optuna():
    try:
        import optuna  # only a large space needs it, and it takes seconds
    except ImportError as error:
        raise SpecError("search.method: Optuna is not installed; apt-get install python3-optuna, or search.method = \"exhaustive\"") from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # constraints are one in Debian's version
    return optuna


def _sampler(optuna, spec, method):
    seed = spec.search["seed"]
    constraints = (lambda trial: trial.user_attrs["violations"]) if spec.constraints else None
    if method == "tpe":
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, constraints_func=constraints)
    return optuna.samplers.NSGAIISampler(seed=seed, population_size=spec.search["population"], constraints_func=constraints)


def _suggested(trial, axes):
    """Numbers are ordered, so their places are asked for; words are not."""
    return {
        key: values[trial.suggest_int(key, 0, len(values) - 1)]
        if all(isinstance(value, (int, float)) for value in values)
        else trial.suggest_categorical(key, values)
        for key, values in axes.items()
    }


def _tell(optuna, study, trial, result, spec):
    names = [*spec.objectives, *(limit.metric for limit in spec.constraints)]
    usable = result is not None and result["status"] == "ok" and all(name in result["metrics"] for name in names)
    if spec.constraints:
        # A point without numbers is as far outside as can be.
        trial.set_user_attr("violations", [limit.violation(result["metrics"]) if usable else float("inf") for limit in spec.constraints])
    if usable:
        study.tell(trial, [result["metrics"][name] for name in spec.objectives])
    else:
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
