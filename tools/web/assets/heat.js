// Where the decoder looked while it translated a sentence, as a table of coloured fields.
"use strict";

/// <start> and <end>, which are no words.
weft.isEdge = (word) => word === "<start>" || word === "<end>";

/// `sample`: {source_words, target_words, weights: [[of each source word] of each target word]}. `onPoint` is told the
/// row and column of the field under the pointer, and nothing when there is none; the table's `mark(row, column)` marks
/// the headings of a field, and of a row or column as a whole when the other is null.
weft.heatMap = (sample, onPoint = () => {}) => {
  const { el } = weft;
  const heading = (word) => el("th", { scope: "col" }, el("span", { class: weft.isEdge(word) ? "edge" : null }, word));
  const cell = (weight, row, column) => el("td", { style: `--weight: ${weight}`, "data-row": row, "data-column": column, "data-weight": weight });
  const table = el("table", { class: "heat", "aria-label": "Attention" },
    el("thead", {}, el("tr", {}, el("td", { style: "background: none" }), sample.source_words.map(heading))),
    el("tbody", {}, sample.target_words.map((word, row) => el("tr", {},
      el("th", { scope: "row", class: weft.isEdge(word) ? "edge" : null }, word), sample.weights[row].map((weight, at) => cell(weight, row, at))))));
  const columns = [...table.tHead.rows[0].cells].slice(1).map((each) => each.firstChild);
  const rows = [...table.tBodies[0].rows].map((each) => each.firstChild);
  const marked = (row = null, column = null) => {
    for (const met of table.querySelectorAll(".met")) met.classList.remove("met");
    if (row !== null) rows[row].classList.add("met");
    if (column !== null) columns[column].classList.add("met");
  };
  table.addEventListener("pointermove", (event) => {
    const td = event.target.closest("td[data-weight]");
    if (td) {
      const { row, column, weight } = td.dataset;
      marked(row, column);
      weft.tip(event, `${sample.target_words[row]} ← ${sample.source_words[column]}: ${Number(weight).toFixed(3)}`);
      onPoint(Number(row), Number(column));
    } else {
      marked();
      weft.tip(event);
      onPoint();
    }
  });
  table.addEventListener("pointerleave", (event) => {
    marked();
    weft.tip(event);
    onPoint();
  });
  const scroll = el("div", { class: "scroll" }, table);
  scroll.mark = marked;
  return scroll;
};
