import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fuzz, orRefusal, SEED, TIMEOUT } from './fuzz.js';
import { type Change, changeJson, changes } from './mutate.js';
import { works } from './works.js';

/** A place where an answer is read: what reads it, and what was asked. */
interface Place {
  work: string;
  at: string;
  /** How often it is asked where nothing is changed. */
  times: number;
}

interface Case {
  place: Place;
  nth: number;
  always: boolean;
  list: Change[];
}

/** Where answers of the service are read. */
async function placesOf(upstream: 'tripleseat' | 'revel'): Promise<Place[]> {
  const places: Place[] = [];
  for (const [work, begin] of Object.entries(works)) {
    const world = await begin();
    const times = new Map<string, number>();
    world.edit((from, at, body) => {
      if (from === upstream) times.set(at, (times.get(at) ?? 0) + 1);
      return body;
    });
    await orRefusal(() => world.run());
    for (const [at, count] of times) places.push({ work, at, times: count });
  }
  return places;
}

for (const upstream of ['tripleseat', 'revel'] as const) {
  it(`answers of ${upstream}, wherever one is read`, { timeout: TIMEOUT }, async () => {
    const places = await placesOf(upstream);
    expect(places.length).toBeGreaterThan(upstream === 'tripleseat' ? 15 : 40);
    const cases = fc.record({
      place: fc.constantFrom(...places),
      /** Which answer at this place is changed first, and whether all others are from then on. */
      nth: fc.nat(1000),
      always: fc.boolean(),
      list: changes,
    });
    // Each place once, in an order of the seed's; then whatever comes.
    const lists = fc.sample(changes, { seed: SEED, numRuns: places.length });
    const [drawn = []] = fc.sample(fc.shuffledSubarray(places, { minLength: places.length }), {
      seed: SEED,
      numRuns: 1,
    });
    const first = drawn.map((place, at): Case => ({ place, nth: 0, always: true, list: lists[at] ?? [] }));
    const test = async ({
      place,
      nth,
      always,
      list,
    }: typeof cases extends fc.Arbitrary<infer T> ? T : never) => {
      const begin = works[place.work];
      if (!begin) throw new Error(`there is no ${place.work}`);
      const world = await begin();
      let count = 0;
      const from = nth % place.times;
      world.edit((service, at, body) => {
        if (service !== upstream || at !== place.at) return body;
        count += 1;
        return count - 1 === from || (always && count > from) ? changeJson(body, list) : body;
      });
      await orRefusal(async () => {
        const shown = await world.run();
        expect(JSON.stringify(shown) ?? '').not.toMatch(/\\n\s+at |\\u001b|\\u0000/);
      });
      expect(count).toBeGreaterThan(from);
      world.edit(null);
      await world.check();
    };
    await fuzz(`answers of ${upstream}`, cases, test, first);
  });
}
