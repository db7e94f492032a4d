import { z } from 'zod';
import { deed } from '../../src/sandbox/host/control.js';
import type { ControlResult, SimRequest, SimResponse } from '../../src/sandbox/host/types.js';
import { json, loginPage } from '../../src/sandbox/tripleseat/answers.js';
import type { Json, TripleseatSettings } from '../../src/sandbox/tripleseat/model.js';
import { deeds, TripleseatSimulator } from '../../src/sandbox/tripleseat/simulator.js';
import { parted } from './manners.js';

/** Keys that hold money, rates or quantities as decimal text. */
const DECIMAL_KEYS = new Set(
  (
    'actual_amount amount amount_due amount_refunded deposit_amount discount discounts_total food_and_beverage_min ' +
    'grand_total price price_per_person quantity remaining_payment_amount rental_fee running_balance total ' +
    'total_price value'
  ).split(' '),
);

/** In what the API itself differs between accounts, or is not known for certain. */
const formsSchema = z.strictObject({
  /** What refused credentials look like. */
  loginPage: z.enum(['json-401', 'html-200', 'redirect']).default('json-401'),
  /** The pair `event_updated_start_date`/`event_updated_end_date`. */
  updatedFilter: z.enum(['works', 'ignored']).default('works'),
  /** The pair `event_start_date`/`event_end_date`. */
  dateFilter: z.enum(['works', 'ignored']).default('works'),
  /** `order` and `sort_direction`. */
  orderParam: z.enum(['works', 'ignored']).default('works'),
  /** Search results as `{"event":{…}}` items. */
  wrapResults: z.boolean().default(false),
  /** `total_pages` is 0 whatever there is. */
  totalPagesZero: z.boolean().default(false),
  /** How money and quantities are written. */
  money: z.enum(['strings', 'numbers', 'mixed']).default('strings'),
  /** Keys without a value are left out instead of null. */
  omitNulls: z.boolean().default(false),
  /** Booking details are 403. */
  forbidBookings: z.boolean().default(false),
});
type Forms = z.infer<typeof formsSchema>;

/** All switches of the account that tests have. */
export type AccountSettings = TripleseatSettings & Forms;

const searchSchema = z.looseObject({ results: z.array(z.json()) });

const nothing = z.strictObject({});

/** What people do, and what else tests have them do. */
const allDeeds = {
  ...deeds,
  /** Every access token expires now; refresh tokens stay good. */
  'expire-tokens': deed(nothing, ({ store }: TripleseatSimulator, _, now) => {
    for (const access of Object.values(store.oauth.access)) {
      access.expiresAt = Math.min(access.expiresAt, now);
    }
    store.changed();
  }),
  /** Every token dies: nothing works until an admin consents again. */
  'revoke-tokens': deed(nothing, ({ store }: TripleseatSimulator) => {
    Object.assign(store.oauth, { access: {}, refresh: {}, codes: {} });
    store.changed();
  }),
};

/** The sandbox's Tripleseat behind an API that ignores parameters, and writes its answers in another form. */
export class TestTripleseat extends TripleseatSimulator {
  protected override readonly deeds = allDeeds;
  #forms: Forms;

  constructor(switches: Partial<AccountSettings> = {}) {
    const [forms, others] = parted(formsSchema, switches);
    super(others);
    this.#forms = formsSchema.parse(forms);
  }

  override handle(request: SimRequest, now: number): SimResponse {
    if (!/^(?:\/api)?\/v1\//.test(request.path)) return super.handle(request, now);
    const { updatedFilter, dateFilter, orderParam, forbidBookings, loginPage: page } = this.#forms;
    const query = new URLSearchParams(request.query);
    const ignore = (...names: string[]) => {
      for (const name of names) query.delete(name);
    };
    if (updatedFilter === 'ignored') ignore('event_updated_start_date', 'event_updated_end_date');
    if (dateFilter === 'ignored') ignore('event_start_date', 'event_end_date');
    if (orderParam === 'ignored') ignore('order', 'sort_direction');
    const answer = super.handle({ ...request, query }, now);
    if (answer.status === 401 && page !== 'json-401') return loginPage(page === 'redirect' ? 302 : 200);
    if (!(answer.headers['content-type'] ?? '').includes('json')) return answer;
    if (forbidBookings && request.path.includes('/bookings/')) return json(403, { error: 'forbidden' });
    return answer.status === 200 ? { ...answer, body: this.#formed(answer.body) } : answer;
  }

  override configure(switches: unknown): ControlResult {
    const [forms, others] = parted(formsSchema, z.looseObject({}).parse(switches));
    const wanted = formsSchema.safeParse({ ...this.#forms, ...forms });
    if (!wanted.success) return { ok: false, error: z.prettifyError(wanted.error) };
    const result = super.configure(others);
    if (!result.ok) return result;
    this.#forms = wanted.data;
    return { ok: true, result: { ...this.#forms, ...this.store.settings } };
  }

  #formed(body: string): string {
    const { wrapResults, totalPagesZero, money, omitNulls } = this.#forms;
    if (!wrapResults && !totalPagesZero && !omitNulls && money === 'strings') return body;
    const plain: unknown = JSON.parse(body);
    const search = searchSchema.safeParse(plain).data;
    if (search === undefined) return encode(plain, this.#forms);
    const results = wrapResults ? search.results.map((event) => ({ event })) : search.results;
    return encode({ ...search, ...(totalPagesZero ? { total_pages: 0 } : {}), results }, this.#forms);
  }
}

/** The text of an answer, with money and absent values written as the switches say. */
function encode(body: unknown, { money, omitNulls }: Forms): string {
  let decimals = 0;
  return JSON.stringify(body, (key, value: Json) => {
    if (value === null && omitNulls && Number.isNaN(Number(key))) return undefined;
    if (typeof value !== 'string' || !DECIMAL_KEYS.has(key) || !/^-?\d+(\.\d+)?$/.test(value)) return value;
    decimals += 1;
    return money === 'numbers' || (money === 'mixed' && decimals % 2 === 0) ? Number(value) : value;
  });
}
