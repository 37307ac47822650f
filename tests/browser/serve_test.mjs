// The page of `weft-nmt serve`: one types French and reads English, and sees where it came from.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { folder, inBothThemes, run, withPage } from "./browser.mjs";
import { ranked, sentences, translated, withServer } from "./server.mjs";

const pictures = process.env.WEFT_SCREENSHOTS ?? folder;
const [sentence, other] = sentences;
const [english, otherEnglish] = translated([sentence, other]);

const typed = async (page, text, expected) => {
  await page.fill("#source", text);
  await page.locator("#target", { hasText: expected }).and(page.locator("#target:not(.old)")).waitFor();
};
const tokens = (page, side) => page.locator(`[data-side=${side}] .token`);
const weightsOf = (locator) => locator.evaluateAll((spans) => spans.map((span) => span.dataset.weight ?? null));

test("one types French and reads English; pointing at a word shows what it was drawn from", async () => {
  await withServer([], async ({ address }) => {
    const { attention: [{ source, target, weights }] } = await (await fetch(`${address}translate`, { method: "POST",
      headers: { "Content-Type": "application/json" }, body: JSON.stringify({ q: sentence, source: "fr", target: "en", attention: true }) })).json();
    await inBothThemes(address, { width: 1200, height: 900 }, async (page, theme) => {
      await page.locator("#source").pressSequentially(sentence, { delay: 5 });
      // The first words alone may be translated as all of them are.
      await tokens(page, "source").nth(source.length - 1).waitFor();
      await page.locator("#target", { hasText: english }).waitFor();
      assert.equal(await page.textContent("#target"), english);
      assert.equal(await tokens(page, "source").count(), source.length);
      assert.equal(await tokens(page, "target").count(), target.length);

      await tokens(page, "target").nth(0).hover();
      assert.deepEqual((await weightsOf(tokens(page, "source"))).map(Number), weights[0]);
      assert.ok(await tokens(page, "target").nth(0).evaluate((span) => span.classList.contains("met")));
      const strongest = weights[0].indexOf(Math.max(...weights[0]));
      const colour = (at) => tokens(page, "source").nth(at).evaluate((span) => getComputedStyle(span).backgroundColor);
      const weakest = weights[0].indexOf(Math.min(...weights[0]));
      assert.notEqual(await colour(strongest), await colour(weakest), "what weighs more has another colour");
      await page.screenshot({ path: join(pictures, `serve-${theme}.png`) });

      await tokens(page, "source").nth(1).hover();
      assert.deepEqual((await weightsOf(tokens(page, "target"))).map(Number), weights.map((row) => row[1]));
      assert.deepEqual(await weightsOf(tokens(page, "source")), source.map(() => null));

      await page.locator('.heat td[data-row="1"][data-column="2"]').hover();
      assert.match(await page.textContent("#tip"), new RegExp(`: ${weights[1][2].toFixed(3)}$`));
      assert.deepEqual((await weightsOf(tokens(page, "source"))).map(Number), weights[1]);
      assert.deepEqual((await weightsOf(tokens(page, "target"))).map(Number), weights.map((row) => row[2]));
      await page.mouse.move(2, 2);
      assert.equal(await page.locator(".token[data-weight]").count(), 0);
    });
  });
});

test("lines, nothing, tags, and the newest question", async () => {
  await withServer(["--max-text", "300"], async ({ address }) => {
    await withPage(address, {}, async (page) => {
      await typed(page, `${sentence}\n${other}`, otherEnglish);
      assert.equal(await page.textContent("#target"), `${english}\n${otherEnglish}`);
      assert.equal(await page.locator(".look").count(), 2);
      await page.fill("#source", "");
      await page.locator(".look").first().waitFor({ state: "detached" });
      assert.equal(await page.textContent("#target"), "");
      await page.fill("#source", other);
      await typed(page, sentence, english);
      assert.equal(await page.textContent("#target"), english);
      await page.fill("#source", "<b onclick=alert(1)>&amp;</b>");
      await page.locator(".look", { hasText: "onclick" }).waitFor();
      assert.equal(await page.locator(".look [onclick]").count(), 0);
    });
  });
});

