// The page of `weft report` and `weft-nmt report`: of any training its log, and what else its program says of it
// (tools/inspect/training_page.h). All text of a run (words, paths, messages) becomes text nodes only.
"use strict";
{
  const report = weft.data("data");
  const main = document.getElementById("report");
  const { batches, epochs, source_language: from, target_language: to } = report;
  const best = epochs.findLast((epoch) => epoch.best);
  const last = epochs.at(-1);
  const translates = report.samples !== undefined;
  const el = weft.el;

  const fixed = (digits) => (value) => value.toFixed(digits);
  const duration = (seconds) => {
    if (seconds < 100) return `${weft.number(seconds)} s`;
    const minutes = Math.round(seconds / 60);
    return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  };
  const text = (value, format) => (value === null || value === undefined ? "–" : format(value));

  // ---- How it stands, in figures.
  function state() {
    if (report.diverged !== null) return "Diverged";
    if (report.training) return "Training";
    if (report.epochs_wanted === undefined) return "Ended";  // why, the log does not tell
    if (last && last.epoch >= report.epochs_wanted) return "Finished";
    if (best && report.patience > 0 && last.epoch - best.epoch >= report.patience) return "Finished early";
    return "Stopped";
  }

  function figures() {
    const total = epochs.reduce((sum, epoch) => sum + (epoch.seconds ?? 0), 0);
    const rows = [
      ["State", state()],
      ["Epochs done", (last ? last.epoch : 0) + (report.epochs_wanted === undefined ? "" : ` of ${report.epochs_wanted}`)],
    ];
    if (report.parameters !== undefined) rows.push(["Parameters", weft.scaled(report.parameters, 1000, ["", "k", "M", "G"])]);
    if (total > 0) rows.push(["Time in epochs", duration(total)]);
    if (best) {
      const by = report.best_by === "bleu" ? "BLEU" : report.best_by ?? "loss";
      rows.push([`Best epoch (by ${by})`, best.epoch], ["Its valid loss", text(best.valid_loss, fixed(4))]);
      if (translates) rows.push(["Its BLEU", text(best.valid_bleu, fixed(2))], ["Its chrF", text(best.valid_chrf, fixed(2))]);
    }
    return el("dl", { class: "figures" }, rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
  }

  /// As an axis shows it: 12500 -> "12.5k", 0.0005 -> "5e-4".
  const short = (value) => {
    if (value === null || value === 0) return value === null ? "" : "0";
    if (value >= 1000) return `${Number((value / 1000).toPrecision(3))}k`;
    return value < 0.01 ? value.toExponential() : String(Number(value.toPrecision(3)));
  };

  // ---- Curves. Each is redrawn with other colours when light becomes dark.
  const charts = [];

  /// The index nearest to `from` where the series has a number.
  function nearest(values, from) {
    for (let distance = 0; distance < values.length; ++distance)
      for (const at of [from - distance, from + distance]) if (typeof values[at] === "number") return at;
    return null;
  }

  /// From nothing to the largest value.
  const fromZero = (u, least, most) => [0, most > 0 ? most * 1.08 : 1];

  /// `tables` are [x, [y, ...]] with x in epochs; `series` has {label, color, format, points} for every y of them.
  function chart(title, tables, series, note = null, range = fromZero) {
    const known = tables.filter(([x]) => x.length > 0);
    const used = series.filter((one) => known.some(([, ys]) => ys.includes(one.values)) && one.values.some((value) => value !== null));
    if (used.length === 0) return null;
    const data = uPlot.join(known.map(([x, ys]) => [x, ...ys.filter((values) => used.some((one) => one.values === values))]));
    const xs = [0, ...batches.epochs, ...byEpoch].sort((a, b) => a - b);
    const plot = el("div", { class: "plot" });
    const draw = () => {
      const line = weft.color("--line");
      const muted = weft.color("--muted");
      const axis = { stroke: muted, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "12px system-ui, sans-serif" };
      plot.replaceChildren();
      return new uPlot({
        width: Math.max(240, plot.clientWidth), height: 205,
        scales: { x: { time: false, range: () => [0, Math.max(1, xs.at(-1))] }, y: { range } },
        axes: [{ ...axis, size: 30, values: (_, at) => at.map((x) => String(Number(x.toFixed(3)))) },
          { ...axis, size: 62, values: (_, at) => at.map(short) }],
        cursor: { sync: { key: "report", scales: ["x", null] }, y: false, points: { size: 7 },
          dataIdx: (u, at, closest) => (at === 0 ? closest : nearest(u.data[at], closest)) },
        legend: { markers: { width: 0, fill: (u, at) => u.series[at].stroke() } },
        series: [{ label: "epoch", value: (u, value) => (value === null || value === undefined ? "now" : Number(value.toFixed(2))) },
          ...used.map((one) => ({ label: one.label, stroke: weft.color(one.color), width: one.width ?? 2, spanGaps: true,
            points: { show: one.points ?? false, size: 6, fill: weft.color(one.color) },
            value: (u, value, at) => text(value ?? u.data[at].findLast((each) => typeof each === "number"), one.format) }))],
      }, data, plot);
    };
    charts.push({ draw, plot });
    return el("figure", { class: "chart", "aria-label": title }, el("figcaption", {}, title, note && el("span", { class: "muted" }, note)), plot);
  }

  const batchNote = batches.records_per_point > 1 ? `each point is the mean of ${batches.records_per_point} log records` : null;
  const column = (name) => epochs.map((epoch) => epoch[name] ?? null);
  const byEpoch = column("epoch");

  function ofBatches(title, name, format, color) {
    return chart(title, [[batches.epochs, [batches[name]]]], [{ label: title.toLowerCase(), values: batches[name], color, format, width: 1.5 }], batchNote);
  }

  /// What the epochs' losses span: the first batches' are several times as high, and would press all others flat.
  function lossRange(u, least, most) {
    const ofEpochs = epochs.flatMap((epoch) => [epoch.loss, epoch.valid_loss]).filter((value) => typeof value === "number");
    const low = ofEpochs.length > 0 ? Math.min(...ofEpochs) : least;
    const high = ofEpochs.length > 0 ? Math.max(...ofEpochs) : most;
    const margin = 0.08 * (high - low) || 0.1;
    return [Math.max(0, Math.min(low, least) - margin), high + margin];
  }

  function curves() {
    const [trainLoss, validLoss, bleu, chrf] = ["loss", "valid_loss", "valid_bleu", "valid_chrf"].map(column);
    const sentences = last?.valid_sentences;
    const drawn = [
      chart("Loss per token", [[batches.epochs, [batches.loss]], [byEpoch, [trainLoss, validLoss]]],
        [{ label: "batches", values: batches.loss, color: "--other", format: fixed(4), width: 1 },
          { label: "train", values: trainLoss, color: "--forward", format: fixed(4), points: true },
          { label: "valid", values: validLoss, color: "--gradient", format: fixed(4), points: true }], batchNote, lossRange),
      chart("BLEU and chrF", [[byEpoch, [bleu, chrf]]],
        [{ label: "BLEU", values: bleu, color: "--accent", format: fixed(2), points: true },
          { label: "chrF", values: chrf, color: "--leaf", format: fixed(2), points: true }],
        sentences ? `greedy translations of ${sentences} validation sentences` : null),
      ofBatches("Tokens per second", "tokens_per_second", (value) => weft.number(Math.round(value)), "--leaf"),
      ofBatches("Gradient norm", "gradient_norm", (value) => weft.number(value), "--update"),
      ofBatches("Learning rate", "learning_rate", (value) => String(Number(value.toPrecision(4))), "--warn"),
    ].filter((each) => each !== null);
    return drawn.length > 0 ? el("div", { class: "charts" }, drawn) : el("p", { class: "muted" }, "No batch is in the log yet.");
  }

  // ---- Sample translations, and where the decoder looked.
  /// Epochs in a row that translated a sentence alike, as {first, last, index of the last, translation}.
  function history(index) {
    const stretches = [];
    report.samples.forEach(({ epoch, samples }, at) => {
      const translation = samples[index]?.translation;
      if (translation === undefined) return;
      const before = stretches.at(-1);
      if (before && before.translation === translation) Object.assign(before, { last: epoch, at });
      else stretches.push({ first: epoch, last: epoch, at, translation });
    });
    return stretches;
  }

  function samplesSection() {
    const shown = report.samples;
    if (shown.length === 0) return [el("p", { class: "muted" }, "No translations are kept yet: they are written after every epoch, if there are validation sentences (--samples).")];
    const slider = el("input", { type: "range", id: "epoch", min: 0, max: shown.length - 1, value: shown.length - 1, "aria-label": "Epoch", oninput: () => show(Number(slider.value)) });
    const label = el("output", { for: "epoch" });
    const cards = el("div", { class: "samples" });
    const opened = new Set();
    function show(at) {
      slider.value = at;
      const { epoch, samples } = shown[at];
      const scores = epochs.find((each) => each.epoch === epoch);
      label.textContent = `Epoch ${epoch}${scores?.valid_bleu === undefined ? "" : ` · BLEU ${scores.valid_bleu.toFixed(2)}`}`;
      cards.replaceChildren(...samples.map((sample, index) => {
        const stretches = history(index);
        const details = el("details", { open: opened.has(index), ontoggle: () => (details.open ? opened.add(index) : opened.delete(index)) },
          el("summary", {}, stretches.length === 1 ? "The same in every epoch" : `${stretches.length} translations so far`),
          el("ol", { class: "history" }, stretches.map((each) => el("li", {}, el("button", { type: "button",
            "aria-pressed": String(epoch >= each.first && epoch <= each.last), onclick: () => show(each.at) },
            el("span", { class: "muted" }, each.first === each.last ? `epoch ${each.first}` : `${each.first} – ${each.last}`), el("span", {}, each.translation || "(nothing)"))))));
        return el("article", { class: "sample" },
          el("dl", {}, el("dt", {}, from.name), el("dd", { class: "source", lang: from.code, dir: "auto" }, sample.source),
            el("dt", {}, to.name), el("dd", { class: "reference", lang: to.code, dir: "auto" }, sample.reference),
            el("dt", {}, `Epoch ${epoch}`), el("dd", { class: "translation", lang: to.code, dir: "auto" }, sample.translation || "(nothing)")),
          ...(sample.weights.length > 0 ? [weft.heatMap(sample)] : []), details);
      }));
    }
    show(shown.length - 1);
    return [el("div", { class: "epoch-bar" }, el("label", { for: "epoch" }, "After"), slider, label), cards];
  }

  // ---- Tables.
  function epochTable() {
    const number = (title) => ({ title, number: true });
    const score = (title, name) => (translates ? [[number(title), (epoch) => text(epoch[name], fixed(2))]] : []);
    const columns = [
      [number("Epoch"), (epoch) => epoch.epoch], [number("Training loss"), (epoch) => text(epoch.loss, fixed(4))],
      [number("Valid loss"), (epoch) => text(epoch.valid_loss, fixed(4))],
      [number("Perplexity"), (epoch) => text(epoch.valid_loss, (loss) => Math.exp(loss).toFixed(3))],
      ...score("BLEU", "valid_bleu"), ...score("chrF", "valid_chrf"),
      [number("Tokens/s"), (epoch) => text(epoch.tokens_per_second, (value) => weft.number(Math.round(value)))],
      [number("Seconds"), (epoch) => text(epoch.seconds, fixed(1))], [{ title: "" }, (epoch) => (epoch === best ? "best" : "")],
    ];
    return el("div", { class: "scroll" }, weft.table(columns.map(([title]) => title), epochs.map((epoch) => columns.map(([, cell]) => cell(epoch)))));
  }

  const settingTable = () => el("div", { class: "scroll" }, weft.table([{ title: "Setting" }, { title: "Value" }, { title: "What it is" }],
    report.settings.map(([name, value, summary]) => [el("code", {}, name), value, el("span", { class: "muted" }, summary)])));

  const unreadable = report.unreadable_lines + (report.unreadable_samples ?? 0);
  main.append(...[
    figures(),
    report.diverged !== null ? el("p", { class: "diverged" }, report.diverged) : null,
    unreadable > 0 ? el("p", { class: "muted" }, `Lines of the logs that are not whole, and were left out: ${unreadable}`) : null,
    el("h2", {}, "Curves"), curves(),
    ...(translates ? [el("h2", {}, "Sample translations"), ...samplesSection()] : []),
    el("h2", {}, "Epochs"), epochs.length > 0 ? epochTable() : el("p", { class: "muted" }, "No epoch has ended yet."),
    ...(report.settings === undefined ? [] : [el("h2", {}, "Settings"), settingTable()]),
  ].filter((each) => each !== null));

  const drawAll = () => charts.forEach((each) => {
    each.uplot?.destroy();
    each.uplot = each.draw();
  });
  drawAll();
  weft.onTheme(drawAll);
  new ResizeObserver(() => charts.forEach(({ uplot, plot }) => uplot.setSize({ width: Math.max(240, plot.clientWidth), height: 205 }))).observe(main);
}
