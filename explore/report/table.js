// All points as a table that sorts, and the lists of what failed or is illegal.

const ROWS = 250; // what a browser lays out at once without a pause; the rest on demand
const table = { by: "", ascending: true, shown: "front", everything: false };

function startTable() {
  const ok = exploration.points.filter((point) => point.status === "ok");
  if (!ok.length) {
    find("points").remove();
    return;
  }
  if (!ok.some((point) => point.front)) table.shown = "all";
  table.by = `metric ${plot.y}`;
  table.ascending = columns.metrics[plot.y].goal !== "max";
  const options = [["front", "on the front"], ["feasible", "feasible"], ["all", "all"]];
  const filter = selector("show", options, table.shown, (value) => {
    table.shown = value;
    table.everything = false;
    drawTable();
  });
  filter.querySelector("select").id = "table-filter";
  find("table-controls").append(filter, element("span", { class: "note", id: "table-count" }));
  drawTable();
}

// The columns: id, head, value that sorts, cell.
function tableColumns() {
  const axes = Object.keys(exploration.axes).map((axis) => ({
    id: `axis ${axis}`, head: symbol(axis),
    value: (point) => point.parameters[axis], text: (point) => String(point.parameters[axis] ?? "–"),
  }));
  const metrics = Object.entries(columns.metrics).map(([name, column]) => ({
    id: `metric ${name}`, head: [heading(column)],
    value: (point) => point.metrics[name], text: (point) => number(column, point.metrics[name]),
  }));
  return [...axes, ...metrics];
}

// Numbers by size, other values as text; what is missing comes last either way.
function inOrder(points, value) {
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
  return [...points].sort((p, q) => {
    const [a, b] = [value(p), value(q)];
    if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
    return table.ascending ? compare(a, b) : compare(b, a);
  });
}

function drawTable() {
  const keep = { front: (p) => p.front, feasible: (p) => p.feasible, all: (p) => p.status === "ok" }[table.shown];
  const shown = tableColumns();
  const points = inOrder(exploration.points.filter(keep), shown.find(({ id }) => id === table.by).value);
  const head = shown.map(({ id, head: text }) => {
    const sorted = id === table.by ? (table.ascending ? "ascending" : "descending") : null;
    const arrow = element("span", { "aria-hidden": "true" }, { ascending: " ▲", descending: " ▼" }[sorted] ?? "");
    return element("th", { scope: "col", "aria-sort": sorted, class: "number" },
      element("button", { type: "button", "data-sort": id }, text, arrow));
  });
  find("table").replaceChildren(element("table", {},
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, ""), head)),
    element("tbody", {}, points.slice(0, table.everything ? Infinity : ROWS).map((point) => tableRow(point, shown)))));
  find("table-count").textContent = `${grouped(points.length, 0)} of ${grouped(exploration.points.length, 0)} points; ` +
    "★ recommended, ◆ on the front of all objectives, ● feasible, ○ outside the constraints; the sign shows the point above";
  if (points.length > ROWS && !table.everything) find("table").append(moreRows(points.length));
  markRow();
}

function tableRow(point, shown) {
  const sign = point === recommended ? "★" : point.front ? "◆" : point.feasible ? "●" : "○";
  const label = `show ${plainParameters(point)}`;
  return element("tr", { class: point.feasible ? null : "infeasible" },
    element("th", { scope: "row" },
      element("button", { type: "button", "data-key": point.key, title: label, "aria-label": label }, sign)),
    shown.map(({ text }) => element("td", { class: "number" }, text(point))));
}

function moreRows(count) {
  const text = `The first ${ROWS} are shown; show all ${grouped(count, 0)}`;
  const more = element("button", { type: "button", class: "link more" }, text);
  more.addEventListener("click", () => {
    table.everything = true;
    drawTable();
  });
  return more;
}

function onSort(id) {
  table.ascending = id === table.by ? !table.ascending : true;
  table.by = id;
  drawTable();
  // The head was made anew; whoever sorts by keyboard stays where they were.
  find("table").querySelector(`[data-sort="${CSS.escape(id)}"]`).focus();
}

function markRow() {
  for (const button of document.querySelectorAll("#table [data-key]")) {
    button.closest("tr").classList.toggle("selected", button.dataset.key === selected);
  }
}

function startLeftOut() {
  const failed = exploration.points.filter((point) => point.status === "failed");
  const rows = (entries) => element("table", {}, entries);
  const body = find("left-out-body");
  if (failed.length) {
    body.append(element("h3", {}, `Failed (${failed.length})`), rows(failed.map((point) => element("tr", {},
      element("th", { scope: "row" },
        element("button", { type: "button", class: "link", "data-key": point.key }, parameters(point))),
      element("td", {}, (point.error ?? "").split("\n").slice(0, 2).join(" – "))))));
  }
  if (exploration.illegal.length) {
    body.append(element("h3", {}, `Illegal and skipped (${exploration.illegal.length})`),
      rows(exploration.illegal.map((entry) =>
        element("tr", {}, element("th", { scope: "row" }, parameters(entry)), element("td", {}, entry.reason)))));
  }
  if (!body.childElementCount) find("left-out").remove();
}
