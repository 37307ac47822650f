// Draws the pictures of docs/view.md: the page of `weft view` as headless Chromium shows it.
//
//   tools/scripts/setup-browser.sh && node tools/scripts/draw_view.mjs build/release/bin
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "../../tests/browser/node_modules/playwright-core/index.mjs";

const bin = resolve(process.argv[2] ?? "build/release/bin");
const pictures = join(dirname(fileURLToPath(import.meta.url)), "../../docs/view");
const folder = mkdtempSync(join(tmpdir(), "weft-view-"));
const html = join(folder, "training.html");
execFileSync(join(bin, "weft"), ["view", "--model", "nmt", "--graph", "training", "--source-length", "19",
  "--target-length", "11", "-o", html]);

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
try {
  for (const [name, theme, tab] of [["declared", "light", "As declared"], ["compiled", "dark", "Compiled"],
    ["memory", "light", "Memory"]]) {
    const page = await browser.newPage({ colorScheme: theme, viewport: { width: 1200, height: 760 } });
    await page.goto(pathToFileURL(html).href);
    await page.click(`button:has-text("${tab}")`);
    await page.waitForTimeout(1000);  // drawing ends with a short animation
    await page.screenshot({ path: join(pictures, `${name}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
