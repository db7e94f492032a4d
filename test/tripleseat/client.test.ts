import { readFileSync } from 'node:fs';
import nock from 'nock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseEventId } from '../../src/domain/ids.js';
import { AppError } from '../../src/errors.js';
import { gotTransport } from '../../src/http/got.js';
import { connectTripleseat } from '../../src/tripleseat/connect.js';
import type { ReadResult } from '../../src/tripleseat/types.js';
import { VirtualClock } from '../http/virtual-clock.js';
import { MemoryTokenStore } from './memory-store.js';

const BASE = 'https://api.example.com';
const PORTAL = 'https://portal.tripleseat.com';
const SHARE_KEY = 'c0ffee'.repeat(7).slice(0, 40);
const SECRETS = ['canary-access', 'canary-refresh', 'canary-secret', 'canary-body', SHARE_KEY];
const LOGIN =
  '<!DOCTYPE html><html><title>Tripleseat</title><form>Log in <input type="password"></form></html>';
const HTML = { 'content-type': 'text/html; charset=utf-8' };
const detail = readFileSync(new URL('../fixtures/tripleseat/event-55521609.json', import.meta.url), 'utf8');
const searchPage = readFileSync(new URL('../fixtures/tripleseat/search.json', import.meta.url), 'utf8');

function eventId(text: string) {
  const id = parseEventId(text);
  if (id === null) throw new Error(`not an event id: ${text}`);
  return id;
}
const ID = eventId('55521609');

function setUp(options: { timeoutMs?: number; rps?: number; refreshToken?: string | null } = {}) {
  const clock = new VirtualClock();
  const requests: string[] = [];
  const refreshToken = options.refreshToken === undefined ? 'canary-refresh' : options.refreshToken;
  const store = new MemoryTokenStore({
    accessToken: 'canary-access-0',
    refreshToken,
    expiresAt: clock.now() + 3_600_000,
    scope: null,
    obtainedAt: clock.now(),
  });
  const { port } = connectTripleseat(
    {
      baseUrl: BASE,
      tokenUrl: `${BASE}/oauth2/token`,
      authorizeUrl: 'https://login.example.com/oauth2/authorize',
      clientId: 'client',
      clientSecret: 'canary-secret',
      refreshToken: null,
      scope: 'events:read',
      rps: options.rps ?? 8,
    },
    {
      transport: gotTransport(),
      clock,
      random: () => 0.5,
      store,
      timeoutMs: options.timeoutMs ?? 5_000,
      onRequest: (...call) => requests.push(call.join(' ')),
    },
  );
  return { port, clock, store, requests };
}

const api = (token = 'canary-access-0') => nock(BASE, { reqheaders: { authorization: `Bearer ${token}` } });
const detailPath = `/v1/events/${ID}.json?show_financial=true`;

function tokenReply(times = 1) {
  let made = 0;
  return nock(BASE)
    .post('/oauth2/token')
    .times(times)
    .reply(200, () => {
      made += 1;
      return {
        access_token: `canary-access-${made}`,
        refresh_token: `canary-refresh-${made}`,
        expires_in: 7_200,
      };
    });
}

async function thrown(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('expected an AppError');
}

/** The sentence of a failed read, after checking that it gives nothing away. */
function sentence(result: ReadResult<unknown>): string {
  if (result.kind !== 'error' && result.kind !== 'forbidden')
    throw new Error(`a sentence in ${JSON.stringify(result)}`);
  for (const secret of SECRETS) expect(result.detail).not.toContain(secret);
  expect(result.detail).not.toMatch(/show_financial|\p{Cc}/u);
  return result.detail;
}

// It stands between every client of this process and the network; other tests want the network itself.
beforeAll(() => {
  if (!nock.isActive()) nock.activate();
});
afterAll(() => nock.restore());
beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  const unused = nock.pendingMocks();
  nock.cleanAll();
  nock.enableNetConnect();
  expect(unused).toEqual([]);
});

