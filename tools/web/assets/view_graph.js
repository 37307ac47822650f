// The graph of `weft view` as a tree of boxes that can be folded. The data (tools/weft/view_data.cpp):
//
//   ops, scopes, types: texts, which nodes name by number
//   nodes: [name, op, scope, part, operands, types of the results, [[attribute, content], ...], flops, bytes,
//          [seconds, kind]?], each after its operands. Results are numbered over all nodes, in this order.
//   outputs: [name, value]; updates: [variable, value]
//   memory?: {arena, live, naive, schedule: nodes, regions: [value or null, offset, bytes, first step, last step],
//            places: of each value, its offset in the arena, [leaf, offset], or null}
//
// A box is one node, an output, or a group: a scope; a series of scopes or nodes that repeat with another number (time
// steps); a collection of leaves; or, where a group would have too many boxes to look at, a run of neighbours.
"use strict";

weft.parts = ["leaf", "forward", "gradient", "update"];

/// No group shows more boxes than this at once.
weft.mostBoxes = 60;

weft.Box = class {
  constructor(kind, label, { node = null, name = label } = {}) {
    this.kind = kind; // "node", "output", "scope", "series", "leaves", "run"
    this.label = label;
    this.name = name; // full: "decoder/step3"
    this.node = node; // of a node or an output: the node's number
    this.parent = null;
    this.children = [];
    this.open = false;
    this.edges = new Map(); // between its children; see bundleEdges()
  }

  get isGroup() {
    return this.kind !== "node" && this.kind !== "output";
  }

  /// The box and all that it is in, the innermost first.
  *chain() {
    for (let box = this; box !== null; box = box.parent) yield box;
  }

  adopt(children) {
    this.children = children;
    for (const child of children) child.parent = this;
  }
};

