// Clients of all kinds for a server of translations: see soak.sh.
//
//   node soak_client.mjs ADDRESS PID SECONDS BOUND_MB SEED

import { readFileSync } from 'node:fs';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [address, pid, seconds, bound, seed] = process.argv.slice(2);
const { hostname, port } = new URL(address.trim());
const kClients = 16;
const kMostCharacters = 5000;  // the server's --max-text
const kMostTokens = 1024;
const kPatience = 60_000;      // milliseconds

// The same requests for the same seed (mulberry32); their order is the machine's.
let state = Number(seed);
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const below = (n) => Math.floor(n * random());
const pick = (list) => list[below(list.length)];

const violations = [];
const latencies = [];
const statuses = {};
const counts = { valid: 0, malformed: 0, slow: 0, disconnecting: 0, health: 0 };
let most = 0;

const megabytes = () => {
  try {
    return Math.floor(Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1000);
  } catch {
    return 0;
  }
};

/// Sends the pieces, each after a pause; resolves to {status, body} when the connection has ended. `leave`: goes away
/// after that many pieces.
function exchange(pieces, { pause = 0, leave = Infinity } = {}) {
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname);
    const answer = [];
    const end = (error) => {
      socket.destroy();
      const text = Buffer.concat(answer).toString('latin1');
      const header = text.indexOf('\r\n\r\n');
      const length = /content-length: *(\d+)/i.exec(text.slice(0, header))?.[1];
      const whole = header > 0 && length !== undefined && text.length - header - 4 === Number(length);
      resolve({ error, whole, status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), body: text.slice(header + 4) });
    };
    socket.setTimeout(kPatience, () => end('no answer'));
    socket.on('data', (data) => answer.push(data));
    socket.on('error', (error) => end(error.code));
    socket.on('close', () => end());
    socket.on('connect', async () => {
      for (let i = 0; i < pieces.length; ++i) {
        if (i >= leave) return end('left');
        if (socket.destroyed || socket.writableEnded) return;
        socket.write(pieces[i]);
        if (pause > 0) await sleep(pause);
      }
    });
  });
}

const post = (body, type = 'application/json', more = '') =>
  `POST /translate HTTP/1.1\r\nHost: soak\r\nConnection: close\r\nContent-Type: ${type}\r\n${more}` +
  `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const kWords = ['je', 'suis', 'le', 'chat', 'elle', "n'aime", 'pas', 'café', 'bonjour', '.', '?', 'zut'];

/// Most are short, as people's are; some go to the limit of characters or tokens.
function sentence() {
  const words = random() < 0.5 ? 1 + below(20) : 1 + below(999);
  let text = '';
  let tokens = 0;
  for (let i = 0; i < words; ++i) {
    const next = (i > 0 ? ' ' : '') + pick(kWords);
    tokens += next.includes("'") ? 3 : 1;
    if (text.length + next.length > kMostCharacters || tokens > kMostTokens) break;
    text += next;
  }
  return text;
}

function validRequest() {
  const fields = { q: sentence(), source: 'fr', target: 'en' };
  if (random() < 0.1) fields.alternatives = 1 + below(3);
  if (random() < 0.2) return post(new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded');
  return post(JSON.stringify(fields));
}

const kMalformed = [
  () => post('{"q": '),
  () => post('[]'),
  () => post('{"q": 1e999, "source": "fr", "target": "en"}'),
  () => post(`{"q": ${'['.repeat(1 + below(20_000))}`),
  () => post('{"q": "a", "source": "xx", "target": "en"}'),
  () => post('{"q": "a", "source": "fr", "target": "en", "alternatives": 1000}'),
  () => post(JSON.stringify({ q: 'a'.repeat(kMostCharacters + 1), source: 'fr', target: 'en' })),
  () => post('q=%ff%fe&source=fr&target=en', 'application/x-www-form-urlencoded'),
  () => post('x', 'application/json', 'Content-Encoding: gzip\r\n'),
  () => 'GET /nothing HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n',
];

function count(status) {
  statuses[status] = (statuses[status] ?? 0) + 1;
}

/// A request that is sent whole has one of these answers, whole.
function check(kind, answer, expected) {
  count(answer.status);
  if (!answer.whole || !expected(answer.status))
    violations.push(`${kind}: status ${answer.status}, ${answer.whole ? answer.body.slice(0, 200) : 'not whole'} ${answer.error ?? ''}`);
}
const done = (status) => status === 200 || status === 429 || status === 503;

const kinds = {
  async valid() {
    const start = performance.now();
    const answer = await exchange([validRequest()]);
    latencies.push(performance.now() - start);
    check('valid', answer, done);
  },
  async malformed() {
    check('malformed', await exchange([pick(kMalformed)()]), (status) => status >= 400 && status < 500);
  },
  async slow() {
    const request = Buffer.from(validRequest());
    const size = Math.ceil(request.length / 20);
    const pieces = Array.from({ length: 20 }, (_, i) => request.subarray(i * size, (i + 1) * size));
    // Some are in time, others trickle for longer than the server waits (soak.sh: 3 s), and may find it gone.
    const pause = pick([20, 400]);
    const answer = await exchange(pieces.filter((piece) => piece.length > 0), { pause });
    if (pause === 20) check('slow', answer, (status) => done(status) || status === 408);
    else count(answer.status);
  },
  async disconnecting() {
    const request = validRequest();
    const cut = below(request.length);
    await exchange([request.slice(0, cut), request.slice(cut), ''], { pause: below(30), leave: 1 + below(2) });
  },
};

async function client(end) {
  while (performance.now() < end) {
    const kind = pick(['valid', 'valid', 'valid', 'valid', 'valid', 'valid', 'malformed', 'malformed', 'slow', 'disconnecting']);
    counts[kind] += 1;
    await kinds[kind]();
  }
}

async function watch(end) {
  while (performance.now() < end) {
    most = Math.max(most, megabytes());
    counts.health += 1;
    check('health', await exchange(['GET /health HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n']), (s) => s === 200);
    await sleep(1000);
  }
}

const percentile = (p) => latencies.sort((a, b) => a - b)[Math.floor(p * (latencies.length - 1))]?.toFixed(0);

await kinds.valid();
const begin = megabytes();
const end = performance.now() + 1000 * Number(seconds);
await Promise.all([watch(end), ...Array.from({ length: kClients }, () => client(end))]);

// What was accepted before the signal is answered.
const accepted = Array.from({ length: 2 * kClients }, () => exchange([validRequest()]));
await sleep(500);
const last = megabytes();
most = Math.max(most, last);
process.kill(Number(pid), 'SIGTERM');
for (const answer of await Promise.all(accepted)) check('at SIGTERM', answer, done);

console.log(`server: ${Object.entries(counts).map(([kind, n]) => `${n} ${kind}`).join(', ')}`);
console.log(`server: statuses ${JSON.stringify(statuses)} (0: none, of those who left or trickled)`);
console.log(`server: valid requests p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms`);
console.log(`server: memory ${begin} MB at the beginning, ${last} MB at the end, at most ${most} MB (bound ${bound} MB)`);
if (most > Number(bound)) violations.push(`the server took ${most} MB, more than ${bound} MB`);
for (const violation of violations.slice(0, 20)) console.error(`soak: ${violation}`);
if (violations.length > 0) console.error(`soak: ${violations.length} violations`);
process.exit(violations.length > 0 ? 1 : 0);
