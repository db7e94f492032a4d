import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { TestWorld } from '../helpers/world.js';
import {
  deliver,
  ends,
  eventBody,
  newDirectory,
  type RelayProcess,
  relayEnv,
  sign,
  startFake,
  startServe,
  starts,
} from './helpers/relay.js';

/** KILLS: fewer, for a pipeline whose time is short. */
const KILLS = Number(process.env.KILLS ?? 50);
const WAIT = { timeout: 30_000, interval: 50 };
let directory: string;

beforeEach(async () => {
  directory = await newDirectory();
});

/** Numbers in [0, 1) that a seed repeats (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Delivers on one connection until it breaks; `acknowledged` is told when each delivery was sent. */
async function stream(
  relay: RelayProcess,
  nextId: () => number,
  acknowledged: (id: number, sentAt: number) => void,
): Promise<void> {
  const { hostname, port } = new URL(relay.url);
  const socket = connect(Number(port), hostname);
  const gone = new Promise<null>((resolve) =>
    socket.on('error', () => undefined).on('close', () => resolve(null)),
  );
  for (;;) {
    const id = nextId();
    const body = eventBody(id);
    const sentAt = Date.now();
    const answered = new Promise<string>((resolve) =>
      socket.once('data', (data) => resolve(data.toString())),
    );
    socket.write(
      `POST /webhooks/tripleseat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
        `X-Signature: ${sign(body)}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const answer = await Promise.race([answered, gone]);
    if (answer === null) return;
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    acknowledged(id, sentAt);
  }
}

/** What a power cut does to the runs that are under way. */
async function killRuns(): Promise<void> {
  const done = await ends(directory);
  for (const { event, at, pid } of await starts(directory)) {
    if (done.some((end) => end.event === event && end.startedAt === at)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    try {
      if (command.includes(directory)) process.kill(pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  }
}

describe('a relay that is killed', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);

  it(`loses nothing that it acknowledged, ${KILLS} times over (SEED=${seed})`, {
    timeout: 300_000,
  }, async () => {
    const random = seeded(seed);
    /** Event → when its last acknowledged delivery was sent. */
    const last = new Map<string, number>();
    let deliveries = 0;
    const env = relayEnv(join(directory, 'state'));
    await writeFile(join(directory, 'ms'), '60\n');
    for (let kill = 0; kill < KILLS; kill += 1) {
      const relay = await startFake(directory, { maxRuns: 2, maxQueue: 10_000 }, env, 'light');
      let left = Math.floor(random() * 120);
      const nextId = () =>
        random() < 0.5 ? 1 + Math.floor(random() * 10) : 1000 + Math.floor(random() * 100);
      const acknowledged = (id: number, sentAt: number) => {
        deliveries += 1;
        last.set(String(id), Math.max(last.get(String(id)) ?? 0, sentAt));
        left -= 1;
        if (left < 0) relay.child.kill('SIGKILL');
      };
      await Promise.all(Array.from({ length: 4 }, () => stream(relay, nextId, acknowledged)));
      expect(await relay.exited).toBeNull();
      await killRuns();
    }
    expect(deliveries).toBeGreaterThan(KILLS);

    await startFake(directory, { maxRuns: 8 }, env, 'light');
    const unserved = async () => {
      const done = await ends(directory);
      return [...last]
        .filter(([id, sentAt]) => !done.some(({ event, startedAt }) => event === id && startedAt >= sentAt))
        .map(([id]) => id);
    };
    await expect.poll(unserved, { ...WAIT, timeout: 60_000 }).toEqual([]);
  });

  it('in the middle of a real run leaves an order that the next start completes', async () => {
    let writes = 0;
    let relay: RelayProcess | null = null;
    const world = await TestWorld.start({
      onRevelChange: () => {
        writes += 1;
        if (writes === 3) relay?.child.kill('SIGKILL');
      },
    });
    try {
      const event = world.addEvent();
      const stateDir = world.newStateDir();
      const env = relayEnv(stateDir, world.env(stateDir));
      relay = await startServe([], env);
      expect((await deliver(relay, eventBody(event.id))).status).toBe(200);
      expect(await relay.exited).toBeNull();

      relay = await startServe([], env);
      const next = relay;
      expect(next.stderr).toContain('Events left in the spool by an earlier process: 1');
      await expect.poll(() => next.stderr, WAIT).toMatch(/Run for event \d+ ended with exit code 0/);
      const live = world.revel.orders().filter(({ deleted }) => !deleted);
      expect(live).toHaveLength(1);
      expect(world.revel.history(live[0]?.id ?? 0)).toHaveLength(1);
    } finally {
      await relay?.stop('SIGKILL');
      await world.close();
    }
  });
});
