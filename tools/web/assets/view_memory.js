// The memory picture of `weft view`: the arena over the schedule. Every box is a piece of memory that holds a value, with
// all that share it, from the step that writes it to the step that reads it last: time runs to the right, addresses
// upwards. A canvas, since there are as many boxes as values.
"use strict";

/// The plan, and what it says about the graph.
weft.Memory = class {
  constructor(graph, { arena, live, naive, schedule, regions, places }) {
    Object.assign(this, { graph, arena, live, naive, schedule });
    this.steps = schedule.length;
    this.places = places;
    this.stepOf = new Map(schedule.map((node, step) => [node, step]));
    this.regions = regions.map(([root, offset, bytes, first, last]) => ({ root, offset, bytes, first, last }));
    this.liveAt = this.#liveBytes();
    this.peakStep = this.liveAt.indexOf(Math.max(...[0], this.liveAt.reduce((most, bytes) => Math.max(most, bytes), 0)));
  }

  /// Of every step, as the plan counts: whole cache lines.
  #liveBytes() {
    const change = new Array(this.steps + 2).fill(0);
    for (const { bytes, first, last } of this.regions) {
      const whole = Math.ceil(bytes / 64) * 64;
      change[first] += whole;
      change[Math.min(last, this.steps) + 1] -= whole;
    }
    let sum = 0;
    return change.slice(0, this.steps + 1).map((by) => (sum += by));
  }

  /// Where a value is: {offset, region} in the arena, {leaf}, or null.
  placeOf(value) {
    const place = this.places[value];
    if (place === null) return null;
    if (Array.isArray(place)) return { leaf: place[0], offset: place[1] };
    const region = this.regions.find((candidate) => this.#holds(candidate, value));
    return region ? { offset: place, region } : null;
  }

  #holds(region, value) {
    const place = this.places[value];
    if (typeof place !== "number" || region.root === null) return false;
    const step = this.stepOf.get(this.graph.producers[value].node);
    return step >= region.first && step <= region.last && place >= region.offset && place < region.offset + region.bytes;
  }

  /// What a region is, and why it is live as long as it is.
  about(region) {
    const { graph } = this;
    const maker = graph.nodes[this.schedule[region.first]];
    if (region.root === null)
      return { ...region, name: `scratch memory of ${maker.name}`, why: "The kernel works in it; it is free again as soon as the step is done.", holds: [], part: maker.part };
    const holds = [];
    for (let value = 0; value < this.places.length; ++value) if (this.#holds(region, value)) holds.push(value);
    const why = [`Written by ${maker.name} (${maker.op})`];
    if (region.last >= this.steps) {
      const outputs = holds.flatMap((value) => graph.nodes[graph.producers[value].node].outputs);
      why.push(outputs.length > 0 ? `kept to the end: it is the output ${[...new Set(outputs)].join(", ")}` : "kept to the end: it is copied out after the run");
    } else {
      const user = graph.nodes[this.schedule[region.last]];
      const kept = maker.part === "forward" && user.part === "gradient" ? "kept for the gradient" : "kept";
      why.push(user === maker ? "not read by any later step" : `${kept} until ${user.name} (${user.op}) has read it`);
    }
    return { ...region, name: graph.valueName(region.root), why: `${why.join(", ")}.`, holds, part: maker.part };
  }

  partOf(region) {
    return region.root === null ? "scratch" : this.graph.nodes[this.schedule[region.first]].part;
  }
};

