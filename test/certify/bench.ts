import { setMaxListeners } from 'node:events';
import { Certifier } from '../../src/certify/certifier.js';
import { conclude } from '../../src/certify/conclude.js';
import type { Hands, Question } from '../../src/certify/hands.js';
import { newSession, type Session } from '../../src/certify/session.js';
import type { Account } from '../../src/domain/account.js';
import type { HttpTransport } from '../../src/http/transport.js';
import { connectRevel } from '../../src/revel/connect.js';
import {
  DINING_OPTION,
  DISCOUNT_ID,
  OUR_USER,
  PAYMENT_TYPE,
  STAFF_USER,
} from '../../src/sandbox/world/places.js';
import { VirtualClock } from '../http/virtual-clock.js';
import { applyFault, type FaultDecision } from '../simulators/faults.js';
import { type AccountSwitches, LaggingRevel } from '../simulators/lag.js';

const KEY = { apiKey: 'key', apiSecret: 'secret' };
const BASE = 'https://acme.revelup.test';
export const TEST_SHOP = 90;
const ZONE = 'America/Los_Angeles';

/** The process is gone: nothing that it would have done happens. */
export class Killed extends Error {}

/** One request that went out. */
interface Sent {
  method: string;
  path: string;
  body: string;
}

/** An account with a test establishment, and sessions of `certify` on it, in one process on a clock of its own. */
export class Bench {
  readonly clock: VirtualClock;
  readonly revel: LaggingRevel;
  /** The session as it lies in the state. */
  stored: string | null = null;
  sent: Sent[] = [];
  strike: ((sent: Sent, index: number) => FaultDecision | null) | null = null;
  /** Answers in the place of Revel. */
  reply: ((sent: Sent) => { status: number; body: string } | null) | null = null;
  /** Changes the body of an answer on its way. */
  edit: ((sent: Sent, body: string) => string) | null = null;
  /** Called with the number of each save, before it counts: throws {@link Killed} to end the process there. */
  beforeSave: ((count: number) => void) | null = null;
  #saves = 0;

  constructor(switches: Partial<AccountSwitches> = {}, now = '2026-11-14T18:00:00Z') {
    this.clock = new VirtualClock(Date.parse(now), 1);
    this.revel = new LaggingRevel({ ...KEY, switches });
    this.revel.addUser({ id: OUR_USER, firstName: 'Integration' });
    this.revel.addUser({ id: STAFF_USER, firstName: 'Counter' });
    this.revel.addDiscount({ id: DISCOUNT_ID, name: 'Discount' });
    this.revel.addDiningOption({ name: 'Events', diningOptionId: DINING_OPTION });
    this.revel.addEstablishment({ id: TEST_SHOP, name: 'Test Kitchen', timezone: ZONE });
    this.revel.addEstablishment({ id: 8, name: 'Live', timezone: ZONE });
    this.revel.addPosStation({ id: 40, establishment: TEST_SHOP, name: 'Counter' });
    for (const [index, price] of [5, 6, 7].entries()) {
      this.revel.addProduct({ id: 9000 + index, establishment: TEST_SHOP, name: `Product ${index}`, price });
    }
    this.revel.insertOrder({
      order: {
        uuid: '3f0c7a52-0000-5000-8000-000000000001',
        establishment: '/enterprise/Establishment/8/',
        local_id: 'Triple Seat_1',
        created_by: `/enterprise/User/${OUR_USER}/`,
      },
    });
  }

  begin(): Session {
    const products = [9000, 9001, 9002].map((id) => ({ id, name: `Product ${id}` }));
    return newSession({
      id: '1a2b3c4d',
      account: 'acme.revelup.test',
      establishmentId: TEST_SHOP,
      version: '1.0.0',
      startedAt: this.clock.now(),
      setup: {
        userId: OUR_USER,
        posStationId: 40,
        diningOption: DINING_OPTION,
        paymentType: PAYMENT_TYPE,
        discountId: DISCOUNT_ID,
        timezone: ZONE,
        products,
      },
    });
  }

