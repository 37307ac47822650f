// The page of `weft explain`. Its data are every version of every node with the first and last stage that has it (see
// tools/weft/pass_history.h), so that any two stages can be compared: what only the earlier one has is removed, what
// only the later one has is new, and a node that both have with different lines is changed.
"use strict";

const explain = {
  history: weft.data("history"),
  pictures: weft.data("pictures"),
  from: 0,
  to: 0,
  shown: { removed: true, new: true, changed: true, kept: false },
  query: "",
  signs: { removed: "-", new: "+", changed: "~", kept: " " },
  mostLines: 200,

  /// What stands for a stage in lists: "3 simplify".
  stageName(index) {
    return index === 0 ? "as declared" : `${index} ${explain.history.stages[index].pass}`;
  },

  /// The nodes of the two stages: {kind, op, scope, before, after}, in the order of the graph.
  compare(from, to) {
    const { nodes } = explain.history;
    const alive = (node, stage) => node[3] <= stage && stage <= node[4];
    const found = new Map();
    for (const node of nodes) {
      const before = alive(node, from);
      const after = alive(node, to);
      if (!before && !after) continue;
      const entry = found.get(node[0]) ?? { op: node[1], scope: node[2], before: null, after: null };
      if (before) entry.before = node[5];
      if (after) entry.after = node[5];
      found.set(node[0], entry);
    }
    for (const entry of found.values())
      entry.kind = entry.after === null ? "removed" : entry.before === null ? "new"
        : entry.before === entry.after ? "kept" : "changed";
    return [...found.values()];
  },

  /// The entries that are to be shown, by folded scope and then by op and kind.
  grouped(entries) {
    const { history, shown, query } = explain;
    const words = query.toLowerCase().split(/\s+/).filter((word) => word !== "");
    const scopes = new Map();
    for (const entry of entries) {
      if (!shown[entry.kind]) continue;
      const text = `${entry.before ?? ""}\n${entry.after ?? ""}\n${history.scopes[entry.scope]}`.toLowerCase();
      if (!words.every((word) => text.includes(word))) continue;
      const folded = history.folded_of[entry.scope];
      if (!scopes.has(folded)) scopes.set(folded, new Map());
      const groups = scopes.get(folded);
      const key = `${entry.kind} ${entry.op}`;
      if (!groups.has(key)) groups.set(key, { kind: entry.kind, op: history.ops[entry.op], entries: [] });
      groups.get(key).entries.push(entry);
    }
    return scopes;
  },
};

// ---- The pipeline as a table.
{
  const { stages } = explain.history;
  const timed = stages.every((stage) => "median_ms" in stage);
  const columns = [
    ["Nodes", (stage) => stage.nodes, weft.number],
    ["Products", (stage) => stage.products, weft.number],
    ["Kernels", (stage) => stage.kernels, weft.number],
    ["Work", (stage) => stage.flops, weft.flops],
    ["Memory", (stage) => stage.arena_bytes, weft.bytes],
    ...(timed ? [["A run", (stage) => stage.median_ms, (ms) => weft.seconds(ms / 1000)]] : []),
  ];

  explain.counts = (removed, added, changed) =>
    [["removed", "\u2212", removed], ["new", "+", added], ["changed", "~", changed]]
      .filter(([, , count]) => count > 0)
      .map(([kind, sign, count]) => weft.el("span", { class: `count ${kind}`, title: `${kind} nodes` }, `${sign}${weft.number(count)}`));

  const barCell = (get, show) => {
    const most = Math.max(...stages.map(get), 1e-300);
    return (stage) => {
      const bar = weft.el("div");
      bar.style.width = `${(100 * get(stage)) / most}%`;
      return weft.el("td", { class: "bar-cell" }, show(get(stage)), bar);
    };
  };
  const cells = columns.map(([, get, show]) => barCell(get, show));
  const row = (stage, index) =>
    weft.el("tr", { "data-stage": index, tabindex: 0, class: index > 0 && !stage.changed ? "idle" : null },
      weft.el("td", { class: "number muted" }, index === 0 ? "" : index),
      weft.el("td", {}, weft.el("div", { class: "name" }, index === 0 ? "as declared" : stage.pass),
        weft.el("div", { class: "summary" }, index === 0 ? "the graph before any pass" : stage.changed ? stage.summary : "nothing to do")),
      weft.el("td", {}, index === 0 ? null : explain.counts(stage.removed_nodes, stage.new_nodes, stage.changed_nodes)),
      cells.map((cell) => cell(stage)));

  const [first, last] = [stages[0], stages[stages.length - 1]];
  const figure = ([title, get, show]) =>
    weft.el("div", {}, weft.el("dt", {}, title), weft.el("dd", {}, `${show(get(first))} \u2192 ${show(get(last))}`));
  document.getElementById("explain").append(
    weft.el("dl", { class: "figures" }, columns.map(figure)),
    weft.el("div", { class: "scroll" }, weft.el("table", { id: "pipeline" },
      weft.el("thead", {}, weft.el("tr", {}, ["", "Pass", "What it did", ...columns.map(([title]) => title)]
        .map((title, at) => weft.el("th", at > 2 ? { class: "number" } : {}, title)))),
      weft.el("tbody", {}, stages.map(row)))),
    weft.el("h2", { id: "heading" }),
    weft.el("div", { id: "picture" }),
    weft.el("div", { class: "controls", id: "controls" }),
    weft.el("div", { id: "diff" }));
}

