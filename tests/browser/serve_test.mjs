// The page of `weft-nmt serve`: one types French and reads English, and sees where it came from.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { folder, inBothThemes, run, withPage } from "./browser.mjs";
import { sentences, translated, withServer } from "./server.mjs";

const pictures = process.env.WEFT_SCREENSHOTS ?? folder;
const [sentence, other] = sentences;
const [english, otherEnglish] = translated([sentence, other]);

const typed = async (page, text, expected) => {
  await page.fill("#french", text);
  await page.locator("#english", { hasText: expected }).and(page.locator("#english:not(.old)")).waitFor();
};
const tokens = (page, side) => page.locator(`[data-side=${side}] .token`);
const weightsOf = (locator) => locator.evaluateAll((spans) => spans.map((span) => span.dataset.weight ?? null));

test("one types French and reads English; pointing at a word shows what it was drawn from", async () => {
  await withServer([], async ({ address }) => {
    const { attention: [{ source, target, weights }] } = await (await fetch(`${address}translate`, { method: "POST",
      headers: { "Content-Type": "application/json" }, body: JSON.stringify({ q: sentence, source: "fr", target: "en", attention: true }) })).json();
    await inBothThemes(address, { width: 1200, height: 900 }, async (page, theme) => {
      await page.locator("#french").pressSequentially(sentence, { delay: 5 });
      await page.locator("#english", { hasText: english }).waitFor();
      assert.equal(await page.textContent("#english"), english);
      assert.equal(await tokens(page, "French").count(), source.length);
      assert.equal(await tokens(page, "English").count(), target.length);

      await tokens(page, "English").nth(0).hover();
      assert.deepEqual((await weightsOf(tokens(page, "French"))).map(Number), weights[0]);
      assert.ok(await tokens(page, "English").nth(0).evaluate((span) => span.classList.contains("met")));
      const strongest = weights[0].indexOf(Math.max(...weights[0]));
      const colour = (at) => tokens(page, "French").nth(at).evaluate((span) => getComputedStyle(span).backgroundColor);
      const weakest = weights[0].indexOf(Math.min(...weights[0]));
      assert.notEqual(await colour(strongest), await colour(weakest), "what weighs more has another colour");
      await page.screenshot({ path: join(pictures, `serve-${theme}.png`) });

      await tokens(page, "French").nth(1).hover();
      assert.deepEqual((await weightsOf(tokens(page, "English"))).map(Number), weights.map((row) => row[1]));
      assert.deepEqual(await weightsOf(tokens(page, "French")), source.map(() => null));

      await page.locator('.heat td[data-row="1"][data-column="2"]').hover();
      assert.match(await page.textContent("#tip"), new RegExp(`: ${weights[1][2].toFixed(3)}$`));
      assert.deepEqual((await weightsOf(tokens(page, "French"))).map(Number), weights[1]);
      assert.deepEqual((await weightsOf(tokens(page, "English"))).map(Number), weights.map((row) => row[2]));
      await page.mouse.move(2, 2);
      assert.equal(await page.locator(".token[data-weight]").count(), 0);
    });
  });
});

test("lines, nothing, tags, and the newest question", async () => {
  await withServer(["--max-text", "300"], async ({ address }) => {
    await withPage(address, {}, async (page) => {
      await typed(page, `${sentence}\n${other}`, otherEnglish);
      assert.equal(await page.textContent("#english"), `${english}\n${otherEnglish}`);
      assert.equal(await page.locator(".look").count(), 2);
      await page.fill("#french", "");
      await page.locator(".look").first().waitFor({ state: "detached" });
      assert.equal(await page.textContent("#english"), "");
      await page.fill("#french", other);
      await typed(page, sentence, english);
      assert.equal(await page.textContent("#english"), english);
      await page.fill("#french", "<b onclick=alert(1)>&amp;</b>");
      await page.locator(".look", { hasText: "onclick" }).waitFor();
      assert.equal(await page.locator(".look [onclick]").count(), 0);
    });
  });
});

test("a model without attention translates, and there is nothing to point at", async () => {
  run("weft-nmt", "train", "--builtin", "--limit", "40", "--preset", "small", "--embedding", "4", "--units", "4", "--epochs", "1", "--attention", "none",
    "--valid-sentences", "0", "--samples", "0", "--out", "blind");
  await withServer(["--run", "blind"], async ({ address }) => {
    await withPage(address, {}, async (page) => {
      await page.fill("#french", sentence);
      await page.locator(".status:not(:empty)").waitFor();
      assert.doesNotMatch(await page.textContent(".status"), /Point at|not/);
      assert.equal(await page.locator("#english.old").count(), 0);
      assert.equal(await page.locator(".look").count(), 0);
    });
  });
});

test("what the server refuses is told, and so is that there is none", async () => {
  const told = [];
  await withServer(["--max-text", "300"], async (server) => {
    // The browser itself notes both in the console, which withPage complains of.
    await assert.rejects(withPage(server.address, {}, async (page) => {
      await page.fill("#french", "a".repeat(301));
      await page.locator(".status.bad", { hasText: "301 characters, which exceeds the limit of 300" }).waitFor();
      told.push("refused");
      await server.end();
      await page.fill("#french", "Oui.");
      await page.locator(".status.bad", { hasText: "The server does not answer." }).waitFor();
      told.push("gone");
    }), /Failed to load resource/);
  });
  assert.deepEqual(told, ["refused", "gone"]);
});