test("the box grows with its text, the translation can be copied, and other ones are shown when wanted", async () => {
  const [lines] = ranked([sentence], 6);
  await withServer([], async ({ address }) => {
    await inBothThemes(address, { width: 1200, height: 900 }, async (page, theme) => {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      const height = () => page.locator("#source").evaluate((box) => box.clientHeight);
      const hidden = () => page.locator("#source").evaluate((box) => box.scrollHeight - box.clientHeight);
      assert.ok(await page.isDisabled("#copy"), "there is nothing to copy yet");
      const low = await height();
      await typed(page, Array(20).fill(sentence).join("\n"), english);
      assert.ok((await height()) > 2 * low, `${await height()} is not twice as high as ${low}`);
      assert.equal(await hidden(), 0);
      await typed(page, sentence, english);
      assert.equal(await height(), low);

      await page.click("#copy");
      await page.locator("#copy", { hasText: "Copied" }).waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), english);

      assert.equal(await page.locator(".alternatives li").count(), 0);
      await page.click("#more");
      await page.locator(".alternatives li").first().waitFor();
      assert.equal(await page.textContent("#target"), lines[0]);
      assert.deepEqual(await page.locator(".alternatives li").allTextContents(), lines.slice(1, 4));
      await page.screenshot({ path: join(pictures, `serve-alternatives-${theme}.png`) });
      await page.click("#more");
      assert.ok(await page.isHidden(".alternatives"));
    });
  });
});

test("without the browser's clipboard the translation is copied as if by hand", async () => {
  await withServer([], async ({ address }) => {
    await withPage(address, {}, async (page) => {
      await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
      await typed(page, sentence, english);
      const copied = page.evaluate(() => new Promise((resolve) => document.addEventListener("copy", () => resolve(String(getSelection())))));
      await page.click("#copy");
      assert.equal(await copied, english);
    });
  });
});

test("a word that the model has never seen is named", async () => {
  await withServer([], async ({ address }) => {
    await inBothThemes(address, { width: 1200, height: 900 }, async (page, theme) => {
      await typed(page, sentence, english);
      assert.ok(await page.isHidden(".unknown-words"));
      await page.fill("#source", sentence.replace(" ", " zyzzyva "));
      await page.locator(".unknown-words", { hasText: "zyzzyva" }).waitFor();
      assert.equal(await page.textContent(".unknown-words"), "Never seen in training: zyzzyva");
      await page.screenshot({ path: join(pictures, `serve-unknown-${theme}.png`) });
    });
  });
});

test("a model without attention translates, and there is nothing to point at", async () => {
  run("weft-nmt", "train", "--builtin", "--limit", "40", "--preset", "small", "--embedding", "4", "--units", "4", "--epochs", "1", "--attention", "none",
    "--valid-sentences", "0", "--samples", "0", "--out", "blind");
  await withServer(["--run", "blind"], async ({ address }) => {
    await withPage(address, {}, async (page) => {
      await page.fill("#source", sentence);
      await page.locator(".status:not(:empty)").waitFor();
      assert.doesNotMatch(await page.textContent(".status"), /Point at|not/);
      assert.equal(await page.locator("#target.old").count(), 0);
      assert.equal(await page.locator(".look").count(), 0);
    });
  });
});

test("what the server refuses is told, and so is that there is none", async () => {
  const told = [];
  await withServer(["--max-text", "300"], async (server) => {
    // The browser itself notes both in the console, which withPage complains of.
    await assert.rejects(withPage(server.address, {}, async (page) => {
      await page.fill("#source", "a".repeat(301));
      await page.locator(".status.bad", { hasText: "301 characters, which exceeds the limit of 300" }).waitFor();
      told.push("refused");
      await server.end();
      await page.fill("#source", "Oui.");
      await page.locator(".status.bad", { hasText: "The server does not answer." }).waitFor();
      told.push("gone");
    }), /Failed to load resource/);
  });
  assert.deepEqual(told, ["refused", "gone"]);
});
