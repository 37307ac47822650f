// Draws the boxes of `weft view` that can be seen as SVG, and lets the reader pan, zoom, fold and choose.
"use strict";

weft.Drawing = class {
  #svg;
  #view;
  #zoom;
  #transform = weftLayout.zoomIdentity;

  /// `onChoose(box)` is called when a box is clicked, or null when the ground is.
  constructor(element, graph, onChoose) {
    this.graph = graph;
    this.layout = new weft.Layout(graph);
    this.element = element;
    this.onChoose = onChoose;
    this.chosen = null;
    this.found = new Set(); // boxes that a search found
    this.#svg = this.#make("svg", { class: "graph", role: "img", "aria-label": `The graph ${graph.name}` });
    this.#svg.append(this.#arrow());
    this.#view = this.#make("g", {});
    this.#svg.append(this.#view);
    element.replaceChildren(this.#svg);
    this.#zoom = weftLayout.zoom().scaleExtent([0.02, 4]).on("zoom", ({ transform }) => {
      this.#transform = transform;
      this.#view.setAttribute("transform", transform);
    });
    weftLayout.select(this.#svg).call(this.#zoom).on("dblclick.zoom", null);
    this.#svg.addEventListener("click", () => this.choose(null));
    graph.unfoldAFew();
    this.draw();
    this.fit();
  }

  // ---- What the reader does.

  /// Folds or unfolds a group; what was clicked stays where it is.
  toggle(box) {
    const before = this.#corner(box);
    box.open = !box.open;
    this.choose(box, { keep: true });
    this.draw();
    const after = this.#corner(box);
    const k = this.#transform.k;
    this.#moveTo(this.#transform.translate(before.x - after.x, before.y - after.y));
    this.#keepInSight(box, k);
  }

  choose(box, { keep = false } = {}) {
    this.chosen = box;
    this.onChoose(box);
    if (!keep) this.draw();
  }

  /// Unfolds what the node's box is in, chooses it and brings it to the middle.
  goTo(box) {
    this.graph.reveal(box);
    this.choose(box);
    const { x, y } = this.#corner(box);
    const k = Math.max(0.9, Math.min(1.4, this.#transform.k));
    const { width, height } = this.#room();
    this.#moveTo(weftLayout.zoomIdentity.translate(width / 2 - (x + box.width / 2) * k, height / 2 - (y + Math.min(box.height, height / k) / 2) * k).scale(k));
  }

  mark(boxes) {
    this.found = boxes;
    this.draw();
  }

  fit() {
    const { width, height } = this.#room();
    const root = this.graph.root;
    const k = Math.min(1.25, (width - 24) / Math.max(root.width, 1), (height - 24) / Math.max(root.height, 1));
    const x = (width - root.width * k) / 2;
    this.#moveTo(weftLayout.zoomIdentity.translate(x, Math.max(12, (height - root.height * k) / 2)).scale(k));
  }

  firstLook() {
    this.graph.unfoldAFew();
    this.draw();
    this.fit();
  }

  foldAll() {
    this.graph.foldAll();
    this.draw();
    this.fit();
  }

  get scale() {
    return this.#transform.k;
  }

  #room() {
    const { width, height } = this.element.getBoundingClientRect();
    return { width: Math.max(width, 100), height: Math.max(height, 100) };
  }

  #moveTo(transform) {
    weftLayout.select(this.#svg).call(this.#zoom.transform, transform);
  }

  /// Where the box is in the whole drawing, or what stands for it.
  #corner(box) {
    let [x, y] = [0, 0];
    for (const outer of this.graph.visible(box).chain()) {
      x += outer.x ?? 0;
      y += outer.y ?? 0;
    }
    return { x, y };
  }

  /// A group that was opened and does not fit the window is brought into it.
  #keepInSight(box, k) {
    if (!box.open) return;
    const { width, height } = this.#room();
    const { x, y } = this.#corner(box);
    const [left, top] = this.#transform.apply([x, y]);
    const fits = left >= 0 && top >= 0 && left + box.width * k <= width && top + box.height * k <= height;
    if (fits) return;
    const scale = Math.min(k, (width - 40) / box.width, (height - 40) / box.height);
    const readable = Math.max(scale, Math.min(k, 0.55));
    this.#moveTo(weftLayout.zoomIdentity
      .translate(width / 2 - (x + box.width / 2) * readable, Math.max(20, height / 2 - (box.height / 2) * readable) - y * readable)
      .scale(readable));
  }

  // ---- Drawing.

  draw() {
    this.layout.run();
    const boxes = this.#make("g", {});
    const lines = this.#make("g", { class: "links" });
    this.#drawGroup(this.graph.root, boxes, 0, 0);
    this.#drawLinks(lines);
    this.#view.replaceChildren(boxes, lines);
  }

  #make(tag, attributes, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  #arrow() {
    const head = (id, cls) =>
      this.#make("marker", { id, class: cls, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto", markerUnits: "userSpaceOnUse" },
        this.#make("path", { d: "M0 1 L8 4 L0 7 z" }));
    return this.#make("defs", {}, head("arrow", "head"), head("arrow-leaf", "head leaf"), head("arrow-link", "head link"));
  }

  #drawGroup(group, into, x, y) {
    for (const route of group.routes) into.append(this.#edge(route, x, y));
    for (const child of group.children) {
      const [left, top] = [x + child.x, y + child.y];
      into.append(this.#box(child, left, top));
      if (child.open) this.#drawGroup(child, into, left, top);
    }
  }

  #edge({ bundle, points, label, upright }, x, y) {
    const leaf = bundle.from.part === "leaf";
    const d = this.#curve(points.map((point) => ({ x: point.x + x, y: point.y + y })), upright);
    const width = (leaf ? 1.3 : 1 + Math.min(3, Math.log2(bundle.count) / 2)).toFixed(2);
    const edge = this.#make("g", { class: leaf ? "edge leaf" : "edge" },
      this.#make("path", { class: "hit", d }),
      this.#make("path", { class: "line", d, "stroke-width": width, "marker-end": leaf ? "url(#arrow-leaf)" : "url(#arrow)" }));
    for (const [at, line] of (label?.lines ?? []).entries()) {
      const text = this.#make("text", { class: "flow", x: label.x + x, y: label.y + y + 4 + 13 * (at - (label.lines.length - 1) / 2) });
      text.textContent = line;
      edge.append(text);
    }
    edge.addEventListener("pointermove", (event) => weft.tip(event, ...this.#aboutBundle(bundle)));
    edge.addEventListener("pointerleave", (event) => weft.tip(event));
    return edge;
  }

  #aboutBundle(bundle) {
    const types = [...bundle.types].sort((a, b) => b[1] - a[1]);
    const shown = types.slice(0, 8).map(([type, count]) => weft.el("div", { class: "mono" }, `${count} \u00d7 ${type}`));
    const rest = types.length > 8 ? weft.el("div", { class: "muted" }, `and ${types.length - 8} more types`) : "";
    return [weft.el("b", {}, `${weft.titleOf(bundle.from)} \u2192 ${weft.titleOf(bundle.to)}`), ...shown, rest];
  }

  /// Through the points, rounded.
  #curve(points, upright = false) {
    if (points.length === 2) {
      const [a, b] = points;
      const across = !upright && Math.abs(b.x - a.x) > Math.abs(b.y - a.y);
      const [dx, dy] = across ? [(b.x - a.x) / 2, 0] : [0, (b.y - a.y) / 2];
      return `M${this.#at(a)} C${this.#at({ x: a.x + dx, y: a.y + dy })} ${this.#at({ x: b.x - dx, y: b.y - dy })} ${this.#at(b)}`;
    }
    let d = `M${this.#at(points[0])}`;
    for (let i = 1; i + 1 < points.length; ++i) {
      const next = points[i + 1];
      const end = i + 2 === points.length ? next : { x: (points[i].x + next.x) / 2, y: (points[i].y + next.y) / 2 };
      d += ` Q${this.#at(points[i])} ${this.#at(end)}`;
    }
    return d;
  }

  #at({ x, y }) {
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  }

  #box(box, x, y) {
    const classes = ["box", box.isGroup ? "group" : box.kind, box.kind, box.part, box.open ? "open" : "folded"];
    if (box === this.chosen) classes.push("chosen");
    if (this.found.has(box)) classes.push("found");
    const group = this.#make("g", {
      class: [...new Set(classes)].join(" "), transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
      "data-name": box.name, "data-title": weft.titleOf(box), tabindex: 0, role: "button",
      "aria-label": `${weft.titleOf(box)}, ${this.layout.subtitle(box)}`,
    });
    if (box.isGroup) group.setAttribute("aria-expanded", String(box.open));
    if (box.kind === "series" && !box.open)
      for (const shift of [6, 3]) group.append(this.#rect(box, "back", shift));
    group.append(this.#rect(box, "face", 0));
    if (!box.open) group.append(this.#make("rect", { class: "stripe", x: 0, y: 0, width: 5, height: box.height, rx: 2 }));
    if (box.open) group.append(this.#make("rect", { class: "lid", width: box.width, height: 26, rx: 9 }));
    const share = this.graph.shareOf(box);
    if (!box.open && share > 0.002)
      group.append(this.#make("rect", { class: "share", x: 8, y: box.height - 4, width: Math.max(2, share * (box.width - 16)), height: 2.5, rx: 1 }));
    group.append(...this.#texts(box));
    const act = (event) => {
      event.stopPropagation();
      weft.tip(event);
      if (box.isGroup) this.toggle(box);
      else this.choose(box);
    };
    group.addEventListener("click", act);
    group.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") act(event);
    });
    return group;
  }

  #rect(box, name, shift) {
    return this.#make("rect", { class: name, x: shift, y: shift, width: box.width, height: box.height,
      rx: box.kind === "output" ? box.height / 2 : box.isGroup ? 9 : 5 });
  }

  #texts(box) {
    const line = (cls, text, x, y, anchor = "start") => {
      const element = this.#make("text", { class: cls, x, y, "text-anchor": anchor });
      const room = Math.floor((box.width - 24) / (cls === "title" ? 6.6 : 5.6));
      element.textContent = text.length > room ? `${text.slice(0, Math.max(3, room - 1))}\u2026` : text;
      return element;
    };
    const title = weft.titleOf(box);
    if (box.kind === "output") return [line("title", title, box.width / 2, 19, "middle")];
    if (box.open) return [line("title", title, 28, 18), line("sign", "\u2212", 12, 18)];
    const texts = [line("title", title, 14, 19), line("subtitle", this.layout.subtitle(box), 14, box.isGroup ? 37 : 34)];
    if (box.isGroup) texts.push(line("sign", "+", box.width - 12, 19, "end"));
    return texts;
  }

  /// From what the chosen node takes, and to what takes it, wherever they are: those are links between what can be
  /// seen of them.
  #drawLinks(into) {
    if (!this.chosen || this.chosen.kind !== "node" || !this.graph.root.open) return;
    const node = this.graph.nodes[this.chosen.node];
    const near = this.graph.visible(this.chosen);
    const link = (from, to) => {
      if (from === to) return;
      const [a, b] = [this.#corner(from), this.#corner(to)];
      const start = { x: a.x + from.width / 2, y: a.y + (from.open ? 13 : from.height / 2) };
      const end = { x: b.x + to.width / 2, y: b.y + (to.open ? 13 : to.height / 2) };
      into.append(this.#make("path", { class: "link", d: this.#curve([this.#edgeOf(start, end, from), this.#edgeOf(end, start, to)]), "marker-end": "url(#arrow-link)" }));
    };
    const operands = new Set(node.operands.map((value) => this.graph.visible(this.graph.boxes[this.graph.producers[value].node])));
    const users = new Set(node.users.map((user) => this.graph.visible(this.graph.boxes[user])));
    for (const from of operands) link(from, near);
    for (const to of users) link(near, to);
  }

  /// Where the line from a box's middle towards a point leaves the box.
  #edgeOf(middle, towards, box) {
    const [dx, dy] = [towards.x - middle.x, towards.y - middle.y];
    if (Math.abs(dx) > Math.abs(dy)) return { x: middle.x + Math.sign(dx) * box.width / 2, y: middle.y };
    return { x: middle.x, y: middle.y + Math.sign(dy) * (box.open ? 13 : box.height / 2) };
  }
};
