// Formats per layer: how sensitive layers are, what was assigned, and whether mixing pays.

const COSTS = { bits_per_scalar: ["bits per scalar", "bit", 3], pj_per_mac: ["energy per MAC", "pJ", 2] };

function startMixed() {
  const { mixed } = exploration;
  if (!mixed) {
    find("mixed").remove();
    return;
  }
  const [name, unit, decimals] = COSTS[mixed.budget.metric];
  const cost = { title: name, unit, factor: 1, decimals, goal: "min", estimate: mixed.budget.metric === "pj_per_mac" };
  const error = { title: "output NMSE", unit: "dB", factor: 1, decimals: 2, goal: "min", estimate: false };
  const value = (entry) => entry[mixed.budget.metric];
  const titles = new Map(mixed.formats.map(({ format, title: text }) => [format, text]));
  const { chosen } = mixed;
  const budget = withUnit(cost, mixed.budget.limit);
  const figure = element("figure", { id: "mixed-plot" });
  const result = chosen
    ? `Within ${budget}: ${withUnit(error, chosen.output_nmse_db)} at ${withUnit(cost, value(chosen))}. `
    : `No assignment is within ${budget}. `;
  find("mixed-body").append(
    element("p", {}, element("b", {}, result), against(mixed, chosen, value, titles), mixed.objective),
    element("div", { class: "beside even" }, figure,
      element("div", { class: "scroll" }, assignment(mixed, titles, cost, error))));
  const svg = drawn(find("pareto"), "svg", { role: "img", "aria-label": "front of mixed assignments and uniform formats" });
  figure.append(svg, element("figcaption", {}, "line: mixed assignments; squares: one format for all layers; star: chosen"));
  let width = 0;
  new ResizeObserver(() => {
    if (figure.clientWidth !== width) drawMixed(svg, mixed, cost, error, value, titles);
    width = figure.clientWidth;
  }).observe(figure);
}

// What mixing gains over the best single format within the budget.
function against(mixed, chosen, value, titles) {
  const able = mixed.uniform.filter((entry) => value(entry) <= mixed.budget.limit);
  if (!chosen || !able.length) return "";
  const best = able.reduce((a, b) => (b.output_nmse_db < a.output_nmse_db ? b : a));
  const gain = best.output_nmse_db - chosen.output_nmse_db;
  const how = gain === 0 ? "as good as" : `${grouped(Math.abs(gain), 2)} dB ${gain > 0 ? "better" : "worse"} than`;
  return `That is ${how} the best single format within the budget, ${titles.get(best.format)}. `;
}

function drawMixed(svg, mixed, cost, error, value, titles) {
  const all = [...mixed.front, ...mixed.uniform];
  const area = frame(svg, [...all.map(value), mixed.budget.limit], all.map((entry) => entry.output_nmse_db), cost, error, 340);
  const at = (entry) => [area.across.of(value(entry)), area.up.of(entry.output_nmse_db)];
  const limit = area.across.of(mixed.budget.limit);
  svg.append(
    drawn(svg, "path", { class: "limit", d: `M${limit} ${area.top}V${area.bottom}` }),
    drawn(svg, "text", { class: "limit-label", x: limit - 5, y: area.bottom - 8, "text-anchor": "end" },
      `budget ${withUnit(cost, mixed.budget.limit)}`),
    drawn(svg, "path", { class: "front-line", d: stair(mixed.front.map(at)) }),
    ...mixed.front.map((entry) => mixedMark(svg, SHAPES.circle, "small", at(entry), "mixed", entry, cost, error, value)));
  for (const entry of mixed.uniform) {
    const [x, y] = at(entry);
    const left = x > area.left + 0.7 * (area.right - area.left);
    svg.append(mixedMark(svg, SHAPES.square, "uniform", [x, y], titles.get(entry.format), entry, cost, error, value),
      drawn(svg, "text",
        { class: "halo", "text-anchor": left ? "end" : "start", x: left ? x - 9 : x + 9, y: left ? y + 17 : y - 7 },
        titles.get(entry.format)));
  }
  if (mixed.chosen) svg.append(mixedMark(svg, STAR, "recommended", at(mixed.chosen), "chosen", mixed.chosen, cost, error, value));
}

function mixedMark(svg, shape, kind, [x, y], name, entry, cost, error, value) {
  const text = `${name}: ${withUnit(cost, value(entry))}, ${withUnit(error, entry.output_nmse_db)}`;
  return drawn(svg, "path", { class: `point plain ${kind}`, d: shape, transform: `translate(${x} ${y})` },
    drawn(svg, "title", {}, text));
}

// Layers with their format and how much of the error hangs on it, as a number and a bar.
function assignment(mixed, titles, cost, error) {
  const most = Math.max(...mixed.layers.map((layer) => Math.abs(layer.sensitivity_db))) || 1;
  const head = ["layer", "sensitivity (dB)", "", "format", heading(cost), heading(error), "scalars", "MACs"];
  return element("table", { id: "assignment" },
    element("thead", {}, element("tr", {},
      head.map((text, i) => element("th", { scope: "col", class: i > 3 || i === 1 ? "number" : null }, text)))),
    element("tbody", {}, mixed.layers.map((layer) => {
      const choice = layer.choices.find(({ format }) => format === layer.chosen) ?? {};
      const cell = (text) => element("td", { class: "number" }, text);
      return element("tr", {}, element("th", { scope: "row" }, layer.layer), cell(grouped(layer.sensitivity_db, 2)),
        element("td", { class: "sensitivity" },
          element("span", { style: `width:${(100 * Math.abs(layer.sensitivity_db)) / most}%` })),
        element("td", {}, titles.get(layer.chosen) ?? NOTHING), cell(number(cost, choice[mixed.budget.metric])),
        cell(number(error, choice.output_nmse_db)), cell(grouped(layer.scalars, 0)), cell(grouped(layer.macs, 0)));
    })));
}
