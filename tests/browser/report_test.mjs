// The pages of `weft-nmt report` and `weft report`: their curves, sample translations and heat maps say what the run's logs say.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { attempt, folder, inBothThemes, tool, withPage } from "./browser.mjs";

const pictures = process.env.WEFT_SCREENSHOTS ?? folder;
const tiny = ["--builtin", "--limit", "120", "--batch", "4", "--embedding", "6", "--units", "8", "--max-length", "12"];
const lines = (file) => readFileSync(join(folder, file), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));

attempt("weft-nmt", "train", ...tiny, "--epochs", "3", "--samples", "4", "--out", "run");
attempt("weft-nmt", "report", "run", "-o", "report.html");
const epochs = lines("run/log.jsonl").filter((line) => line.event === "epoch");
const batches = lines("run/log.jsonl").filter((line) => line.event === "batch");
const samples = lines("run/samples.jsonl");

/// What the legend of a chart says, by its labels.
const legend = (page, title) => page.locator(`figure[aria-label="${title}"]`).evaluate((figure) =>
  Object.fromEntries([...figure.querySelectorAll(".u-series")].map((row) =>
    [row.querySelector(".u-label").textContent, row.querySelector(".u-value").textContent])));

/// Puts the pointer on a chart, at a share of its width.
async function hover(page, title, share) {
  const plot = page.locator(`figure[aria-label="${title}"] .u-over`);
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  await page.mouse.move(box.x + share * (box.width - 1), box.y + box.height / 2);
  await page.waitForTimeout(50);
}

test("curves tell the log's numbers under the pointer, in all charts at once", async () => {
  assert.equal(epochs.length, 3);
  assert.ok(batches.length > 0);
  await inBothThemes("report.html", {}, async (page) => {
    await hover(page, "Loss per token", 1);
    let loss = await legend(page, "Loss per token");
    assert.equal(loss.valid, epochs[2].valid_loss.toFixed(4));
    assert.equal(loss.train, epochs[2].loss.toFixed(4));
    assert.equal(loss.batches, batches.at(-1).loss.toFixed(4));
    const scores = await legend(page, "BLEU and chrF");
    assert.equal(scores.BLEU, epochs[2].valid_bleu.toFixed(2));
    assert.equal(scores.chrF, epochs[2].valid_chrf.toFixed(2));
    await hover(page, "Loss per token", 0);
    loss = await legend(page, "Loss per token");
    assert.equal(loss.valid, epochs[0].valid_loss.toFixed(4));
    assert.equal(loss.batches, batches[0].loss.toFixed(4));
    assert.equal((await legend(page, "BLEU and chrF")).chrF, epochs[0].valid_chrf.toFixed(2));
    const norm = (await legend(page, "Gradient norm"))["gradient norm"];
    assert.ok(Math.abs(Number(norm) - batches[0].gradient_norm) < 0.01 * batches[0].gradient_norm, norm);
    assert.equal((await legend(page, "Learning rate"))["learning rate"], "0.002");
    assert.match((await legend(page, "Tokens per second"))["tokens per second"], /^[\d,]+$/);
  });
});

test("any training has its page, of what the log says and no more", async () => {
  attempt("weft", "report", "run", "-o", "any.html");
  await inBothThemes("any.html", {}, async (page) => {
    await hover(page, "Loss per token", 1);
    assert.equal((await legend(page, "Loss per token")).valid, epochs[2].valid_loss.toFixed(4));
    assert.equal(await page.textContent(".figures dd"), "Ended");
    assert.deepEqual(await page.locator("h2").allTextContents(), ["Curves", "Epochs"]);
    assert.ok(!(await page.locator(".scroll th").allTextContents()).includes("chrF"));
    assert.match(await page.textContent(".figures"), /Epochs done3/);
  });
});

test("a run that has all its epochs is finished, and the legends keep to one line", async () => {
  for (const width of [1440, 1000]) {
    await inBothThemes("report.html", { width }, async (page, theme) => {
      assert.equal(await page.textContent(".figures dd"), "Finished");
      const lines = await page.locator(".u-legend").evaluateAll((legends) =>
        legends.map((legend) => new Set([...legend.querySelectorAll(".u-series")].map((row) => row.offsetTop)).size));
      assert.deepEqual(lines, lines.map(() => 1));
      await page.screenshot({ path: join(pictures, `report-${width}-${theme}.png`) });
    });
  }
});

