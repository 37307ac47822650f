// `weft-nmt serve` as its clients meet it: the good ones, the bad ones, and many at once.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { attempt, folder } from "./browser.mjs";
import { ranked, sentences, start, translated, withServer } from "./server.mjs";

const json = { "Content-Type": "application/json" };
const form = { "Content-Type": "application/x-www-form-urlencoded" };
const fields = (q, rest = {}) => JSON.stringify({ q, source: "fr", target: "en", ...rest });

async function post(server, body, headers = json) {
  const response = await fetch(`${server.address}translate`, { method: "POST", headers, body });
  return { status: response.status, answer: await response.json() };
}
const translate = async (server, q, rest) => {
  const { status, answer } = await post(server, fields(q, rest));
  assert.equal(status, 200, JSON.stringify(answer));
  return answer;
};

/// A connection of which one says what it sends when. `all` is what it received, once the server has closed it.
function raw(server) {
  const socket = connect(server.port, "127.0.0.1");
  let received = "";
  let error = null;
  let met = () => {};
  socket.on("data", (text) => {
    received += text;
    met();
  });
  socket.on("error", (fault) => (error = fault));
  const all = new Promise((resolve) => socket.on("close", () => resolve({ received, error })));
  const hears = (text) => new Promise((resolve) => {
    met = () => received.includes(text) && resolve();
    met();
  });
  return { socket, send: (text) => socket.write(text), all, hears };
}

test("JSON, forms, lists and lines are translated as `weft-nmt translate` does", async () => {
  const [a, b, c] = sentences;
  const [english_a, english_b, english_c] = translated([a, b, c]);
  await withServer([], async (server) => {
    assert.deepEqual(await translate(server, a), { translatedText: english_a });
    assert.deepEqual(await translate(server, a, { format: "text", api_key: "" }), { translatedText: english_a });
    assert.deepEqual(await translate(server, [a, `${b}\n\n${c}`]), { translatedText: [english_a, `${english_b}\n\n${english_c}`] });
    assert.deepEqual(await translate(server, `${a}\r\n${b}\n`), { translatedText: `${english_a}\n${english_b}\n` });
    assert.deepEqual(await translate(server, []), { translatedText: [] });
    assert.deepEqual(await translate(server, ""), { translatedText: "" });
    assert.deepEqual(await translate(server, a, { source: "auto", alternatives: 0 }),
      { translatedText: english_a, detectedLanguage: { confidence: 100, language: "fr" } });
    const body = new URLSearchParams({ q: a, source: "fr", target: "en" }).toString();
    assert.deepEqual((await post(server, body, form)).answer, { translatedText: english_a });
    const twice = `q=${encodeURIComponent(a)}&q=${encodeURIComponent(b)}&source=fr&target=en`;
    assert.deepEqual((await post(server, twice, form)).answer, { translatedText: [english_a, english_b] });
  });
});

test("alternatives: what a beam ranks behind the translation, as many as are asked for", async () => {
  const [a, b] = sentences;
  const [of_a, of_b] = ranked([a, b], 4);
  assert.equal(new Set(of_a).size, 4, "the model has no four translations to tell apart");
  await withServer(["--max-alternatives", "3"], async (server) => {
    for (const alternatives of [1, 2, 3])
      assert.deepEqual(await translate(server, a, { alternatives }), { translatedText: of_a[0], alternatives: of_a.slice(1, alternatives + 1) });
    const both = await translate(server, [a, `${b}\n\n${a}`], { alternatives: 3, source: "auto", attention: true });
    assert.deepEqual(both.translatedText, [of_a[0], `${of_b[0]}\n\n${of_a[0]}`]);
    assert.deepEqual(both.alternatives, [of_a.slice(1), [1, 2, 3].map((rank) => `${of_b[rank]}\n\n${of_a[rank]}`)]);
    assert.equal(both.attention[1].length, 3);
    assert.deepEqual(await translate(server, "", { alternatives: 3 }), { translatedText: "", alternatives: [] });
    const body = new URLSearchParams({ q: a, source: "fr", target: "en", alternatives: "2" }).toString();
    assert.deepEqual((await post(server, body, form)).answer, { translatedText: of_a[0], alternatives: of_a.slice(1, 3) });
    // Together with requests that want none, and with one another.
    const answers = await Promise.all(Array.from({ length: 30 }, (_, at) => translate(server, at % 2 ? a : b, { alternatives: at % 4 })));
    answers.forEach((answer, at) => {
      const of_text = at % 2 ? of_a : of_b;
      if (at % 4 === 0) assert.deepEqual(answer, { translatedText: translated([b])[0] });
      else assert.deepEqual(answer, { translatedText: of_text[0], alternatives: of_text.slice(1, (at % 4) + 1) });
    });
    for (const alternatives of [4, -1, 1.5, "many", "", true, [1], 1e300, 2 ** 64]) {
      const { status, answer } = await post(server, fields(a, { alternatives }));
      assert.equal(status, 400, `${alternatives}`);
      assert.match(answer.error, /'alternatives' is .*, it must be a whole number from 0 to 3/);
    }
  });
  await withServer(["--max-alternatives", "0"], async (server) => {
    assert.equal((await post(server, fields(a, { alternatives: 1 }))).status, 400);
    assert.deepEqual(await translate(server, a, { alternatives: 0 }), { translatedText: translated([a])[0] });
  });
});

