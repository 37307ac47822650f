// Opens pages in Debian's Chromium for the tests of this folder, which are run as `node NAME_test.mjs BIN_FOLDER`.
// A page that asks the network for anything, or leaves an error in the console, fails its test.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after } from "node:test";
import { pathToFileURL } from "node:url";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const { chromium } = await import("playwright-core").catch(() => ({}));
if (!chromium || !existsSync(executablePath)) {
  console.error("Chromium or playwright-core is missing: run tools/scripts/setup-browser.sh");
  process.exit(1);
}
if (process.argv[2] === undefined) {
  console.error(`usage: node ${process.argv[1]} BIN_FOLDER`);
  process.exit(2);
}

/// A folder for the test's files, removed when it ends.
export const folder = mkdtempSync(join(tmpdir(), "weft-browser-"));

/// A tool's path: tool("weft").
export const tool = (name) => resolve(process.argv[2], name);

/// Runs a tool in `folder`, which must succeed; returns what it printed.
export const run = (name, ...options) =>
  execFileSync(tool(name), options, { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 });

/// Runs a tool in `folder` that is to fail; returns its status, stdout and stderr.
export const attempt = (name, ...options) => spawnSync(tool(name), options, { cwd: folder, encoding: "utf8" });

let browser = null;

async function launched() {
  browser ??= await chromium.launch({
    executablePath,
    // A new profile each time is what launch() does by itself.
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  return browser;
}

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/// Opens a file of `folder`, or an http address whose server the page may ask, and gives the page (playwright's Page) to `test`, then checks that it kept quiet.
/// `theme`: "light" or "dark", what the system is said to prefer.
export async function withPage(file, { theme = "light", width = 1440, height = 900 } = {}, test) {
  const context = await (await launched()).newContext({ colorScheme: theme, viewport: { width, height } });
  const complaints = [];
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const served = file.startsWith("http://");
    const address = served ? file : pathToFileURL(join(folder, file)).href;
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      const url = request.url();
      const own = served ? url.startsWith(address) : url.split("#")[0] === address;
      if (!own && !/^(data|blob):/.test(url)) complaints.push(`request: ${url}`);
    });
    page.on("dialog", (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    await page.goto(address);
    await test(page);
  } catch (error) {
    error.message += complaints.map((complaint) => `\n(the page: ${complaint})`).join("");
    throw error;
  } finally {
    await context.close();
  }
  if (complaints.length > 0) throw new Error(`${file} did what it should not:\n${complaints.join("\n")}`);
}

/// Runs `test` with the page in light and in dark.
export async function inBothThemes(file, options, test) {
  for (const theme of ["light", "dark"]) await withPage(file, { ...options, theme }, (page) => test(page, theme));
}
