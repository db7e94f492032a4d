import { describe, expect, it } from 'vitest';
import { Driver, NOON } from './driver.js';

const HOUR = 3_600_000;

function filled(switches: ConstructorParameters<typeof Driver>[0] = {}): Driver {
  const driver = new Driver(switches).logIn();
  driver.add({ id: 1, name: 'Beta', date: '2026-11-12', createdAt: NOON - 50 * HOUR });
  driver.add({ id: 2, name: 'alpha', date: '2026-11-14', status: 'LOST', createdAt: NOON - 70 * HOUR });
  driver.add({
    id: 3,
    name: 'Gamma',
    date: '2026-11-20',
    updatedAt: NOON - 80 * HOUR,
    createdAt: NOON - 90 * HOUR,
  });
  driver.add({ id: 4, name: 'Delta', siteId: 15733, locationId: 26201, createdAt: NOON - 60 * HOUR });
  return driver;
}

describe('search', () => {
  it('answers bare events, LOST among them, oldest first', () => {
    const driver = filled();
    expect(driver.search('')).toEqual([3, 2, 4, 1]);
    const page = driver.read('/v1/events/search.json');
    expect(page.total_pages).toBe(1);
    expect(page.results[0]).toMatchObject({ id: 3, status: 'DEFINITE' });
  });

  it.each([
    ['status=definite', [3, 4, 1]],
    ['status=LOST,CLOSED', [2]],
    ['status[]=LOST&status[]=DEFINITE', [3, 2, 4, 1]],
    ['site_id=15733', [4]],
    ['location_ids=26201,1', [4]],
    ['location_id=26201', [3, 2, 4, 1]],
    ['query=GAM', [3]],
    ['query=ada@example', [3, 2, 4, 1]],
    ['room_ids=1&contact_id=7001&account_id=8001', [3, 2, 4, 1]],
    ['room_ids=9', []],
    ['event_start_date=11/14/2026&event_end_date=11/20/2026', [3, 2, 4]],
    ['event_start_date=2026-11-12&event_end_date=2026-11-12', [1]],
    ['event_created_start_date=11/11/2026&event_created_end_date=11/11/2026', [2]],
    ['event_updated_start_date=11/14/2026&event_updated_end_date=11/14/2026', [2, 4, 1]],
  ])('filters by %s', (query, expected) => {
    expect(filled().search(query)).toEqual(expected);
  });

  it.each([
    'event_start_date=11/14/2026',
    'event_end_date=11/14/2026',
    'event_start_date=tomorrow&event_end_date=never',
    'event_start_date=13/45/2026&event_end_date=13/46/2026',
    'from_date=11/14/2026&to_date=11/14/2026',
    'updated_after=2026-11-14&per_page=1&frobnicate=yes',
  ])('ignores %s without a word', (query) => {
    expect(filled().search(query)).toHaveLength(4);
  });

  it.each([
    ['order=name', [2, 1, 4, 3]],
    ['order=event_start&sort_direction=desc', [3, 2, 4, 1]],
    ['order=created_at&sort_direction=desc', [1, 4, 2, 3]],
    ['order=frobnicate', [3, 2, 4, 1]],
  ])('sorts by %s', (query, expected) => {
    expect(filled().search(query)).toEqual(expected);
  });

  it('sorts by the moment of the update, although the stamps are local and unpadded', () => {
    const driver = new Driver().logIn();
    driver.add({ id: 1, updatedAt: Date.parse('2026-11-10T20:00:00Z') });
    driver.add({ id: 2, updatedAt: Date.parse('2026-11-09T20:00:00Z') });
    driver.add({ id: 3, siteId: 15733, updatedAt: Date.parse('2026-11-10T18:00:00Z') });
    expect(driver.search('order=updated_at&sort_direction=desc')).toEqual([1, 3, 2]);
  });

  it('takes the day of an update in the site zone, or in UTC when switched', () => {
    const query = 'event_updated_start_date=11/13/2026&event_updated_end_date=11/13/2026';
    for (const [updatedZone, expected] of [
      ['site', [9]],
      ['utc', []],
    ] as const) {
      const driver = new Driver({ updatedZone }).logIn();
      driver.add({ id: 9, updatedAt: Date.parse('2026-11-14T04:00:00Z') });
      expect(driver.search(query)).toEqual(expected);
    }
  });

  it('pages by fifty whatever per_page says', () => {
    const driver = new Driver().logIn();
    for (let id = 1; id <= 101; id += 1) driver.add({ id });
    expect(driver.read('/v1/events/search?per_page=500').total_pages).toBe(3);
    expect(driver.search('per_page=500')).toHaveLength(50);
    expect(driver.search('page=3')).toEqual([101]);
    expect(driver.search('page=4')).toEqual([]);
    expect(driver.search('page=zero')[0]).toBe(1);
  });

  it('obeys its switches', () => {
    const dates = 'event_start_date=11/12/2026&event_end_date=11/12/2026';
    expect(filled({ dateFilter: 'ignored' }).search(dates)).toHaveLength(4);
    const updated = 'event_updated_start_date=1/1/2020&event_updated_end_date=1/1/2020';
    expect(filled().search(updated)).toEqual([]);
    expect(filled({ updatedFilter: 'ignored' }).search(updated)).toHaveLength(4);
    expect(filled({ orderParam: 'ignored' }).search('order=name&sort_direction=desc')).toEqual([3, 2, 4, 1]);
    expect(filled({ totalPagesZero: true }).read('/v1/events/search').total_pages).toBe(0);
    expect(filled({ wrapResults: true }).read('/v1/events/search').results[0]).toMatchObject({
      event: { id: 3 },
    });
  });

  it('shows deleted events with deleted_at, or hides them', () => {
    for (const [deletedInSearch, count] of [
      [true, 4],
      [false, 3],
    ] as const) {
      const driver = filled({ deletedInSearch });
      driver.sim.store.delete(1, NOON);
      expect(driver.search('')).toHaveLength(count);
    }
  });

  it('has no date filter on the plain list, and the same under /api', () => {
    const driver = filled();
    const query = 'event_start_date=11/12/2026&event_end_date=11/12/2026&status=DEFINITE';
    expect(driver.read(`/v1/events.json?${query}`).results).toHaveLength(3);
    expect(driver.read('/api/v1/events/search.json?status=LOST').results).toHaveLength(1);
  });

  it('shows line items in lists only with show_financial=true', () => {
    const driver = filled();
    expect(driver.read('/v1/events/search').results[0].documents[0]).not.toHaveProperty('line_items');
    expect(driver.read('/v1/events/search?show_financial=true').results[0].documents[0]).toHaveProperty(
      'line_items',
    );
  });
});
