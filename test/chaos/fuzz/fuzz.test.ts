import { createHmac } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { loadConfig, needsOf } from '../../../src/config/load.js';
import { AppError } from '../../../src/errors.js';
import { startRelay } from '../../../src/relay/relay.js';
import { createLogger } from '../../../src/report/log.js';
import { openStateDir } from '../../../src/state/files/open.js';
import type { Queue } from '../../../src/state/primitives.js';
import type { StateStore } from '../../../src/state/types.js';
import { credentials, locationsFile } from '../../config/helpers.js';
import { eventId, eventRecord, mailed, tokens } from '../../state/support.js';
import { Desk } from '../../sync/desk.js';
import { type Change, changeJson, changes, changeText } from './mutate.js';

/*
 * Whatever is read, changed in ways that nobody has thought of: no stack, no hang, no memory beyond its bound.
 * FUZZ_SECONDS=3600 npm run fuzz goes on for so long, with other cases each time; FC_SEED repeats those that a failure
 * names.
 */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 60);
const SEED = Number(
  process.env.FC_SEED ?? (process.env.FUZZ_SECONDS === undefined ? 20_261_129 : Date.now() % 2 ** 31),
);
const PARTS = 5;
/** No single case takes longer, on a machine that has other work, too. */
const CASE_MS = 60_000;
/** All that is held at the end, beyond what was there at the beginning. */
const MEMORY_BYTES = 400 * 1024 * 1024;
const TIMEOUT = SECONDS * 1000 + 120_000;

const before = process.memoryUsage().heapUsed;
afterAll(() => {
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(MEMORY_BYTES);
});

/** Runs cases for a part of the time; each within its own. */
async function fuzz<T>(
  what: string,
  cases: fc.Arbitrary<T>,
  test: (value: T) => Promise<void>,
): Promise<void> {
  let count = 0;
  // When the time is up, fast-check no longer waits for the case under way: the next part must not begin beside it.
  let underWay: Promise<void> = Promise.resolve();
  await fc.assert(
    fc.asyncProperty(cases, (value) => {
      count += 1;
      const startedAt = performance.now();
      underWay = test(value).then(() => {
        expect(performance.now() - startedAt).toBeLessThan(CASE_MS);
      });
      return underWay;
    }),
    {
      seed: SEED,
      numRuns: 1_000_000_000,
      interruptAfterTimeLimit: (SECONDS * 1000) / PARTS,
      markInterruptAsFailure: false,
    },
  );
  await underWay;
  expect(count).toBeGreaterThan(0);
  console.log(`fuzz: ${what}: ${count} cases, none wrong (FC_SEED=${SEED})`);
}

/** What a refusal is: a sentence for a person. Anything else that is thrown is a bug. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.message.length > 10 && !/^\s+at /m.test(error.message);
}

async function orRefusal(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

/** Takes everything and owes nothing, so that no run is started. */
const QUEUE: Queue = {
  push: async () => undefined,
  owed: async () => [],
  take: async () => null,
  done: async () => false,
  later: async () => undefined,
  check: async () => undefined,
  close: async () => undefined,
};

