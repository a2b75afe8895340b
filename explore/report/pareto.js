// The Pareto front of two metrics, with goals of their own.

const hasBoth = (point, x, y) => point.metrics[x] !== undefined && point.metrics[y] !== undefined;

// The points of the front in order of x from its best; of equal points all are on it.
function front(points, x, y) {
  const sign = (metric) => (columns.metrics[metric].goal === "max" ? -1 : 1);
  const place = (point) => [sign(x) * point.metrics[x], sign(y) * point.metrics[y]];
  const candidates = points
    .filter((point) => point.feasible && hasBoth(point, x, y))
    .map((point) => ({ point, place: place(point) }))
    .sort((a, b) => a.place[0] - b.place[0] || a.place[1] - b.place[1]);
  const found = [];
  for (const candidate of candidates) {
    const last = found.at(-1);
    const better = !last || candidate.place[1] < last.place[1];
    if (better || (candidate.place[0] === last.place[0] && candidate.place[1] === last.place[1])) found.push(candidate);
  }
  return found.map(({ point }) => point);
}

// The better of two values of a metric.
const isBetter = (metric, a, b) => (columns.metrics[metric].goal === "max" ? a > b : a < b);
