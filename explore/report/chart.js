// What the plots have in common: scales with round ticks, a frame with grid and titles.

const MARGIN = { left: 92, right: 18, top: 14, bottom: 50 }; // pixels

// Round numbers at distances of 1, 2 or 5 within [low, high], about `wanted` of them; and the decimals they need.
function ticks(low, high, wanted) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const values = [];
  for (let i = Math.ceil(low / step); i * step <= high * (1 + 1e-12); ++i) values.push(i * step);
  return { values, decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

// A linear scale from values, times the column's factor, to pixels; with some air at both ends.
function scale(values, column, from, to, wanted) {
  const low = Math.min(...values) * column.factor;
  const high = Math.max(...values) * column.factor;
  const air = 0.06 * (high - low) || 0.05 * Math.abs(high) || 1;
  const [start, end] = [low - air, high + air];
  const at = (shown) => from + ((shown - start) / (end - start)) * (to - from);
  return { of: (value) => at(value * column.factor), at, ticks: ticks(start, end, wanted) };
}

// Empties the SVG and draws grid, tick labels and titles; returns the scales and the size in pixels.
function frame(svg, xs, ys, x, y, height) {
  const width = Math.max(svg.parentElement.clientWidth, 300);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("height", height);
  const across = scale(xs, x, MARGIN.left, width - MARGIN.right, Math.max(3, width / 110));
  const up = scale(ys, y, height - MARGIN.bottom, MARGIN.top, Math.max(3, height / 70));
  const [left, right, top, bottom] = [MARGIN.left, width - MARGIN.right, MARGIN.top, height - MARGIN.bottom];
  const grid = drawn(svg, "g", { class: "grid", "aria-hidden": "true" });
  for (const value of across.ticks.values) {
    const at = across.at(value);
    grid.append(drawn(svg, "path", { d: `M${at} ${top}V${bottom}` }),
      drawn(svg, "text", { x: at, y: bottom + 17, "text-anchor": "middle" }, grouped(value, across.ticks.decimals)));
  }
  for (const value of up.ticks.values) {
    const at = up.at(value);
    grid.append(drawn(svg, "path", { d: `M${left} ${at}H${right}` }),
      drawn(svg, "text", { x: left - 8, y: at + 4, "text-anchor": "end" }, grouped(value, up.ticks.decimals)));
  }
  const better = (column, less, more) => (column.goal === "max" ? more : column.goal === "min" ? less : "");
  grid.append(
    drawn(svg, "text", { class: "axis-title", x: (left + right) / 2, y: height - 8, "text-anchor": "middle" },
      `${heading(x)}${better(x, "   ← better", "   better →")}`),
    drawn(svg, "text",
      { class: "axis-title", transform: `translate(14 ${(top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" },
      `${heading(y)}${better(y, "   ← better", "   better →")}`));
  svg.replaceChildren(grid);
  return { across, up, left, right, top, bottom, width };
}

// A front as a stair: what a cost can buy stays the same until there is enough for the next point.
function stair(points) {
  return points.map(([x, y], i) => (i ? `H${x}V${y}` : `M${x} ${y}`)).join("");
}

const SHAPES = {
  circle: "M-5 0A5 5 0 1 1 5 0A5 5 0 1 1 -5 0Z",
  square: "M-4.5 -4.5H4.5V4.5H-4.5Z",
  triangle: "M0 -5.6L5.4 4.2H-5.4Z",
  diamond: "M0 -6.2L6.2 0L0 6.2L-6.2 0Z",
  fall: "M0 5.6L5.4 -4.2H-5.4Z",
  cross: "M-1.9 -5.4H1.9V-1.9H5.4V1.9H1.9V5.4H-1.9V1.9H-5.4V-1.9H-1.9Z",
};
const SHAPE_NAMES = Object.keys(SHAPES);
const STAR = "M0 -10L2.6 -3.4L9.5 -3.1L4.1 1.3L5.9 8.1L0 4.2L-5.9 8.1L-4.1 1.3L-9.5 -3.1L-2.6 -3.4Z";
const LEVELS = 8; // colours of a sequence: page.css

// The class of the i-th of `count` values in a sequence of colours.
const level = (i, count) => (i < 0 ? "level-none" : `level-${count < 2 ? 0 : Math.round((i * (LEVELS - 1)) / (count - 1))}`);
