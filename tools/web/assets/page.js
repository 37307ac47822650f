// What all pages of Weft's tools share. Text from files only ever becomes text: nothing here writes HTML.
"use strict";

const weft = {
  /// The page's data with that id (Page::data).
  data(id) {
    return JSON.parse(document.getElementById(id).textContent);
  },

  /// An element: weft.el("td", {class: "number", onclick: f}, "text", other elements...). Children that are null are
  /// left out; strings and numbers become text.
  el(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return element;
  },

  /// A table of text: `columns` are {title, number}, rows are lists of cells (text, numbers or elements; a cell may be
  /// {cell, key} with another key to sort by).
  table(columns, rows) {
    const kind = (at) => (columns[at].number ? { class: "number" } : {});
    const row = (cells) =>
      weft.el("tr", {}, cells.map((content, at) => {
        const keyed = content !== null && typeof content === "object" && "key" in content;
        return weft.el("td", { ...kind(at), "data-key": keyed ? content.key : null }, keyed ? content.cell : content);
      }));
    const table = weft.el("table", { class: "sortable" },
      weft.el("thead", {}, weft.el("tr", {}, columns.map((column, at) => weft.el("th", kind(at), column.title)))),
      weft.el("tbody", {}, rows.map(row)));
    return table;
  },

  /// 12345.6 -> "12,346"; 0.0123 -> "0.0123".
  number(value) {
    const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 3;
    return digits === 0 ? Math.round(value).toLocaleString("en-US") : String(Number(value.toPrecision(digits)));
  },

  /// 1572864 -> "1.5 MiB".
  bytes(value) {
    return weft.scaled(value, 1024, ["B", "KiB", "MiB", "GiB", "TiB"]);
  },

  /// 2.5e9 -> "2.5 Gflop"
  flops(value) {
    return weft.scaled(value, 1000, ["flop", "kflop", "Mflop", "Gflop", "Tflop", "Pflop"]);
  },

  /// 0.00123 -> "1.23 ms"
  seconds(value) {
    return value >= 1 ? `${weft.number(value)} s` : weft.scaled(value * 1e9, 1000, ["ns", "µs", "ms"]);
  },

  scaled(value, base, units) {
    let unit = 0;
    while (Math.abs(value) >= base && unit + 1 < units.length) {
      value /= base;
      ++unit;
    }
    return `${unit === 0 ? weft.number(Math.round(value)) : weft.number(value)} ${units[unit]}`;
  },

  /// The colour that a custom property stands for now, as canvas and SVG take it: weft.color("--ink").
  color(property) {
    weft.probe ??= document.body.appendChild(weft.el("i", { hidden: true }));
    weft.probe.style.color = `var(${property})`;
    return getComputedStyle(weft.probe).color;
  },

  /// Calls `redraw` whenever light became dark or the other way.
  onTheme(redraw) {
    document.addEventListener("weft:theme", redraw);
  },

  /// Shows `content` (elements or text) near the pointer; without content hides it.
  tip(event, ...content) {
    const tip = document.getElementById("tip") ?? document.body.appendChild(weft.el("div", { id: "tip", hidden: true }));
    tip.hidden = content.length === 0;
    if (tip.hidden) return;
    tip.replaceChildren(...content);
    const { width, height } = tip.getBoundingClientRect();
    const beside = (at, size, room) => (at + 14 + size <= room ? at + 14 : Math.max(4, at - 14 - size));
    tip.style.left = `${beside(event.clientX, width, innerWidth)}px`;
    tip.style.top = `${beside(event.clientY, height, innerHeight)}px`;
  },

  /// Shows the section of that id and marks its tab.
  showTab(id) {
    for (const button of document.querySelectorAll(".tabs [data-tab]")) {
      const chosen = button.dataset.tab === id;
      button.setAttribute("aria-selected", String(chosen));
      document.getElementById(button.dataset.tab).hidden = !chosen;
    }
    document.dispatchEvent(new CustomEvent("weft:tab", { detail: id }));
  },
};

// ---- Light and dark: the system's, until the button says otherwise.
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const announce = () => document.dispatchEvent(new CustomEvent("weft:theme"));
  // A browser may keep storage from pages that are files; then a choice lasts as long as the page.
  const stored = (use) => {
    try {
      return use(localStorage);
    } catch {
      return null;
    }
  };
  const chosen = stored((storage) => storage.getItem("weft-theme"));
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  system.addEventListener("change", announce);
  document.getElementById("theme").addEventListener("click", () => {
    const dark = (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
    root.dataset.theme = dark ? "light" : "dark";
    stored((storage) => storage.setItem("weft-theme", root.dataset.theme));
    announce();
  });
}

// ---- Tabs.
for (const bar of document.querySelectorAll(".tabs")) {
  bar.setAttribute("role", "tablist");
  for (const button of bar.querySelectorAll("[data-tab]")) {
    button.setAttribute("role", "tab");
    button.addEventListener("click", () => weft.showTab(button.dataset.tab));
  }
  const first = bar.querySelector("[data-tab]");
  if (first) weft.showTab(first.dataset.tab);
}

// ---- Tables: a click on a heading sorts, another one turns the order round. Numbers begin with the largest.
document.addEventListener("click", (event) => {
  const heading = event.target.closest?.("table.sortable thead th");
  if (!heading) return;
  const table = heading.closest("table");
  const column = heading.cellIndex;
  const before = heading.getAttribute("aria-sort");
  const descending = before === null ? heading.classList.contains("number") : before === "ascending";
  for (const other of heading.parentElement.children) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const key = (row) => {
    const cell = row.cells[column];
    return cell.dataset.key ?? cell.textContent.replaceAll(",", "");
  };
  const compare = (a, b) => {
    const numbers = [Number(key(a)), Number(key(b))];
    return numbers.some(Number.isNaN) ? key(a).localeCompare(key(b)) : numbers[0] - numbers[1];
  };
  const rows = [...table.tBodies[0].rows].sort((a, b) => (descending ? compare(b, a) : compare(a, b)));
  table.tBodies[0].append(...rows);
});
