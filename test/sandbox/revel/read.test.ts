import { beforeEach, describe, expect, it } from 'vitest';
import { Account, OTHER_STORE, PRODUCT, STORE } from './helpers.js';

let account: Account;
beforeEach(() => {
  account = new Account();
});

/** Orders with distinct local ids and dates a day apart. */
function orders(count: number): void {
  for (let n = 0; n < count; n++) {
    account.order({
      uuid: `uuid-${n}`,
      local_id: `Triple Seat_${n}`,
      created_date: `2026-11-${String(n + 1).padStart(2, '0')}T04:00:00`,
      establishment: `/enterprise/Establishment/${n % 2 === 0 ? STORE : OTHER_STORE}/`,
    });
  }
}

describe('authentication and routing', () => {
  it.each([{ 'api-authentication': 'key:wrong' }, { 'api-authentication': '' }])(
    'answers %o with an empty 401',
    (headers) => {
      const response = account.send('GET', '/resources/Order/', undefined, headers);
      expect([response.status, response.body]).toEqual([401, '']);
    },
  );

  it('takes the key from the query as well', () => {
    const none = { 'api-authentication': '' };
    const good = '/resources/Order/?api_key=key&api_secret=secret';
    expect(account.send('GET', good, undefined, none).status).toBe(200);
    expect(account.send('GET', `${good}x`, undefined, none).status).toBe(401);
  });

  it('answers 401 for a resource without permission, and for writes to one that is read-only', () => {
    account.sim.configure({ permissions: { Product: 'none', Order: 'read' } });
    expect(account.get('/resources/Product/')).toMatchObject({ status: 401, body: '' });
    expect(account.get('/resources/Order/').status).toBe(200);
    expect(account.send('POST', '/resources/Order/', {}).status).toBe(401);
    expect(account.get('/resources/Discount/').status).toBe(200);
  });

  it('redirects a path without its last slash', () => {
    expect(account.get('/resources/Order?limit=5')).toMatchObject({
      status: 301,
      body: '',
      headers: { location: '/resources/Order/?limit=5' },
    });
    expect(account.send('POST', '/resources/Order', {}).status).toBe(301);
    expect(account.get('/resources/Order/1')).toMatchObject({ headers: { location: '/resources/Order/1/' } });
  });

  it.each(['/', '/resources/', '/resources/BusinessDay/', '/resources/User/', '/enterprise/Order/'])(
    'has nothing at %s',
    (path) => {
      expect(account.get(path)).toMatchObject({ status: 404, headers: { 'content-type': 'text/html' } });
    },
  );

  it.each(['/resources/Order/1/', '/resources/Order/abc/'])(
    'answers an unknown id with an empty 404',
    (path) => {
      expect(account.get(path)).toMatchObject({ status: 404, body: '' });
    },
  );

  it('serves establishments below both prefixes with one URI', () => {
    for (const base of ['/enterprise/', '/resources/']) {
      const row = JSON.parse(account.get(`${base}Establishment/${STORE}/`).body);
      expect(row).toMatchObject({
        id: STORE,
        resource_uri: `/enterprise/Establishment/${STORE}/`,
        timezone: 'America/Los_Angeles',
      });
      expect(account.list(`${base}Establishment/`).ids).toEqual([STORE, OTHER_STORE]);
    }
  });

  it.each([
    ['POST', '/resources/Product/'],
    ['DELETE', '/resources/Order/1/'],
    ['PATCH', '/resources/Order/'],
    ['POST', '/resources/Order/1/'],
  ])('does not allow %s %s', (method, path) => {
    expect(account.send(method, path, {})).toMatchObject({ status: 405, body: '' });
  });
});