// ---- One comparison, folded.
{
  const { history } = explain;
  const tokens = (line) => line.split(/("(?:[^"\\]|\\.)*"|[%\w./+-]+(?::\d+)?)/);

  /// A line in which what the other one has not is marked.
  const marked = (line, other) => {
    const known = new Set(tokens(other));
    return tokens(line).map((token) => (token.trim() === "" || known.has(token) ? token : weft.el("mark", {}, token)));
  };
  const line = (kind, content) =>
    weft.el("div", { class: `line ${kind}`, "data-sign": explain.signs[kind] }, content);
  const linesOf = (entry) =>
    entry.kind !== "changed" ? [line(entry.kind, entry.after ?? entry.before)]
      : [line("removed", marked(entry.before, entry.after)), line("new", marked(entry.after, entry.before))];

  /// The nodes as text, the first ones until more are asked for.
  const linesBox = (entries) => {
    const box = weft.el("div", { class: "lines" });
    const append = (begin) => {
      const end = Math.min(entries.length, begin + explain.mostLines);
      box.append(...entries.slice(begin, end).flatMap(linesOf));
      if (end === entries.length) return;
      const more = weft.el("button", { type: "button", class: "more", onclick: () => { more.remove(); append(end); } },
        `${weft.number(Math.min(explain.mostLines, entries.length - end))} more of ${weft.number(entries.length - end)}`);
      box.append(more);
    };
    append(0);
    return box;
  };

  /// A part that is made when it is first unfolded.
  const fold = (summary, make) => {
    const details = weft.el("details", { ontoggle: () => { if (details.open && !details.made) { details.made = true; details.append(...make()); } } },
      weft.el("summary", {}, summary));
    return details;
  };

  const verb = { removed: "removed", new: "new", changed: "changed", kept: "as before" };
  const chip = (group) =>
    weft.el("span", { class: `chip ${group.kind}` }, `${explain.signs[group.kind].replace("-", "\u2212")}${weft.number(group.entries.length)} ${group.op}`);
  const opFold = (group) =>
    fold([weft.el("span", { class: `chip ${group.kind}` }, group.op),
      weft.el("span", { class: "muted" }, `${weft.number(group.entries.length)} ${verb[group.kind]}`)], () => [linesBox(group.entries)]);
  const order = { removed: 0, new: 1, changed: 2, kept: 3 };
  const scopeFold = (folded, groups) => {
    const sorted = [...groups.values()].sort((a, b) => order[a.kind] - order[b.kind] || b.entries.length - a.entries.length);
    const copies = history.copies[folded];
    return fold([weft.el("span", { class: "scope" }, history.folded[folded] || "(top)",
      copies > 1 ? weft.el("span", { class: "times" }, ` \u00d7 ${copies}`) : null), ...sorted.map(chip)], () => sorted.map(opFold));
  };

  explain.showDiff = () => {
    const { from, to } = explain;
    const entries = explain.compare(from, to);
    const count = (kind) => entries.filter((entry) => entry.kind === kind).length;
    const scopes = explain.grouped(entries);
    const alone = to === from + 1;
    document.getElementById("heading").replaceChildren(
      ...(alone ? [weft.el("code", {}, history.stages[to].pass), ` ${history.stages[to].summary} `]
        : [`From ${explain.stageName(from)} to ${explain.stageName(to)} `]),
      ...explain.counts(count("removed"), count("new"), count("changed")));
    document.getElementById("diff").replaceChildren(
      ...(scopes.size > 0 ? [...scopes].map(([folded, groups]) => scopeFold(folded, groups))
        : [weft.el("p", { class: "muted" }, explain.query === "" ? "Nothing changed." : "Nothing that changed has these words.")]));
  };

  explain.showPicture = () => {
    const { from, to } = explain;
    const whole = from === 0 && to === history.stages.length - 1;
    const text = to === from + 1 ? explain.pictures[to] : whole ? explain.pictures[0] : null;
    const svg = text && new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    document.getElementById("picture").replaceChildren(...(svg && svg.nodeName === "svg" ? [document.importNode(svg, true)] : []));
  };
}