  /** Runs phases of the stored session, or of a new one; what is left in the last of them. */
  async run(phases: readonly number[], hands: Hands = this.staff()): Promise<string[]> {
    const session = this.session ?? this.begin();
    const signal = new AbortController().signal;
    setMaxListeners(0, signal);
    const { rest, probe } = connectRevel(
      { baseUrl: BASE, ...KEY, rps: 1_000 },
      {
        transport: this.#transport,
        clock: this.clock,
        random: () => 0.5,
        timeoutMs: 30_000,
        signal,
        onRequest: () => undefined,
      },
    );
    const certifier = new Certifier({
      rest,
      probe,
      session,
      save: async () => {
        this.beforeSave?.(this.#saves++);
        this.stored = JSON.stringify(session);
      },
      clock: this.clock,
      settleMs: 3_000,
      patienceMs: 33_000,
      stop: signal,
      say: () => undefined,
      doing: () => undefined,
      hands,
    });
    let left: string[] = [];
    for (const phase of phases) left = await certifier.run(phase);
    return left;
  }

  get session(): Session | null {
    return this.stored === null ? null : JSON.parse(this.stored);
  }

  /** What can be said by now: the answer to each question. */
  get found(): Partial<Record<keyof Account['findings'], string>> {
    const findings = this.session === null ? {} : conclude(this.session, this.clock.now());
    return Object.fromEntries(Object.entries(findings).map(([name, { value }]) => [name, value]));
  }

  /** Staff that do as they are asked, and say what they see. */
  staff(): Hands {
    return async (question) => this.seen(question);
  }

  seen(question: Question): string | null {
    if (question.kind === 'begin') return 'yes';
    const orderId = Number(question.order.id);
    const act = (action: string) => this.revel.control(action, { orderId }, this.clock.now());
    if (question.kind === 'open') return act('pos-open').ok ? 'yes' : null;
    const looked = act('pos-look');
    if (!looked.ok) return null;
    const { listed, balance, day } = looked.result as {
      listed: boolean;
      balance: number;
      day: string | null;
    };
    switch (question.kind) {
      case 'balance':
        return balance.toFixed(2);
      case 'listed':
        return listed ? 'yes' : 'no';
      case 'day':
        return day ?? 'nowhere';
    }
  }

  /** How often each uuid was made, by resource: what a second write would show in. */
  twice(): string[] {
    return (['Order', 'OrderItem', 'Payment', 'OrderHistory'] as const).flatMap((resource) => {
      const count = new Map<string, number>();
      for (const { uuid } of this.revel.rows(resource))
        count.set(String(uuid), (count.get(String(uuid)) ?? 0) + 1);
      return [...count]
        .filter(([, times]) => times > 1)
        .map(([uuid, times]) => `${resource} ${uuid} ${times}`);
    });
  }

  readonly #transport: HttpTransport = async (http) => {
    await new Promise((resolve) => setImmediate(resolve));
    if (http.signal?.aborted) return { kind: 'failure', sent: false, reason: 'aborted', detail: 'stopped' };
    const url = new URL(http.url);
    const sent = { method: http.method, path: url.pathname, body: http.body ?? '' };
    const decision = this.strike?.(sent, this.sent.length) ?? { kind: 'none' };
    this.sent.push(sent);
    const replied = decision.kind === 'none' ? (this.reply?.(sent) ?? null) : null;
    if (replied !== null) return { kind: 'response', headers: {}, ...replied };
    const headers = Object.fromEntries(
      Object.entries(http.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const request = {
      method: http.method,
      path: url.pathname,
      query: url.searchParams,
      headers,
      body: sent.body,
    };
    const now = this.clock.now();
    const outcome = applyFault(decision, () => this.revel.handle(request, now), now);
    switch (outcome.kind) {
      case 'response':
        return {
          kind: 'response',
          ...outcome.response,
          body: this.edit?.(sent, outcome.response.body) ?? outcome.response.body,
        };
      case 'cut':
        return {
          kind: 'failure',
          sent: !outcome.refused,
          reason: outcome.refused ? 'connect' : 'reset',
          detail: 'broke',
        };
      case 'hang':
        await this.clock.sleep(http.timeoutMs, http.signal);
        return { kind: 'failure', sent: true, reason: 'timeout', detail: 'timed out' };
    }
  };
}