describe('event', () => {
  it('asks for the detail with financials, as the bearer of the token', async () => {
    api().matchHeader('accept', 'application/json').get(detailPath).reply(200, detail);
    const { port, requests } = setUp();
    expect(await port.event(ID)).toMatchObject({ kind: 'ok', value: { id: ID, grandTotal: 142_131 } });
    expect(requests).toEqual([`Tripleseat GET /v1/events/${ID}.json`]);
  });

  it.each([
    [404, 'not-found'],
    [403, 'forbidden'],
  ])('takes %i as %s, after one attempt', async (status, kind) => {
    api().get(detailPath).reply(status, { error: 'canary-body' });
    const result = await setUp().port.event(ID);
    expect(result.kind).toBe(kind);
    if (kind === 'forbidden') expect(sentence(result)).toContain(`event ${ID}`);
  });

  it('takes an event that is answered as null as not found', async () => {
    api().get(detailPath).reply(200, { event: null });
    expect(await setUp().port.event(ID)).toEqual({ kind: 'not-found' });
  });

  it('refuses an event that was not asked for', async () => {
    api().get('/v1/events/7.json?show_financial=true').reply(200, detail);
    expect(sentence(await setUp().port.event(eventId('7')))).toBe(
      'Tripleseat: event 7 could not be read: Tripleseat answered with number 55521609 instead.',
    );
  });

  it.each([
    ['422', 422, { errors: { contact: ['canary-body'] } }, {}, /answered 422\.$/],
    ['400', 400, 'canary-body', {}, /answered 400\.$/],
    ['a redirect elsewhere', 302, '', { location: 'https://evil.example/canary-body' }, /answered 302\.$/],
    ['bad JSON', 200, '{"event": canary-body', { 'content-type': 'application/json' }, /not JSON\.$/],
    ['HTML that asks for no log-in', 200, '<html>canary-body</html>', HTML, /not JSON\.$/],
    [
      'another shape',
      200,
      { event: { id: 55521609, status: 'NEW', documents: 'canary-body' } },
      {},
      /: documents: /,
    ],
  ])('says in one sentence what is wrong with %s', async (_name, status, body, headers, words) => {
    api().get(detailPath).reply(status, body, headers);
    const text = sentence(await setUp().port.event(ID));
    expect(text).toMatch(words);
    expect(text).toMatch(/^Tripleseat: event 55521609 could not be read: .*\.$/);
  });

  it('refuses a body beyond 8 MB, without another attempt', async () => {
    api()
      .get(detailPath)
      .reply(200, `{"x":"${'y'.repeat(8 * 1024 * 1024)}"}`);
    expect(sentence(await setUp().port.event(ID))).toContain('larger than 8388608 bytes (1 attempt)');
  });

  it('gives up on a server that is too slow, after four attempts', async () => {
    api().get(detailPath).times(4).delayBody(5_000).reply(200, detail);
    const { port, requests } = setUp({ timeoutMs: 600 });
    expect(sentence(await port.event(ID))).toContain('timed out (4 attempts)');
    expect(requests).toHaveLength(4);
    nock.abortPendingRequests();
  });

  it.each([408, 429, 500, 502, 503, 504])('retries %i and goes on', async (status) => {
    api().get(detailPath).times(3).reply(status, 'canary-body').get(detailPath).reply(200, detail);
    expect(await setUp().port.event(ID)).toMatchObject({ kind: 'ok' });
  });

  it('retries a broken connection and goes on', async () => {
    api()
      .get(detailPath)
      .replyWithError(Object.assign(new Error('canary-body'), { code: 'ECONNRESET' }));
    api().get(detailPath).reply(200, detail);
    expect(await setUp().port.event(ID)).toMatchObject({ kind: 'ok' });
  });

  it('names path, status and attempts when it stays down', async () => {
    api().get(detailPath).times(4).reply(500, 'canary-body');
    expect(sentence(await setUp().port.event(ID))).toBe(
      'Tripleseat: event 55521609 could not be read: GET /v1/events/55521609.json answered 500 (4 attempts).',
    );
  });

  it('waits no longer than a minute, whatever Retry-After asks for', async () => {
    api().get(detailPath).reply(429, '', { 'Retry-After': '3600' }).get(detailPath).reply(200, detail);
    const { port, clock } = setUp();
    const start = clock.now();
    expect(await port.event(ID)).toMatchObject({ kind: 'ok' });
    expect(clock.now() - start).toBe(60_000);
  });

  it('keeps to the request budget', async () => {
    for (const id of ['1', '2', '3', '4', '5']) {
      api()
        .get(`/v1/events/${id}.json?show_financial=true`)
        .reply(200, { event: { id, status: 'NEW' } });
    }
    const { port, clock } = setUp({ rps: 2 });
    const start = clock.now();
    await Promise.all(['1', '2', '3', '4', '5'].map((id) => port.event(eventId(id))));
    expect(clock.now() - start).toBe(2_000);
  });
});

