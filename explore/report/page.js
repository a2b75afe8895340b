// The selected point is what plot, heat maps and tables share.

let selected = exploration.recommended?.key ?? exploration.points[0]?.key;

// Shows a point in full and marks it wherever it is.
function select(key) {
  selected = key;
  showPoint();
  markSelected();
  markRow();
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("button");
  if (target?.dataset.sort) onSort(target.dataset.sort);
  if (target?.dataset.key) {
    select(target.dataset.key);
    // Heat maps and tables are far below what shows the point.
    find("point").scrollIntoView({ block: "nearest", behavior: "smooth" });
  }
});

showPoint();
if (Object.keys(columns.metrics).length) startPlot();
else find("plot").replaceChildren(element("p", { class: "note" }, "No point was evaluated: nothing to plot."));
startHeatmaps();
startMixed();
startTable();
startLeftOut();
