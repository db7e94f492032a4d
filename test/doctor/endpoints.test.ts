import { describe, expect, it } from 'vitest';
import { checkEndpoints } from '../../src/doctor/endpoints.js';
import type { DoctorContext } from '../../src/doctor/types.js';
import type { TripleseatProbeAnswer } from '../../src/tripleseat/probe.js';

const URL_OF_OURS = 'https://hooks.example.com/webhooks/tripleseat';

function answer(status: number, json: unknown): TripleseatProbeAnswer {
  return { kind: 'answer', status, headers: {}, json, sentAt: 0, receivedAt: 0 };
}

const endpoint = (over: object = {}) => ({
  webhook_endpoint: { id: 1, target_url: URL_OF_OURS, disabled_at: null, failed_count: 0, ...over },
});

async function check(answers: Record<number, unknown>, keys = ['signing-key-of-the-test']) {
  const asked: string[] = [];
  const ctx = {
    config: {
      webhookSigningKeys: keys,
      locations: Object.keys(answers).flatMap((site) => [
        { tripleseat: { siteId: Number(site), locationId: 1 } },
        { tripleseat: { siteId: Number(site), locationId: 2 } },
      ]),
    },
    tripleseat: async (path: string) => {
      asked.push(path);
      const found = answers[Number(/\d+/.exec(path.replace('/v1', ''))?.[0])];
      return Array.isArray(found) ? answer(200, found) : (found as TripleseatProbeAnswer);
    },
  } as unknown as DoctorContext;
  return { checks: await checkEndpoints(ctx), asked };
}

describe('checkEndpoints', () => {
  it('asks once for each site, and is green where each has one that is enabled', async () => {
    const { checks, asked } = await check({ 1: [endpoint()], 2: [endpoint({ failed_count: null })] });
    expect(checks).toMatchObject([{ status: 'ok', message: 'enabled for 2 sites' }]);
    expect(asked).toEqual(['/v1/sites/1/webhook_endpoints', '/v1/sites/2/webhook_endpoints']);
  });

  it('is red where one is disabled, and says since when', async () => {
    const disabled_at = '11/12/2026 9:02 AM';
    const { checks } = await check({ 1: [endpoint()], 2: [endpoint({ disabled_at, failed_count: 30 })] });
    expect(checks).toMatchObject([
      {
        status: 'failed',
        details: [
          `site 2: hooks.example.com/webhooks/tripleseat, disabled since ${disabled_at}, 30 failures in a row`,
        ],
      },
    ]);
  });

  it('looks at the one that leads here, where others have endpoints of their own', async () => {
    const other = endpoint({ target_url: 'https://other.example/hook?token=canary', disabled_at: 'x' });
    expect((await check({ 1: [other, endpoint()] })).checks).toMatchObject([{ status: 'ok' }]);
    const { checks } = await check({ 1: [other] });
    expect(checks).toMatchObject([{ status: 'failed' }]);
    expect(JSON.stringify(checks)).not.toContain('canary');
  });

  it('is yellow for a site without one, and for one whose deliveries fail', async () => {
    expect((await check({ 1: [endpoint()], 2: [] })).checks).toMatchObject([
      { status: 'warning', message: 'none for site 2' },
    ]);
    expect((await check({ 1: [endpoint({ failed_count: 3 })] })).checks).toMatchObject([
      { status: 'warning', details: ['site 1: hooks.example.com/webhooks/tripleseat, 3 failures in a row'] },
    ]);
  });

  it.each([
    ['a status', answer(403, {})],
    ['a log-in page', answer(200, undefined)],
    ['no list', answer(200, { error: 'none' })],
    ['nothing', { kind: 'failure', detail: 'timed out' }],
  ])('is not checked where Tripleseat answers %s', async (_, found) => {
    expect((await check({ 1: found })).checks).toMatchObject([
      { status: 'skipped', message: expect.stringContaining('Settings → API/Webhooks') },
    ]);
  });

  it('asks nothing where no webhooks are taken', async () => {
    expect(await check({ 1: [endpoint()] }, [])).toEqual({ checks: [], asked: [] });
  });
});
