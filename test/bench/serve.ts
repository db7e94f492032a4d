/*
 * How fast `serve` acknowledges, and how much memory it takes: npm run bench:serve
 *
 *   latency  200 deliveries a second for 30 s from this process to the built relay in another, half of them for
 *            events that are known already, every run slot busy with real runs against the simulators
 *   memory   resident memory of the relay, without runs, over 100,000 deliveries
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import { fakeServe } from '../e2e/helpers/relay.js';
import { binPath } from '../helpers/cli.js';

const KEY = 'signing-key-of-the-bench';
const RATE = 200;
const SECONDS = 30;
const DELIVERIES = 100_000;
const MB = 1024 * 1024;

interface Relay {
  child: ChildProcess;
  url: URL;
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

/** Delivers one event and tells the milliseconds until it was acknowledged. */
function deliver(relay: Relay, agent: Agent, id: number): Promise<{ ms: number; status: number }> {
  const payload = { webhook_trigger_type: 'UPDATE_EVENT', message: 'Event was updated', event: eventOf(id) };
  const body = JSON.stringify(payload);
  const time = Math.floor(Date.now() / 1000);
  const digest = createHmac('sha256', KEY).update(`${time}.${body}`).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-signature': `t=${time},v1=${digest}`,
  };
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const { hostname, port } = relay.url;
    const sent = request(
      { hostname, port, path: '/webhooks/tripleseat', method: 'POST', headers, agent },
      (response) => {
        response.resume();
        response.on('end', () =>
          resolve({ ms: performance.now() - startedAt, status: response.statusCode ?? 0 }),
        );
      },
    );
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

async function latency(dir: string): Promise<void> {
  // In a process of their own: real APIs do not share the relay's either.
  const simulators = await start([binPath, 'sandbox', 'start'], dir);
  const relay = await start([binPath, 'serve', '--sandbox', '--port', '0', '--max-queue', '10000'], dir);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const pending: Promise<{ ms: number; status: number }>[] = [];
  const slots: number[] = [];
  let next = 70_000_000;
  const startedAt = performance.now();
  const total = RATE * SECONDS;
  while (pending.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * RATE));
    while (pending.length < due) {
      const known = pending.length % 2 === 1;
      if (!known) next += 1;
      pending.push(
        deliver(relay, agent, known ? 70_000_001 + Math.floor(Math.random() * (next - 70_000_000)) : next),
      );
      if (pending.length % RATE === 0) {
        void metric(relay, 'ts_reconcile_webhook_runs_in_progress').then((count) => slots.push(count));
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const answers = await Promise.all(pending);
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (part: number) => `${(times[Math.ceil(times.length * part) - 1] ?? Number.NaN).toFixed(1)} ms`;
  const accepted = answers.filter(({ status }) => status === 200).length;
  const runs = await metric(relay, 'ts_reconcile_webhook_run_duration_seconds_count');
  console.log(
    `latency: ${accepted} of ${answers.length} acknowledged at ${RATE}/s, ${RATE * SECONDS} in ${SECONDS} s`,
  );
  console.log(`  p50 ${at(0.5)}   p99 ${at(0.99)}   max ${at(1)}`);
  console.log(`  run slots busy (of 2, each second): ${slots.join(' ')}; runs ended: ${runs}`);
  agent.destroy();
  for (const { child } of [relay, simulators]) {
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
      Array.from({ length: 100 }, () => deliver(relay, agent, 1 + Math.floor(Math.random() * 1100))),
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
    console.log(`load of the machine before: ${loadavg()[0]?.toFixed(1)}`);
    await latency(join(directory, 'latency'));
    await memory(directory);
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
});
