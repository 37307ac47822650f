// What `weft view` tells at the right: about the graph, a group, a node, or a piece of memory.
"use strict";

weft.Details = class {
  /// `goTo(box)` brings a box of the graph into sight; `showMemory(region)` one of the memory picture.
  constructor(element, { goTo, showMemory }) {
    this.element = element;
    this.goTo = goTo;
    this.showMemory = showMemory;
  }

  show(graph, box, memory) {
    this.graph = graph;
    this.memory = memory;
    const content = box === null ? this.#aboutGraph() : box.isGroup ? this.#aboutGroup(box) : this.#aboutNode(graph.nodes[box.node]);
    this.#fill(content);
  }

  showRegion(graph, memory, region) {
    this.graph = graph;
    this.memory = memory;
    const { name, bytes, first, last, why, holds } = memory.about(region);
    const maker = graph.nodes[memory.schedule[first]];
    const user = last < memory.schedule.length ? graph.nodes[memory.schedule[last]] : null;
    this.#fill([
      weft.el("h2", {}, name), weft.el("p", { class: "muted" }, why),
      this.#facts([
        ["size", `${weft.bytes(bytes)} (${bytes.toLocaleString("en-US")} bytes)`],
        ["address", `${region.offset.toLocaleString("en-US")} in the arena`],
        ["steps", `${first} to ${Math.min(last, memory.schedule.length)} of ${memory.schedule.length}`],
        ["written by", this.#to(maker)],
        ["last use", user ? this.#to(user) : "copied out after the run"],
      ]),
      ...(holds.length > 1 ? this.#list("Values in it, one after another or in parts", holds, (value) => [
        this.#to(graph.nodes[graph.producers[value].node], graph.valueName(value)), this.#mono(graph.typeOf(value))]) : []),
    ]);
  }

  #fill(content) {
    this.element.replaceChildren(...content.filter((child) => child !== null));
    this.element.scrollTop = 0;
  }

  // ---- Small parts.

  #mono(text) {
    return weft.el("span", { class: "mono" }, text);
  }

  #part(part) {
    return weft.el("span", { class: `part ${part}` }, part === "leaf" ? "leaf: no kernel computes it" : part);
  }

  #facts(rows) {
    const shown = rows.filter((row) => row !== null);
    return weft.el("table", { class: "facts" }, weft.el("tbody", {}, shown.map(([name, ...content]) =>
      weft.el("tr", {}, weft.el("th", {}, name), weft.el("td", {}, ...content)))));
  }

  #to(node, text = node.name) {
    return weft.el("button", { class: "to", type: "button", onclick: () => this.goTo(this.graph.boxes[node.number]) }, text);
  }

  #list(title, items, lineOf) {
    if (items.length === 0) return [];
    const most = 60;
    const rest = items.length - most;
    return [weft.el("h3", {}, title),
      weft.el("ul", {}, items.slice(0, most).map((item) => weft.el("li", {}, ...lineOf(item)))),
      rest > 0 ? weft.el("p", { class: "muted" }, `and ${weft.number(rest)} more`) : null];
  }

  #cost({ flops, bytes, seconds }, kernel = null) {
    const rate = (amount, unit) => (seconds > 0 && amount > 0 ? `, ${weft.number((1e-9 * amount) / seconds)} ${unit}/s` : "");
    return [
      ["work", flops > 0 ? `${weft.flops(flops)}${rate(flops, "Gflop")}` : "none"],
      ["traffic", bytes > 0 ? `${weft.bytes(bytes)} read and written${rate(bytes, "GB")}` : "none"],
      seconds > 0 ? ["time", `${weft.seconds(seconds)} a run, ${this.#share(seconds)}${kernel ? ` (${kernel})` : ""}`] : null,
    ];
  }

  #share(seconds) {
    return `${((100 * seconds) / this.graph.root.seconds).toFixed(1)} % of all`;
  }

  #byOp(nodes) {
    const ops = [...weft.groupBy(nodes, (node) => node.op)].map(([op, members]) => ({
      op, count: members.length,
      flops: members.reduce((sum, node) => sum + node.flops, 0), seconds: members.reduce((sum, node) => sum + (node.seconds ?? 0), 0),
    }));
    ops.sort((a, b) => b.seconds - a.seconds || b.flops - a.flops || b.count - a.count);
    const timed = this.graph.timed;
    return weft.table(
      [{ title: "op" }, { title: "nodes", number: true }, timed ? { title: "time", number: true } : { title: "work", number: true }],
      ops.slice(0, 24).map(({ op, count, flops, seconds }) => [op, weft.number(count),
        timed ? { cell: seconds > 0 ? weft.seconds(seconds) : "", key: seconds } : { cell: flops > 0 ? weft.flops(flops) : "", key: flops }]));
  }

  // ---- A graph, a group, a node.

  #aboutGraph() {
    const { graph, memory } = this;
    const leaves = (op) => {
      const found = graph.nodes.filter((node) => node.op === op);
      const bytes = found.reduce((sum, node) => sum + weft.typeBytes(node.types[0]), 0);
      return found.length === 0 ? null : [`${op}s`, `${weft.number(found.length)}, ${weft.bytes(bytes)}`];
    };
    return [
      weft.el("h2", {}, graph.name),
      weft.el("p", { class: "muted" }, "Click a box to see what it is; a group unfolds, and folds again by its head. Drag to move, scroll to zoom. "
        + `The red line below a box is its share of all ${graph.timed ? "time" : "work"}.`),
      this.#facts([
        ["nodes", weft.number(graph.nodes.length)],
        ...this.#cost(graph.root), leaves("input"), leaves("parameter"), leaves("state"),
        graph.data.updates.length > 0 ? ["updates", weft.number(graph.data.updates.length)] : null,
        memory ? ["arena", `${weft.bytes(memory.arena)} for what lies between`] : null,
      ]),
      weft.el("h3", {}, "By op"), this.#byOp(graph.nodes),
    ];
  }

  #aboutGroup(box) {
    const nodes = this.graph.nodesIn(box);
    const around = (side, other) => (box.parent ? this.graph.bundlesIn(box.parent) : [])
      .filter((bundle) => bundle[side] === box).map((bundle) => ({ bundle, box: bundle[other] }));
    const line = ({ bundle, box: end }) => [
      weft.el("button", { class: "to", type: "button", onclick: () => this.goTo(end) }, weft.titleOf(end)),
      weft.el("span", { class: "mono" }, weft.bundleText(bundle))];
    return [
      weft.el("h2", {}, weft.titleOf(box)),
      weft.el("p", { class: "muted" }, box.kind === "scope" ? `scope ${box.name}` : box.kind === "series"
        ? `${box.times} alike: ${box.name}` : box.name),
      this.#facts([
        ["nodes", weft.number(box.count)],
        box.part === "mixed" ? ["parts", ...[...box.parts].filter((part) => part !== "output").map((part) => weft.el("div", {}, this.#part(part)))]
          : ["part", this.#part(box.part)],
        ...this.#cost(box),
      ]),
      ...this.#list("Takes from beside it", around("to", "from"), line),
      ...this.#list("Gives to beside it", around("from", "to"), line),
      weft.el("h3", {}, "By op"), this.#byOp(nodes),
    ];
  }

  #aboutNode(node) {
    const { graph } = this;
    const value = (number) => [this.#to(graph.nodes[graph.producers[number].node], graph.valueName(number)), this.#mono(graph.typeOf(number))];
    const initial = node.op === "parameter" || node.op === "state";
    return [
      weft.el("h2", {}, node.name),
      weft.el("p", { class: "muted" }, this.#part(node.part)),
      this.#facts([
        ["op", weft.el("b", {}, node.op)],
        [node.types.length > 1 ? "results" : "result", ...node.types.map((type, result) =>
          weft.el("div", { class: "mono" }, `${node.types.length > 1 ? `:${result} ` : ""}${type}`))],
        ["scope", node.scope === "" ? weft.el("span", { class: "muted" }, "none") : node.scope],
        ...(node.part === "leaf" ? [["size", weft.bytes(weft.typeBytes(node.types[0]))]] : this.#cost(node, node.kernel)),
        ...node.attributes.map(([name, content]) => [name, this.#mono(content.length > 400 ? `${content.slice(0, 400)}\u2026` : content)]),
        node.outputs.length > 0 ? ["output", node.outputs.join(", ")] : null,
        node.updates.length > 0 ? ["updates", ...node.updates.map((variable) => weft.el("div", {}, this.#to(graph.nodes[variable])))] : null,
      ]),
      ...this.#placesOf(node),
      ...this.#list("Takes", node.operands, value),
      ...this.#list(initial ? "Read by" : "Used by", [...new Set(node.users)].map((user) => graph.nodes[user]), (user) => [this.#to(user), this.#mono(user.types[0] ?? "")]),
    ];
  }

  /// Where the node's results live.
  #placesOf(node) {
    const { memory } = this;
    if (!memory) return [];
    const lines = node.types.map((type, result) => {
      const number = node.first + result;
      const place = memory.placeOf(number);
      const which = node.types.length > 1 ? `:${result} ` : "";
      if (place === null) return `${which}nowhere: it is never needed`;
      if (place.leaf !== undefined)
        return place.leaf === node.number ? "memory of its own, outside of the arena"
          : weft.el("span", {}, `${which}in the memory of `, this.#to(this.graph.nodes[place.leaf]));
      const { region } = place;
      return weft.el("div", {}, `${which}arena, from ${weft.bytes(place.offset)}, steps ${region.first} to ${Math.min(region.last, memory.schedule.length)} `,
        weft.el("button", { class: "to", type: "button", onclick: () => this.showMemory(region) }, "show"));
    });
    return [weft.el("h3", {}, "Place in memory"), ...lines.map((line) => weft.el("div", {}, line))];
  }
};

/// Bytes of a type as it is written: "f32[64,1024]".
weft.typeBytes = (type) => {
  const sizes = { f32: 4, f64: 8, i32: 4, bool: 1, bf16: 2 };
  const [, dtype, extents] = type.match(/^(\w+)\[(.*)\]$/);
  return extents.split(",").filter((extent) => extent !== "").reduce((product, extent) => product * Number(extent), sizes[dtype]);
};
