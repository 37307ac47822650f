// Runs `weft-nmt serve` for the tests of this folder, with a translator that is trained in seconds.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder, run, tool } from "./browser.mjs";

// Small sentences whose parts are translated one by one: a small model knows all of them after a second, and no two
// have the same translation. They have three lengths.
const nouns = { chat: "cat", chien: "dog", roi: "king", garçon: "boy", soldat: "soldier", boulanger: "baker", médecin: "doctor", voisin: "neighbour",
  voleur: "thief", facteur: "postman", poète: "poet", lion: "lion", cheval: "horse", juge: "judge" };
const verbs = { dort: "sleeps", chante: "sings", mange: "eats", court: "runs", rit: "laughs", parle: "speaks" };
const ends = { "": "", " ici": " here", " très bien": " very well" };
const pairs = Object.entries(nouns).flatMap(([noun, thing]) => Object.entries(verbs).flatMap(([verb, does]) =>
  Object.entries(ends).map(([fin, end]) => ({ french: `Le ${noun} ${verb}${fin}.`, english: `The ${thing} ${does}${end}.` }))));

writeFileSync(join(folder, "pairs.tsv"), pairs.map(({ french, english }) => `${english}\t${french}\n`).join(""));
run("weft-nmt", "train", "--train", "pairs.tsv", "--valid", "pairs.tsv", "--preset", "small", "--embedding", "24", "--units", "32", "--epochs", "30",
  "--learning-rate", "0.01", "--normaliser", "reversible", "--valid-sentences", "0", "--samples", "0", "--out", "run");

/// Sentences that the translator knows.
export const sentences = pairs.map(({ french }) => french);

/// What `weft-nmt translate` makes of them.
export const translated = (french) =>
  execFileSync(tool("weft-nmt"), ["translate", "--run", "run"], { cwd: folder, encoding: "utf8", input: french.map((line) => `${line}\n`).join("") })
    .split("\n").slice(0, -1);

/// The `count` best that `weft-nmt translate` finds for each of them with a beam as wide.
export function ranked(french, count) {
  const lines = execFileSync(tool("weft-nmt"), ["translate", "--run", "run", "--beam", `${count}`, "--n-best", `${count}`],
    { cwd: folder, encoding: "utf8", input: french.map((line) => `${line}\n`).join("") }).split("\n").slice(0, -1).map((line) => line.split("\t"));
  return french.map((_, at) => lines.filter(([number]) => number === `${at + 1}`).map((fields) => fields.at(-1)));
}

/// Starts a server; `address` is where it listens. `end(signal)` stops it and returns its exit status and what it said.
export async function start(...options) {
  const run = options.includes("--run") ? [] : ["--run", "run"];
  const child = spawn(tool("weft-nmt"), ["serve", ...run, "--port", "0", ...options], { cwd: folder });
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