describe('credentials', () => {
  const refusals: [string, number, string | object, Record<string, string>][] = [
    ['401', 401, { error: 'unauthorized' }, {}],
    ['the log-in page with 200', 200, LOGIN, HTML],
    ['the log-in page with 200 and no content type', 200, LOGIN, {}],
    ['a redirect to the log-in', 302, '', { location: 'https://login.tripleseat.com/users/sign_in' }],
  ];

  it.each(refusals)(
    'gets one new token and tries once more after %s',
    async (_name, status, body, headers) => {
      api().get(detailPath).reply(status, body, headers);
      tokenReply();
      api('canary-access-1').get(detailPath).reply(200, detail);
      const { port, store } = setUp();
      expect(await port.event(ID)).toMatchObject({ kind: 'ok' });
      expect(store.stored).toMatchObject({
        accessToken: 'canary-access-1',
        refreshToken: 'canary-refresh-1',
      });
    },
  );

  it.each(refusals)('ends the run with exit 77 when %s comes again', async (_name, status, body, headers) => {
    api().get(detailPath).reply(status, body, headers);
    tokenReply();
    api('canary-access-1').get(detailPath).reply(status, body, headers);
    const error = await thrown(setUp().port.event(ID));
    expect(error).toMatchObject({ code: 'CREDENTIALS', exitCode: 77 });
    expect(error.message).toContain(`event ${ID}`);
    expect(error.hint).toContain('ts-reconcile auth login');
    for (const secret of SECRETS) expect(`${error.stack} ${error.hint}`).not.toContain(secret);
  });

  it('renews in mid-run for everything in flight with a single refresh', async () => {
    const ids = ['1', '2', '3', '4'];
    for (const id of ids) {
      api().get(`/v1/events/${id}.json?show_financial=true`).reply(401, {});
      api('canary-access-1')
        .get(`/v1/events/${id}.json?show_financial=true`)
        .reply(200, { event: { id, status: 'NEW' } });
    }
    tokenReply(1);
    const { port } = setUp();
    const results = await Promise.all(ids.map((id) => port.event(eventId(id))));
    expect(results.map((result) => result.kind)).toEqual(['ok', 'ok', 'ok', 'ok']);
  });

  it('knows tokens that belong to nobody, and asks for a sign-in', async () => {
    const body = { error: 'Token resource owner not found' };
    api().get(detailPath).reply(401, body);
    tokenReply();
    api('canary-access-1').get(detailPath).reply(401, body);
    const error = await thrown(setUp({ refreshToken: null }).port.event(ID));
    expect(error).toMatchObject({ code: 'CREDENTIALS', exitCode: 77 });
    expect(error.message).toContain('Token resource owner not found');
    expect(error.hint).toContain('ts-reconcile auth login');
  });

  it('passes on that the refresh token is refused', async () => {
    api().get(detailPath).reply(401, {});
    nock(BASE).post('/oauth2/token').reply(400, { error: 'invalid_grant', error_description: 'canary-body' });
    const error = await thrown(setUp().port.event(ID));
    expect(error).toMatchObject({ code: 'CREDENTIALS', exitCode: 77 });
    for (const secret of SECRETS) expect(`${error.stack} ${error.hint}`).not.toContain(secret);
  });

  it('reports a lost refresh as a failed read', async () => {
    api().get(detailPath).reply(401, {});
    nock(BASE).post('/oauth2/token').reply(502, LOGIN);
    expect(sentence(await setUp().port.event(ID))).toMatch(
      /^Tripleseat: event 55521609 could not be read: POST \/oauth2\/token answered 502\. Whether .* auth login`\.$/,
    );
  });
});

describe('search', () => {
  const dates = { from: '2026-09-08', to: '2026-11-14' };
  const range = (field: string) => ({
    [`${field}_start_date`]: '09/08/2026',
    [`${field}_end_date`]: '11/14/2026',
  });

  it('asks by event date, newest first, without a status filter', async () => {
    const query = {
      site_id: 15691,
      ...range('event'),
      order: 'event_start',
      sort_direction: 'desc',
      page: 1,
    };
    api().get('/v1/events/search.json').query(query).reply(200, searchPage);
    const result = await setUp().port.search({ siteId: 15691, by: 'event_date', ...dates }, 1);
    expect(result).toMatchObject({
      kind: 'ok',
      value: { events: [{ id: ID }, { status: 'LOST' }], more: false },
    });
  });

  it('asks by update', async () => {
    const query = {
      site_id: 1,
      ...range('event_updated'),
      order: 'updated_at',
      sort_direction: 'desc',
      page: 2,
    };
    api().get('/v1/events/search.json').query(query).reply(200, { total_pages: 3, results: [] });
    const result = await setUp().port.search({ siteId: 1, by: 'updated', ...dates }, 2);
    expect(result).toEqual({ kind: 'ok', value: { events: [], unreadable: [], pages: 3, more: true } });
  });

  it('names the site when it fails', async () => {
    api().get('/v1/events/search.json').query(true).reply(200, { error: 'canary-body' });
    const result = await setUp().port.search({ siteId: 15691, by: 'event_date', ...dates }, 1);
    expect(sentence(result)).toMatch(/^Tripleseat: the search of site 15691 could not be read: results: /);
  });
});

describe('booking and menu selections', () => {
  it('reads a booking with its financials, and refuses another one', async () => {
    const booking = { id: 9, event_ids: [7], documents: [] };
    api().get('/v1/bookings/9.json?show_financial=true').reply(200, { booking });
    api().get('/v1/bookings/8.json?show_financial=true').reply(200, { booking });
    const { port } = setUp();
    expect(await port.booking('9')).toEqual({
      kind: 'ok',
      value: { id: '9', eventIds: ['7'], documents: [] },
    });
    expect(sentence(await port.booking('8'))).toContain('booking 8');
  });

  it('reads selections; 403 and 404 are ordinary answers', async () => {
    const path = `/v1/events/${ID}/menu_item_selections.json`;
    api()
      .get(path)
      .reply(200, { menu_item_selections: [{ display_name: 'Taco Bar', quantity: 2 }] });
    api().get(path).reply(404).get(path).reply(403);
    const { port } = setUp();
    expect(await port.menuSelections(ID)).toEqual({
      kind: 'ok',
      value: [{ name: 'Taco Bar', quantity: '2', menuItemId: null, modifiers: [] }],
    });
    expect(await port.menuSelections(ID)).toEqual({ kind: 'not-found' });
    expect(await port.menuSelections(ID)).toMatchObject({ kind: 'forbidden' });
  });
});

describe('invoiceLines', () => {
  const path = `/doc/${SHARE_KEY}/296`;
  const page =
    '<table><tr><th>Qty</th><th>Item</th><th>Price</th><th>Total</th></tr>' +
    '<tr><td>2</td><td>Taco Bar</td><td>$8.24</td><td>$16.48</td></tr></table>';

  it('reads the page without the token, and never repeats the link', async () => {
    nock(PORTAL, { badheaders: ['authorization'] })
      .get(path)
      .reply(200, page, HTML);
    const { port, requests } = setUp();
    expect(await port.invoiceLines(`${PORTAL}${path}`)).toMatchObject({
      kind: 'ok',
      value: [{ description: 'Taco Bar', quantity: '2', price: '824', totalPrice: '1648' }],
    });
    expect(requests).toEqual(['Tripleseat GET /doc/…/296']);
  });

  it.each(['http://portal.tripleseat.com/doc/1', 'https://evil.example/doc/1', 'nonsense'])(
    'does not fetch %s',
    async (url) => {
      const { port, requests } = setUp();
      expect(sentence(await port.invoiceLines(url))).toContain(
        'does not lead to https://portal.tripleseat.com',
      );
      expect(requests).toEqual([]);
    },
  );

  it.each([
    ['a redirect', 302, '', { location: 'https://evil.example/' }, 'error'],
    ['404', 404, '', {}, 'not-found'],
    ['403', 403, '', {}, 'forbidden'],
    ['401', 401, '', {}, 'forbidden'],
    ['no table of lines', 200, LOGIN, HTML, 'not-found'],
    ['more than 2 MB', 200, 'x'.repeat(2 * 1024 * 1024 + 1), HTML, 'error'],
    ['too many tags', 200, '<p>'.repeat(30_001), HTML, 'error'],
  ])('takes %s as it should', async (_name, status, body, headers, kind) => {
    nock(PORTAL).get(path).reply(status, body, headers);
    const result = await setUp().port.invoiceLines(`${PORTAL}${path}`);
    expect(result.kind).toBe(kind);
    if (kind !== 'not-found') sentence(result);
  });

  it('retries a portal that is down, and says so', async () => {
    nock(PORTAL).get(path).times(12).reply(503);
    expect(sentence(await setUp().port.invoiceLines(`${PORTAL}${path}`))).toBe(
      'Tripleseat: the invoice view could not be read: GET /doc/…/296 answered 503 (12 attempts).',
    );
  });
});