weft.MemoryPicture = class {
  #edges = { left: 74, right: 20, top: 96, bottom: 34 };
  #transform = weftLayout.zoomIdentity;
  #ground = document.createElement("canvas");

  /// `onChoose(region)`: null when it was the ground that was clicked.
  constructor(element, memory, onChoose) {
    this.memory = memory;
    this.onChoose = onChoose;
    this.chosen = null;
    this.hovered = null;
    this.canvas = weft.el("canvas", { "aria-label": "Working memory over the schedule" });
    const over = memory.live > 0 ? (100 * (memory.arena - memory.live)) / memory.live : 0;
    this.headline = weft.el("div", { class: "head-line" },
      `${weft.bytes(memory.arena)} of working memory for ${weft.number(memory.regions.length)} pieces over ${weft.number(memory.steps)} steps: `
      + `${over < 0.05 ? "no more than" : `${over.toFixed(1)} % above`} the ${weft.bytes(memory.live)} that are live at once at most. `
      + `With a place for each value it would be ${weft.bytes(memory.naive)}.`);
    element.replaceChildren(this.headline, this.canvas);
    this.zoom = weftLayout.zoom().scaleExtent([1, 400]).on("zoom", ({ transform }) => {
      this.#transform = transform;
      this.draw();
    });
    weftLayout.select(this.canvas).call(this.zoom).on("dblclick.zoom", null);
    this.canvas.addEventListener("pointermove", (event) => this.#hover(event));
    this.canvas.addEventListener("pointerleave", (event) => this.#hover(event, true));
    this.canvas.addEventListener("click", (event) => this.choose(this.#at(event)));
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    weft.onTheme(() => this.draw());
  }

  choose(region) {
    this.chosen = region;
    this.onChoose(region);
    this.draw();
  }

  fit() {
    weftLayout.select(this.canvas).call(this.zoom.transform, weftLayout.zoomIdentity);
  }

  // ---- Where things are, in pixels of the canvas.

  #measure() {
    const { width, height } = this.canvas.getBoundingClientRect();
    const { left, right, top, bottom } = this.#edges;
    this.size = { width, height };
    this.plot = { left, top, width: Math.max(10, width - left - right), height: Math.max(10, height - top - bottom) };
  }

  #x(step) {
    const { left, width } = this.plot;
    return this.#transform.applyX(left + (step / (this.memory.steps + 1)) * width);
  }

  #y(address) {
    const { top, height } = this.plot;
    return this.#transform.applyY(top + (1 - address / (Math.max(this.memory.arena, 1) * 1.04)) * height);
  }

  #rectangle({ offset, bytes, first, last }) {
    const [x, y] = [this.#x(first), this.#y(offset + bytes)];
    return { x, y, width: this.#x(Math.min(last, this.memory.steps) + 1) - x, height: this.#y(offset) - y };
  }

  /// The middle of a region, in pixels of the window.
  where(region) {
    const { x, y, width, height } = this.#rectangle(region);
    const { left, top } = this.canvas.getBoundingClientRect();
    return { x: left + x + width / 2, y: top + y + height / 2 };
  }

  #at(event) {
    const bounds = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
    const { plot } = this;
    if (x < plot.left || y < plot.top || y > plot.top + plot.height) return null;
    const step = ((this.#transform.invertX(x) - plot.left) / plot.width) * (this.memory.steps + 1);
    const address = (1 - (this.#transform.invertY(y) - plot.top) / plot.height) * this.memory.arena * 1.04;
    return this.memory.regions.find(({ offset, bytes, first, last }) =>
      step >= first && step < Math.min(last, this.memory.steps) + 1 && address >= offset && address < offset + bytes) ?? null;
  }

  #hover(event, left = false) {
    const region = left ? null : this.#at(event);
    if (region !== this.hovered) {
      this.hovered = region;
      this.about = region && this.memory.about(region);
      this.#drawOver();
    }
    if (!region) return weft.tip(event);
    const { name, why, bytes, first, last, holds } = this.about;
    const others = holds.length > 1 ? weft.el("div", { class: "muted" }, `${holds.length} values share it`) : "";
    const root = region.root === null ? "" : `${this.memory.graph.typeOf(region.root)}, `;
    weft.tip(event, weft.el("b", {}, name), weft.el("div", { class: "mono" }, `${root}${weft.bytes(bytes)}`),
      weft.el("div", {}, `steps ${first} to ${Math.min(last, this.memory.steps)}`), weft.el("div", {}, why), others);
  }

  // ---- Drawing.

  draw() {
    this.#measure();
    const { width, height } = this.size;
    if (width === 0 || height === 0) return;
    for (const canvas of [this.canvas, this.#ground]) {
      canvas.width = Math.round(width * devicePixelRatio);
      canvas.height = Math.round(height * devicePixelRatio);
    }
    this.#drawGround();
    this.#drawOver();
  }

  #prepared(canvas) {
    const context = canvas.getContext("2d");
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.size.width, this.size.height);
    context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    return context;
  }

  /// All but what is hovered over or chosen.
  #drawGround() {
    const { plot } = this;
    const names = ["surface", "line", "ink", "muted", "accent", "bad", ...weft.parts];
    const colors = Object.fromEntries(names.map((name) => [name, weft.color(`--${name}`)]));
    colors.scratch = colors.muted;
    this.colors = colors;
    const context = this.#prepared(this.#ground);
    this.#within(context, plot, () => {
      context.fillStyle = colors.surface;
      context.fillRect(plot.left, plot.top, plot.width, plot.height);
      this.#drawPeak(context, colors, plot);
      for (const region of this.memory.regions) this.#drawRegion(context, colors, plot, region);
      this.#drawBounds(context, colors, plot);
    });
    this.#within(context, { left: plot.left, width: plot.width, top: 0, height: this.size.height }, () => {
      this.#drawLive(context, colors, plot);
      this.#drawParts(context, colors, plot);
    });
    this.#drawAxes(context, colors, plot);
  }

  /// A copy of the ground, and over it the outlines that change with every move of the pointer.
  #drawOver() {
    const context = this.#prepared(this.canvas);
    context.drawImage(this.#ground, 0, 0, this.size.width, this.size.height);
    this.#within(context, this.plot, () => {
      for (const region of [this.hovered, this.chosen]) if (region) this.#drawOutline(context, this.colors, region);
    });
  }

  #within(context, { left, top, width, height }, draw) {
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    draw();
    context.restore();
  }

  #drawRegion(context, colors, plot, region) {
    const { x, y, width, height } = this.#rectangle(region);
    if (x + width < plot.left || x > plot.left + plot.width || y + height < plot.top || y > plot.top + plot.height) return;
    context.globalAlpha = region.root === null ? 0.35 : 0.62;
    context.fillStyle = colors[this.memory.partOf(region)];
    context.fillRect(x, y, Math.max(width, 0.6), Math.max(height, 0.5));
    context.globalAlpha = 1;
    if (width > 3 && height > 3) {
      context.strokeStyle = colors.surface;
      context.lineWidth = 1;
      context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
    }
    if (height > 15 && width > 46 && region.root !== null) {
      const left = Math.max(x, plot.left) + 5;
      const room = Math.min(x + width, plot.left + plot.width) - left - 5;
      const name = this.#shortened(context, this.memory.graph.valueName(region.root), room);
      context.fillStyle = colors.ink;
      context.fillText(name, left, y + Math.min(height / 2 + 4, 16));
    }
  }

  /// The end of a name tells more than its beginning.
  #shortened(context, name, room) {
    if (context.measureText(name).width <= room) return name;
    const letter = context.measureText("n").width;
    const kept = Math.floor(room / letter) - 1;
    return kept < 5 ? "" : `\u2026${name.slice(-kept)}`;
  }

  #drawOutline(context, colors, region) {
    const { x, y, width, height } = this.#rectangle(region);
    context.strokeStyle = region === this.chosen ? colors.accent : colors.ink;
    context.lineWidth = 2;
    context.strokeRect(x - 1, y - 1, Math.max(width, 2) + 2, Math.max(height, 2) + 2);
  }

  /// The step at which most is live.
  #drawPeak(context, colors, plot) {
    const x = this.#x(this.memory.peakStep);
    context.globalAlpha = 0.14;
    context.fillStyle = colors.bad;
    context.fillRect(x - 1, plot.top, Math.max(3, this.#x(this.memory.peakStep + 1) - x), plot.height);
    context.globalAlpha = 1;
  }

  #drawBounds(context, colors, plot) {
    const { arena, live } = this.memory;
    const line = (bytes, dash, text, below) => {
      const y = this.#y(bytes);
      context.setLineDash(dash);
      context.strokeStyle = colors.bad;
      context.lineWidth = 1.5;
      context.beginPath();
      context.moveTo(plot.left, y);
      context.lineTo(plot.left + plot.width, y);
      context.stroke();
      context.setLineDash([]);
      const width = context.measureText(text).width + 10;
      const top = below ? y + 4 : y - 18;
      context.globalAlpha = 0.9;
      context.fillStyle = colors.surface;
      context.fillRect(plot.left + plot.width - width - 6, top, width, 15);
      context.globalAlpha = 1;
      context.fillStyle = colors.bad;
      context.textAlign = "right";
      context.fillText(text, plot.left + plot.width - 11, top + 11);
      context.textAlign = "left";
    };
    line(live, [5, 4], `lower bound: ${weft.bytes(live)} live at once`, true);
    line(arena, [], `arena: ${weft.bytes(arena)}`, false);
  }

  /// Above: how much is live at each step.
  #drawLive(context, colors, plot) {
    const [bottom, height] = [plot.top - 14, plot.top - 40];
    const y = (bytes) => bottom - (bytes / Math.max(1, this.memory.live)) * height;
    context.beginPath();
    context.moveTo(this.#x(0), bottom);
    this.memory.liveAt.forEach((bytes, step) => {
      context.lineTo(this.#x(step), y(bytes));
      context.lineTo(this.#x(step + 1), y(bytes));
    });
    context.lineTo(this.#x(this.memory.steps + 1), bottom);
    context.closePath();
    context.globalAlpha = 0.25;
    context.fillStyle = colors.accent;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = colors.accent;
    context.lineWidth = 1.2;
    context.stroke();
    const at = this.#x(this.memory.peakStep + 0.5);
    context.fillStyle = colors.bad;
    context.beginPath();
    context.arc(at, y(this.memory.live), 3.5, 0, 7);
    context.fill();
    const node = this.memory.steps > 0 ? this.memory.graph.nodes[this.memory.schedule[Math.min(this.memory.peakStep, this.memory.steps - 1)]].name : "";
    const right = at > plot.left + plot.width / 2;
    context.textAlign = right ? "right" : "left";
    context.fillText(`peak ${weft.bytes(this.memory.live)} at step ${this.memory.peakStep}, ${node.length > 60 ? `\u2026${node.slice(-59)}` : node}`, at + (right ? 4 : -4), y(this.memory.live) - 9);
    context.textAlign = "left";
  }

  /// Below: which part of the computation each step belongs to.
  #drawParts(context, colors, plot) {
    const y = plot.top + plot.height + 2;
    let first = 0;
    for (let step = 1; step <= this.memory.steps; ++step) {
      const part = (at) => this.memory.graph.nodes[this.memory.schedule[at]].part;
      if (step < this.memory.steps && part(step) === part(first)) continue;
      context.fillStyle = colors[part(first)];
      context.fillRect(this.#x(first), y, Math.max(0.5, this.#x(step) - this.#x(first)), 5);
      first = step;
    }
  }

  #drawAxes(context, colors, plot) {
    context.fillStyle = colors.muted;
    context.strokeStyle = colors.line;
    context.lineWidth = 1;
    context.strokeRect(plot.left + 0.5, plot.top + 0.5, plot.width, plot.height);
    const address = (y) => (1 - (this.#transform.invertY(y) - plot.top) / plot.height) * this.memory.arena * 1.04;
    context.textAlign = "right";
    for (const bytes of weft.ticks(address(plot.top + plot.height), address(plot.top), 6, 2)) {
      const y = this.#y(bytes);
      context.fillText(weft.bytes(bytes), plot.left - 8, y + 4);
      context.fillRect(plot.left - 4, y, 4, 1);
    }
    context.textAlign = "center";
    const step = (x) => ((this.#transform.invertX(x) - plot.left) / plot.width) * (this.memory.steps + 1);
    for (const at of weft.ticks(step(plot.left), step(plot.left + plot.width), 8, 10)) {
      if (at % 1 === 0) context.fillText(weft.number(at), this.#x(at), plot.top + plot.height + 22);
    }
    context.fillText("step", plot.left + plot.width / 2, plot.top + plot.height + 33);
    context.textAlign = "right";
    context.fillText("live", plot.left - 8, plot.top - 18);
    context.textAlign = "left";
  }
};

/// Round numbers within a range, about so many: multiples of 1, 2, 5 times a power of `base` (of 2: its powers alone).
weft.ticks = (low, high, about, base) => {
  const raw = (high - low) / about;
  if (!(raw > 0)) return [];
  const power = base ** Math.floor(Math.log(raw) / Math.log(base));
  const step = (base === 2 ? [1, 2] : [1, 2, 5, 10]).map((by) => by * power).find((candidate) => candidate >= raw * 0.999) ?? power;
  const found = [];
  for (let at = Math.ceil(Math.max(0, low) / step) * step; at <= high; at += step) found.push(at);
  return found;
};
