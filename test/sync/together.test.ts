import { expect, it } from 'vitest';
import type { OrderFinder, OrderKey } from '../../src/revel/types.js';
import { Slots } from '../../src/sync/slots.js';
import { FindTogether, Together } from '../../src/sync/together.js';
import { VirtualClock } from '../http/virtual-clock.js';

interface Desk {
  clock: VirtualClock;
  slots: Slots;
  stop: AbortController;
  strain: { ms: number };
  /** What was asked for, request by request. */
  asked: string[][];
  together: Together<string, string>;
}

/** Four slots, two of them taken unless it is said otherwise. */
async function desk(taken = 2, put?: (questions: readonly string[]) => Promise<string[]>): Promise<Desk> {
  const clock = new VirtualClock();
  const slots = new Slots(4);
  for (let n = 0; n < taken; n += 1) await slots.take();
  const stop = new AbortController();
  const strain = { ms: 0 };
  const asked: string[][] = [];
  const around = { clock, slots, stop: stop.signal, strain: () => strain.ms };
  const echo = async (questions: readonly string[]) => questions.map((question) => `${question}!`);
  const together = new Together<string, string>((questions) => {
    asked.push([...questions]);
    return (put ?? echo)(questions);
  }, around);
  return { clock, slots, stop, strain, asked, together };
}

it('waits for others, and puts all questions when the first has waited long enough', async () => {
  const { clock, asked, together } = await desk();
  const start = clock.now();
  const answers = await Promise.all([
    together.join('a', 5_000),
    together.join('b', 1_000),
    together.join('c', 8_000),
  ]);
  expect(asked).toEqual([['a', 'b', 'c']]);
  expect(answers).toEqual(['a!', 'b!', 'c!'].map((read) => ({ read, askedAt: start + 1_000 })));
});

it('hardly waits when nobody is at work, or nobody is any more', async () => {
  const { clock, slots, asked, together } = await desk(0);
  const start = clock.now();
  await together.join('a', 5_000);
  await slots.take();
  const waiting = together.join('b', 5_000);
  slots.give();
  await waiting;
  expect(asked).toEqual([['a'], ['b']]);
  expect(clock.now() - start).toBeLessThanOrEqual(100);
});

it.each([
  ['until requests are no longer short, with nobody at work', 0, 2_000],
  ['as long as it said while others are at work', 2, 5_000],
])('waits %s', async (_, taken, ms) => {
  const { clock, strain, asked, together } = await desk(taken);
  strain.ms = 2_000;
  const start = clock.now();
  await Promise.all([together.join('a', 5_000), together.join('b', 6_000)]);
  expect(asked).toEqual([['a', 'b']]);
  expect(clock.now()).toBe(start + ms);
});

it('does not wait on when everybody else is done while requests are short', async () => {
  const { clock, slots, strain, asked, together } = await desk(1);
  strain.ms = 2_000;
  const start = clock.now();
  const waiting = together.join('a', 60_000);
  slots.give();
  await waiting;
  expect(asked).toEqual([['a']]);
  expect(clock.now()).toBe(start + 2_000);
});

it('waits no longer once the run is to stop', async () => {
  const { clock, stop, asked, together } = await desk();
  const start = clock.now();
  const waiting = together.join('a', 5_000);
  stop.abort();
  await waiting;
  await together.join('b', 5_000);
  expect(asked).toEqual([['a'], ['b']]);
  expect(clock.now()).toBe(start);
});

it('lets all who asked know of an error', async () => {
  const { together } = await desk(2, () => Promise.reject(new Error('no')));
  const results = await Promise.allSettled([together.join('a', 10), together.join('b', 10)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

const keyOf = (event: number) =>
  ({ event: String(event), establishmentIds: [8], date: '2026-11-14' }) as unknown as OrderKey;

it('tells whoever is at work on other events where that costs nothing', async () => {
  const looked: string[][] = [];
  let batch: string[] = [];
  let roomy = true;
  const finder: OrderFinder = {
    get roomy() {
      return roomy;
    },
    find: async ({ event }: OrderKey) => {
      if (batch.length === 0) looked.push(batch);
      batch.push(event);
      await Promise.resolve();
      batch = [];
      return { kind: 'ok' as const, value: [] };
    },
    findMany: async () => ({ kind: 'ok' as const, value: new Map() }),
    further: async () => ({ kind: 'ok' as const, value: [] }),
  };
  const { clock, slots, stop } = await desk(2);
  const around = { clock, slots, stop: stop.signal, strain: () => 0 };
  const together = new FindTogether(finder, around, 1_000);
  const seen: [string, number][] = [];
  for (const event of [1, 2, 3]) {
    together.riders.add({
      key: keyOf(event),
      seen: (_, askedAt) => seen.push([String(event), askedAt]),
    });
  }
  const { askedAt } = await together.ask(keyOf(2));
  expect(looked).toEqual([['2', '1', '3']]);
  expect(seen).toEqual([
    ['1', askedAt],
    ['3', askedAt],
  ]);
  roomy = false;
  await together.ask(keyOf(2));
  expect(looked.at(-1)).toEqual(['2']);
});
