"""What a terminal shows while points are evaluated; a pipe shows nothing."""

import sys
import time

import front
from metrics import METRICS


def duration(seconds):
    """As people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


class Progress:
    """Points done, time left, the front so far, in one line."""

    def __init__(self, total, spec, stream=sys.stderr):
        self._total, self._spec, self._stream = total, spec, stream
        self._start, self._kept, self._results = time.monotonic(), 0, []

    def kept(self, results):
        """Results that were there already."""
        self._kept += len(results)
        self._results += results
        self._show()

    def done(self, result):
        """One more."""
        self._results.append(result)
        self._show()

    def end(self):
        """Clears the line."""
        if self._stream.isatty():
            self._stream.write("\r\033[K")
            self._stream.flush()

    def text(self):
        """The line."""
        done, spec = len(self._results), self._spec
        parts = [f"{done}/{self._total} points"]
        made = done - self._kept
        if made and done < self._total:
            parts.append(f"{duration((time.monotonic() - self._start) / made * (self._total - done))} left")
        if failed := sum(result["status"] == "failed" for result in self._results):
            parts.append(f"{failed} failed")
        front.mark(self._results, spec.objectives, spec.constraints)
        best = [result for result in self._results if result["front"]]
        if best:
            parts.append(f"front of {len(best)}: " + ", ".join(self._range(name, best) for name in spec.objectives))
        return " · ".join(parts)

    @staticmethod
    def _range(name, points):
        values = [point["metrics"][name] for point in points]
        return f"{METRICS[name].title} {min(values):.4g} to {max(values):.4g} {METRICS[name].unit}".rstrip()

    def _show(self):
        if self._stream.isatty():
            self._stream.write(f"\r\033[K{self.text()[:150]}")
            self._stream.flush()
