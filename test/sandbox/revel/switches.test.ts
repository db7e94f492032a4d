import { describe, expect, it } from 'vitest';
import { Account, itemBody, OTHER_STORE, orderBody } from './helpers.js';

describe('filters that differ between accounts', () => {
  it('local_id ignored: the whole list; refused: 400', () => {
    const account = new Account({ localIdFilter: 'ignored' });
    const order = account.order();
    expect(account.list('/resources/Order/?local_id=no-such').ids).toEqual([order.id]);
    expect(account.list('/resources/Order/?local_id__in=no-such').ids).toEqual([order.id]);
    account.sim.configure({ localIdFilter: 'refused' });
    const response = account.get('/resources/Order/?local_id__in=no-such');
    expect([response.status, response.body]).toEqual([
      400,
      '{"error":"The \'local_id\' field does not allow filtering."}',
    ]);
  });

  it('uuid ignored or refused on every resource', () => {
    const account = new Account({ uuidFilter: 'ignored' });
    const item = account.item(account.order().resource_uri);
    expect(account.list('/resources/OrderItem/?uuid=none').ids).toEqual([item.id]);
    expect(account.list('/resources/Order/?uuid__in=none').ids).toHaveLength(1);
    account.sim.configure({ uuidFilter: 'refused' });
    expect(account.get('/resources/OrderItem/?uuid=none').status).toBe(400);
    expect(account.get('/resources/Order/?uuid__in=none').status).toBe(400);
  });

  it('order of children, dates and establishment ignored', () => {
    const account = new Account();
    const order = account.order();
    for (const add of ['item', 'payment', 'history'] as const) account[add](order.resource_uri);
    const queries = [
      'OrderItem/?order=1',
      'Payment/?order__in=1',
      'OrderHistory/?order=1',
      'Order/?created_date__gte=2030-01-01',
      `Order/?establishment=${OTHER_STORE}`,
    ];
    const counts = () => queries.map((query) => account.list(`/resources/${query}`).ids.length);
    expect(counts()).toEqual([0, 0, 0, 0, 0]);
    account.sim.configure({
      orderFilterOnChildren: 'ignored',
      dateFilter: 'ignored',
      establishmentFilter: 'ignored',
    });
    expect(counts()).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('uuids sent twice', () => {
  it.each([
    ['allow', 201],
    ['400', 400],
    ['500', 500],
  ] as const)('%s', (uuidPolicy, status) => {
    const account = new Account({ uuidPolicy });
    const order = account.order();
    account.item(order.resource_uri);
    account.patch(order.resource_uri, { deleted: true });
    expect(account.send('POST', '/resources/Order/', orderBody()).status).toBe(status);
    expect(account.send('POST', '/resources/OrderItem/', itemBody(order.resource_uri)).status).toBe(status);
    expect(account.sim.orders()).toHaveLength(status === 201 ? 2 : 1);
    const sameUuid = String(order.uuid);
    expect(account.patch(order.resource_uri, { uuid: sameUuid }).uuid).toBe(sameUuid);
  });
});

describe('writes that do not stick', () => {
  it('printed only from the second PATCH that carries it', () => {
    const account = new Account({ printed: 'first-ignored' });
    const order = account.order({ printed: true });
    expect(order.printed).toBe(false);
    expect(account.patch(order.resource_uri, { tax: 1 }).printed).toBe(false);
    expect(account.patch(order.resource_uri, { printed: true, tax: 2 })).toMatchObject({
      printed: false,
      tax: 2,
    });
    expect(account.patch(order.resource_uri, { printed: true }).printed).toBe(true);
    expect(new Account().order({ printed: true }).printed).toBe(true);
  });

  it('deleted not at all', () => {
    const account = new Account({ keepsDeletedMark: false });
    const order = account.order();
    expect(account.patch(order.resource_uri, { deleted: true, tax: 1 })).toMatchObject({
      deleted: false,
      tax: 1,
    });
  });
});

describe('lists that lag', () => {
  it('show new rows and changes only after the lag, details at once', () => {
    const account = new Account({ listLagMs: 5000 });
    account.now += 60_000;
    const order = account.order();
    expect(account.list('/resources/Order/').meta.total_count).toBe(0);
    expect(account.get(order.resource_uri).status).toBe(200);
    account.now += 4000;
    account.patch(order.resource_uri, { notes: 'later' });
    account.now += 999;
    expect(account.list('/resources/Order/').ids).toEqual([]);
    account.now += 1;
    expect(account.list('/resources/Order/').objects).toMatchObject([{ notes: order.notes }]);
    account.patch(order.resource_uri, { notes: 'last' });
    account.now += 4000;
    expect(account.list('/resources/Order/').objects).toMatchObject([{ notes: 'later' }]);
    expect(JSON.parse(account.get(order.resource_uri).body).notes).toBe('last');
    account.now += 1000;
    expect(account.list('/resources/Order/').objects).toMatchObject([{ notes: 'last' }]);
  });

  it('hold for children found by their order, and for embedded history', () => {
    const account = new Account({ listLagMs: 5000 });
    const order = account.order();
    account.now += 5000;
    const history = account.history(order.resource_uri);
    expect(account.list(`/resources/OrderHistory/?order=${order.id}`).ids).toEqual([]);
    expect(account.list('/resources/Order/').objects).toMatchObject([{ orderhistory: [] }]);
    expect(account.sim.history(order.id)).toHaveLength(1);
    account.now += 5000;
    expect(account.list(`/resources/OrderHistory/?order=${order.id}`).ids).toEqual([history.id]);
    expect(account.list('/resources/Order/').objects).toMatchObject([
      { orderhistory: [history.resource_uri] },
    ]);
  });

  it('do not hide what was set up', () => {
    const account = new Account({ listLagMs: 5000, detailLag: true });
    account.now = 0;
    expect(account.list('/resources/Product/').meta.total_count).toBe(3);
    account.sim.insertOrder({ order: { local_id: 'old' } });
    expect(account.list('/resources/Order/?local_id=old').ids).toHaveLength(1);
  });

  it('hold for details as well when switched on', () => {
    const account = new Account({ listLagMs: 5000, detailLag: true });
    const order = account.order();
    expect(account.get(order.resource_uri).status).toBe(404);
    account.now += 5000;
    expect(account.get(order.resource_uri).status).toBe(200);
  });
});

describe('switches and snapshots', () => {
  it('configure answers all switches and refuses unknown ones', () => {
    const { sim } = new Account();
    const before = sim.revision;
    expect(sim.configure({ printed: 'first-ignored' })).toMatchObject({
      ok: true,
      result: { printed: 'first-ignored', uuidPolicy: 'allow' },
    });
    expect(sim.revision).toBeGreaterThan(before);
    expect(sim.configure({ typo: 1 }).ok).toBe(false);
    expect(sim.configure({ permissions: { Nothing: 'none' } }).ok).toBe(false);
    expect(sim.switches.printed).toBe('first-ignored');
  });

  it('a restored simulator goes on where the first one stood', () => {
    const account = new Account({ printed: 'first-ignored', listLagMs: 1000 });
    const order = account.order();
    account.item(order.resource_uri);
    account.patch(order.resource_uri, { printed: true });
    const copy = new Account();
    copy.sim.restore(JSON.parse(JSON.stringify(account.sim.snapshot())));
    expect(copy.sim.snapshot()).toEqual(account.sim.snapshot());
    expect(copy.sim.items(order.id)).toEqual(account.sim.items(order.id));
    expect(copy.patch(order.resource_uri, { printed: true }).printed).toBe(true);
    expect(copy.order({ uuid: 'new' }).id).toBe(order.id + 1);
    expect(account.sim.orders()).toHaveLength(1);
  });

  it('a snapshot stays as it was taken', () => {
    const account = new Account();
    const taken = account.sim.snapshot();
    const before = JSON.stringify(taken);
    account.patch(account.order().resource_uri, { notes: 'x' });
    expect(JSON.stringify(taken)).toBe(before);
  });

  it('refuses data that is no snapshot and keeps what it has', () => {
    const account = new Account();
    account.order();
    for (const data of [null, {}, { switches: {}, printedSeen: [], tables: {} }]) {
      expect(() => account.sim.restore(data)).toThrow();
    }
    expect(account.sim.orders()).toHaveLength(1);
  });

  it('reading changes no revision', () => {
    const account = new Account();
    const order = account.order();
    const before = account.sim.revision;
    account.get(order.resource_uri);
    account.list('/resources/Order/');
    account.send('POST', '/resources/Order/', {});
    expect(account.sim.revision).toBe(before);
    account.patch(order.resource_uri, { tax: 1 });
    expect(account.sim.revision).toBeGreaterThan(before);
  });
});
