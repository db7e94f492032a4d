import { describe, expect, it } from 'vitest';
import { checkTripleseat } from '../../src/doctor/tripleseat.js';
import type { DoctorContext } from '../../src/doctor/types.js';
import type { TripleseatProbeAnswer } from '../../src/tripleseat/probe.js';

function answer(status: number, json: unknown = undefined): TripleseatProbeAnswer {
  return { kind: 'answer', status, headers: {}, json, sentAt: 0, receivedAt: 0 };
}

const GOOD: Record<string, TripleseatProbeAnswer> = {
  '/v1/sites.json': answer(200, [{ site: { id: 1, name: 'West', timezone: 'Arizona' } }]),
  '/v1/locations.json': answer(200, [{ location: { id: 11, name: 'Hall', site_id: 1 } }]),
  '/v1/bookings/0.json': answer(404),
  '/v1/events/search.json': answer(200, { results: [] }),
};

async function check(answers: Record<string, TripleseatProbeAnswer> = {}, scope: string | null = null) {
  const asked: string[] = [];
  const location = { name: 'Hall', timezone: 'America/Phoenix', tripleseat: { siteId: 1, locationId: null } };
  const ctx = {
    config: { locations: [location] },
    facts: { stateUsable: true, skews: [], sites: null },
    clock: { now: () => Date.parse('2026-11-14T05:00:00Z') },
    state: { tokens: { read: async () => ({ refreshToken: 'r', scope }) } },
    tripleseat: async (path: string) => {
      asked.push(path);
      return { ...GOOD, ...answers }[path.replace(/\?.*/, '')];
    },
  } as unknown as DoctorContext;
  const checks = await checkTripleseat(ctx);
  return { asked, facts: ctx.facts, by: Object.fromEntries(checks.map((each) => [each.name, each])) };
}

describe('checkTripleseat', () => {
  it('asks for today of the first site, in its zone, and for a booking that cannot be', async () => {
    const { asked, by, facts } = await check();
    expect(Object.values(by).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok']);
    const search = new URLSearchParams(asked.find((path) => path.includes('search'))?.replace(/.*\?/, ''));
    expect(Object.fromEntries(search)).toEqual({
      site_id: '1',
      event_start_date: '11/13/2026',
      event_end_date: '11/13/2026',
      page: '1',
    });
    expect(facts.sites).toEqual([{ id: 1, name: 'West', timezone: 'Arizona' }]);
  });

  it('reads bare rows and rows wrapped once more, and passes over what is no site', async () => {
    const wrapped = answer(200, { sites: [{ id: '1', name: null }, { site: null }, 'x'] });
    expect((await check({ '/v1/sites.json': wrapped })).by['Tripleseat sites']).toMatchObject({
      status: 'ok',
    });
  });

  it.each([
    ['403', answer(403, { error: 'forbidden' })],
    ['no list', answer(200, { error: 'none' })],
    [
      'more rows than anybody has',
      answer(
        200,
        Array.from({ length: 10_001 }, () => ({ site: { id: 1 } })),
      ),
    ],
  ])('goes on without the sites: %s', async (_, sites) => {
    const { by } = await check({ '/v1/sites.json': sites });
    expect(by['Tripleseat sign-in']?.status).toBe('ok');
    expect(by['Tripleseat scopes']?.status).toBe('ok');
    expect(by['Tripleseat sites']).toMatchObject({
      status: 'warning',
      hint: expect.stringContaining('sites:read'),
    });
    expect(by['Tripleseat locations']?.status).toBe('skipped');
  });

  it('takes any answer about a booking but 200, 404 and 403 for unknown', async () => {
    const { by } = await check({ '/v1/bookings/0.json': answer(500) }, 'events:read \u001b[31mbookings:read');
    expect(by['Tripleseat scopes']).toMatchObject({
      status: 'warning',
      message:
        'events:read bookings:read; events can be read; whether bookings can is unknown: it was answered 500',
    });
    const broken = await check({ '/v1/events/search.json': { kind: 'failure', detail: 'timed out' } });
    expect(broken.by['Tripleseat scopes']).toMatchObject({
      status: 'failed',
      message: 'no scopes told; the search for events failed (timed out)',
    });
  });

  it('does not call events readable where a page is answered in their place', async () => {
    const { by } = await check({ '/v1/events/search.json': answer(200) });
    expect(by['Tripleseat scopes']).toMatchObject({
      status: 'failed',
      message: 'no scopes told; the search for events was answered 200, but with something else',
    });
    const odd = await check({ '/v1/bookings/0.json': answer(200) });
    expect(odd.by['Tripleseat scopes']).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('whether bookings can is unknown'),
    });
  });

  it('says whom it does not know when the list of locations cannot be had', async () => {
    const { by } = await check({ '/v1/locations.json': answer(403) });
    expect(by['Tripleseat locations']).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('403'),
    });
  });
});
