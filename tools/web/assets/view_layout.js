// Where the boxes of `weft view` go: every open group is laid out by itself, with its folded children as plain boxes
// and its open ones as frames of the size that they need. So a click costs the layout of the group that it opens and of
// those around it, however many nodes the graph has.
"use strict";

weft.Layout = class {
  #measuring = document.createElement("canvas").getContext("2d");
  #widths = new Map();

  constructor(graph) {
    this.graph = graph;
  }

  /// Gives every box that can be seen `x`, `y` (from the corner of the group that it is in), `width` and `height`, and
  /// every open group `routes`: its bundles with the points that they run through.
  run(box = this.graph.root) {
    if (!box.open) return this.#sizeOf(box);
    for (const child of box.children) this.run(child);
    const bundles = this.graph.bundlesIn(box);
    const inRows = (box.kind === "series" || box.kind === "run") && box.children.length > 4;
    const found = inRows ? this.#rows(box, bundles) : this.#layers(box, bundles);
    const root = box === this.graph.root;
    const inset = root ? { left: 0, top: 0, right: 0, bottom: 0 } : { left: 12, top: 32, right: 12, bottom: 12 };
    for (const [child, { x, y }] of found.places) Object.assign(child, { x: x + inset.left, y: y + inset.top });
    box.routes = found.routes.map(({ bundle, points, label, upright }) => {
      const moved = (point) => ({ ...point, x: point.x + inset.left, y: point.y + inset.top });
      return { bundle, points: points.map(moved), label: label && moved(label), upright };
    });
    box.width = Math.max(found.width + inset.left + inset.right, root ? 0 : this.#textWidth(weft.titleOf(box), true) + 60);
    box.height = found.height + inset.top + inset.bottom;
  }

  /// The second line of a folded box or a node.
  subtitle(box) {
    if (box.kind === "output") return "";
    if (box.isGroup) {
      const cost = box.seconds > 0 ? ` \u00b7 ${weft.seconds(box.seconds)}` : box.flops > 0 ? ` \u00b7 ${weft.flops(box.flops)}` : "";
      return `${weft.number(box.count)} ${box.count === 1 ? "node" : "nodes"}${cost}`;
    }
    const node = this.graph.nodes[box.node];
    const stem = box.label.slice(box.label.lastIndexOf("/") + 1).replace(/_?\d+$/, "");
    const time = box.seconds > 0 ? ` \u00b7 ${weft.seconds(box.seconds)}` : "";
    return `${node.op === stem ? "" : `${node.op} `}${node.types[0] ?? ""}${time}`;
  }

  #textWidth(text, bold = false) {
    const key = (bold ? "b" : "") + text;
    if (!this.#widths.has(key)) {
      const sans = getComputedStyle(document.body).getPropertyValue("--sans");
      this.#measuring.font = bold ? `600 13px ${sans}` : `11px ${sans}`;
      this.#widths.set(key, this.#measuring.measureText(text.slice(0, 200)).width);
    }
    return this.#widths.get(key);
  }

  #sizeOf(box) {
    const text = Math.max(this.#textWidth(weft.titleOf(box), true), this.#textWidth(this.subtitle(box)));
    box.width = Math.ceil(Math.min(290, Math.max(64, text + (box.isGroup ? 46 : 26))));
    box.height = box.kind === "output" ? 28 : box.isGroup ? 48 : 42;
  }

  /// By dependency, in layers (dagre), from the top or from the left, whichever fills a screen better. A training step
  /// goes there and back: what computes forward from left to right, and below it gradients and updates from right to
  /// left.
  #layers(box, bundles) {
    const isBack = (child) => child.kind === "output" ? ["gradient", "update"].includes(this.graph.nodes[child.node].part)
      : !child.parts.has("forward") && (child.parts.has("gradient") || child.parts.has("update"));
    const back = box === this.graph.root ? box.children.filter(isBack) : [];
    if (back.length > 0 && back.length < box.children.length) return this.#thereAndBack(box, bundles, new Set(back));
    const wide = box === this.graph.root ? 1.4 : 0.6;
    const fit = ({ width, height }) => Math.max(width / wide, height);
    const found = ["TB", "LR"].map((direction) => this.#layered(box.children, bundles, direction));
    return fit(found[0]) <= fit(found[1]) ? found[0] : found[1];
  }

  #thereAndBack(box, bundles, back) {
    const gap = 70;
    const isWithin = (wanted) => ({ from, to }) => back.has(from) === wanted && back.has(to) === wanted;
    const there = this.#layered(box.children.filter((child) => !back.has(child)), bundles.filter(isWithin(false)), "LR");
    const home = this.#layered([...back], bundles.filter(isWithin(true)), "RL");
    const width = Math.max(there.width, home.width);
    const down = (point) => ({ ...point, x: point.x + width - home.width, y: point.y + there.height + gap });
    const places = new Map([...there.places, ...[...home.places].map(([child, place]) => [child, down(place)])]);
    const routes = [...there.routes,
      ...home.routes.map(({ bundle, points, label }) => ({ bundle, points: points.map(down), label: label && down(label) }))];
    const across = bundles.filter(({ from, to }) => back.has(from) !== back.has(to));
    for (const bundle of across) routes.push(this.#across(bundle, across, places));
    return { places, routes, width, height: there.height + gap + home.height };
  }

  /// From one row to the other: edges that leave or enter the same box do so beside each other.
  #across(bundle, all, places) {
    const { from, to } = bundle;
    const share = (box, side, other) => {
      const beside = all.filter((candidate) => candidate[side] === box).sort((a, b) => places.get(a[other]).x - places.get(b[other]).x);
      return places.get(box).x + (box.width * (beside.indexOf(bundle) + 1)) / (beside.length + 1);
    };
    const isDown = places.get(from).y < places.get(to).y;
    const start = { x: share(from, "from", "to"), y: places.get(from).y + (isDown ? from.height : 0) };
    const end = { x: share(to, "to", "from"), y: places.get(to).y + (isDown ? 0 : to.height) };
    const lines = this.#isLabelled(bundle) ? [weft.bundleText(bundle)] : [];
    // Near its end the curve is away from the others.
    const label = lines.length > 0 ? { x: end.x + (start.x - end.x) * 0.16, y: end.y - 22 * (isDown ? 1 : -1), lines } : null;
    return { bundle, points: [start, end], label, upright: true };
  }

  #layered(children, bundles, direction) {
    const { dagre } = weftLayout;
    const graph = new dagre.graphlib.Graph({ multigraph: false });
    graph.setGraph({
      rankdir: direction, nodesep: 16, edgesep: 10, ranksep: direction === "TB" ? 26 : 34, marginx: 6, marginy: 6,
      ranker: bundles.length > 400 ? "longest-path" : "network-simplex",
    });
    const keys = new Map(children.map((child, at) => [child, String(at)]));
    for (const [child, key] of keys) graph.setNode(key, { width: child.width, height: child.height });
    const few = bundles.length <= 60;
    for (const bundle of bundles) {
      // Leaves go near what they feed, but what is computed decides where that is.
      const weight = bundle.from.part === "leaf" ? 1 : 4;
      const lines = few && this.#isLabelled(bundle) ? weft.bundleLines(bundle, direction !== "TB") : [];
      const width = lines.reduce((most, line) => Math.max(most, this.#textWidth(line)), 0);
      const size = { width: lines.length > 0 ? width + 10 : 0, height: 14 * lines.length, labelpos: "c" };
      graph.setEdge(keys.get(bundle.from), keys.get(bundle.to), { ...size, weight, bundle, lines });
    }
    dagre.layout(graph);
    const places = new Map();
    for (const [child, key] of keys) {
      const { x, y } = graph.node(key);
      places.set(child, { x: x - child.width / 2, y: y - child.height / 2 });
    }
    const routes = graph.edges().map((edge) => {
      const { points, bundle, lines, x, y } = graph.edge(edge);
      return { bundle, points, label: lines.length > 0 ? { x, y, lines } : null };
    });
    // Without any node dagre knows no size.
    const [width, height] = [graph.graph().width, graph.graph().height].map((size) => (size > 0 ? size : 0));
    return { places, routes, width, height };
  }

  /// What flows between groups is worth saying; where it is one value, its node says it.
  #isLabelled(bundle) {
    return bundle.from.isGroup && bundle.to.isGroup && bundle.from.part !== "leaf";
  }

  /// What repeats stands in rows, to be read like text.
  #rows(box, bundles) {
    const gap = { x: 26, y: 22 };
    const area = box.children.reduce((sum, child) => sum + (child.width + gap.x) * (child.height + gap.y), 0);
    const most = Math.max(Math.sqrt(area * 2), ...box.children.map((child) => child.width));
    const places = new Map();
    let [x, y, row, width] = [0, 0, 0, 0];
    for (const child of box.children) {
      if (x > 0 && x + child.width > most) {
        y += row + gap.y;
        x = row = 0;
      }
      places.set(child, { x, y });
      x += child.width + gap.x;
      row = Math.max(row, child.height);
      width = Math.max(width, x - gap.x);
    }
    const routes = bundles.map((bundle) => ({ bundle, points: this.#between(bundle, places), label: null }));
    return { places, routes, width, height: y + row };
  }

  #between({ from, to }, places) {
    const [a, b] = [places.get(from), places.get(to)];
    const middle = (place, box) => place.y + Math.min(box.height, 48) / 2;
    if (a.y === b.y && a.x < b.x) return [{ x: a.x + from.width, y: middle(a, from) }, { x: b.x, y: middle(b, to) }];
    if (a.y === b.y) return [{ x: a.x, y: middle(a, from) }, { x: b.x + to.width, y: middle(b, to) }];
    const down = a.y < b.y;
    return [{ x: a.x + from.width / 2, y: down ? a.y + from.height : a.y },
      { x: b.x + to.width / 2, y: down ? b.y : b.y + to.height }];
  }
};

/// A box's first line.
weft.titleOf = (box) => (box.kind === "series" ? `${box.label} \u00d7 ${box.times}` : box.label);

/// What a bundle is labelled with; in two lines where it is width that is dear.
weft.bundleLines = (bundle, narrow) => {
  if (!narrow) return [weft.bundleText(bundle)];
  if (bundle.types.size > 1) return [weft.number(bundle.count), "values"];
  return [...(bundle.count === 1 ? [] : [`${weft.number(bundle.count)} \u00d7`]), [...bundle.types.keys()][0]];
};

/// "10 x f32[64,1024]", where the values of a bundle have one type.
weft.bundleText = ({ count, types }) => {
  if (types.size > 1) return `${weft.number(count)} values`;
  return (count === 1 ? "" : `${count} \u00d7 `) + [...types.keys()][0];
};
