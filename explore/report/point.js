// One point in full: where its cycles, energy and area go, its layers, how to reproduce it.

const PALETTE = 8; // colours of parts: parts.css; what comes after them is grey
const BREAKDOWNS = [
  ["cycles", "Cycles", { title: "cycles", unit: "", factor: 1, decimals: 0 }],
  ["energy_pj_per_mac", "Energy per MAC", { title: "energy per MAC", unit: "pJ", factor: 1, decimals: 2 }],
  ["area_mm2", "Area", { title: "area", unit: "mm²", factor: 1, decimals: 2 }],
];

// The classes that colour the parts of a breakdown, the same for every point: the largest have colours of their own.
const partClass = Object.fromEntries(BREAKDOWNS.map(([kind]) => {
  const largest = new Map();
  for (const { breakdown } of exploration.points) {
    for (const [part, value] of Object.entries(breakdown[kind] ?? {})) largest.set(part, Math.max(value, largest.get(part) ?? 0));
  }
  const ranked = [...largest].sort((a, b) => b[1] - a[1]).map(([part]) => part);
  return [kind, new Map(ranked.map((part, i) => [part, i < PALETTE ? `part-${i}` : `part-grey-${i % 2}`]))];
}));

function showPoint() {
  const point = byKey.get(selected);
  const pane = find("point");
  if (!point) {
    pane.replaceChildren(element("p", { class: "note" }, "Select a point in the plot, a heat map or the table."));
    return;
  }
  pane.replaceChildren(
    element("h3", {}, parameters(point)),
    element("p", { class: "badges" }, badges(point)),
    ...(point.status === "failed" ? [element("pre", { class: "error" }, point.error)] : details(point)),
    reproduction(point));
}

function badges(point) {
  const badge = (kind, text) => element("span", { class: `badge ${kind}` }, text);
  return [
    ...(point === recommended ? [badge("good", "★ recommended")] : []),
    ...(point.front ? [badge("plain", "on the Pareto front")] : []),
    ...(point.status === "failed" ? [badge("bad", "failed")] : []),
    ...(point.status === "ok" && !point.feasible ? [badge("bad", `misses ${violations(point).join("; ")}`)] : []),
  ];
}

function details(point) {
  return [
    element("dl", { class: "metrics" }, Object.entries(columns.metrics).map(([name, column]) =>
      element("div", {}, element("dt", {}, title(column)), element("dd", {}, withUnit(column, point.metrics[name]))))),
    ...BREAKDOWNS.filter(([kind]) => Object.keys(point.breakdown[kind] ?? {}).length).map((entry) => stacked(point, ...entry)),
    ...(point.layers.length ? [layerTable(point)] : []),
  ];
}

// A bar of the parts, above it that of the recommended point to the same scale, and the parts' numbers.
function stacked(point, kind, name, column) {
  const parts = point.breakdown[kind];
  const estimates = new Set(point.breakdown.estimates ?? []);
  const reference = recommended && recommended !== point ? recommended.breakdown[kind] ?? {} : {};
  const sum = (of) => Object.values(of).reduce((total, value) => total + value, 0);
  const total = sum(parts);
  const widest = Math.max(total, sum(reference)) || 1;
  const kinds = (part) => `part ${partClass[kind].get(part) ?? "part-grey-0"}${estimates.has(part) ? " estimate" : ""}`;
  const bar = (of, extra) => element("div", { class: `bar ${extra}`, role: "img", "aria-label": `${name}: ${withUnit(column, sum(of))}` },
    Object.entries(of).filter(([, value]) => value > 0).map(([part, value]) => element("span", {
      class: kinds(part), style: `width:${(100 * value) / widest}%`, title: `${part}: ${withUnit(column, value)}`,
    })));
  const compared = Object.keys(reference).length > 0;
  const names = [...new Set([...Object.keys(parts), ...(compared ? Object.keys(reference) : [])])];
  return element("section", { class: "breakdown", "data-kind": kind },
    element("h4", {}, name, element("span", { class: "total" }, withUnit(column, total))),
    bar(parts, "own"),
    ...(compared ? [bar(reference, "reference"), element("p", { class: "note" }, `thin: the recommended point, ${withUnit(column, sum(reference))}`)] : []),
    element("details", { open: true }, element("summary", {}, "parts"),
      element("table", { class: "parts" }, names.map((part) => element("tr", {},
        element("th", { scope: "row" }, element("i", { class: `swatch ${kinds(part)}` }), part + (estimates.has(part) ? "*" : "")),
        element("td", {}, number(column, parts[part])),
        element("td", { class: "share" }, parts[part] === undefined ? "" : `${grouped((100 * parts[part]) / (total || 1), 1)} %`))))));
}

function layerTable(point) {
  const shown = Object.entries(columns.layers).filter(([name]) => point.layers.some((layer) => layer[name] !== undefined));
  return element("details", { class: "layers", open: true }, element("summary", {}, `layers (${point.layers.length})`),
    element("div", { class: "scroll" }, element("table", {},
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "layer"),
        shown.map(([, column]) => element("th", { scope: "col", class: "number" }, heading(column))))),
      element("tbody", {}, point.layers.map((layer) => element("tr", {}, element("th", { scope: "row" }, layer.name),
        shown.map(([name, column]) => element("td", { class: "number" }, number(column, layer[name])))))))));
}

function reproduction(point) {
  const text = point.commands.join("\n");
  const button = element("button", { type: "button", class: "copy" }, "copy");
  button.addEventListener("click", async () => {
    button.textContent = (await copied(text)) ? "copied" : "select and copy by hand";
  });
  const versions = Object.entries(point.versions).map(([name, version]) => `${name} ${version}`).join(", ");
  return element("section", { class: "reproduce" }, element("h4", {}, "Reproduce, in the folder of this report"),
    element("div", { class: "commands" }, element("pre", {}, text), button),
    element("p", { class: "note" }, `key ${point.key}; took ${grouped(point.wall_seconds, 1)} s; ${versions}`));
}

// Whether the text is on the clipboard now.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages from a file may lack the clipboard; a selection can be copied all the same.
    const area = element("textarea", { class: "offscreen" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
