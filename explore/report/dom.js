// The data, elements, and numbers as text.

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const exploration = read("exploration");
const columns = read("columns"); // how numbers are shown: columns.py
const NOTHING = "–";

const byKey = new Map(exploration.points.map((point) => [point.key, point]));
const recommended = exploration.recommended ? byKey.get(exploration.recommended.key) : undefined;

const find = (id) => document.getElementById(id);

// An element with attributes (those that are null are left out) and children; text is never taken for markup.
function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

// The same in the namespace of an SVG element that is there already.
function drawn(svg, name, attributes = {}, ...children) {
  return filled(document.createElementNS(svg.namespaceURI, name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat());
  return made;
}

// A labelled selector; options are [value, text].
function selector(label, options, chosen, onChange) {
  const select = element("select", {},
    options.map(([value, text]) => element("option", { value, selected: value === chosen }, text)));
  select.addEventListener("change", () => onChange(select.value));
  return element("label", {}, element("span", {}, label), select);
}

// A number with thousands separated and the minus that aligns with digits.
function grouped(value, decimals) {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split(".");
  const sign = value < 0 ? "−" : "";
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + (fraction ? `.${fraction}` : "");
}

// Of a column, its number without the unit.
function number(column, value) {
  return value === undefined || value === null ? NOTHING : grouped(value * column.factor, column.decimals);
}

const withUnit = (column, value) =>
  number(column, value) + (column.unit && value !== undefined && value !== null ? ` ${column.unit}` : "");
const title = (column) => column.title + (column.estimate ? "*" : "");
const heading = (column) => title(column) + (column.unit ? ` (${column.unit})` : "");

// The name of an axis with its subscript: L_b.
function symbol(axis) {
  const parts = /^([LNB])_(\w)$/.exec(columns.axes[axis] ?? axis);
  return parts ? [element("i", {}, parts[1]), element("sub", {}, parts[2])] : [columns.axes[axis] ?? axis];
}

const plainSymbol = (axis) => columns.axes[axis] ?? axis;

// A point's parameters, for people.
function parameters(point) {
  return Object.entries(point.parameters).map(([axis, value], i) =>
    element("span", { class: "parameter" }, i ? ", " : "", symbol(axis), ` = ${value}`));
}

const plainParameters = (point) =>
  Object.entries(point.parameters).map(([axis, value]) => `${plainSymbol(axis)} = ${value}`).join(", ");

// The constraints that a point breaks, as text.
function violations(point) {
  return exploration.constraints
    .filter(({ metric, relation, limit }) => {
      const value = point.metrics[metric];
      return value === undefined || (relation === "<=" ? value > limit : value < limit);
    })
    .map(({ metric, relation, limit }) => {
      const column = columns.metrics[metric];
      const sign = relation === "<=" ? "≤" : "≥";
      return column ? `${column.title} ${sign} ${withUnit(column, limit)}` : `${metric} ${sign} ${limit}`;
    });
}
