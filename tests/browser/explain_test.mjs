// The page of `weft explain`: what it shows agrees with what the tool prints, unfolds, compares, and is quick.
import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { folder, inBothThemes, run, withPage } from "./browser.mjs";

// The tutorial's training step.
const graph = ["--model", "nmt", "--source-length", "19", "--target-length", "11"];
run("weft", "explain", ...graph, "-o", "passes.html");
const history = JSON.parse(run("weft", "explain", ...graph, "--json"));

const number = (text) => Number(text.replaceAll(",", ""));
const row = (page, stage) => page.locator(`#pipeline tr[data-stage="${stage}"]`);
/// What the line of a scope says, as {"-19 dense": true, ...}.
const chips = (scope) => scope.locator("summary").first().locator(".chip").allTextContents();
const scope = (page, name) =>
  page.locator("#diff > details").filter({ has: page.locator(".scope", { hasText: new RegExp(`^${name}( |$)`) }) });

test("a page of a few megabytes shows the pipeline with the tool's own figures, in light and in dark", async () => {
  assert.ok(statSync(join(folder, "passes.html")).size < 4e6);
  await inBothThemes("passes.html", {}, async (page) => {
    assert.equal(await page.locator("#pipeline tbody tr").count(), history.stages.length);
    for (const [index, stage] of history.stages.entries()) {
      const cells = await row(page, index).locator(".bar-cell").allTextContents();
      assert.deepEqual(cells.slice(0, 3).map(number), [stage.nodes, stage.products, stage.kernels]);
    }
    // At first the pass is chosen that does most, and its picture is drawn.
    assert.match(await page.textContent("#heading"), /^batch-over-time/);
    assert.equal(await page.locator("#picture svg").count(), 1);
    const batching = history.stages.findIndex((stage) => stage.pass === "batch-over-time");
    const before = history.stages[batching - 1].nodes;
    assert.ok((await page.textContent("#picture svg")).includes(`before batch-over-time: ${before} nodes`));
  });
});

test("a pass is chosen by click or keys; its scopes are folded, and unfold down to the nodes as text", async () => {
  await withPage("passes.html", {}, async (page) => {
    const cse = history.stages.findIndex((stage) => stage.pass === "cse");
    await row(page, cse).click();
    assert.match(await page.textContent("#heading"), /^cse merges nodes/);
    await row(page, cse).press("ArrowDown");
    assert.match(await page.textContent("#heading"), /^dce/);
    await page.click('#pipeline tr:has-text("batch-over-time")');

    const cells = scope(page, "encoder/step\\*/gru_cell");
    assert.equal(await cells.count(), 1);
    assert.match(await cells.locator("summary").first().textContent(), /× 19/);
    assert.ok((await chips(cells)).includes("−19 dense"));
    assert.ok((await chips(cells)).includes("+1 dense"));
    assert.equal(await page.locator("#diff .line").count(), 0, "lines are made when they are asked for");
    await cells.locator("summary").first().click();
    await cells.locator("details summary", { hasText: "19 removed" }).click();
    await cells.locator(".line.removed").first().waitFor();
    const lines = await cells.locator(".line.removed").allTextContents();
    assert.equal(lines.length, 19);
    assert.match(lines[3], /^%encoder\/step3\/gru_cell\/dense_2 = dense\(%encoder\/step3\/embedding, %encoder_gru\/kernel/);
    // Of a changed node what differs is marked.
    await cells.locator("details summary", { hasText: "changed" }).click();
    assert.match(await cells.locator("mark").first().textContent(), /^%encoder\/step\d+\/gru_cell\/dense_2$/);
  });
});

test("any two stages are compared, words and kinds choose among their nodes", async () => {
  await withPage("passes.html", {}, async (page) => {
    await page.click("#whole");
    const [first, last] = [0, history.stages.length - 1];
    const alive = (stage) => history.nodes.filter(([, , , from, to]) => from <= stage && stage <= to);
    const ids = (stage) => new Set(alive(stage).map(([id]) => id));
    const [before, after] = [ids(first), ids(last)];
    const removed = [...before].filter((id) => !after.has(id)).length;
    assert.equal(number((await page.textContent("#heading .count.removed")).slice(1)), removed);
    assert.ok((await page.textContent("#picture svg")).includes(`before ${last} passes`));

    for (const kind of ["removed", "changed"]) await page.uncheck(`#show-${kind}`);
    await page.fill("#search", "matmul gradient/encoder");
    // The gradient of the recurrent kernel: one product for all steps; the inputs' and their kernel's are no matmuls now.
    assert.deepEqual(await chips(scope(page, "gradient/encoder/step\\*/gru_cell")), ["+1 matmul"]);
    await page.fill("#search", "no such words");
    assert.match(await page.textContent("#diff"), /Nothing that changed has these words/);
    await page.fill("#search", "");
    await page.check("#show-kept");
    assert.match(await page.textContent("#diff"), /encoder_gru/);

    // The address keeps the choice.
    const [from, to] = ["decompose", "cse"].map((pass) => history.stages.findIndex((stage) => stage.pass === pass));
    await page.selectOption("#from", `${from}`);
    await page.selectOption("#to", `${to}`);
    assert.ok(page.url().endsWith(`#${from}-${to}`));
    await page.reload();
    assert.equal(await page.inputValue("#to"), `${to}`);
    assert.ok((await page.textContent("#heading")).startsWith(`From ${from} decompose to ${to} cse`));
  });
});

test("it opens and answers at once", async () => {
  await withPage("passes.html", {}, async (page) => {
    const milliseconds = await page.evaluate(() => {
      const begin = performance.now();
      explain.choose(0, explain.history.stages.length - 1);
      return performance.now() - begin;
    });
    assert.ok(milliseconds < 1000, `comparing two stages took ${milliseconds} ms`);
  });
});

test("names that are markup stay text, and a graph without passes has a page", async () => {
  const name = "<img src=x onerror=alert(1)>";
  writeFileSync(join(folder, "hostile.weft"), `graph "</script>${name}" {
  %"${name}/a" = input() : f32[2]
  %"${name}/b" = exp(%"${name}/a") : f32[2]
  %"${name}/c" = exp(%"${name}/a") : f32[2]
  output "b" = %"${name}/b"\n}\n`);
  run("weft", "explain", "hostile.weft", "-o", "hostile.html");
  run("weft", "explain", "hostile.weft", "--passes", "", "-o", "none.html");
  await inBothThemes("hostile.html", {}, async (page) => {
    await page.click('#pipeline tr[data-stage="1"]');
    assert.match(await page.textContent("#picture svg"), /<img src=x/);
    await page.locator("#diff summary").first().click();
    await page.locator("#diff details details summary").first().click();
    assert.match(await page.textContent("#diff .line.removed"), /^%"<img src=x onerror=alert\(1\)>\/c" = exp/);
    assert.equal(await page.locator("img").count(), 0);
  });
  await withPage("none.html", {}, async (page) => {
    assert.equal(await page.locator("#pipeline tbody tr").count(), 1);
    await page.click("#pipeline tbody tr");
    assert.match(await page.textContent("#diff"), /Nothing changed/);
  });
});
