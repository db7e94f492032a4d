import { createHmac } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { loadConfig, needsOf } from '../../../src/config/load.js';
import { startRelay } from '../../../src/relay/relay.js';
import { createLogger } from '../../../src/report/log.js';
import { openStateDir } from '../../../src/state/files/open.js';
import type { Queue } from '../../../src/state/primitives.js';
import type { StateStore } from '../../../src/state/types.js';
import { credentials, locationsFile } from '../../config/helpers.js';
import { eventId, eventRecord, mailed, tokens } from '../../state/support.js';
import { fuzz, orRefusal, TIMEOUT } from './fuzz.js';
import { type Change, changeJson, changes, changeText } from './mutate.js';

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

const ENV = Object.entries({
  ...credentials,
  REVEL_RPS: '4',
  EMAIL_ON: 'failures',
  SYNC_STATUSES: 'DEFINITE',
})
  .map(([name, value]) => `${name}="${value}"`)
  .join('\n');
const LOCATIONS = JSON.stringify(locationsFile, null, 2);

/** Reads the configuration of a directory with these files. */
async function loads(env: string, locations: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'ts-reconcile-fuzz-'));
  try {
    await writeFile(join(dir, '.env'), env);
    await writeFile(join(dir, 'locations.json'), locations);
    await orRefusal(() => loadConfig({ env: {}, cwd: dir, needs: needsOf.serveUnsigned }));
  } finally {
    await rm(dir, { recursive: true });
  }
}

it('locations.json', { timeout: TIMEOUT }, async () => {
  const cases = fc.record({ list: changes, change: fc.constantFrom(changeJson, changeJson, changeText) });
  await fuzz('locations.json', cases, ({ list, change }) => loads(ENV, change(LOCATIONS, list)));
});

it('.env', { timeout: TIMEOUT }, async () => {
  await fuzz('.env', changes, (list) => loads(changeText(ENV, list), LOCATIONS));
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