// ---- What is chosen: a row of the table, two stages, kinds, words.
{
  const { history } = explain;
  const options = () => history.stages.map((stage, index) => weft.el("option", { value: index }, explain.stageName(index)));
  const select = (id) => weft.el("select", { id, onchange: () => explain.choose(Number(from.value), Number(to.value)) }, options());
  const from = select("from");
  const to = select("to");
  const kinds = { removed: "removed", new: "new", changed: "changed", kept: "as before" };
  const box = (kind) =>
    weft.el("label", {}, weft.el("input", { type: "checkbox", id: `show-${kind}`, checked: explain.shown[kind],
      onchange: (event) => { explain.shown[kind] = event.target.checked; explain.showDiff(); } }), kinds[kind]);
  const search = weft.el("input", { type: "search", id: "search", placeholder: "Name, op or shape", "aria-label": "Search",
    oninput: () => { explain.query = search.value; explain.showDiff(); } });
  const whole = weft.el("button", { type: "button", id: "whole", onclick: () => explain.choose(0, history.stages.length - 1) }, "All passes");
  document.getElementById("controls").append(weft.el("label", {}, "From", from), weft.el("label", {}, "to", to), whole,
    ...Object.keys(kinds).map(box), search);

  explain.choose = (a, b) => {
    [explain.from, explain.to] = [Math.min(a, b), Math.max(a, b)];
    from.value = explain.from;
    to.value = explain.to;
    const single = explain.to === explain.from + 1 ? explain.to : -1;
    for (const row of document.querySelectorAll("#pipeline tbody tr"))
      row.setAttribute("aria-selected", String(Number(row.dataset.stage) === single));
    explain.showPicture();
    explain.showDiff();
    // A page in a frame or from some stores has no history to write; the choice then lasts as long as the page.
    try { window.history.replaceState(null, "", `#${explain.from}-${explain.to}`); } catch { /* as said */ }
  };

  const rowChosen = (target) => {
    const row = target.closest?.("#pipeline tbody tr");
    if (!row) return false;
    const stage = Number(row.dataset.stage);
    explain.choose(Math.max(0, stage - 1), Math.min(history.stages.length - 1, Math.max(1, stage)));
    return true;
  };
  document.addEventListener("click", (event) => rowChosen(event.target));
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("#pipeline tbody tr");
    if (!row) return;
    if (event.key === "Enter" && rowChosen(row)) event.preventDefault();
    const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
    if (next) { event.preventDefault(); next.focus(); rowChosen(next); }
  });

  const last = history.stages.length - 1;
  const asked = /^#(\d+)-(\d+)$/.exec(location.hash);
  const valid = asked && Number(asked[1]) <= last && Number(asked[2]) <= last;
  // Without a wish, the pass that took away most is shown.
  const removedBy = (index) => history.stages[index].removed_nodes + history.stages[index].new_nodes;
  let most = Math.min(1, last);
  for (let index = 2; index <= last; ++index) if (removedBy(index) > removedBy(most)) most = index;
  if (valid) explain.choose(Number(asked[1]), Number(asked[2]));
  else explain.choose(Math.max(0, most - 1), most);
}
