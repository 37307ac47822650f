// Runs `weft-nmt serve` for the tests of this folder, with a translator that is trained in seconds.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { folder, run, tool } from "./browser.mjs";

run("weft-nmt", "train", "--builtin", "--limit", "500", "--preset", "small", "--embedding", "24", "--units", "32", "--epochs", "20", "--learning-rate", "0.01",
  "--normaliser", "reversible", "--valid-sentences", "0", "--samples", "0", "--out", "run");

/// Sentences that the translator knows.
export const sentences = readFileSync(join(folder, "run/train.tsv"), "utf8").trimEnd().split("\n").map((line) => line.split("\t")[1]);

/// What `weft-nmt translate` makes of them.
export const translated = (french) =>
  execFileSync(tool("weft-nmt"), ["translate", "--run", "run"], { cwd: folder, encoding: "utf8", input: french.map((line) => `${line}\n`).join("") })
    .split("\n").slice(0, -1);

/// Starts a server; `address` is where it listens. `end(signal)` stops it and returns its exit status and what it said.
export async function start(...options) {
  const child = spawn(tool("weft-nmt"), ["serve", "--run", "run", "--port", "0", ...options], { cwd: folder });
  let said = "";
  child.stderr.on("data", (text) => (said += text));
  const ended = new Promise((resolve) => child.on("close", (status, signal) => resolve({ status, signal, said })));
  const address = await new Promise((resolve, reject) => {
    child.stdout.once("data", (text) => resolve(String(text).trim()));
    ended.then(() => reject(new Error(`the server has ended: ${said}`)));
  });
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  return {
    address,
    port: Number(new URL(address).port),
    kill: (signal) => child.kill(signal),
    ended,
    end: (signal = "SIGTERM") => {
      child.kill(signal);
      return ended;
    },
  };
}

/// Runs `test` with a server, which must then stop in order.
export async function withServer(options, test) {
  const server = await start(...options);
  try {
    await test(server);
  } catch (error) {
    server.kill("SIGKILL");
    throw error;
  }
  const { status, said } = await server.end();
  assert.equal(status, 0, said);
}