test("attention: a row of weights for each token of the translation", async () => {
  await withServer([], async (server) => {
    const { attention } = await translate(server, `${sentences[0]}\n`, { attention: true });
    assert.equal(attention.length, 2);
    const [{ source, target, weights }, empty] = attention;
    assert.deepEqual(empty, { source: [], target: [], weights: [] });
    assert.equal(source[0], "<start>");
    assert.equal(source.at(-1), "<end>");
    assert.equal(weights.length, target.length);
    for (const row of weights) {
      assert.equal(row.length, source.length);
      assert.ok(Math.abs(row.reduce((sum, weight) => sum + weight) - 1) < 0.0005 * row.length + 1e-6, `${row}`);
    }
  });
});

test("languages, health, the page, and what is not there", async () => {
  await withServer([], async ({ address }) => {
    const get = async (path, options) => {
      const response = await fetch(address + path, options);
      return { status: response.status, text: await response.text(), type: response.headers.get("content-type"), allow: response.headers.get("allow") };
    };
    const health = JSON.parse((await get("health")).text);
    assert.equal(health.status, "ok");
    const { programs, bytes, budget, evicted } = health.program_memory;
    assert.ok(programs >= 0 && bytes <= budget && budget === 2 ** 30 && evicted === 0, JSON.stringify(health));
    assert.ok(health.resident_bytes > 1e6 && health.waiting_sentences === 0 && health.connections >= 1, JSON.stringify(health));
    assert.deepEqual(JSON.parse((await get("languages")).text), [{ code: "fr", name: "French", targets: ["en"] }, { code: "en", name: "English", targets: [] }]);
    const page = await get("");
    assert.match(page.type, /^text\/html/);
    assert.match(page.text, /^<!doctype html>/);
    const nothing = await get("nothing");
    assert.equal(nothing.status, 404);
    assert.ok(JSON.parse(nothing.text).error);
    for (const [path, method, allow] of [["translate", "GET", "POST, OPTIONS"], ["health", "POST", "GET, HEAD, OPTIONS"]]) {
      const refused = await get(path, { method });
      assert.equal(refused.status, 405);
      assert.equal(refused.allow, allow);
      assert.ok(JSON.parse(refused.text).error);
    }
  });
});

