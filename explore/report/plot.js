// The Pareto plot: any two metrics, their front, colour and shape by axes.

const plot = { x: "", y: "", colour: "", shape: "" };
const PLOT_HEIGHT = 460; // pixels
const NEAR = 14; // pixels from the pointer within which a point is meant
let plotted = []; // {point, x, y, node} of what the plot shows, in the order of the arrow keys

const metricOptions = () => Object.entries(columns.metrics).map(([name, column]) => [name, title(column)]);
const axisOptions = (most) => [
  ["", "nothing"],
  ...Object.entries(exploration.axes).filter(([, values]) => values.length <= most).map(([name]) => [name, plainSymbol(name)]),
];

function startPlot() {
  const metrics = metricOptions().map(([name]) => name);
  const objectives = exploration.objectives.map(({ metric }) => metric).filter((metric) => metrics.includes(metric));
  plot.y = objectives[0] ?? metrics[0];
  plot.x = objectives[1] ?? metrics.find((metric) => metric !== plot.y) ?? plot.y;
  const axes = [...columns.numericAxes, ...Object.keys(exploration.axes)];
  plot.colour = axes[0] ?? "";
  const shapeable = axisOptions(SHAPE_NAMES.length).map(([name]) => name);
  plot.shape = axes.find((name) => name !== plot.colour && shapeable.includes(name)) ?? "";
  const control = (id, label, options) => {
    const made = selector(label, options, plot[id], (value) => {
      plot[id] = value;
      drawPlot();
    });
    made.querySelector("select").id = `plot-${id}`;
    return made;
  };
  find("plot-controls").append(
    control("y", "vertical", metricOptions()), control("x", "horizontal", metricOptions()),
    control("colour", "colour", axisOptions(Infinity)), control("shape", "shape", axisOptions(SHAPE_NAMES.length)));
  const svg = find("pareto");
  svg.addEventListener("pointermove", (event) => showTip(nearest(event)));
  svg.addEventListener("pointerleave", () => showTip());
  svg.addEventListener("click", (event) => pick(nearest(event)));
  svg.addEventListener("focusin", (event) => showTip(plotted.find(({ node }) => node === event.target)));
  svg.addEventListener("focusout", () => showTip());
  svg.addEventListener("keydown", onPlotKey);
  let width = 0;
  new ResizeObserver(() => {
    if (find("plot").clientWidth !== width) drawPlot();
    width = find("plot").clientWidth;
  }).observe(find("plot"));
}

function drawPlot() {
  const svg = find("pareto");
  const { x, y } = plot;
  const points = exploration.points.filter((point) => hasBoth(point, x, y));
  const values = (metric) => points.map((point) => point.metrics[metric]);
  const area = frame(svg, values(x), values(y), columns.metrics[x], columns.metrics[y], PLOT_HEIGHT);
  const place = (point) => [area.across.of(point.metrics[x]), area.up.of(point.metrics[y])];
  drawLimits(svg, area);
  const onFront = front(points, x, y);
  svg.append(drawn(svg, "path", { class: "front-line", d: stair(onFront.map(place)) }));
  const members = new Set(onFront);
  // What matters is drawn last: infeasible points, feasible ones, the front.
  const rank = (point) => (point === recommended ? 3 : members.has(point) ? 2 : point.feasible ? 1 : 0);
  const inOrder = [...points].sort((a, b) => rank(a) - rank(b));
  plotted = inOrder.map((point) => {
    const [left, top] = place(point);
    return { point, x: left, y: top, node: mark(svg, point, left, top, members.has(point)) };
  });
  svg.append(...plotted.map(({ node }) => node));
  plotted.sort((a, b) => a.x - b.x || a.y - b.y);
  nameRecommended(svg, area);
  markSelected();
  drawPlotLegend();
}

// A point; a star when it is the recommended one.
function mark(svg, point, x, y, isFront) {
  const sets = exploration.axes;
  const position = (axis) => (axis ? sets[axis].indexOf(point.parameters[axis]) : 0);
  const shape = point === recommended ? STAR : SHAPES[SHAPE_NAMES[position(plot.shape)] ?? "circle"];
  // An axis may mean nothing to a point: there are no blocks in a format without them.
  const colour = plot.colour ? level(position(plot.colour), sets[plot.colour].length) : "level-2";
  const kinds = [isFront && "front", !point.feasible && "infeasible", point === recommended && "recommended"].filter(Boolean);
  const value = (metric) => `${columns.metrics[metric].title} ${withUnit(columns.metrics[metric], point.metrics[metric])}`;
  return drawn(svg, "path", {
    class: ["point", colour, ...kinds].join(" "), d: shape, transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
    tabindex: "-1", role: "button", "data-key": point.key,
    "aria-label": `${plainParameters(point)}: ${value(plot.y)}, ${value(plot.x)}${point.feasible ? "" : ", infeasible"}`,
  });
}

