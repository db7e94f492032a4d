/*
 * How fast `serve` acknowledges, and how much memory it takes: npm run bench:serve
 *
 *   latency  50, 200 and 500 deliveries a second from this process to the built relay in another, half of them for
 *            events that are known already, every run slot busy with real runs against the simulators; then as many to
 *            `webhook` (adnanh/webhook; left out where it is not installed), which starts `true` for each and keeps
 *            nothing, while the relay's runs go on; each after two seconds of the same to warm up. Meanwhile lines are
 *            appended to a file beside and made durable: what the disk alone takes
 *   memory   resident memory of the relay, without runs, over 100,000 deliveries
 *
 * BENCH_SECONDS: of each part of the latency, 30 if not given. BENCH_MEMORY=no leaves out the other half.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { cpus, loadavg, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import { fakeServe } from '../e2e/helpers/relay.js';
import { binPath } from '../helpers/cli.js';

const KEY = 'signing-key-of-the-bench';
const RATES = (process.env.BENCH_RATES ?? '50,200,500').split(',').map(Number);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 30);
const WARM_SECONDS = 2;
const DELIVERIES = 100_000;
const MB = 1024 * 1024;

interface Relay {
  child: ChildProcess;
  url: URL;
}

interface Answer {
  ms: number;
  status: number;
}

/** Starts a process and waits for the line that names its URL. */
async function start(args: readonly string[], dir: string): Promise<Relay> {
  const env = {
    PATH: process.env.PATH ?? '',
    STATE_DIR: join(dir, 'state'),
    TRIPLESEAT_WEBHOOK_SIGNING_KEY: KEY,
    LOG_LEVEL: 'info',
  };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const url = await new Promise<URL>((resolve, reject) => {
    let said = '';
    child.once('exit', () => reject(new Error(said)));
    const read = (text: string) => {
      if (said.length < 10_000) said += text;
      const found = /(?:Listening on|Tripleseat simulator:) (http:\S+)/.exec(said)?.[1];
      if (found) resolve(new URL(found));
    };
    child.stderr.setEncoding('utf8').on('data', read);
    child.stdout.setEncoding('utf8').on('data', read);
  });
  return { child, url };
}

async function stop({ child }: Relay): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Who is delivered to: `sign` makes the header that it checks. */
interface Receiver {
  url: URL;
  sign(body: string): Record<string, string>;
}

const toRelay = ({ url }: Relay): Receiver => ({
  url: new URL('/webhooks/tripleseat', url),
  sign(body) {
    const time = Math.floor(Date.now() / 1000);
    return { 'x-signature': `t=${time},v1=${hmac(`${time}.${body}`)}` };
  },
});

function hmac(text: string): string {
  return createHmac('sha256', KEY).update(text).digest('hex');
}

/** Delivers one event and tells the milliseconds until it was acknowledged. */
function deliver({ url, sign }: Receiver, agent: Agent, id: number): Promise<Answer> {
  const payload = { webhook_trigger_type: 'UPDATE_EVENT', message: 'Event was updated', event: eventOf(id) };
  const body = JSON.stringify(payload);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...sign(body),
  };
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.on('end', () =>
        resolve({ ms: performance.now() - startedAt, status: response.statusCode ?? 0 }),
      );
    });
    sent.on('error', reject).end(body);
  });
}

/** About 2 KB, as deliveries without financials are. */
function eventOf(id: number): object {
  return { id, name: 'A sample party', status: 'DEFINITE', notes: 'x'.repeat(1800) };
}

async function metric(relay: Relay, line: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', relay.url))).text();
  const found = text.split('\n').find((candidate) => candidate.startsWith(`${line} `));
  return Number(found?.slice(line.length + 1) ?? 0);
}