test("the loss is shown in the range of the epochs, not in that of the first batches", async () => {
  cpSync(join(folder, "run"), join(folder, "steep"), { recursive: true });
  const steep = [500, 400, 300].map((loss, at) => ({ ...batches[0], batch: at + 1, loss }));
  writeFileSync(join(folder, "steep/log.jsonl"), [...steep, ...epochs].map((line) => `${JSON.stringify(line)}\n`).join(""));
  attempt("weft-nmt", "report", "steep", "-o", "steep.html");
  await withPage("steep.html", {}, async (page) => {
    // How many of the plot's rows the colour of the valid loss spans.
    const rows = await page.locator('figure[aria-label="Loss per token"] canvas').evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const met = new Set();
      for (let at = 0; at < data.length; at += 4)
        if (data[at] === 192 && data[at + 1] === 90 && data[at + 2] === 43) met.add(Math.floor(at / 4 / canvas.width));
      return met.size / canvas.height;
    });
    assert.ok(rows > 0.2, `the valid loss spans ${rows} of the height`);
  });
});

test("the plots are drawn in the colours of the theme", async () => {
  // The colour that most of a chart's coloured pixels have.
  const ink = (page) => page.locator('figure[aria-label="Learning rate"] canvas').evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const counts = new Map();
    for (let at = 0; at < data.length; at += 4) {
      const [red, , blue, alpha] = data.slice(at, at + 4);
      if (alpha === 255 && red - blue > 60) counts.set(`${data.slice(at, at + 3)}`, (counts.get(`${data.slice(at, at + 3)}`) ?? 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  });
  const seen = {};
  await inBothThemes("report.html", {}, async (page, theme) => {
    seen[theme] = await ink(page);
    await page.click("#theme");
    seen[`${theme} turned`] = await ink(page);
  });
  assert.equal(seen.light, "168,100,0");  // --warn
  assert.equal(seen.dark, "240,180,92");
  assert.equal(seen["light turned"], seen.dark);
  assert.equal(seen["dark turned"], seen.light);
});

test("every epoch's translations are there, with what the decoder looked at", async () => {
  await inBothThemes("report.html", {}, async (page) => {
    for (const at of [2, 0]) {
      await page.locator("#epoch").fill(String(at));
      assert.match(await page.textContent("output"), new RegExp(`^Epoch ${at + 1} · BLEU ${epochs[at].valid_bleu.toFixed(2)}$`));
      const wanted = samples[at].samples;
      assert.equal(wanted.length, 4);
      assert.deepEqual(await page.locator(".source").allTextContents(), wanted.map((each) => each.source));
      assert.deepEqual(await page.locator(".reference").allTextContents(), wanted.map((each) => each.reference));
      assert.deepEqual(await page.locator(".translation").allTextContents(), wanted.map((each) => each.translation || "(nothing)"));
      const heat = page.locator(".heat").first();
      assert.deepEqual(await heat.locator("thead span").allTextContents(), wanted[0].source_words);
      assert.deepEqual(await heat.locator("tbody th").allTextContents(), wanted[0].target_words);
      const weights = await heat.locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.dataset.weight))));
      assert.deepEqual(weights, wanted[0].weights);
    }
    const { weights: [row], source_words, target_words } = samples[0].samples[0];
    const strongest = row.indexOf(Math.max(...row));
    await page.locator(".heat").first().locator("tbody tr").first().locator("td").nth(strongest).hover();
    assert.equal(await page.textContent("#tip"), `${target_words[0]} ← ${source_words[strongest]}: ${row[strongest].toFixed(3)}`);
  });
});

test("a larger weight has a stronger colour", async () => {
  await withPage("report.html", {}, async (page) => {
    const blueness = await page.locator(".heat td[data-weight]").evaluateAll((cells) => {
      const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      return cells.map((cell) => {
        canvas.fillStyle = getComputedStyle(cell).backgroundColor;
        canvas.fillRect(0, 0, 1, 1);
        const [red, , blue] = canvas.getImageData(0, 0, 1, 1).data;
        return { weight: Number(cell.dataset.weight), blue: blue - red };
      });
    });
    blueness.sort((a, b) => a.weight - b.weight);
    assert.ok(blueness.at(-1).weight > blueness[0].weight);
    assert.ok(blueness.at(-1).blue > blueness[0].blue);
    for (let i = 1; i < blueness.length; ++i) assert.ok(blueness[i].blue >= blueness[i - 1].blue - 2);
  });
});

