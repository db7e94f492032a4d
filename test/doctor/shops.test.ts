import { describe, expect, it } from 'vitest';
import { checkShops } from '../../src/doctor/shops.js';
import type { DoctorContext } from '../../src/doctor/types.js';
import type { ProbeAnswer } from '../../src/http/probe.js';
import { sampleLocations } from '../helpers/settings.js';

/** The custom dining options of a Revel that answers `size` of them at once, whatever is asked for. */
async function diningOptions(size: number, counts: boolean) {
  const rows = sampleLocations.map(({ revel }, index) => ({
    id: index + 1,
    dining_option_id: revel.diningOption,
    establishment: `/enterprise/Establishment/${revel.establishmentId}/`,
  }));
  const probe = async (_: string, query: Readonly<Record<string, string>> = {}): Promise<ProbeAnswer> => {
    const offset = Number(query.offset ?? 0);
    const next = offset + size < rows.length ? '/resources/CustomOrderOption/?offset=next' : null;
    const json = {
      meta: { next, ...(counts ? { total_count: rows.length } : {}) },
      objects: rows.slice(offset, offset + size),
    };
    return { kind: 'answer', status: 200, headers: {}, json, sentAt: 0, receivedAt: 0 };
  };
  const ctx = {
    revel: { probe },
    config: { locations: sampleLocations },
    facts: { readable: new Set(['CustomOrderOption']) },
  } as unknown as DoctorContext;
  return (await checkShops(ctx)).find(({ name }) => name === 'Dining options');
}

describe('dining options', () => {
  it.each([
    [1_000, true],
    [2, true],
    [2, false],
  ])('are found however few come at once: %i, counted: %s', async (size, counts) => {
    expect(sampleLocations.length).toBeGreaterThan(2);
    expect(await diningOptions(size, counts)).toMatchObject({ status: 'ok', message: 'all found' });
  });
});