async function residentBytes({ child }: Relay): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** Adnanh's webhook, which starts `true` for each delivery; null: it is not installed. */
async function startWebhook(dir: string): Promise<Relay | null> {
  if (spawnSync('webhook', ['-version']).status !== 0) return null;
  const match = {
    type: 'payload-hmac-sha256',
    secret: KEY,
    parameter: { source: 'header', name: 'X-Digest' },
  };
  const hook = { id: 'tripleseat', 'execute-command': '/bin/true', 'trigger-rule': { match } };
  await mkdir(dir, { recursive: true });
  const hooks = join(dir, 'hooks.json');
  await writeFile(hooks, JSON.stringify([hook]));
  const port = await freePort();
  const child = spawn('webhook', ['-hooks', hooks, '-ip', '127.0.0.1', '-port', String(port)], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const url = new URL(`http://127.0.0.1:${port}/hooks/tripleseat`);
  for (let tries = 0; tries < 100; tries += 1) {
    if (await fetch(new URL('/', url)).catch(() => null)) return { child, url };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('webhook did not start');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What appending a line and making it durable takes on the disk of the state, in milliseconds, until it is aborted. */
async function disk(path: string, over: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  const handle = await open(path, 'a');
  try {
    while (!over.aborted) {
      const startedAt = performance.now();
      await handle.write('x'.repeat(100));
      await handle.datasync();
      times.push(performance.now() - startedAt);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await handle.close();
  }
  return times;
}

/**
 * Delivers at a rate, every second delivery for an event that is known already, after two seconds of the same that do
 * not count; `each` is called once a second.
 */
async function storm(receiver: Receiver, rate: number, each: () => void): Promise<Answer[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const pending: Promise<Answer>[] = [];
  let next = 70_000_000;
  const startedAt = performance.now();
  const total = rate * (WARM_SECONDS + SECONDS);
  while (pending.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * rate));
    while (pending.length < due) {
      const known = pending.length % 2 === 1;
      if (!known) next += 1;
      const id = known ? 70_000_001 + Math.floor(Math.random() * (next - 70_000_000)) : next;
      pending.push(deliver(receiver, agent, id));
      if (pending.length % rate === 0) each();
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const answers = await Promise.all(pending);
  agent.destroy();
  return answers.slice(rate * WARM_SECONDS);
}

function spread(unsorted: readonly number[]): { text: string; p99: number } {
  const times = unsorted.toSorted((a, b) => a - b);
  const at = (part: number) => times[Math.ceil(times.length * part) - 1] ?? Number.NaN;
  const [p50, p90, p99, max] = [0.5, 0.9, 0.99, 1].map((part) => at(part).toFixed(1).padStart(6));
  return { text: `p50 ${p50}   p90 ${p90}   p99 ${p99}   max ${max} ms`, p99: at(0.99) };
}

function tell(who: string, rate: number, answers: readonly Answer[]): number {
  const { text, p99 } = spread(answers.map(({ ms }) => ms));
  const accepted = answers.filter(({ status }) => status === 200).length;
  const name = `${who.padEnd(8)} ${String(rate).padStart(4)}/s`;
  console.log(`  ${name}   ${text}   ${accepted} of ${answers.length} acknowledged`);
  return p99;
}

async function latency(dir: string, rate: number): Promise<void> {
  // In a process of their own that yields to all others: real APIs share neither the relay's process nor its machine.
  const simulators = await start([binPath, 'sandbox', 'start'], dir);
  if (simulators.child.pid !== undefined) setPriority(simulators.child.pid, 15);
  const relay = await start([binPath, 'serve', '--sandbox', '--port', '0'], dir);
  const other = await startWebhook(dir);
  const slots: number[] = [];
  const busy = () =>
    void metric(relay, 'ts_reconcile_webhook_runs_in_progress').then((count) => slots.push(count));
  const load = () => loadavg()[0]?.toFixed(1);
  console.log(`latency: ${rate} deliveries a second for ${SECONDS} s; load of the machine ${load()}`);
  const over = new AbortController();
  const alone = disk(join(dir, 'beside'), over.signal);
  const own = tell('serve', rate, await storm(toRelay(relay), rate, busy));
  over.abort();
  console.log(`  the disk alone    ${spread(await alone).text}`);
  if (other) {
    const sign = (body: string) => ({ 'x-digest': `sha256=${hmac(body)}` });
    const theirs = tell('webhook', rate, await storm({ url: other.url, sign }, rate, busy));
    console.log(`  p99 ${(own / theirs).toFixed(1)} × webhook's (goals: at most 20 ms and 4 ×)`);
  } else console.log('  webhook is not installed here');
  const runs = await metric(relay, 'ts_reconcile_webhook_run_duration_seconds_count');
  console.log(
    `  run slots busy (of 2, each second): ${slots.join(' ')}; runs ended: ${runs}; load ${load()}`,
  );
  for (const { child } of [relay, simulators, ...(other ? [other] : [])]) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

async function memory(dir: string): Promise<void> {
  await writeFile(join(dir, 'hold'), '');
  const relay = await start(fakeServe(dir, { graceSeconds: 0 }), dir);
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const samples: number[] = [];
  const counts = new Map<number, number>();
  for (let done = 0; done < DELIVERIES; ) {
    const batch = await Promise.all(
      // More events than the queue holds, so that refusals are measured as well.
      Array.from({ length: 100 }, () => deliver(toRelay(relay), agent, 1 + Math.floor(Math.random() * 1100))),
    );
    for (const { status } of batch) counts.set(status, (counts.get(status) ?? 0) + 1);
    done += batch.length;
    if (done % 10_000 === 0) samples.push(await residentBytes(relay));
  }
  const [first = 0] = samples;
  const last = samples.at(-1) ?? 0;
  const mb = (bytes: number) => (bytes / MB).toFixed(1);
  console.log(
    `memory: ${DELIVERIES} deliveries (${[...counts].map(([status, n]) => `${n} × ${status}`).join(', ')})`,
  );
  console.log(`  resident MB after each 10,000: ${samples.map(mb).join(' ')}`);
  console.log(`  growth after the first 10,000: ${mb(last - first)} MB (goal: within 20)`);
  agent.destroy();
  await rm(join(dir, 'hold'));
  await stop(relay);
}

it('acknowledges fast and stays small', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ts-reconcile-bench-'));
  try {
    console.log(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`);
    for (const rate of RATES) await latency(join(directory, String(rate)), rate);
    if (process.env.BENCH_MEMORY !== 'no') await memory(directory);
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
});