test("malformed requests are told what is wrong with them", async () => {
  const bytes = (text) => Buffer.from(text, "latin1");
  const cases = [
    [json, "", "it is empty"],
    [json, '{"q": "a", ', "parse error at line 1, column 12"],
    [json, "[]", "no JSON object"],
    [json, "[".repeat(100_000), "nested deeper than 16 levels"],
    [json, `{"q": ${"[".repeat(100_000)}${"]".repeat(100_000)}, "source": "fr", "target": "en"}`, "nested deeper than 16 levels"],
    [json, `{"q": "a", "alternatives": ${"[".repeat(100_000)}`, "nested deeper than 16 levels"],
    [json, `{"q": "a", "other": ${'{"a":'.repeat(100_000)}`, "nested deeper than 16 levels"],
    [json, '{"q": "a", "source": "fr", "target": "en", "alternatives": 1e999}', "number overflow"],
    [json, bytes('{"q":"caf\xe9","source":"fr","target":"en"}'), "ill-formed UTF-8"],
    [json, fields(undefined), "missing q"],
    [json, fields(7), "'q' must be a string or a list of strings"],
    [json, fields(["a", null]), "'q' must be a string or a list of strings"],
    [json, JSON.stringify({ q: "a", target: "en" }), "missing source"],
    [json, JSON.stringify({ q: "a", source: "fr" }), "missing target"],
    [json, JSON.stringify({ q: "a", source: ["fr"], target: "en" }), "'source' must be a string"],
    [json, fields("a", { source: "de" }), '"de" to "en" is not supported; there is fr to en'],
    [json, fields("a", { target: "fr" }), '"fr" to "fr" is not supported; there is fr to en'],
    [json, fields("a", { format: "rtf" }), '"rtf" format is not supported'],
    [{ "Content-Type": "text/plain" }, "a", '"text/plain"'],
    [{}, new Uint8Array([97]), "its content type is"],
    [form, "source=fr&target=en", "missing q"],
    [form, "q=caf%E9&source=fr&target=en", "not UTF-8 (byte 4)"],
    [form, "q=%4&source=fr&target=en", "two hexadecimal digits"],
  ];
  await withServer([], async (server) => {
    for (const [headers, body, text] of cases) {
      const { status, answer } = await post(server, body, headers);
      assert.equal(status, 400, `${body}`.slice(0, 80));
      assert.ok(answer.error.includes(text), `${answer.error} does not say "${text}"`);
    }
    for (const garbage of ["\r\n\r\n", "HELO you\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", `GET /${"a".repeat(20_000)} HTTP/1.1\r\n\r\n`,
      `GET / HTTP/1.1\r\nX: ${"a".repeat(20_000)}\r\n\r\n`, `GET / HTTP/1.1\r\n${"X: y\r\n".repeat(2_000_000)}`,
      "POST /translate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n{}\r\n",
      "POST /translate HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\nContent-Type: application/json\r\n\r\n{}",
      "POST /translate HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}",
      "POST /translate HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n{}"]) {
      const client = raw(server);
      client.socket.end(garbage);
      const { received } = await client.all;
      if (received !== "") assert.match(received, /^HTTP\/1.1 4\d\d /, garbage.slice(0, 60));
    }
    assert.equal((await translate(server, "")).translatedText, "");
  });
});

