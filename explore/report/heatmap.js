// Heat maps of two numeric axes, one map per value of a third or at a chosen value of it.

const heat = { metric: "", pair: "", others: {} };
const FACETS = 6; // values of an axis that are shown side by side from the start, at most
const EACH = "each"; // a map for every value of the axis

const pairs = () => columns.numericAxes.flatMap((across, i) => columns.numericAxes.slice(i + 1).map((down) => [across, down]));

function startHeatmaps() {
  if (!pairs().length || !Object.keys(columns.metrics).length) {
    find("heatmaps").remove();
    return;
  }
  heat.metric = plot.y;
  heat.pair = "0";
  drawHeatControls();
}

const otherAxes = () => Object.keys(exploration.axes).filter((axis) => !pairs()[heat.pair].includes(axis));

// The controls depend on the pair: the other axes have selectors.
function drawHeatControls() {
  const start = (axis) => String(Math.max(0, exploration.axes[axis].indexOf(recommended?.parameters[axis])));
  const first = (axis, i) => (i === 0 && exploration.axes[axis].length <= FACETS ? EACH : start(axis));
  heat.others = Object.fromEntries(otherAxes().map((axis, i) => [axis, first(axis, i)]));
  const metric = selector("metric", metricOptions(), heat.metric, (value) => {
    heat.metric = value;
    drawHeatmaps();
  });
  metric.querySelector("select").id = "heatmap-metric";
  const names = pairs().map(([across, down], i) => [String(i), `${plainSymbol(across)} × ${plainSymbol(down)}`]);
  const pair = selector("axes", names, heat.pair, (value) => {
    heat.pair = value;
    drawHeatControls();
  });
  pair.querySelector("select").id = "heatmap-pair";
  const others = otherAxes().map((axis) => {
    const options = exploration.axes[axis].map((value, i) => [String(i), String(value)]);
    const made = selector(plainSymbol(axis), [[EACH, "each, side by side"], ...options], heat.others[axis], (value) => {
      heat.others[axis] = value;
      drawHeatmaps();
    });
    made.querySelector("select").dataset.axis = axis;
    return made;
  });
  find("heatmap-controls").replaceChildren(metric, pair, ...others);
  drawHeatmaps();
}

// Every combination of the other axes' values that the selectors ask for.
function selections() {
  return otherAxes().reduce((found, axis) => {
    const values = heat.others[axis] === EACH ? exploration.axes[axis] : [exploration.axes[axis][heat.others[axis]]];
    return found.flatMap((fixed) => values.map((value) => ({ ...fixed, [axis]: value })));
  }, [{}]);
}

const place = (parameters) => JSON.stringify(Object.keys(exploration.axes).map((axis) => parameters[axis]));

function drawHeatmaps() {
  const known = new Map(exploration.points.map((point) => [place(point.parameters), point]));
  const illegal = new Map(exploration.illegal.map((entry) => [place(entry.parameters), entry.reason]));
  const [across, down] = pairs()[heat.pair];
  const maps = selections().map((fixed) => ({
    fixed,
    rows: exploration.axes[down].map((y) => exploration.axes[across].map((x) => {
      const parameters = { ...fixed, [across]: x, [down]: y };
      return { parameters, point: known.get(place(parameters)), reason: illegal.get(place(parameters)) };
    })),
  }));
  const values = maps.flatMap(({ rows }) => rows.flat())
    .map(({ point }) => point?.metrics[heat.metric]).filter((value) => value !== undefined);
  const range = [Math.min(...values), Math.max(...values)];
  find("heatmap-maps").replaceChildren(...maps.map((map) => heatTable(map, across, down, range)));
  const column = columns.metrics[heat.metric];
  const best = column.goal === "max" ? "highest" : "lowest";
  find("heatmap-legend").textContent = `${heading(column)}; the stronger the colour, the better; ` +
    `★ ${best} feasible value of its map; ` + "struck through: outside the constraints; framed: recommended; –: not evaluated.";
}

function heatTable({ fixed, rows }, across, down, range) {
  const best = rows.flat().map(({ point }) => point)
    .filter((point) => point?.feasible && point.metrics[heat.metric] !== undefined)
    .reduce((a, b) => (a && !isBetter(heat.metric, b.metrics[heat.metric], a.metrics[heat.metric]) ? a : b), undefined);
  const names = Object.entries(fixed).flatMap(([axis, value], i) => [i ? ", " : "", ...symbol(axis), ` = ${value}`]);
  return element("table", { class: "heatmap" }, element("caption", {}, names),
    element("thead", {},
      element("tr", {}, element("td", {}),
        element("th", { colspan: exploration.axes[across].length, scope: "colgroup" }, symbol(across))),
      element("tr", {}, element("th", { class: "corner" }, symbol(down)),
        exploration.axes[across].map((x) => element("th", { scope: "col" }, String(x))))),
    element("tbody", {}, rows.map((row, i) => element("tr", {},
      element("th", { scope: "row" }, String(exploration.axes[down][i])), row.map((cell) => heatCell(cell, best, range))))));
}

function heatCell({ parameters: at, point, reason }, best, [low, high]) {
  if (!point && reason) return element("td", { class: "illegal", title: reason }, "illegal");
  if (!point) return element("td", { class: "missing" }, NOTHING);
  const label = Object.entries(at).map(([axis, value]) => `${plainSymbol(axis)} = ${value}`).join(", ");
  const value = point.metrics[heat.metric];
  const text = point.status === "failed" ? "failed" : number(columns.metrics[heat.metric], value);
  const button = element("button", { type: "button", "data-key": point.key, title: label }, point === best ? "★ " : "", text);
  if (value === undefined) return element("td", { class: "failed" }, button);
  const share = high > low ? (value - low) / (high - low) : 0.5;
  const good = columns.metrics[heat.metric].goal === "max" ? share : 1 - share;
  const kinds = [
    "value", point === best && "best", point === recommended && "recommended", !point.feasible && "infeasible",
    good > 0.7 ? "strong" : good > 0.45 && "middle",
  ];
  return element("td", { class: kinds.filter(Boolean).join(" "), style: `--good:${(100 * good).toFixed(1)}%` }, button);
}