test("a translation that changed leads to the epochs that had it", async () => {
  await withPage("report.html", {}, async (page) => {
    await page.locator(".sample summary").first().click();
    const buttons = page.locator(".sample").first().locator(".history button");
    await buttons.first().click();
    assert.equal(await page.locator(".translation").first().textContent(),
      samples[0].samples[0].translation || "(nothing)");
    assert.equal(await page.locator(".sample").first().locator("details").evaluate((details) => details.open), true);
  });
});

test("logs that are cut off or hostile do no harm", async () => {
  cpSync(join(folder, "run"), join(folder, "hostile"), { recursive: true });
  const words = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(2)>", "'\"&<!--", "\u202e\u0000"];
  const sample = { source: words.join(" "), reference: words[1], translation: words[0], source_words: words, target_words: words,
    weights: words.map(() => [0, 0.25, 0.5, 1]) };
  appendFileSync(join(folder, "hostile/samples.jsonl"), `${JSON.stringify({ epoch: 4, step: 1e6, samples: [sample] })}\n{"epoch":5,"sam`);
  appendFileSync(join(folder, "hostile/log.jsonl"), `${JSON.stringify({ event: "diverged", step: 1e6, epoch: 4, message: words[0] })}\n{"event":"ba`);
  attempt("weft-nmt", "report", "hostile", "-o", "hostile.html");
  await inBothThemes("hostile.html", {}, async (page) => {
    assert.equal(await page.locator(".source").textContent(), sample.source);
    assert.deepEqual(await page.locator(".heat thead span").allTextContents(), words);
    assert.equal(await page.textContent(".diverged"), words[0]);
    assert.equal(await page.textContent(".figures dd"), "Diverged");
    assert.match(await page.textContent("main"), /left out: 2/);
    assert.equal(await page.locator("main img, main script").count(), 0);
  });
});

test("a run without a log yet has a page, too", async () => {
  cpSync(join(folder, "run"), join(folder, "young"), { recursive: true });
  for (const file of ["log.jsonl", "samples.jsonl"]) rmSync(join(folder, "young", file));
  attempt("weft-nmt", "report", "young", "-o", "young.html");
  await withPage("young.html", {}, async (page) => {
    assert.match(await page.textContent("main"), /No batch is in the log yet/);
    assert.match(await page.textContent("main"), /No epoch has ended yet/);
  });
});

test("the page can be made while training goes on", async () => {
  const training = spawn(tool("weft-nmt"), ["train", ...tiny, "--epochs", "100000", "--out", "going"], { cwd: folder, stdio: "ignore" });
  const ended = new Promise((resolve) => training.on("exit", resolve));
  try {
    while (!existsSync(join(folder, "going/samples.jsonl"))) await sleep(20);
    for (let i = 0; i < 5; ++i) assert.equal(attempt("weft-nmt", "report", "going", "-o", "going.html").status, 0);
    await withPage("going.html", {}, async (page) => {
      assert.equal(await page.textContent(".figures dd"), "Training");
      assert.ok((await page.locator(".sample").count()) > 0);
    });
  } finally {
    training.kill("SIGKILL");
    await ended;
  }
  attempt("weft-nmt", "report", "going", "-o", "going.html");
  await withPage("going.html", {}, async (page) => assert.equal(await page.textContent(".figures dd"), "Stopped"));
});

test("what is no run is refused, and nothing is written", () => {
  const { status, stderr, stdout } = attempt("weft-nmt", "report", "nowhere", "-o", "nothing.html");
  assert.equal(status, 1);
  assert.match(stderr, /there is no run directory 'nowhere'/);
  assert.equal(stdout, "");
  assert.ok(!existsSync(join(folder, "nothing.html")));
  assert.equal(attempt("weft-nmt", "report", "run").status, 2);
});
