// `weft view` as people use it: they look, unfold, search and read.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { attempt, folder, inBothThemes, run, withPage } from "./browser.mjs";

const training = ["--model", "nmt", "--preset", "tutorial", "--graph", "training", "--source-length", "19", "--target-length", "11"];
run("weft", "view", ...training, "-o", "training.html");
run("weft", "dump", ...training, "--format", "json", "-o", "training.json");
const declared = JSON.parse(run("weft", "dump", "training.json", "--format", "json"));

const sheet = (page, id = "declared") => page.locator(`[data-sheet=${id}]`);
const box = (page, title, id) => sheet(page, id).locator(`.box[data-title="${title}"]`);
const named = (page, name, id) => sheet(page, id).locator(`.box[data-name="${name}"]`);
const details = (page) => page.locator("#details");
/// Clicks where a box shows its title, which is the head of one that is open.
const click = (locator) => locator.locator("> .title").evaluate((title) =>
  title.parentElement.dispatchEvent(new MouseEvent("click", { bubbles: true })));
/// What the details say beside a word.
const fact = (page, word) => page.locator(".facts tr", { has: page.locator(`th:text-is("${word}")`) }).locator("td").textContent();

async function search(page, text) {
  await page.fill("#search input", text);
  return page.locator("#hits .count").first().textContent();
}

test("the tutorial's training step, 19 and 10 time steps, fits a screen before and after compiling", async () => {
  await inBothThemes("training.html", {}, async (page) => {
    for (const id of ["declared", "compiled"]) {
      await page.click(`[data-view=${id}]`);
      const shown = await sheet(page, id).locator(".box").evaluateAll((boxes) => boxes.map((box) => {
        const { left, top, right, bottom } = box.getBoundingClientRect();
        return { title: box.dataset.title, inside: left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight };
      }));
      const titles = shown.map(({ title }) => title);
      assert.ok(titles.length >= 15 && titles.length <= 40, `${id}: ${titles.length} boxes`);
      assert.deepEqual(shown.filter(({ inside }) => !inside), [], id);
      for (const title of ["parameters", "encoder", "step \u00d7 19", "decoder", "step \u00d7 10", "gradient", "update", "adam", "loss"])
        assert.ok(titles.includes(title), `${id}: no ${title} among ${titles}`);
      // Letters that can be read: the smallest are 11 pixels high before zooming.
      assert.ok((await page.evaluate((tab) => weft.view.tab(tab).drawing.scale, id)) > 0.6, `${id} is too small to read`);
    }
  });
});

test("edges between groups say how many values flow and of what shape", async () => {
  await withPage("training.html", {}, async (page) => {
    assert.ok((await sheet(page).locator(".flow").allTextContents()).includes("19 \u00d7 f32[64,1024]"));
  });
});

test("a click unfolds a group, another one on its head folds it", async () => {
  await inBothThemes("training.html", {}, async (page) => {
    assert.equal(await named(page, "decoder/step3").count(), 0);
    await click(sheet(page).locator('.box.series.forward[data-title="step \u00d7 10"]'));
    for (let step = 0; step < 10; ++step) assert.equal(await named(page, `decoder/step${step}`).count(), 1);
    await named(page, "decoder/step3").click();
    assert.equal(await named(page, "decoder/step3/additive_attention").count(), 2, "the op, and its parts as the gradient needs them");
    assert.match(await named(page, "decoder/step3/dense").textContent(), /f32\[64,5922\]/);
    await click(named(page, "decoder/step3"));
    assert.equal(await named(page, "decoder/step3/dense").count(), 0);
    await page.click("text=Fold all");
    assert.equal(await named(page, "decoder/step3").count(), 0);
    assert.equal(await sheet(page).locator(".box.open").count(), 0);
    await page.click("text=Overview");
    assert.ok((await sheet(page).locator(".box.open").count()) >= 3);
  });
});

