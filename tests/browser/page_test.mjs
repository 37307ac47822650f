// What all pages have in common: light and dark, tabs, tables, tips, and that nothing a file says does harm.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inBothThemes, run, withPage } from "./browser.mjs";

run("weft_web_sample", "sample.html");
const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const brightness = async (page) => Math.max(...(await background(page)).match(/\d+/g).slice(0, 3).map(Number));

test("a page follows the system's colours until its button is pressed", async () => {
  await inBothThemes("sample.html", {}, async (page, theme) => {
    const dark = async () => (await brightness(page)) < 100;
    assert.equal(await dark(), theme === "dark");
    await page.click("#theme");
    assert.equal(await dark(), theme === "light");
    await page.click("#theme");
    assert.equal(await dark(), theme === "dark");
  });
});

test("tabs show one section at a time", async () => {
  await withPage("sample.html", {}, async (page) => {
    assert.deepEqual([await page.isVisible("#one"), await page.isVisible("#two")], [true, false]);
    await page.click("text=Two");
    assert.deepEqual([await page.isVisible("#one"), await page.isVisible("#two")], [false, true]);
  });
});

test("a table sorts by the heading that is clicked, numbers as numbers", async () => {
  await withPage("sample.html", {}, async (page) => {
    await page.evaluate(() => {
      const rows = [["a", 9], ["b", "1,200"], ["c", { cell: "50 B", key: 50 }]];
      document.body.append(weft.table([{ title: "Name" }, { title: "Size", number: true }], rows));
    });
    const names = () => page.locator("tbody td:first-child").allTextContents();
    await page.click("th >> text=Size");
    assert.deepEqual(await names(), ["b", "c", "a"]);
    await page.click("th >> text=Size");
    assert.deepEqual(await names(), ["a", "c", "b"]);
    await page.click("th >> text=Name");
    assert.deepEqual(await names(), ["a", "b", "c"]);
  });
});

test("text with tags stays text, in data, title, tables and tips", async () => {
  await withPage("sample.html", {}, async (page) => {
    await page.evaluate(() => {
      const [, hostile] = weft.data("names");
      document.body.append(weft.table([{ title: hostile }], [[hostile]]));
      weft.tip({ clientX: 10, clientY: 10 }, hostile);
    });
    assert.equal(await page.locator("img").count(), 0);
    assert.match(await page.textContent("td"), /^<\/script><img/);
    assert.match(await page.textContent("#tip"), /^<\/script><img/);
    assert.match(await page.textContent("h1"), /^Sample <\/script><img/);
    assert.match(await page.textContent("#one"), /^First <\/script><img/);
  });
});

test("the page's policy stops what would load or run all the same", async () => {
  const planted = withPage("sample.html", {}, (page) =>
    page.evaluate(async () => {
      document.body.insertAdjacentHTML("beforeend", "<img src='data:,' onerror='window.ran = true'>");
      await fetch("https://example.invalid/").catch(() => {});
      if (window.ran) throw new Error("a script within an attribute ran");
    }));
  await assert.rejects(planted, (error) => {
    assert.match(error.message, /sample.html did what it should not/);
    assert.match(error.message, /Content Security Policy/);
    return true;
  });
});

test("numbers are written for people", async () => {
  await withPage("sample.html", {}, async (page) => {
    const written = await page.evaluate(() =>
      [weft.bytes(0), weft.bytes(1536), weft.flops(2.5e9), weft.seconds(0.00123), weft.seconds(65), weft.number(1234567)]);
    assert.deepEqual(written, ["0 B", "1.5 KiB", "2.5 Gflop", "1.23 ms", "65 s", "1,234,567"]);
  });
});
