import { expect } from 'vitest';
import { ACCOUNT_FORMAT, type Account } from '../../src/domain/account.js';
import type { RawOrder } from '../../src/sandbox/revel/simulator.js';
import { OUR_USER } from '../../src/sandbox/world/places.js';
import type { SyncSettings } from '../../src/sync/types.js';
import type { Desk } from './desk.js';

/**
 * Turns the event's order into one that the older connector made: its form of `local_id`, a random uuid, no
 * revision.
 *
 * @param day under which it is filed; absent: as it is
 */
export function makeLegacy(desk: Desk, eventId: number, day?: string): void {
  const row = desk.revel.orders().find(({ local_id }) => local_id === `Triple Seat_${eventId}`);
  if (!row) throw new Error('there is an order');
  const snapshot = desk.revel.snapshot();
  const text = JSON.stringify(snapshot)
    .replaceAll(`Triple Seat_${eventId}`, `Triple Seat ${eventId}`)
    .replaceAll(row.uuid, '12345678-0000-4000-8000-000000000000')
    .replaceAll(
      new RegExp(`Triple Seat Event #${eventId} rev [0-9a-f]{8}( run [0-9a-f]{8})?`, 'g'),
      `Triple Seat Event #${eventId}`,
    );
  const filed = day === undefined ? text : text.replaceAll(row.created_date, `${day}T09:30:00`);
  desk.revel.restore(JSON.parse(filed));
}

/** Orders of other events and of walk-in guests, which a filter that is not obeyed brings along. */
export function addStrangers(desk: Desk): void {
  for (let number = 0; number < 30; number += 1) {
    desk.revel.insertOrder({
      order: {
        uuid: `99999999-0000-4000-8000-${String(number).padStart(12, '0')}`,
        local_id: number % 3 === 0 ? null : `offline ${number}`,
        establishment: '/enterprise/Establishment/8/',
        created_by: `/enterprise/User/${OUR_USER}/`,
        updated_by: `/enterprise/User/${OUR_USER}/`,
        created_at: '/resources/PosStation/4/',
        created_date: `2026-11-14T0${number % 10}:00:00`,
        updated_date: `2026-11-14T0${number % 10}:00:00`,
      },
      history: [{ opened: '2026-11-14T01:00:00' }],
    });
  }
}

/** A header of the event, long left by whoever made it, with what hangs on it; nobody sees it without a history. Answers its id. */
export function leaveHeader(
  desk: Desk,
  event: { id: number },
  { order = {}, items = [], payments = [], history = [] }: Partial<RawOrder>,
): number {
  const ours = { created_by: `/enterprise/User/${OUR_USER}/`, updated_by: `/enterprise/User/${OUR_USER}/` };
  const row = desk.revel.insertOrder({
    order: {
      ...ours,
      uuid: '00000000-0000-4000-8000-000000000009',
      local_id: `Triple Seat_${event.id}`,
      establishment: '/enterprise/Establishment/8/',
      created_at: '/resources/PosStation/4/',
      created_date: '2026-11-14T00:00:09',
      updated_date: '2026-11-14T00:00:09',
      notes: `Triple Seat Event #${event.id}`,
      web_order: true,
      ...order,
    },
    history,
    items: items.map((item) => ({ ...ours, ...item })),
    payments: payments.map((payment) => ({ ...ours, ...payment })),
  });
  return row.id;
}

/** A run for the event that writes its lines and ends before its order is visible, and time enough to let it go. */
export async function leaveHalfway(
  desk: Desk,
  event: { id: number },
  settings: Partial<SyncSettings> = {},
): Promise<void> {
  let begun = false;
  desk.strike = ({ method, path }) => {
    begun ||= method === 'POST' && path === '/resources/OrderItem/';
    return begun && method === 'GET' && path === '/resources/Order/' ? { kind: '500-before' } : null;
  };
  expect((await desk.single([event], {}, settings)).of(event.id).status).toBe('failed');
  desk.strike = null;
  await desk.clock.sleep(600_000);
}

type Handle = Desk['revel']['handle'];
type Sent = Parameters<Handle>[0];

/** Requests that Revel carries out long after their senders have seen a 504. */
export class Late {
  /** Revel as it is without delays. */
  readonly handle: Handle;
  readonly #desk: Desk;
  #held: { at: number; request: Sent }[] = [];

  constructor(desk: Desk) {
    this.#desk = desk;
    this.handle = desk.revel.handle.bind(desk.revel);
  }

  hold(request: Sent, at: number): ReturnType<Handle> {
    this.#held.push({ at, request });
    return { status: 504, headers: {}, body: '' };
  }

  isDue(now: number): boolean {
    return this.#held.some(({ at }) => at <= now);
  }

  carryOut(now: number): void {
    const due = this.#held.filter(({ at }) => at <= now);
    this.#held = this.#held.filter(({ at }) => at > now);
    for (const { request } of due) this.handle(request, now);
  }

  /** Lets time go by; what is due by then is carried out. */
  async pass(ms: number): Promise<void> {
    await this.#desk.clock.sleep(ms);
    const nothing = { method: 'GET', path: '/', query: new URLSearchParams(), headers: {}, body: '' };
    this.#desk.revel.handle(nothing, this.#desk.clock.now());
  }
}

/** An account of which `certify` found that payments keep no deleted mark, and that negative ones count. */
export function givesBack(at: string): Account {
  const counted = { value: 'counted', certainty: 'seen', why: 'tried', at } as const;
  return {
    format: ACCOUNT_FORMAT,
    account: 'revel.test',
    establishmentId: 8,
    version: '0.1.0',
    certifiedAt: at,
    findings: { negativePayments: counted, deletedPayments: { ...counted, value: 'not-kept' } },
  };
}