test("what is too large is refused", async () => {
  await withServer(["--max-body", "20000", "--max-text", "3000", "--max-queue", "50"], async (server) => {
    const refused = async (body, wanted, text) => {
      const { status, answer } = await post(server, body);
      assert.equal(status, wanted);
      assert.ok(answer.error.includes(text), answer.error);
    };
    await refused(fields("a".repeat(20_000)), 413, "too large");
    await refused(fields("a".repeat(3001)), 400, "3001 characters, which exceeds the limit of 3000");
    await refused(fields("é".repeat(3001)), 400, "3001 characters, which exceeds the limit of 3000");
    await refused(fields("a\n".repeat(50)), 413, "51 lines, at most 50");
    await refused(fields("a ".repeat(1023)), 400, "1025 tokens, at most 1024");
    assert.equal((await post(server, fields("a\n".repeat(49)))).status, 200);
    const chunked = raw(server);
    chunked.send("POST /translate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    chunked.send("1000\r\n".concat("x".repeat(4096), "\r\n").repeat(20));
    assert.match((await chunked.all).received, /^HTTP\/1.1 413 /);
    const endless = raw(server);
    endless.send("POST /translate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000000000\r\n\r\n");
    endless.send("x".repeat(300_000));
    assert.match((await endless.all).received, /^HTTP\/1.1 413 /);
    assert.equal((await translate(server, "")).translatedText, "");
  });
});

test("slow clients time out, and keep nobody waiting", async () => {
  await withServer(["--max-seconds", "1"], async (server) => {
    const head = `POST /translate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${"{}".length + 400}\r\n\r\n`;
    const slow = Array.from({ length: 40 }, (_, at) => {
      const client = raw(server);
      const begin = performance.now();
      if (at % 2 === 1) client.send(head);
      let byte = 0;
      const trickle = setInterval(() => client.send(at % 2 === 1 ? " " : head[byte++ % head.length]), 100);
      return client.all.then((all) => {
        clearInterval(trickle);
        return { ...all, taken: performance.now() - begin };
      });
    });
    const silent = raw(server);
    const begin = performance.now();
    await translate(server, sentences[0]);
    assert.ok(performance.now() - begin < 1000, "a good client waits for slow ones");
    for (const { received, taken } of await Promise.all(slow)) {
      assert.match(received, /^HTTP\/1.1 408 /);
      assert.ok(taken > 800 && taken < 6000, `closed after ${taken} ms`);
    }
    assert.equal((await silent.all).received, "");
  });
});

test("900 clients that trickle do not keep a good one waiting, nor /health", async () => {
  await withServer(["--max-seconds", "60"], async (server) => {
    const trickling = (length) => Array.from({ length }, () => {
      const client = raw(server);
      client.send("POST /translate HTTP/1.1\r\nHost");
      return client;
    });
    const first = trickling(400);
    while ((await (await fetch(`${server.address}health`)).json()).connections <= 400) await sleep(10);
    await sleep(500); // for what they have sent to come
    const slow = [...first, ...trickling(500)];
    const begin = performance.now();
    assert.equal((await fetch(`${server.address}health`)).status, 200);
    await translate(server, sentences[0]);
    assert.ok(performance.now() - begin < 5000, "a good client waits for slow ones");
    assert.match((await slow[0].all).received, /^HTTP\/1.1 503 [^]*Retry-After: 1\r\n/);
    slow.forEach((client) => client.socket.destroy());
  });
});

test("/health is answered while the queue is full", async () => {
  await withServer(["--max-queue", "4", "--batch", "64", "--batch-wait", "10000", "--max-connections", "16"], async (server) => {
    const waiting = Array.from({ length: 4 }, (_, at) => translate(server, sentences[at]));
    const health = async () => (await fetch(`${server.address}health`)).json();
    while ((await health()).waiting_sentences < 4) await sleep(10);
    const begin = performance.now();
    const refused = await fetch(`${server.address}translate`, { method: "POST", headers: json, body: fields(sentences[5]) });
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("retry-after"), "1");
    assert.equal((await health()).waiting_sentences, 4);
    assert.ok(performance.now() - begin < 3000);
    await Promise.all(waiting);
  });
});

test("200 simultaneous requests get what each would get alone", async () => {
  const asked = sentences.slice(0, 200);
  const expected = translated(asked);
  assert.ok(new Set(expected).size > 100, "the translations are too alike to be told apart");
  await withServer([], async (server) => {
    const answers = await Promise.all(asked.map((sentence) => translate(server, sentence)));
    assert.deepEqual(answers.map(({ translatedText }) => translatedText), expected);
  });
});

test("when too many wait, some are told to slow down, and no other is lost", async () => {
  const asked = Array.from({ length: 60 }, (_, at) => [sentences[at], sentences[at + 60]]);
  const expected = translated(asked.flat());
  await withServer(["--max-queue", "6", "--batch", "2", "--batch-wait", "100"], async (server) => {
    const answers = await Promise.all(asked.map((pair) => post(server, fields(pair))));
    const accepted = answers.filter(({ status }) => status === 200);
    assert.ok(accepted.length >= 3, `${accepted.length} were accepted`);
    assert.ok(accepted.length < 60, "none was refused");
    answers.forEach(({ status, answer }, at) => {
      if (status === 200) assert.deepEqual(answer.translatedText, expected.slice(2 * at, 2 * at + 2));
      else assert.deepEqual([status, answer.error.startsWith("Slow down")], [429, true]);
    });
  });
});

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) {
  test(`${signal}: what was accepted is answered, then the server ends with status 0`, async () => {
    const count = 100;
    const expected = translated(sentences.slice(0, count));
    const server = await start();
    // "100 Continue" says that the request has been accepted; its body comes when the server is stopping already.
    const clients = sentences.slice(0, count).map((sentence) => {
      const body = fields(sentence);
      const client = raw(server);
      client.send(`POST /translate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`);
      return { ...client, body };
    });
    await Promise.all(clients.map(({ hears }) => hears("100 Continue")));
    server.kill(signal);
    while (await fetch(`${server.address}health`).then(() => true, () => false)) await sleep(20);
    for (const { send, body } of clients) send(body);
    const answers = await Promise.all(clients.map(({ all }) => all));
    answers.forEach(({ received }, at) => {
      assert.match(received, /HTTP\/1.1 200 /);
      assert.equal(JSON.parse(received.slice(received.lastIndexOf("\r\n\r\n"))).translatedText, expected[at]);
    });
    assert.deepEqual((await server.ended).status, 0);
  });
}