describe('paging', () => {
  it('has twenty rows to a page unless asked, and links as paths', () => {
    orders(25);
    const { meta, ids } = account.list('/resources/Order/?web_order=true');
    expect(ids).toHaveLength(20);
    expect(meta).toEqual({
      limit: 20,
      next: '/resources/Order/?limit=20&offset=20&web_order=true',
      offset: 0,
      previous: null,
      total_count: 25,
    });
    const second = account.list(String(meta.next));
    expect(second.ids).toHaveLength(5);
    expect(second.meta).toMatchObject({
      next: null,
      offset: 20,
      previous: '/resources/Order/?limit=20&offset=0&web_order=true',
    });
  });

  it.each([0, 1001, 5000])('takes limit=%i as 1000 and says so', (limit) => {
    expect(account.list(`/resources/Order/?limit=${limit}`).meta.limit).toBe(1000);
  });

  it('never shows more than 1000 rows', () => {
    account.sim.addProducts(STORE, 1500);
    const { ids, meta } = account.list('/resources/Product/?limit=0');
    expect(ids).toHaveLength(1000);
    expect(meta).toMatchObject({ total_count: 1503, next: '/resources/Product/?limit=1000&offset=1000' });
  });

  it.each(['limit=x', 'limit=-1', 'offset=x', 'offset=-1'])('refuses %s', (query) => {
    const response = account.get(`/resources/Order/?${query}`);
    expect(response.status).toBe(400);
    expect(JSON.parse(response.body).error).toMatch(/^Invalid (limit|offset)/);
  });

  it('repeats the last row of a page on the next one when switched on', () => {
    orders(6);
    account.sim.configure({ duplicatePagesRows: true });
    const first = account.list('/resources/Order/?limit=3').ids;
    const second = account.list('/resources/Order/?limit=3&offset=3').ids;
    expect(first).toHaveLength(3);
    expect(second[0]).toBe(first[2]);
    expect(new Set([...first, ...second]).size).toBe(6);
  });
});

