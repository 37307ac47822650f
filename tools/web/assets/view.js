// The page of `weft view`: tabs for the graph as declared, as compiled, and its memory; search; the legend.
"use strict";

weft.View = class {
  #tabs = new Map(); // by id: {title, graph, memory, drawing or picture, element}
  #current = null;

  constructor() {
    this.canvas = document.getElementById("canvas");
    this.memoryElement = document.getElementById("memory");
    this.details = new weft.Details(document.getElementById("details"), {
      goTo: (box) => this.#goTo(box), showMemory: (region) => this.#showRegion(region),
    });
    for (const id of ["declared", "compiled"]) {
      if (!document.getElementById(id)) continue;
      const data = weft.data(id);
      const graph = new weft.Graph(data);
      const memory = data.memory ? new weft.Memory(graph, data.memory) : null;
      const element = this.canvas.appendChild(weft.el("div", { class: "sheet", "data-sheet": id, hidden: true }));
      this.#tabs.set(id, { id, title: data.stage, graph, memory, element });
      if (memory) this.#tabs.set("memory", { id: "memory", title: "Memory", graph, memory, element: this.memoryElement, of: id });
    }
    this.#makeToolbar();
    const wanted = location.hash.slice(1);
    this.show(this.#tabs.has(wanted) ? wanted : [...this.#tabs.keys()][0]);
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  get current() {
    return this.#tabs.get(this.#current);
  }

  tab(id) {
    return this.#tabs.get(id);
  }

  show(id) {
    this.#current = id;
    for (const [other, tab] of this.#tabs) {
      tab.element.hidden = other !== id;
      tab.button.setAttribute("aria-selected", String(other === id));
    }
    this.canvas.hidden = id === "memory";
    for (const button of this.folding) button.hidden = id === "memory";
    const tab = this.current;
    if (id === "memory") {
      tab.picture ??= new weft.MemoryPicture(tab.element, tab.memory, (region) => this.#aboutRegion(region));
      tab.picture.draw();
      this.#aboutRegion(tab.picture.chosen);
    } else {
      const isNew = !tab.drawing;
      tab.drawing ??= new weft.Drawing(tab.element, tab.graph, (box) => this.details.show(tab.graph, box, tab.memory));
      if (!isNew) this.details.show(tab.graph, tab.drawing.chosen, tab.memory);
      else this.details.show(tab.graph, null, tab.memory);
    }
    if (this.search.value !== "") this.#search();
  }

  #aboutRegion(region) {
    const { graph, memory } = this.current;
    if (region) this.details.showRegion(graph, memory, region);
    else this.details.show(graph, null, memory);
  }

  /// From the memory picture this leads to the graph that it is of.
  #goTo(box) {
    if (this.#current === "memory") this.show(this.current.of);
    this.current.drawing.goTo(box);
  }

  #showRegion(region) {
    this.show("memory");
    this.current.picture.choose(region);
  }

  // ---- The toolbar.

  #makeToolbar() {
    const button = (text, title, act) => weft.el("button", { type: "button", title, onclick: act }, text);
    const tabs = weft.el("nav", { class: "tabs", role: "tablist" });
    for (const tab of this.#tabs.values()) {
      tab.button = weft.el("button", { type: "button", role: "tab", "data-view": tab.id, onclick: () => this.show(tab.id) }, tab.title);
      tabs.append(tab.button);
    }
    this.search = weft.el("input", { type: "search", placeholder: "Search name, op or shape", "aria-label": "Search", oninput: () => this.#search(), onfocus: () => this.#search() });
    this.hits = weft.el("div", { id: "hits", hidden: true });
    const parts = new Set([...this.#tabs.values()].flatMap(({ graph }) => [...graph.root.parts]));
    const legend = weft.el("span", { class: "legend" },
      ["leaf", "forward", "gradient", "update"].filter((part) => parts.has(part)).map((part) => weft.el("span", { class: `part ${part}` }, part)));
    this.folding = [button("Overview", "Fold to a few boxes again", () => this.current.drawing.firstLook()),
      button("Fold all", "Fold every group", () => this.current.drawing.foldAll())];
    document.querySelector("header.bar .grow").before(
      tabs, weft.el("div", { id: "search" }, this.search, this.hits),
      button("Fit", "See all of it (f)", () => this.#fit()),
      ...this.folding);
    document.getElementById("theme").before(legend);
    document.addEventListener("pointerdown", (event) => {
      if (!event.target.closest("#search")) this.hits.hidden = true;
    });
  }

  #fit() {
    (this.current.drawing ?? this.current.picture).fit();
  }

  #search() {
    const { graph, drawing } = this.current;
    const numbers = graph.search(this.search.value);
    this.hits.hidden = this.search.value.trim() === "";
    drawing?.mark(new Set(numbers.flatMap((number) => [...graph.boxes[number].chain()]).filter((box) => box !== graph.root)));
    const line = (node) =>
      weft.el("button", { type: "button", onclick: () => this.#take(node) },
        weft.el("span", { class: "name", title: node.name }, node.name), weft.el("span", { class: "muted" }, node.op), weft.el("span", { class: "mono" }, node.types[0] ?? ""));
    const most = 100;
    this.hits.replaceChildren(
      weft.el("div", { class: "count" }, `${weft.number(numbers.length)} of ${weft.number(graph.nodes.length)} nodes`),
      ...numbers.slice(0, most).map((number) => line(graph.nodes[number])),
      numbers.length > most ? weft.el("div", { class: "count" }, `and ${weft.number(numbers.length - most)} more: further words narrow it`) : "");
  }

  #take(node) {
    this.hits.hidden = true;
    if (this.#current !== "memory") return this.#goTo(this.current.graph.boxes[node.number]);
    const place = node.types.length > 0 ? this.current.memory.placeOf(node.first) : null;
    if (place?.region) this.current.picture.choose(place.region);
    else this.#goTo(this.current.graph.boxes[node.number]);
  }

  #key(event) {
    const typing = event.target.closest("input");
    const buttons = [...this.hits.querySelectorAll("button")];
    if (event.key === "Escape") {
      this.search.value = "";
      this.#search();
      this.search.blur();
    } else if (event.key === "/" && !typing) {
      event.preventDefault();
      this.search.focus();
    } else if (event.key === "f" && !typing && !event.ctrlKey && !event.metaKey) {
      this.#fit();
    } else if (event.key === "Enter" && typing && buttons.length > 0) {
      buttons[0].click();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.closest("#search")) {
      event.preventDefault();
      const at = buttons.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      (buttons[at] ?? this.search).focus();
    }
  }
};

weft.view = new weft.View();