test("stopped under load, every client has its whole answer or was never heard", async () => {
  const expected = new Map();
  const asked = sentences.slice(0, 150);
  translated(asked).forEach((english, at) => expected.set(asked[at], english));
  const server = await start("--batch", "4");
  let answered = 0;
  const load = asked.map(async (sentence) => {
    const answer = await post(server, fields(sentence)).catch(() => null);
    if (!answer) return;
    assert.deepEqual(answer, { status: 200, answer: { translatedText: expected.get(sentence) } });
    if (++answered === 10) server.kill("SIGTERM");
  });
  await Promise.all(load);
  assert.ok(answered >= 10);
  assert.equal((await server.ended).status, 0);
});

test("a second signal ends a server that waits for a slow client", async () => {
  const server = await start("--max-seconds", "60");
  const client = raw(server);
  client.send("POST /translate HTTP/1.1\r\nHost: x\r\n");
  await sleep(200);
  server.kill("SIGTERM");
  while (await fetch(`${server.address}health`).then(() => true, () => false)) await sleep(20);
  const begin = performance.now();
  while ((await Promise.race([server.ended, sleep(100)])) === undefined) server.kill("SIGTERM");
  assert.equal((await server.ended).signal, "SIGTERM");
  assert.ok(performance.now() - begin < 5000);
});