test("a group that is unfolded is where it was, and can be seen", async () => {
  await withPage("training.html", {}, async (page) => {
    await page.click("text=Fold all");
    await box(page, "gradient").click();
    const { x, y, width } = await box(page, "gradient").locator("> .face").boundingBox();
    assert.ok(x + width > 0 && x < 1100 && y > 0 && y < 900, `at ${x}, ${y}`);
  });
});

test("search finds nodes by name, op and shape, and leads to them", async () => {
  const count = (accept) => `${declared.nodes.filter(accept).length} of 1,421 nodes`;
  await inBothThemes("training.html", {}, async (page) => {
    assert.equal(await search(page, "additive_attention"), count(({ name, op }) => `${name} ${op}`.includes("additive_attention")));
    const written = ({ dtype, shape }) => `${dtype}[${shape.join(",")}]`;
    assert.equal(await search(page, "matmul f32[1024,5922]"),
      count(({ op, name, results }) => `${name} ${op}`.includes("matmul") && results.some((type) => written(type) === "f32[1024,5922]")));
    assert.equal(await search(page, "no such thing"), "0 of 1,421 nodes");
    assert.equal(await search(page, "decoder/step3/dense"), "1 of 1,421 nodes");
    assert.equal(await sheet(page).locator(".box.found.folded").count(), 1);
    await page.press("#search input", "Enter");
    assert.equal(await details(page).locator("h2").textContent(), "decoder/step3/dense");
    assert.equal(await sheet(page).locator(".box.chosen").getAttribute("data-name"), "decoder/step3/dense");
    const { x, y } = await named(page, "decoder/step3/dense").boundingBox();
    assert.ok(x > 200 && x < 900 && y > 200 && y < 700, `it is at ${x}, ${y}`);
    assert.ok((await sheet(page).locator("path.link").count()) >= 3, "links to what it takes and what takes it");
  });
});

test("a node tells its op, types, attributes, scope, cost, operands and users", async () => {
  await withPage("training.html", {}, async (page) => {
    await search(page, "decoder/step3/dense");
    await page.press("#search input", "Enter");
    assert.equal(await fact(page, "op"), "dense");
    assert.equal(await fact(page, "result"), "f32[64,5922]");
    assert.equal(await fact(page, "scope"), "decoder/step3");
    assert.match(await fact(page, "work"), /^77[67] Mflop$/); // 2 * 64 * 1024 * 5922, and the bias
    assert.match(await fact(page, "traffic"), /^24\.\d MiB read and written$/); // 4 * (64 * 1024 + 1024 * 5922 + 5922 + 64 * 5922)
    const lines = await details(page).locator("li").allTextContents();
    assert.ok(lines.includes("output/kernelf32[1024,5922]"), lines.join("\n"));
    await details(page).locator("button.to", { hasText: "output/kernel" }).click();
    assert.equal(await details(page).locator("h2").textContent(), "output/kernel");
    assert.equal(await fact(page, "initializer"), "uniform");
    await search(page, "encoder/step3/slice_1");
    await page.press("#search input", "Enter");
    assert.equal(await fact(page, "begin"), "3");
    await search(page, "adam/adam_16");
    await page.press("#search input", "Enter");
    assert.match(await fact(page, "updates"), /^output\/kerneladam\/output\/kernel\/m/);
  });
});

test("forward, gradient and update parts have colours of their own", async () => {
  await inBothThemes("training.html", {}, async (page) => {
    const parts = await page.evaluate(() => {
      const { graph } = weft.view.tab("declared");
      return Object.fromEntries(graph.nodes.map(({ name, part }) => [name, part]));
    });
    const expected = {
      loss: "forward", "decoder/step3/dense": "forward", "gradient/decoder/step3/matmul": "gradient", "gradient/add_3": "gradient",
      "update/mul": "update", "update/global_norm": "update", "adam/adam_3": "update", "adam/add": "update", "adam/step": "leaf", "output/kernel": "leaf",
    };
    for (const [name, part] of Object.entries(expected)) assert.equal(parts[name], part, name);
    const colours = await Promise.all(["leaves.leaf", "series.forward", "scope.gradient", "scope.update"].map((kind) =>
      sheet(page).locator(`.box.${kind} .stripe`).first().evaluate((stripe) => getComputedStyle(stripe).fill)));
    assert.equal(new Set(colours).size, 4, colours.join(" "));
  });
});