weft.Graph = class {
  constructor(data) {
    this.data = data;
    this.name = data.name;
    this.nodes = [];
    this.producers = []; // of every value: {node, result}
    for (const [number, fields] of data.nodes.entries()) this.nodes.push(this.#node(number, fields));
    for (const node of this.nodes)
      for (const value of node.operands) this.nodes[this.producers[value].node].users.push(node.number);
    for (const [name, value] of data.outputs) this.nodes[this.producers[value].node].outputs.push(name);
    for (const [variable, value] of data.updates) this.nodes[this.producers[value].node].updates.push(this.producers[variable].node);
    this.timed = this.nodes.some((node) => node.seconds !== null);
    this.root = this.#tree();
    this.boxes = []; // by node
    this.#measure(this.root, 0);
    this.#bundleEdges();
  }

  #node(number, [name, op, scope, part, operands, types, attributes, flops, bytes, time]) {
    const first = this.producers.length;
    for (let result = 0; result < types.length; ++result) this.producers.push({ node: number, result });
    return {
      number, name, attributes, operands, flops, bytes, first,
      op: this.data.ops[op],
      scope: this.data.scopes[scope],
      part: weft.parts[part],
      types: types.map((type) => this.data.types[type]),
      seconds: time ? time[0] : null,
      kernel: time ? time[1] : null,
      users: [], outputs: [], updates: [],
    };
  }

  typeOf(value) {
    const { node, result } = this.producers[value];
    return this.nodes[node].types[result];
  }

  valueName(value) {
    const { node, result } = this.producers[value];
    return this.nodes[node].name + (result === 0 ? "" : `:${result}`);
  }

  // ---- The tree.

  #tree() {
    const root = new weft.Box("scope", this.name, { name: "" });
    const scopes = new Map([["", root]]);
    // Scopes nested deeper than anybody reads are one box.
    const deepest = 16;
    const scopeBox = (scope) => {
      let box = scopes.get(scope);
      if (box) return box;
      box = root;
      const names = scope.split("/");
      for (let depth = 1; depth <= Math.min(deepest, names.length); ++depth) {
        const last = depth === deepest ? names.length : depth;
        const name = names.slice(0, last).join("/");
        if (!scopes.has(name)) {
          scopes.set(name, new weft.Box("scope", names.slice(depth - 1, last).join("/"), { name }));
          box.children.push(scopes.get(name));
        }
        box = scopes.get(name);
      }
      return box;
    };
    for (const node of this.nodes) {
      const inner = node.scope !== "" && node.name.startsWith(`${node.scope}/`);
      const label = inner ? node.name.slice(node.scope.length + 1) : node.name;
      scopeBox(node.scope).children.push(new weft.Box("node", label, { node: node.number, name: node.name }));
    }
    for (const [name, value] of this.data.outputs)
      root.children.push(new weft.Box("output", name, { node: this.producers[value].node }));
    for (const box of [...scopes.values()]) {
      if (box !== root && this.#withoutWrapping(box) !== box) continue;
      const children = this.#inSeries(this.#sorted(box.children.map((child) => this.#withoutWrapping(child))));
      box.adopt(this.#inRuns(box === root ? this.#withLeavesTogether(children) : children));
    }
    return root;
  }

  /// A scope of one node is as good as the node.
  #withoutWrapping(box) {
    const labels = [];
    let inner = box;
    for (; inner.kind === "scope" && inner.children.length === 1; inner = inner.children[0]) labels.push(inner.label);
    if (inner.kind !== "node" || inner === box) return box;
    inner.label = [...labels, inner.name.slice(inner.name.lastIndexOf("/") + 1)].join("/");
    return inner;
  }

  /// In the order of their first nodes.
  #sorted(children) {
    const first = new Map();
    const firstOf = (box) => {
      if (!first.has(box))
        first.set(box, box.isGroup ? box.children.reduce((least, child) => Math.min(least, firstOf(child)), Infinity)
          : box.node + (box.kind === "output" ? 0.5 : 0));
      return first.get(box);
    };
    return children.map((box) => [firstOf(box), box]).sort((a, b) => a[0] - b[0]).map(([, box]) => box);
  }

  /// Scopes that differ by the number at their end ("step3", "step4"), and nodes of one op that do, become one box where
  /// they are one structure repeated: layers of different widths stay apart.
  #inSeries(children) {
    const keyOf = (box) => {
      if (box.kind === "scope") return /\d$/.test(box.label) ? `scope ${box.label.replace(/\d+$/, "")}` : null;
      if (box.kind !== "node") return null;
      const last = box.label.slice(box.label.lastIndexOf("/") + 1);
      return `${this.nodes[box.node].op} ${last.replace(/_?\d+$/, "")}`;
    };
    const least = { scope: 2, node: 4 };
    const seriesOf = new Map(); // by box
    for (const [key, members] of weft.groupBy(children, keyOf))
      if (key !== null)
        for (const series of this.#alikes(members)) for (const box of series) seriesOf.set(box, series);
    const result = [];
    const done = new Set();
    for (const box of children) {
      const series = seriesOf.get(box) ?? [];
      if (series.length < (least[box.kind] ?? Infinity)) result.push(box);
      else if (!done.has(series)) {
        done.add(series);
        const key = keyOf(box);
        const stem = key.slice(key.indexOf(" ") + 1) || this.nodes[box.node]?.op || "";
        const grouped = new weft.Box("series", stem.replace(/[_-]$/, ""), { name: `${series[0].name} ...` });
        grouped.times = series.length;
        grouped.adopt(this.#inRuns(series));
        result.push(grouped);
      }
    }
    return result.length === 1 && result[0].kind === "series" ? result[0].children : result;
  }

  /// Boxes of one kind, divided into those that are built alike.
  #alikes(boxes) {
    const groups = [];
    for (const box of boxes) {
      const group = groups.find((members) => this.#alike(members.at(-1), box));
      if (group) group.push(box);
      else groups.push([box]);
    }
    return groups;
  }

  /// Nodes of the same types; scopes of which one is, by more than half, part of the other: a first step lacks what
  /// compiling has found to be zero.
  #alike(a, b) {
    const [one, other] = [this.#structure(a), this.#structure(b)];
    let shared = 0;
    for (const [form, count] of one.forms) shared += Math.min(count, other.forms.get(form) ?? 0);
    if (a.kind === "node") return shared === 1;
    return 2 * shared > Math.min(one.count, other.count);
  }

  /// How often each op with its types comes in the box.
  #structure(box) {
    if (box.structure) return box.structure;
    const structure = { forms: new Map(), count: 0 };
    const add = (form, count) => {
      structure.forms.set(form, (structure.forms.get(form) ?? 0) + count);
      structure.count += count;
    };
    if (box.kind === "node") {
      const { op, types, operands } = this.nodes[box.node];
      add([op, ...types, "of", ...operands.map((value) => this.typeOf(value))].join(" "), 1);
    }
    for (const child of box.children) for (const [form, count] of this.#structure(child).forms) add(form, count);
    box.structure = structure;
    return structure;
  }

  /// What is fed and what is trained stands apart from what is computed.
  #withLeavesTogether(children) {
    const opsIn = (box, ops = new Set()) => {
      if (box.kind === "node") ops.add(this.nodes[box.node].op);
      if (box.kind === "output") ops.add("output");
      for (const child of box.children) opsIn(child, ops);
      return ops;
    };
    const kindOf = (box) => {
      const ops = opsIn(box);
      return ops.size === 1 && ["input", "parameter", "state"].includes([...ops][0]) ? `${[...ops][0]}s` : null;
    };
    const members = weft.groupBy(children, kindOf);
    const result = [];
    for (const kind of ["inputs", "parameters", "states"]) {
      const found = members.get(kind) ?? [];
      if (found.length < 3) result.push(...found);
      else {
        const box = new weft.Box("leaves", kind);
        box.adopt(this.#inRuns(found));
        result.push(box);
      }
    }
    return [...result, ...(members.get(null) ?? [])];
  }

  /// Neighbours under one box, as often as it takes, where there are too many to look at.
  #inRuns(children) {
    if (children.length <= weft.mostBoxes) return children;
    const size = Math.max(Math.ceil(children.length / weft.mostBoxes), Math.ceil(Math.sqrt(children.length)));
    const runs = [];
    for (let at = 0; at < children.length; at += size) {
      const part = children.slice(at, at + size);
      const run = new weft.Box("run", `${part[0].label} \u2026 ${part.at(-1).label}`, { name: `${part[0].name} ...` });
      run.adopt(this.#inRuns(part));
      runs.push(run);
    }
    return runs;
  }

  /// What each box holds, all together.
  #measure(box, depth) {
    Object.assign(box, { depth, count: 0, flops: 0, bytes: 0, seconds: 0, parts: new Set() });
    if (!box.isGroup) {
      const node = this.nodes[box.node];
      box.part = box.kind === "output" ? "output" : node.part;
      box.parts.add(box.part);
      if (box.kind === "node") {
        this.boxes[box.node] = box;
        Object.assign(box, { count: 1, flops: node.flops, bytes: node.bytes, seconds: node.seconds ?? 0 });
      }
      return;
    }
    for (const child of box.children) {
      this.#measure(child, depth + 1);
      for (const what of ["count", "flops", "bytes", "seconds"]) box[what] += child[what];
      for (const part of child.parts) box.parts.add(part);
    }
    const computed = [...box.parts].filter((part) => part !== "leaf" && part !== "output");
    box.part = computed.length === 1 ? computed[0] : computed.length === 0 ? "leaf" : "mixed";
  }

  // ---- Edges.

  /// Every edge belongs to the innermost group that has both ends, as part of the bundle between the two children that
  /// they are in: what is folded needs no more than that to be drawn.
  #bundleEdges() {
    const add = (from, to, value) => {
      while (from.depth > to.depth) from = from.parent;
      while (to.depth > from.depth) to = to.parent;
      while (from.parent !== to.parent) [from, to] = [from.parent, to.parent];
      if (from === to) return;
      const edges = from.parent.edges;
      if (!edges.has(from)) edges.set(from, new Map());
      const bundles = edges.get(from);
      if (!bundles.has(to)) bundles.set(to, { from, to, count: 0, types: new Map() });
      const bundle = bundles.get(to);
      bundle.count += 1;
      bundle.types.set(this.typeOf(value), (bundle.types.get(this.typeOf(value)) ?? 0) + 1);
    };
    for (const node of this.nodes)
      for (const value of node.operands) add(this.boxes[this.producers[value].node], this.boxes[node.number], value);
    const outputs = this.#all(this.root).filter((box) => box.kind === "output");
    const values = new Map(this.data.outputs);
    for (const box of outputs) add(this.boxes[box.node], box, values.get(box.label));
  }

  #all(box) {
    return box.isGroup ? [box, ...box.children.flatMap((child) => this.#all(child))] : [box];
  }

  nodesIn(box) {
    return this.#all(box).filter((inner) => inner.kind === "node").map((inner) => this.nodes[inner.node]);
  }

  bundlesIn(box) {
    return [...box.edges.values()].flatMap((bundles) => [...bundles.values()]);
  }

  // ---- Folding.

  /// The box's part of all time, or of all work where no time is known: from 0 to 1.
  shareOf(box) {
    const what = this.timed ? "seconds" : "flops";
    return this.root[what] > 0 ? box[what] / this.root[what] : 0;
  }

  /// Unfolds from the outside in, as long as few boxes are to be seen: the first look at a graph.
  unfoldAFew(most = 30) {
    this.foldAll();
    let shown = this.root.children.length;
    let level = [this.root];
    while (level.length > 0) {
      const next = [];
      for (const box of level) {
        const isFirst = box === this.root;
        if (!isFirst && (box.kind === "series" || box.kind === "run" || box.kind === "leaves")) continue;
        if (!isFirst && shown + box.children.length > most) continue;
        if (!isFirst) shown += box.children.length;
        box.open = true;
        next.push(...box.children.filter((child) => child.isGroup));
      }
      level = next.sort((a, b) => a.children.length - b.children.length);
    }
  }

  foldAll() {
    const fold = (box) => {
      box.open = box === this.root;
      box.children.forEach(fold);
    };
    fold(this.root);
  }

  /// Unfolds all that the box is in.
  reveal(box) {
    for (const outer of box.chain()) if (outer !== box) outer.open = true;
  }

  /// The box that stands for this one now: itself, or the outermost folded group that it is in.
  visible(box) {
    let found = box;
    for (const outer of box.chain()) if (!outer.open && outer !== box) found = outer;
    return found;
  }

  // ---- Search.

  /// Numbers of the nodes that have every word of the text in their name, op or types.
  search(text) {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
    if (words.length === 0) return [];
    const has = (node) => {
      const haystack = `${node.name} ${node.op} ${node.types.join(" ")}`.toLowerCase();
      return words.every((word) => haystack.includes(word));
    };
    return this.nodes.filter(has).map((node) => node.number);
  }
};

weft.groupBy = (items, keyOf) => {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return groups;
};
