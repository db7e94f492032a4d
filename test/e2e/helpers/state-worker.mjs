// A process of its own on a state directory: does what the parent asks for, one message at a time.
import { systemClock } from '../../../dist/clock.js';
import { openStateDir } from '../../../dist/state/files/open.js';

const [dir, journalBytes = '8000000'] = process.argv.slice(2);
const store = await openStateDir({
  dir,
  clock: systemClock,
  random: Math.random,
  journal: { maxBytes: Number(journalBytes), keep: 100_000 },
});
let held = null;

function record(id) {
  return {
    type: 'event',
    at: new Date().toISOString(),
    run: '1a2b3c4d',
    id,
    name: 'x'.repeat(Math.floor(Math.random() * 9000)),
    date: null,
    location: null,
    status: 'skipped',
    reason: 'ALREADY_INJECTED',
    order: null,
    total: null,
    error: null,
  };
}

function tokens(expiresAt) {
  const accessToken = 'x'.repeat(Math.floor(Math.random() * 16_000) + 1);
  return { accessToken, refreshToken: null, expiresAt, scope: null, obtainedAt: 0 };
}

const operations = {
  async take(name) {
    held = await store.locks.tryLock(name);
    return held !== null;
  },
  async release() {
    await held?.release();
  },
  async bump(times) {
    for (let round = 0; round < times; round += 1) {
      await store.tokens.exclusive(60_000, async () => {
        const before = await store.tokens.read();
        await store.tokens.write(tokens((before?.expiresAt ?? 0) + 1));
      });
    }
  },
  async append(name, times) {
    for (let round = 0; round < times; round += 1) {
      await store.journal.append([record(`${name}-${round}-a`), record(`${name}-${round}-b`)]);
    }
  },
  async write(event) {
    for (let round = 0; ; round += 1) {
      await store.tokens.write(tokens(round));
      await store.documents.put(`kept/${event}`, String(round));
      await store.journal.append([record(String(round))]);
    }
  },
  async writeAs(user) {
    if (process.getuid() === 0) process.setuid(user);
    try {
      await store.tokens.write(tokens(0));
      return null;
    } catch (error) {
      return { code: error.code, exitCode: error.exitCode, message: error.message, hint: error.hint };
    }
  },
  async leave() {
    setImmediate(() => process.disconnect());
  },
};

process.on('message', async ({ operation, args }) => {
  process.send({ result: await operations[operation](...args) });
});
process.send({ result: 'ready' });