// The examples of https://docs.libretranslate.com/guides/api_usage, of French.
test("LibreTranslate's own examples", async () => {
  const [a] = sentences;
  const [english] = translated([a]);
  const ask = async (server, body) => {
    const res = await fetch(`${server.address}translate`, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
    return res.json();
  };
  await withServer([], async (server) => {
    assert.deepEqual(await ask(server, { q: a, source: "fr", target: "en", api_key: "xxxxxx" }), { translatedText: english });
    assert.deepEqual(await ask(server, { q: a, source: "auto", target: "en", api_key: "xxxxxx" }),
      { detectedLanguage: { confidence: 100, language: "fr" }, translatedText: english });
    assert.deepEqual(await ask(server, { q: `<p class="green">${a}</p>`, source: "fr", target: "en", format: "html", api_key: "xxxxxx" }),
      { translatedText: `<p class="green">${english}</p>` });
    const { translatedText, alternatives } = await ask(server, { q: a, source: "fr", target: "en", format: "text", alternatives: 3, api_key: "" });
    assert.equal(translatedText, ranked([a], 6)[0][0]);
    assert.deepEqual(alternatives, ranked([a], 6)[0].slice(1, 4));
    const detected = await (await fetch(`${server.address}detect`, { method: "POST", body: JSON.stringify({ q: a, api_key: "" }), headers: json })).json();
    assert.deepEqual(detected[0], { confidence: 100, language: "fr" });
    const settings = await (await fetch(`${server.address}frontend/settings`)).json();
    assert.deepEqual([settings.charLimit, settings.keyRequired, settings.language.source.code], [5000, false, "fr"]);
  });
});

test("forms as JavaScript's FormData and Python's libretranslatepy send them", async () => {
  const [a, b] = sentences;
  const [english, other] = translated([a, b]);
  await withServer([], async (server) => {
    const parts = new FormData();
    for (const [name, value] of Object.entries({ q: a, source: "fr", target: "en", api_key: "" })) parts.append(name, value);
    assert.deepEqual((await post(server, parts, {})).answer, { translatedText: english });
    parts.append("q", b);
    assert.deepEqual((await post(server, parts, {})).answer, { translatedText: [english, other] });
    // urllib.request with data: a form on a connection of its own; `languages` sends one with GET.
    const python = async (method, path, body) => {
      const client = raw(server);
      client.send(`${method} /${path} HTTP/1.1\r\nAccept-Encoding: identity\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
        `Content-Length: ${body.length}\r\nHost: 127.0.0.1:${server.port}\r\nUser-Agent: Python-urllib/3.11\r\nConnection: close\r\n\r\n${body}`);
      const { received } = await client.all;
      assert.match(received, /^HTTP\/1.1 200 /);
      return JSON.parse(received.slice(received.indexOf("\r\n\r\n")));
    };
    assert.deepEqual(await python("POST", "translate", new URLSearchParams({ q: a, source: "fr", target: "en" }).toString()), { translatedText: english });
    assert.equal((await python("POST", "detect", new URLSearchParams({ q: a }).toString()))[0].language, "fr");
    assert.equal((await python("GET", "languages", ""))[0].code, "fr");
    // A request with nothing in it is told so at once.
    const begin = performance.now();
    assert.equal((await fetch(`${server.address}translate`, { method: "POST" })).status, 400);
    assert.ok(performance.now() - begin < 3000);
  });
});

test("pages of another origin, metrics and the access log", async () => {
  const log = join(folder, "access.jsonl");
  await withServer(["--cors", "https://example.org", "--access-log", log], async (server) => {
    const preflight = await fetch(`${server.address}translate`, { method: "OPTIONS",
      headers: { Origin: "https://example.org", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type" } });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get("access-control-allow-origin"), "https://example.org");
    assert.equal(preflight.headers.get("access-control-allow-methods"), "POST, OPTIONS");
    assert.equal(preflight.headers.get("allow"), "POST, OPTIONS");
    await translate(server, sentences[0]);
    await fetch(`${server.address}detect?q=secret`);
    await fetch(`${server.address}../etc/nothing`);
    const metrics = await (await fetch(`${server.address}metrics`)).text();
    for (const line of ['weft_http_requests_total{path="/translate",status="200"} 1', 'weft_http_requests_total{path="other",status="404"} 1',
      'weft_http_request_duration_seconds_count{path="/translate"} 2', "weft_sentences_total 1", "weft_queue_sentences 0"])
      assert.ok(metrics.includes(`\n${line}\n`), `no ${line} in ${metrics}`);
    assert.match(metrics, /\nprocess_resident_memory_bytes \d{7,}\n/);
  });
  const lines = readFileSync(log, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ method, path, status }) => [method, path, status]), [["OPTIONS", "/translate", 204], ["POST", "/translate", 200],
    ["GET", "/detect", 200], ["GET", "/etc/nothing", 404], ["GET", "/metrics", 200]]);
  for (const { time, client, seconds, bytes } of lines) {
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal(client, "127.0.0.1");
    assert.ok(seconds >= 0 && bytes >= 0);
  }
  assert.doesNotMatch(readFileSync(log, "utf8"), /secret/);
});

test("a server that cannot be is told why", async () => {
  await withServer([], async ({ port }) => {
    const refused = (text, ...options) => {
      const { status, stdout, stderr } = attempt("weft-nmt", "serve", ...options);
      assert.equal(status, 1, stderr);
      assert.equal(stdout, "");
      assert.ok(stderr.includes(text), stderr);
      assert.equal(stderr.trim().split("\n").length, 1, stderr);
    };
    refused(`cannot listen on 127.0.0.1:${port}`, "--run", "run", "--port", `${port}`);
    refused("cannot listen on 192.0.2.1:0", "--run", "run", "--port", "0", "--host", "192.0.2.1");
    refused("nowhere", "--run", "nowhere");
    refused("two runs translate fr to en", "--run", "run", "--run", "run", "--port", "0");
    refused("no/such/folder", "--run", "run", "--port", "0", "--access-log", "no/such/folder/log");
    assert.equal(attempt("weft-nmt", "serve", "--run", "run", "--port", "70000").status, 2);
  });
});

test("only this machine can reach it", async () => {
  await withServer([], async (server) => {
    assert.match(server.address, /^http:\/\/127\.0\.0\.1:/);
    // All of 127.0.0.0/8 is this machine: a server that listened on every address would answer there.
    await assert.rejects(fetch(`http://127.0.0.2:${server.port}/health`));
  });
});