// The limits that constraints set to the two metrics, where they are within the plot.
function drawLimits(svg, area) {
  for (const { metric, limit } of exploration.constraints) {
    for (const [axis, at, low, high] of [
      ["x", area.across, area.left, area.right], ["y", area.up, area.top, area.bottom],
    ]) {
      if (plot[axis] !== metric) continue;
      const position = at.of(limit);
      if (position < low || position > high) continue;
      const d = axis === "x" ? `M${position} ${area.top}V${area.bottom}` : `M${area.left} ${position}H${area.right}`;
      const where = axis === "x" ? { x: position - 5, y: area.top + 12 } : { x: area.right - 4, y: position - 5 };
      svg.append(drawn(svg, "path", { class: "limit", d }),
        drawn(svg, "text", { class: "limit-label", "text-anchor": "end", ...where },
          `limit ${withUnit(columns.metrics[metric], limit)}`));
    }
  }
}

function nameRecommended(svg, area) {
  const at = plotted.find(({ point }) => point === recommended);
  if (!at) return;
  const left = at.x > (area.left + area.right) / 2;
  svg.append(drawn(svg, "text", {
    class: "recommended-label", x: at.x + (left ? -13 : 13), y: at.y - 11, "text-anchor": left ? "end" : "start",
  }, "recommended"));
}

function drawPlotLegend() {
  const svg = find("pareto");
  const key = (shape, kind, ...text) => {
    const icon = drawn(svg, "svg", { viewBox: "-8 -8 16 16", width: 15, height: 15, "aria-hidden": "true" });
    icon.append(drawn(svg, "path", { class: `point ${kind}`, d: shape }));
    return element("span", { class: "key" }, icon, ...text);
  };
  const group = (axis, item) => {
    const values = exploration.axes[axis];
    // Of many values only some have a place in a legend.
    const shown = values.map((_, i) => i).filter((i) => values.length <= LEVELS || i % Math.ceil(values.length / LEVELS) === 0);
    return element("div", {}, element("b", {}, symbol(axis)), shown.map((i) => item(i, values)));
  };
  const line = drawn(svg, "svg", { viewBox: "0 0 26 12", width: 26, height: 12, "aria-hidden": "true" });
  line.append(drawn(svg, "path", { class: "front-line", d: "M1 2H13V10H25" }));
  const outside = exploration.points.some((point) => point.status === "ok" && !point.feasible);
  find("plot-legend").replaceChildren(
    ...(plot.colour ? [group(plot.colour, (i, values) => key(SHAPES.circle, level(i, values.length), String(values[i])))] : []),
    ...(plot.shape ? [group(plot.shape, (i, values) => key(SHAPES[SHAPE_NAMES[i]], "plain", String(values[i])))] : []),
    element("div", {}, element("span", { class: "key" }, line, "Pareto front of these two"),
      ...(recommended ? [key(STAR.replace(/[\d.]+/g, (n) => n * 0.75), "plain recommended", "recommended")] : []),
      ...(outside ? [key(SHAPES.circle, "plain infeasible", "outside the constraints")] : [])));
}

function nearest(event) {
  const box = find("pareto").getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  let best, least = NEAR;
  for (const entry of plotted) {
    const distance = Math.hypot(entry.x - x, entry.y - y);
    if (distance < least) [best, least] = [entry, distance];
  }
  return best;
}

function showTip(entry) {
  const tip = find("tooltip");
  tip.hidden = !entry;
  find("pareto").classList.toggle("pointing", Boolean(entry));
  if (!entry) return;
  const { point, x, y } = entry;
  const same = plotted.filter((other) => other !== entry && Math.hypot(other.x - x, other.y - y) < 1).length;
  tip.replaceChildren(
    element("p", { class: "tip-title" }, parameters(point)),
    ...(point.feasible ? [] : [element("p", { class: "warning" }, `misses ${violations(point).join("; ")}`)]),
    element("table", {}, Object.entries(columns.metrics).map(([name, column]) =>
      element("tr", { class: name === plot.x || name === plot.y ? "shown" : null },
        element("th", {}, title(column)), element("td", {}, withUnit(column, point.metrics[name]))))),
    ...(same ? [element("p", { class: "note" }, `and ${same} more at the same place`)] : []));
  const room = find("plot").clientWidth;
  tip.style.left = `${Math.max(0, x + 16 + tip.offsetWidth > room ? x - 16 - tip.offsetWidth : x + 16)}px`;
  tip.style.top = `${Math.max(0, Math.min(y - 20, PLOT_HEIGHT - tip.offsetHeight))}px`;
}

function pick(entry) {
  if (entry) select(entry.point.key);
}

// Arrows go from point to point along x, so that Tab passes the plot in one step.
function onPlotKey(event) {
  const at = plotted.findIndex(({ node }) => node === event.target);
  if (at < 0) return;
  const last = plotted.length - 1;
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
  if (event.key === "Enter" || event.key === " ") pick(plotted[at]);
  else if (to === undefined) return;
  else plotted[Math.min(Math.max(to, 0), last)].node.focus();
  event.preventDefault();
}

// The selected point has a ring and is where Tab enters the plot.
function markSelected() {
  const svg = find("pareto");
  svg.querySelector(".ring")?.remove();
  for (const { node } of plotted) node.setAttribute("tabindex", "-1");
  const chosen = plotted.find(({ point }) => point.key === selected);
  (chosen ?? plotted[0])?.node.setAttribute("tabindex", "0");
  if (chosen) svg.append(drawn(svg, "circle", { class: "ring", cx: chosen.x, cy: chosen.y, r: 12 }));
}