test("the memory picture: no two boxes overlap, peak and lower bound are what the boxes say", async () => {
  await withPage("training.html", {}, async (page) => {
    const { regions, arena, live, steps } = await page.evaluate(() => weft.view.tab("memory").memory);
    assert.ok(regions.length > 300);
    assert.equal(Math.max(...regions.map(({ offset, bytes }) => Math.ceil((offset + bytes) / 64) * 64)), arena);
    for (const [at, a] of regions.entries())
      for (const b of regions.slice(at + 1)) {
        const apart = a.last < b.first || b.last < a.first || a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset;
        assert.ok(apart, `${JSON.stringify(a)} overlaps ${JSON.stringify(b)}`);
      }
    let most = 0;
    for (let step = 0; step <= steps; ++step) {
      const there = regions.filter(({ first, last }) => first <= step && step <= last);
      most = Math.max(most, there.reduce((sum, { bytes }) => sum + Math.ceil(bytes / 64) * 64, 0));
    }
    assert.equal(most, live);
    await page.click("[data-view=memory]");
    const mebibytes = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`;
    const headline = await page.textContent("#memory .head-line");
    assert.ok(headline.startsWith(mebibytes(arena)) && headline.includes(`the ${mebibytes(live)} that are live`), headline);
  });
});

test("pointing at a box of memory names the value and why it is live; a click leads to it in the graph and back", async () => {
  await inBothThemes("training.html", {}, async (page) => {
    await page.click("[data-view=memory]");
    const at = await page.evaluate(() => {
      const { memory, picture, graph } = weft.view.tab("memory");
      const node = graph.nodes.find(({ name }) => name === "gradient/masked_cross_entropy_gradient");
      return picture.where(memory.placeOf(node.first).region);
    });
    await page.mouse.move(at.x, at.y);
    const tip = await page.textContent("#tip");
    assert.match(tip, /^gradient\/masked_cross_entropy_gradientf32\[10,64,5922\], 14\.5 MiB/);
    assert.match(tip, /steps \d+ to \d+Written by gradient\/masked_cross_entropy_gradient \(masked_cross_entropy_gradient\), kept until \S+ \(\w+\) has read it\./);
    await page.mouse.click(at.x, at.y);
    assert.equal(await details(page).locator("h2").textContent(), "gradient/masked_cross_entropy_gradient");
    assert.match(await fact(page, "size"), /^14\.5 MiB \(15,160,320 bytes\)$/);
    await details(page).locator("button.to", { hasText: "gradient/masked_cross_entropy_gradient" }).first().click();
    assert.equal(await page.getAttribute("[data-view=compiled]", "aria-selected"), "true");
    assert.equal(await sheet(page, "compiled").locator(".box.chosen").getAttribute("data-name"), "gradient/masked_cross_entropy_gradient");
    await details(page).locator("button.to", { hasText: "show" }).first().click();
    assert.equal(await page.getAttribute("[data-view=memory]", "aria-selected"), "true");
    assert.equal(await details(page).locator("h2").textContent(), "gradient/masked_cross_entropy_gradient");
  });
});

test("something is drawn where the memory picture says it is, in the colours of the theme", async () => {
  await inBothThemes("training.html", {}, async (page) => {
    await page.click("[data-view=memory]");
    const [inside, gradient] = await page.evaluate(() => {
      const { memory, picture } = weft.view.tab("memory");
      const largest = memory.regions.reduce((a, b) => (a.bytes * (a.last - a.first) > b.bytes * (b.last - b.first) ? a : b));
      const { x, y } = picture.where(largest);
      const { left, top } = picture.canvas.getBoundingClientRect();
      const pixel = picture.canvas.getContext("2d").getImageData(Math.round(x - left), Math.round(y - top), 1, 1).data;
      return [[...pixel].slice(0, 3), weft.color("--gradient").match(/\d+/g).map(Number)];
    });
    // Laid over the ground at 62 %, so nearer to the gradient's colour than to black, white or the forward part's.
    assert.ok(inside[0] > inside[1] && inside[1] > inside[2], `${inside} has the hue of ${gradient}`);
  });
});

test("times of a profile are shown, with their share", async () => {
  const nodes = [{ node: "decoder/step3/dense", kind: "sgemm", calls: 4, seconds: 0.02 }, { node: "loss", kind: "loop", calls: 4, seconds: 0.02 }];
  writeFileSync(join(folder, "profile.json"), JSON.stringify({ runs: 4, nodes }));
  run("weft", "view", "training.json", "--stage", "before", "--profile", "profile.json", "-o", "timed.html");
  await withPage("timed.html", {}, async (page) => {
    assert.equal(await page.locator("[data-view]").count(), 1);
    await search(page, "decoder/step3/dense");
    await page.press("#search input", "Enter");
    assert.equal(await fact(page, "time"), "5 ms a run, 50.0 % of all (sgemm)");
    assert.match(await fact(page, "work"), /^77[67] Mflop, 155 Gflop\/s$/);
  });
});

// Generous: a budget against what would be felt, on a machine that has other things to do.
test("a graph of more than 20,000 nodes opens and answers without delay", async () => {
  const sizes = ["--rows", "2", "--embedding", "4", "--units", "4", "--source-vocabulary", "8", "--target-vocabulary", "8"];
  run("weft", "view", "--model", "nmt", "--graph", "training", "--source-length", "290", "--target-length", "290", ...sizes, "-o", "large.html");
  const within = async (seconds, what, act) => {
    const start = performance.now();
    await act();
    const taken = (performance.now() - start) / 1000;
    assert.ok(taken < seconds, `${what} took ${taken.toFixed(1)} s`);
  };
  let begin = performance.now();
  await withPage("large.html", {}, async (page) => {
    await within(1, "having something to look at", () => sheet(page).locator(".box").first().waitFor());
    assert.ok(performance.now() - begin < 15_000, "opening took more than 15 s");
    assert.ok((await page.evaluate(() => weft.view.current.graph.nodes.length)) > 20_000);
    await within(5, "a search", () => search(page, "gradient/decoder/step250/gru_cell/gru_gates_gradient"));
    await within(5, "going to a node", async () => {
      await page.press("#search input", "Enter");
      await named(page, "gradient/decoder/step250/gru_cell/gru_gates_gradient").waitFor();
    });
    assert.ok((await sheet(page).locator(".box").count()) < 400, "what is folded is not drawn");
    await within(5, "folding", () => page.click("text=Overview"));
    await within(10, "the compiled graph", () => page.click("[data-view=compiled]"));
    await within(10, "the memory picture", () => page.click("[data-view=memory]"));
    await within(5, "pointing at twenty places", async () => {
      for (let at = 0; at < 20; ++at) await page.mouse.move(150 + 40 * at, 500);
    });
  });
});

const leaf = (name, scope = "") => ({ name, op: "input", scope, operands: [], attributes: {}, results: [{ dtype: "f32", shape: [2] }] });
const graphFile = (file, nodes, rest = {}) =>
  writeFileSync(join(folder, file), JSON.stringify({ format: "weft-graph", version: 1, name: file, nodes, outputs: [], updates: [], ...rest }));

test("names with tags do no harm, wherever they stand", async () => {
  const evil = "</script><img src=x onerror=\"document.title='harm'\"><b>";
  const nodes = [leaf(evil, ""), { ...leaf(`${evil}/inner`, evil), op: "tanh", operands: [evil] },
    { ...leaf(`${evil}/outer`, evil), op: "tanh", operands: [`${evil}/inner`] },
    { ...leaf("constant"), op: "parameter", attributes: { initializer: "zeros" } }];
  graphFile("hostile.json", nodes, { name: evil, outputs: [{ name: evil, value: `${evil}/outer` }] });
  run("weft", "view", "hostile.json", "-o", "hostile.html");
  await inBothThemes("hostile.html", {}, async (page) => {
    assert.equal(await page.textContent("h1"), evil);
    await search(page, "</script>");
    await page.locator("#hits button").nth(1).click();
    assert.equal(await details(page).locator("h2").textContent(), `${evil}/inner`);
    await page.click("[data-view=memory]");
    await page.mouse.move(500, 500);
    assert.equal(await page.locator("img, body b:not(#tip b, .facts b)").count(), 0);
    assert.equal(await page.title(), evil);
  });
});

test("graphs without scopes and scopes without end are folded to what can be looked at", async () => {
  const letters = "abcdefghij";
  const word = (number) => [...String(number).padStart(5, "0")].map((digit) => letters[digit]).join("");
  graphFile("flat.json", Array.from({ length: 5000 }, (_, at) => leaf(word(at))));
  const deep = Array.from({ length: 3000 }, () => "s").join("/");
  graphFile("deep.json", [leaf(`${deep}/x`, deep), leaf(`${deep}/y`, deep)]);
  graphFile("empty.json", []);
  for (const name of ["flat", "deep", "empty"]) {
    run("weft", "view", `${name}.json`, "-o", `${name}.html`);
    await withPage(`${name}.html`, {}, async (page) => {
      assert.ok((await sheet(page).locator(".box").count()) <= 60, name);
      await page.click("[data-view=memory]");
    });
  }
  await withPage("flat.html", {}, async (page) => {
    await search(page, word(4321));
    await page.press("#search input", "Enter");
    assert.equal(await details(page).locator("h2").textContent(), word(4321));
    assert.ok((await sheet(page).locator(".box").count()) <= 200);
  });
});

test("what is no graph is refused with one message, and nothing is written", () => {
  writeFileSync(join(folder, "cut.json"), JSON.stringify(declared).slice(0, 5000));
  writeFileSync(join(folder, "binary.json"), Buffer.from([0, 255, 1, 254]));
  writeFileSync(join(folder, "nested.json"), "[".repeat(1_000_000));
  graphFile("many.json", Array.from({ length: 200_001 }, (_, at) => leaf(`x${at}`)));
  for (const file of ["cut.json", "binary.json", "nested.json", "many.json", "missing.json"]) {
    const { status, stdout, stderr } = attempt("weft", "view", file, "-o", "none.html");
    assert.equal(status, 1, file);
    assert.equal(stdout, "", file);
    assert.match(stderr, /^weft: [^\n]*\n$/, file);
    assert.equal(attempt("weft", "dump", "none.html").status, 1);
  }
});

/// A chain of dense layers of these widths, auto-numbered as the builder numbers them.
function layers(file, widths) {
  const lines = [`graph "layers" {`, `  %x = input() : f32[2,${widths[0]}]`];
  let last = "x";
  for (let layer = 1; layer < widths.length; ++layer) {
    const [rows, columns] = [widths[layer - 1], widths[layer]];
    const name = layer === 1 ? "dense" : `dense_${layer - 1}`;
    lines.push(`  %k${layer} = input() : f32[${rows},${columns}]`, `  %b${layer} = input() : f32[${columns}]`);
    lines.push(`  %${name} = dense(%${last}, %k${layer}, %b${layer}) : f32[2,${columns}]`);
    last = name;
  }
  writeFileSync(join(folder, file), [...lines, `  output "y" = %${last}`, "}", ""].join("\n"));
  run("weft", "view", file, "-o", `${file}.html`);
}

test("layers of one kind fold only where they are one structure repeated", async () => {
  layers("unlike.txt", [3, 5, 7, 11, 13]);
  await withPage("unlike.txt.html", {}, async (page) => {
    for (const name of ["dense", "dense_1", "dense_2", "dense_3"]) assert.equal(await named(page, name).count(), 1, name);
  });
  layers("alike.txt", [5, 5, 5, 5, 5]);
  await withPage("alike.txt.html", {}, async (page) => {
    assert.equal(await box(page, "dense \u00d7 4").count(), 1);
  });
});
