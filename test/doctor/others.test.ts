import { describe, expect, it } from 'vitest';
import { checkBilling, checkHooks, checkUserAlone } from '../../src/doctor/others.js';
import type { DoctorContext, UnclearBilling } from '../../src/doctor/types.js';
import { sampleLocations } from '../helpers/settings.js';

const [location] = sampleLocations;
const locations = location ? [location] : [];
const user = location?.revel.userId ?? 0;

function answer(status: number, json: unknown) {
  return { kind: 'answer' as const, status, headers: {}, json, sentAt: 0, receivedAt: 0 };
}

describe('whether the Revel user is nobody else’s', () => {
  const order = (id: number, local_id: string | null, by = user) => ({
    id,
    local_id,
    created_by: `/enterprise/User/${by}/`,
  });
  const check = async (status: number, objects: unknown[]) => {
    const asked: string[] = [];
    const revel = {
      probe: async (path: string, query: Record<string, string>) => {
        asked.push(`${path}?${new URLSearchParams(query)}`);
        return answer(status, { objects });
      },
    };
    const ctx = {
      config: { locations },
      facts: { readable: new Set(['Order']) },
      revel,
    } as unknown as DoctorContext;
    const { status: verdict, message, details } = await checkUserAlone(ctx);
    expect(asked).toEqual([`/resources/Order/?created_by=${user}&order_by=-id&limit=200`]);
    return [verdict, message, ...details].join(' ');
  };

  it('is well when all of its orders are of events, or of certify', async () => {
    const rows = [
      order(1, 'Triple Seat_55530001'),
      order(2, 'Triple Seat 55530002'),
      order(3, 'ts-reconcile certify 1a2b3c4d a'),
    ];
    expect(await check(200, rows)).toMatch(/^ok .*3 orders/);
    expect(await check(200, [])).toMatch(/^ok/);
  });

  it('warns of an order that is of no event, with its id', async () => {
    expect(await check(200, [order(1, 'Triple Seat_1'), order(4711, null)])).toMatch(/^warning .*4711/);
    expect(await check(200, [order(4712, 'POS-17')])).toMatch(/^warning .*4712/);
  });

  it('says nothing where the filter is refused or not heeded', async () => {
    expect(await check(400, [])).toMatch(/^skipped .*400/);
    expect(await check(200, [order(1, null, user + 1)])).toMatch(/^skipped .*does not heed/);
    // Among everybody's orders its own still count.
    expect(await check(200, [order(1, null, user + 1), order(4713, 'by hand')])).toMatch(/^warning .*4713/);
  });
});

describe('the webhook endpoints', () => {
  const check = async (json: unknown, { status = 200, keys = ['k'.repeat(20)] } = {}) => {
    const ctx = {
      config: { locations, webhookSigningKeys: keys },
      facts: { sites: [] },
      tripleseat: async () => answer(status, json),
    } as unknown as DoctorContext;
    const { status: verdict, message, details } = await checkHooks(ctx);
    return [verdict, message, ...details].join(' ');
  };
  const endpoint = {
    id: 5,
    target_url: 'https://relay.example.com/hook?token=s3cret',
    disabled_at: null,
    failed_count: 0,
  };

  it('are well when none is disabled or failing, wrapped or bare', async () => {
    expect(await check([endpoint])).toMatch(/^ok 1 endpoint,/);
    expect(await check({ webhook_endpoints: [{ webhook_endpoint: endpoint }] })).toMatch(/^ok 1 endpoint,/);
  });

  it('are told when disabled, failing or missing, without what their address carries', async () => {
    const disabled = await check([{ ...endpoint, disabled_at: '2026-11-01T00:00:00Z' }]);
    expect(disabled).toMatch(/^warning .*relay\.example\.com.*disabled on 2026-11-01/);
    expect(disabled).not.toContain('s3cret');
    expect(await check([{ ...endpoint, failed_count: 3 }])).toMatch(/^warning .*failed 3 times/);
    expect(await check([])).toMatch(/^warning .*has none/);
  });

  it('are not looked at where webhooks are not used, or Tripleseat does not tell', async () => {
    expect(await check([], { keys: [] })).toMatch(/^skipped/);
    expect(await check(null, { status: 404 })).toMatch(/^skipped .*404/);
  });
});

describe('billing names', () => {
  const check = async (found: UnclearBilling | null) => {
    const unclearBilling = found === null ? null : async () => found;
    const { status, message, details } = await checkBilling({
      unclearBilling,
      facts: { sites: [] },
    } as unknown as DoctorContext);
    return [status, message, ...details].join(' ');
  };

  it('are told while they need a mapping', async () => {
    const found = {
      days: 7,
      names: [{ name: 'Resort Fee & Tax', location: 'Special Events' }],
      events: 3,
      problems: 0,
    };
    expect(await check(found)).toMatch(/^warning 1 name .*"Resort Fee & Tax" at "Special Events"/);
    expect(await check({ ...found, names: [] })).toMatch(/^ok clear in 3 events/);
    expect(await check({ ...found, names: [], problems: 2 })).toMatch(/^warning 2 events/);
    expect(await check(null)).toMatch(/^skipped/);
  });
});