it('webhooks, heads and bodies', { timeout: TIMEOUT }, async () => {
  const key = 'signing-key-of-the-fuzzer';
  let log = '';
  const relay = await startRelay({
    host: '127.0.0.1',
    port: 0,
    queue: QUEUE,
    program: { file: process.execPath, args: ['-e', ''], cwd: '/', env: {} },
    extraArgs: [],
    signingKeys: [key],
    allowUnsigned: true,
    bodySignatures: true,
    token: null,
    enabled: true,
    maxRunSeconds: 10,
    recordGivenUp: async () => undefined,
    maxRuns: 1,
    maxQueue: 1000,
    clock: systemClock,
    random: () => 0.5,
    log: createLogger({
      sink: { write: (text) => (log = (log + text).slice(-100_000)) },
      clock: systemClock,
      level: 'info',
      format: 'text',
      run: null,
      redact: (text) => text,
      quiet: false,
    }),
  });
  const { hostname, port } = new URL(relay.url);
  const payloads = [
    { webhook_trigger_type: 'UPDATE_EVENT', message: 'changed', event: { id: 61_000_001, site_id: 15_000 } },
    { webhook_trigger_type: 'UPDATE_EVENT_DOCUMENT', document_layout: { event_id: '61000002' }, event: {} },
    { webhook_trigger_type: 'CHANGE_BOOKING_DATES', booking: { id: 5, event_ids: [1, '2', 3] } },
  ];
  const bodies = payloads.map((payload) => JSON.stringify(payload));
  const cases = fc.record({
    body: fc.constantFrom(...bodies),
    ofBody: fc.option(changes),
    ofHead: fc.option(changes),
    ofSignature: fc.option(changes),
    isChunked: fc.boolean(),
  });
  const say = (bytes: string) =>
    new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () => socket.end(bytes, 'latin1'));
      socket.setEncoding('latin1').on('data', (chunk: string) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
      socket.on('error', (error) =>
        'code' in error && error.code === 'ECONNREFUSED' ? reject(error) : undefined,
      );
    });
  try {
    await fuzz('webhooks', cases, async ({ body, ofBody, ofHead, ofSignature, isChunked }) => {
      const sent = Buffer.from(ofBody === null ? body : changeJson(body, ofBody)).toString('latin1');
      const time = Math.floor(Date.now() / 1000);
      const digest = createHmac('sha256', key).update(`${time}.`).update(sent, 'latin1').digest('hex');
      const signature = `t=${time},v1=${digest}`;
      const head = [
        'POST /webhooks/tripleseat HTTP/1.1',
        'Host: 127.0.0.1',
        'Content-Type: application/json',
        `X-Signature: ${ofSignature === null ? signature : changeText(signature, ofSignature).replaceAll(/[\r\n]/g, '')}`,
        isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${sent.length}`,
        'Connection: close',
        '',
        '',
      ].join('\r\n');
      const framed = isChunked ? `${sent.length.toString(16)}\r\n${sent}\r\n0\r\n\r\n` : sent;
      const answer = await say((ofHead === null ? head : changeText(head, ofHead)) + framed);
      expect(answer === '' || /^HTTP\/1\.1 [2345]\d\d /.test(answer)).toBe(true);
      expect(answer).not.toMatch(/^HTTP\/1\.1 500|\n\s+at /);
      expect(log).not.toMatch(/could not be answered|[^\n\x20-\uffff]/);
    });
    expect(await say('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 200/,
    );
  } finally {
    await relay.stop(0);
  }
});

const answerCases = fc.record({
  /** Which answer is changed first, and whether all like it are from then on. */
  nth: fc.nat(40),
  always: fc.boolean(),
  list: changes,
  late: fc.boolean(),
});

for (const upstream of ['tripleseat', 'revel'] as const) {
  it(`answers of ${upstream}, wherever one is read`, { timeout: TIMEOUT }, async () => {
    await fuzz(`answers of ${upstream}`, answerCases, async ({ nth, always, list, late }) => {
      const desk = new Desk('2026-11-14T20:00:00Z');
      const event = desk.add();
      if (late) await desk.single([event]);
      let count = 0;
      let changed: string | null = null;
      desk.edit = (sent, body) => {
        if (sent.upstream !== upstream) return body;
        const isMeant = changed === null ? count === nth : always && sent.path === changed;
        count += 1;
        if (!isMeant) return body;
        changed = sent.path;
        return changeJson(body, list);
      };
      await orRefusal(async () => {
        const run = await desk.single([event]);
        const result = run.of(event.id);
        expect(['injected', 'repaired', 'skipped', 'failed']).toContain(result.status);
        expect(JSON.stringify(result)).not.toMatch(/\\n\s+at |\\u001b|\\u0000/);
      });
      // Whatever one run was told, no later one makes a second order that staff can see.
      desk.edit = null;
      await desk.clock.sleep(120_000);
      await orRefusal(() => desk.single([event]));
      const visible = desk.revel.orders().filter((order) => order.orderhistory.length > 0 && !order.deleted);
      expect(visible.length).toBeLessThanOrEqual(1);
    });
  });
}

it('locations.json and .env', { timeout: TIMEOUT }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ts-reconcile-fuzz-'));
  const env = Object.entries({
    ...credentials,
    REVEL_RPS: '4',
    EMAIL_ON: 'failures',
    SYNC_STATUSES: 'DEFINITE',
  })
    .map(([name, value]) => `${name}="${value}"`)
    .join('\n');
  const locations = JSON.stringify(locationsFile, null, 2);
  const cases = fc.record({
    ofEnv: fc.option(changes),
    ofLocations: fc.option(changes),
    isText: fc.boolean(),
  });
  try {
    await fuzz('locations.json and .env', cases, async ({ ofEnv, ofLocations, isText }) => {
      const change = isText ? changeText : changeJson;
      await writeFile(join(dir, '.env'), ofEnv === null ? env : changeText(env, ofEnv));
      await writeFile(
        join(dir, 'locations.json'),
        ofLocations === null ? locations : change(locations, ofLocations),
      );
      await orRefusal(() => loadConfig({ env: {}, cwd: dir, needs: needsOf.serveUnsigned }));
    });
  } finally {
    await rm(dir, { recursive: true });
  }
});

const FILES = [
  'journal/journal.jsonl',
  'tokens.json',
  'mailed.json',
  'spool/spool.jsonl',
  'locks/key',
  'budgets/revel',
] as const;

async function fill(store: StateStore): Promise<void> {
  await store.tokens.write(tokens());
  await store.journal.append([eventRecord('61000001'), eventRecord('61000002')]);
  await store.cache.set('key', { a: 1 });
  await store.mailMemory.update({ mailed: [mailed('1')], forget: [] });
  const queue = await store.openQueue();
  await queue?.push([{ event: eventId('61000001'), run: '1a2b3c4d', at: 1_800_000_000_000 }]);
  await queue?.close();
  await store.budget?.('revel').claim(1, []);
  await (await store.locks.tryLock('any'))?.release();
}

/** Everything that a run, a relay and a person read of the state, then written once more. */
async function use(store: StateStore): Promise<void> {
  for await (const record of store.journal.read())
    expect(record.type).toMatch(/^(?:event|run-start|run-end)$/);
  await store.journal.lastGoodSweep();
  await orRefusal(() => store.tokens.read());
  await store.cache.get('key');
  await store.mailMemory.update({ mailed: [mailed('2')], forget: [] });
  const queue = await store.openQueue();
  for (const { event } of (await queue?.owed()) ?? []) expect(event).toMatch(/^[1-9][0-9]{0,17}$/);
  await queue?.close();
  await store.budget?.('revel').claim(1, []);
}

it('journal, tokens and whatever else is kept', { timeout: TIMEOUT }, async () => {
  const root = await mkdtemp(join(tmpdir(), 'ts-reconcile-fuzz-'));
  const options = { clock: systemClock, random: () => 0.5 };
  const whole = new Map<string, string>();
  const first = await openStateDir({ dir: join(root, 'whole'), ...options });
  await fill(first);
  await first.close();
  for (const name of FILES) whole.set(name, await readFile(join(root, 'whole', name), 'latin1'));
  const cases = fc.record({ name: fc.constantFrom(...FILES), list: changes });
  let serial = 0;
  const put = async (dir: string, name: string, text: string) => {
    await mkdir(dirname(join(dir, name)), { recursive: true, mode: 0o700 });
    await writeFile(join(dir, name), text, { encoding: 'latin1', mode: 0o600 });
  };
  const change = (name: string, text: string, list: readonly Change[]) =>
    name.endsWith('.json') ? changeJson(text, list) : changeText(text, list);
  try {
    await fuzz('what is kept', cases, async ({ name: changed, list }) => {
      serial += 1;
      const dir = join(root, String(serial));
      for (const [name, text] of whole)
        await put(dir, name, name === changed ? change(name, text, list) : text);
      const store = await openStateDir({ dir, ...options });
      await orRefusal(() => use(store));
      await store.close();
      // Whatever was broken, the next one works.
      const next = await openStateDir({ dir, ...options });
      await next.tokens.write(tokens());
      expect(await next.tokens.read()).toEqual(tokens());
      await next.close();
      await rm(dir, { recursive: true });
    });
  } finally {
    await rm(root, { recursive: true });
  }
});
