import { describe, expect, it } from 'vitest';
import { checkFilters } from '../../src/doctor/filters.js';
import type { DoctorContext } from '../../src/doctor/types.js';
import type { ProbeAnswer } from '../../src/http/probe.js';

/** How a server takes a filter of several values. */
type Manner = 'works' | 'ignored' | 'refused' | 'blind' | 'broken';

const ORDER = {
  id: 10684001,
  local_id: 'Triple Seat_61000001',
  uuid: '3f0c7a52-0000-5000-8000-000000000001',
};

function answer(status: number, json: unknown): ProbeAnswer {
  return { kind: 'answer', status, headers: {}, json, sentAt: 0, receivedAt: 0 };
}

const list = (...rows: unknown[]) => answer(200, { meta: { total_count: rows.length }, objects: rows });

/** A Revel with one order whose filters are taken as said. */
function revel(manners: Partial<Record<string, Manner>>, order: Partial<typeof ORDER> | null = ORDER) {
  const asked: Record<string, string>[] = [];
  const probe = async (path: string, query: Readonly<Record<string, string>> = {}): Promise<ProbeAnswer> => {
    expect(path).toBe('/resources/Order/');
    asked.push({ ...query });
    const [filter] = Object.keys(query).filter((key) => /^(local_id|uuid)/.test(key));
    const rows = order === null ? [] : [order];
    if (filter === undefined) return list(...rows);
    const values = (query[filter] ?? '').split(',');
    const [field = ''] = filter.split('__');
    const fits = values.includes(String(order?.[field as keyof typeof ORDER]));
    switch (manners[filter] ?? 'works') {
      case 'works':
        return fits ? list(...rows) : list();
      case 'ignored':
        return list(...rows);
      case 'refused':
        return answer(400, { error: `The '${field}' field does not allow filtering.` });
      case 'blind':
        return list();
      case 'broken':
        return { kind: 'failure', detail: 'Revel: GET /resources/Order/ answered 503 (4 attempts).' };
    }
  };
  return { asked, probe };
}

async function check(manners: Partial<Record<string, Manner>>, order: Partial<typeof ORDER> | null = ORDER) {
  const { probe } = revel(manners, order);
  const ctx = { revel: { probe }, facts: { readable: new Set(['Order']) } } as unknown as DoctorContext;
  const [localId, uuid] = await checkFilters(ctx);
  return { localId, uuid };
}

const asList = (field: string, manner: Manner) => ({ [`${field}__in`]: manner });

describe('checkFilters', () => {
  it('is green when both work, and asks for identities that no order has', async () => {
    const { probe, asked } = revel({});
    const ctx = { revel: { probe }, facts: { readable: new Set(['Order']) } } as unknown as DoctorContext;
    const checks = await checkFilters(ctx);
    expect(checks.map(({ status }) => status)).toEqual(['ok', 'ok']);
    expect(checks[0]?.message).toBe('obeyed: orders are looked up by it, a hundred events at a time');
    const values = asked.flatMap((query) => [query.local_id__in, query.uuid__in]);
    expect(values.filter((value) => value?.includes('no such order'))).not.toEqual([]);
    expect(asked.every((query) => Number(query.limit) <= 100)).toBe(true);
  });

  it.each(['ignored', 'refused'] as const)(
    'is yellow when local_id is %s, and says that uuid takes over',
    async (manner) => {
      const { localId, uuid } = await check(asList('local_id', manner));
      expect(localId).toMatchObject({
        status: 'warning',
        message: expect.stringContaining('runs go by uuid instead'),
      });
      expect(localId?.message).toContain(manner === 'ignored' ? 'every order comes back' : 'refused (400)');
      expect(uuid).toMatchObject({
        status: 'ok',
        message: expect.stringContaining('orders are looked up by it'),
      });
    },
  );

  it('is yellow twice when neither works: runs scan', async () => {
    const { localId, uuid } = await check({ ...asList('local_id', 'ignored'), ...asList('uuid', 'refused') });
    expect(localId).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('neither does uuid help'),
    });
    expect(uuid).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('read the orders of all shops'),
    });
  });

  it('asks with lists alone, as runs do: what one value comes to says nothing of them', async () => {
    const { probe, asked } = revel({ local_id__in: 'ignored' });
    const ctx = { revel: { probe }, facts: { readable: new Set(['Order']) } } as unknown as DoctorContext;
    const [localId] = await checkFilters(ctx);
    expect(localId).toMatchObject({ status: 'warning', message: expect.stringContaining('ignored') });
    expect(asked.flatMap(Object.keys).filter((name) => /^(local_id|uuid)$/.test(name))).toEqual([]);
  });

  it('is red when a filter does not find an order that is there: it would be made twice', async () => {
    const { localId, uuid } = await check(asList('local_id', 'blind'));
    expect(localId).toMatchObject({ status: 'failed', hint: expect.stringContaining('Do not go live') });
    expect(uuid?.status).toBe('ok');
    const neither = await check({ ...asList('local_id', 'refused'), ...asList('uuid', 'blind') });
    expect(neither.uuid?.status).toBe('failed');
    expect((await check(asList('uuid', 'blind'))).uuid?.status).toBe('warning');
  });

  it('does not mind uuid while local_id works', async () => {
    expect((await check(asList('uuid', 'ignored'))).uuid).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('not needed, local_id works'),
    });
  });

  it('asks no order for what cannot be asked for in a list', async () => {
    const { localId } = await check({}, { ...ORDER, local_id: 'a,b' });
    expect(localId?.status).toBe('ok');
    expect((await check({}, { id: 1 })).localId?.status).toBe('ok');
  });

  it('tries the filter on the newest order that has one, and does not say that it finds what was not tried', async () => {
    const row = (id: number, local_id: string | null) => ({ id, local_id, uuid: `${ORDER.uuid}${id}` });
    const on = async (rows: ReturnType<typeof row>[], blind: boolean) => {
      const probe = async (_: string, query: Readonly<Record<string, string>> = {}) => {
        const values = (query.local_id__in ?? query.uuid__in)?.split(',');
        if (values === undefined) return list(...rows.slice(0, Number(query.limit)));
        const found = rows.filter(
          (one) => values.includes(one.uuid) || values.includes(String(one.local_id)),
        );
        return list(...(blind && query.local_id__in ? [] : found));
      };
      const ctx = { revel: { probe }, facts: { readable: new Set(['Order']) } } as unknown as DoctorContext;
      return (await checkFilters(ctx))[0];
    };
    // What a register has rung up bears none.
    const rows = [row(3, null), row(2, ''), row(1, 'Triple Seat_61000001')];
    expect(await on(rows, true)).toMatchObject({ status: 'failed' });
    expect(await on(rows, false)).toMatchObject({ status: 'ok', message: expect.stringMatching(/^obeyed/) });
    expect(await on(rows.slice(0, 2), false)).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('no order to try it on'),
    });
  });

  it('says what it could not find out', async () => {
    expect((await check(asList('local_id', 'broken'))).localId).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('answered 503'),
    });
    const none = await check({}, null);
    expect([none.localId?.status, none.uuid?.status]).toEqual(['skipped', 'skipped']);
    expect(none.localId?.message).toContain('no orders yet');
  });
});
