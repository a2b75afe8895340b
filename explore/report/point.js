// One point in full: where its cycles, energy and area go, its layers, how to reproduce it.

const PALETTE = 8; // colours of parts: parts.css; what comes after them is grey
const total = (parts) => Object.values(parts).reduce((sum, value) => sum + value, 0);
const share = (value, whole) => (whole > 0 ? value / whole : 0);
const BREAKDOWNS = [
  ["cycles", "Cycles", { title: "cycles", unit: "", factor: 1, decimals: 0 }],
  ["energy_pj_per_mac", "Energy per MAC", { title: "energy per MAC", unit: "pJ", factor: 1, decimals: 2 }],
  ["area_mm2", "Area", { title: "area", unit: "mm²", factor: 1, decimals: 2 }],
];

// The class that colours each part, the same in every point and breakdown: those with the largest shares anywhere have colours
// of their own. Parts of cycles and parts of the hardware do not occur together, so each set has the whole palette.
const partClass = Object.assign({}, ...[["cycles"], ["energy_pj_per_mac", "area_mm2"]].map((kinds) => {
  const largest = {};
  for (const parts of exploration.points.flatMap(({ breakdown }) => kinds.map((kind) => breakdown[kind] ?? {}))) {
    for (const [part, value] of Object.entries(parts)) largest[part] = Math.max(share(value, total(parts)), largest[part] ?? 0);
  }
  const ranked = Object.keys(largest).sort((a, b) => largest[b] - largest[a]);
  return Object.fromEntries(ranked.map((part, i) => [part, i < PALETTE ? `part-${i}` : `part-grey-${i % 2}`]));
}));

function showPoint() {
  const point = byKey.get(selected);
  if (!point) {
    find("point").replaceChildren(element("p", { class: "note" }, "There is no point to show."));
    return;
  }
  const evaluated = point.status === "ok";
  find("point").replaceChildren(
    element("h3", {}, parameters(point)),
    element("p", { class: "badges" }, badges(point)),
    evaluated ? metricList(point) : element("pre", { class: "error" }, point.error ?? ""),
    reproduction(point));
  const breakdowns = BREAKDOWNS.filter(([kind]) => Object.keys(point.breakdown[kind] ?? {}).length);
  find("details").replaceChildren(
    element("div", { class: "breakdowns" }, breakdowns.map((entry) => stacked(point, ...entry))),
    ...(point.layers.length ? [layerTable(point)] : []));
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

function metricList(point) {
  return element("dl", { class: "metrics" }, Object.entries(columns.metrics).map(([name, column]) =>
    element("div", {}, element("dt", {}, title(column)), element("dd", {}, withUnit(column, point.metrics[name])))));
}

// A bar of the parts, below it that of the recommended point to the same scale, and the parts' numbers.
function stacked(point, kind, name, column) {
  const parts = point.breakdown[kind];
  const estimates = new Set(point.breakdown.estimates ?? []);
  const reference = recommended && recommended !== point ? recommended.breakdown[kind] ?? {} : {};
  const widest = Math.max(total(parts), total(reference));
  const kinds = (part) => `part ${partClass[part] ?? "part-grey-0"}${estimates.has(part) ? " estimate" : ""}`;
  const bar = (of, extra) => {
    const label = `${name}: ${withUnit(column, total(of))}`;
    return element("div", { class: `bar ${extra}`, role: "img", "aria-label": label },
      Object.entries(of).filter(([, value]) => value > 0).map(([part, value]) => element("span", {
        class: kinds(part), style: `width:${100 * share(value, widest)}%`, title: `${part}: ${withUnit(column, value)}`,
      })));
  };
  const percent = (part) => (parts[part] === undefined ? "" : `${grouped(100 * share(parts[part], total(parts)), 1)} %`);
  const compared = Object.keys(reference).length > 0;
  const names = [...new Set([...Object.keys(parts), ...(compared ? Object.keys(reference) : [])])];
  return element("section", { class: "breakdown", "data-kind": kind },
    element("h4", {}, name, element("span", { class: "total" }, withUnit(column, total(parts)))),
    bar(parts, "own"),
    ...(compared ? [
      bar(reference, "reference"),
      element("p", { class: "note" }, `thin: the recommended point, ${withUnit(column, total(reference))}`),
    ] : []),
    element("table", { class: "parts" }, names.map((part) => element("tr", {},
      element("th", { scope: "row" }, element("i", { class: `swatch ${kinds(part)}` }), part + (estimates.has(part) ? "*" : "")),
      element("td", {}, number(column, parts[part])),
      element("td", { class: "share" }, percent(part))))));
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