describe('filters', () => {
  beforeEach(() => orders(6));

  it.each([
    ['local_id=Triple Seat_2', [2]],
    ['local_id__in=Triple Seat_2,Triple Seat_4,nothing', [2, 4]],
    ['local_id__startswith=Triple', [0, 1, 2, 3, 4, 5]],
    ['local_id__iexact=TRIPLE SEAT_3', [3]],
    ['local_id__contains=triple', []],
    ['local_id__icontains=triple seat_5', [5]],
    ['local_id__isnull=true', []],
    ['local_id=no-such', []],
    ['uuid__in=uuid-1,uuid-5', [1, 5]],
    ['uuid__endswith=-4', [4]],
    ['establishment=9', [1, 3, 5]],
    ['establishment__in=9,8&closed=true', []],
    ['created_date__gte=2026-11-05T04:00:00', [4, 5]],
    ['created_date__gt=2026-11-05T04:00:00', [5]],
    ['created_date__lte=2026-11-02', [0]],
    ['created_date__lt=2026-11-02T04:00:01', [0, 1]],
    ['created_date__gte=2026-11-05T04:00:00Z', [4, 5]],
    ['created_date__range=2026-11-02T00:00:00,2026-11-04T00:00:00', [1, 2]],
    ['created_date__gte=2026-11-02&created_date__lt=2026-11-04', [1, 2]],
    ['bogus=1&constructor=2&limit=1000', [0, 1, 2, 3, 4, 5]],
  ])('%s', (query, wanted) => {
    const found = account.list(`/resources/Order/?${query}`);
    expect(found.objects.map((order) => order.uuid)).toEqual(wanted.map((n) => `uuid-${n}`));
  });

  it.each([
    ['notes=x', "The 'notes' field does not allow filtering."],
    ['deleted=false', "The 'deleted' field does not allow filtering."],
    ['local_id__bogus=1', "The 'local_id' field does not support relations."],
    [
      'establishment__name=1',
      "Lookups are not allowed more than one level deep on the 'establishment' field.",
    ],
    ['id=abc', 'Invalid resource lookup data provided (mismatched type).'],
    [
      'establishment=/enterprise/Establishment/8/',
      'Invalid resource lookup data provided (mismatched type).',
    ],
    ['created_date__gte=yesterday', 'Invalid resource lookup data provided (mismatched type).'],
    ['order_by=bogus', "No matching 'bogus' field for ordering on."],
    ['order_by=notes', "The 'notes' field does not allow ordering."],
  ])('refuses %s', (query, error) => {
    const response = account.get(`/resources/Order/?${query}`);
    expect([response.status, JSON.parse(response.body)]).toEqual([400, { error }]);
  });

  it('finds children by their order', () => {
    const [first, second] = account.sim.orders();
    const a = account.item(String(first?.resource_uri));
    const b = account.item(String(second?.resource_uri), { uuid: 'b' });
    expect(account.list(`/resources/OrderItem/?order=${first?.id}`).ids).toEqual([a.id]);
    expect(account.list(`/resources/OrderItem/?order__in=${second?.id},${first?.id},1`).ids).toEqual([
      a.id,
      b.id,
    ]);
    expect(account.list('/resources/OrderItem/?order=1').ids).toEqual([]);
    expect(account.list('/resources/OrderItem/?establishment=77').ids).toEqual([a.id, b.id]);
  });

  it('follows an item that moves to another order', () => {
    const [first, second] = account.sim.orders();
    const item = account.item(String(first?.resource_uri));
    account.patch(item.resource_uri, { order: second?.resource_uri });
    expect(account.list(`/resources/OrderItem/?order=${first?.id}`).ids).toEqual([]);
    expect(account.list(`/resources/OrderItem/?order=${second?.id}`).ids).toEqual([item.id]);
    expect(account.sim.items(first?.id ?? 0)).toEqual([]);
  });

  it('sorts by the fields that allow it', () => {
    const dates = (query: string) =>
      account.list(`/resources/Order/?${query}`).objects.map((row) => row.uuid);
    expect(dates('order_by=-created_date')).toEqual([
      'uuid-5',
      'uuid-4',
      'uuid-3',
      'uuid-2',
      'uuid-1',
      'uuid-0',
    ]);
    expect(dates('ordering=-created_date')[0]).toBe('uuid-0');
    account.patch(String(account.sim.orders()[4]?.resource_uri), { pickup_time: '2026-11-20T10:00:00' });
    expect(dates('order_by=pickup_time,-id').slice(0, 2)).toEqual(['uuid-4', 'uuid-5']);
  });

  it('shows only the fields asked for', () => {
    const { objects } = account.list('/resources/Order/?fields=id,uuid,nonsense,constructor&limit=1');
    expect(objects).toEqual([{ id: account.sim.orders()[0]?.id, uuid: 'uuid-0' }]);
  });
});

describe('products', () => {
  it('are listed per establishment, inactive ones too', () => {
    expect(account.list(`/resources/Product/?establishment=${STORE}`).objects).toMatchObject([
      {
        id: PRODUCT,
        name: 'O G',
        price: 5.5,
        active: true,
        establishment: `/enterprise/Establishment/${STORE}/`,
      },
      { id: 581, active: false },
    ]);
    expect(account.list('/resources/Product/?active=true&name=O G').ids).toEqual([PRODUCT, 580]);
    expect(account.get('/resources/Product/?price=5').status).toBe(400);
  });
});

describe('the other lists', () => {
  it('have what was set up', () => {
    expect(account.list('/resources/PosStation/?establishment=8').objects).toMatchObject([{ name: 'Front' }]);
    expect(account.list('/enterprise/User/').objects).toMatchObject([
      { first_name: 'Api' },
      { is_active: true },
    ]);
    expect(account.list('/resources/Discount/').ids).toEqual([3358]);
    expect(account.list('/resources/CustomOrderOption/').objects).toMatchObject([{ dining_option_id: 113 }]);
  });
});
