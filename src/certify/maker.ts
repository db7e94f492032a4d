import { z } from 'zod';
import type { Clock } from '../clock.js';
import { type Cents, centsToNumber, formatCents, zero } from '../domain/money.js';
import { localDateTime } from '../domain/zones.js';
import { AppError, ExitCode } from '../errors.js';
import type { RevelProbe } from '../revel/probe.js';
import type { Rest } from '../revel/rest.js';
import { idOf } from '../revel/schema.js';
import type { ShownOrder } from './hands.js';
import type { TrialLine } from './orders.js';
import type { KnownRow, RawFields, RawOrder, Session } from './session.js';
import { Writer } from './writer.js';

/** What {@link Maker} works with. */
export interface MakerOptions {
  rest: Rest;
  probe: RevelProbe;
  session: Session;
  /** Keeps the session; durable when it returns. */
  save: () => Promise<void>;
  clock: Clock;
  /** SETTLE_SECONDS: how long what was done may stay out of lists, ms. */
  settleMs: number;
  /** SETTLE_SECONDS and IN_FLIGHT_SECONDS together, ms. */
  patienceMs: number;
  stop: AbortSignal;
  /** What goes on, a line each. */
  say: (text: string) => void;
  /** What it is at now, in a few words; another one takes its place. */
  doing: (text: string) => void;
}

const ORDER = [
  'subtotal', 'discount_amount', 'discount_rule_amount', 'tax', 'gratuity', 'surcharge', 'final_total', 'remaining_due',
  'service_fee_taxed', 'service_fee_untaxed', 'version', 'check_sum', 'updated_by', 'created_date', 'closed', 'deleted',
  'printed',
] as const; // biome-ignore format: one list
const ITEM = [
  'id',
  'product',
  'quantity',
  'price',
  'tax_amount',
  'deleted',
  'voided_date',
  'updated_by',
] as const;
const PAYMENT = ['id', 'payment_type', 'amount', 'tip', 'deleted', 'updated_by'] as const;
const rowSchema = z.looseObject({ id: z.unknown(), order: z.unknown().optional() });
const MAX_ROWS = 20_000;
/** Between two looks at lists that are behind. */
const LIST_MS = 1_000;

/** The orders of a session, part by part: each part is made once, whatever happens in between. */
export class Maker {
  readonly #options: MakerOptions;
  readonly writer: Writer;

  constructor(options: MakerOptions) {
    this.#options = options;
    const { rest, session, save, clock, patienceMs, stop, say, doing } = options;
    this.writer = new Writer({ rest, session, save, clock, patienceMs, stop, waiting: say, doing });
  }

  get user(): string {
    return `/enterprise/User/${this.#options.session.setup.userId}/`;
  }

  get #station(): string {
    return `/resources/PosStation/${this.#options.session.setup.posStationId}/`;
  }

  get #establishment(): string {
    return `/enterprise/Establishment/${this.#options.session.establishmentId}/`;
  }

  now(): string {
    const { clock, session } = this.#options;
    return localDateTime(clock.now(), session.setup.timezone);
  }

  told(key: string): string | null {
    return this.#options.session.told[key] ?? null;
  }

  async tell(key: string, answer: string): Promise<void> {
    this.#options.session.told[key] = answer.slice(0, 2_000);
    await this.#options.save();
  }

  id(name: string): string | null {
    return this.#options.session.rows[name]?.id ?? null;
  }

  shown(name: string): ShownOrder {
    return { id: this.id(name) ?? '?', called: this.#calledOf(name) };
  }

  /** The number of an order stays as it was when it was first about to be made. */
  #calledOf(name: string): string {
    const headers = Object.entries(this.#options.session.rows).filter(
      ([, { resource }]) => resource === 'Order',
    );
    const names = headers.map(([one]) => one).filter((one) => !one.includes('/') && !one.includes(':'));
    const index = names.indexOf(name);
    return `Certify ${(index < 0 ? names.length : index) + 1}`;
  }

  async header(name: string, date = this.now()): Promise<string> {
    const body = this.headerBody(name, date);
    const row = await this.writer.make({ name, resource: 'Order', orderId: null, body });
    return row.id ?? '';
  }

  headerBody(name: string, date: string): Record<string, unknown> {
    const { session } = this.#options;
    const now = this.now();
    return {
      local_id: `ts-reconcile certify ${session.id} ${name}`,
      establishment: this.#establishment,
      created_by: this.user,
      updated_by: this.user,
      created_at: this.#station,
      last_updated_at: this.#station,
      created_date: date,
      updated_date: now,
      dining_option: session.setup.diningOption,
      pos_mode: 'Q',
      web_order: true,
      call_name: this.#calledOf(name),
      notes: `ts-reconcile certify ${session.id}`,
      subtotal: 0,
      tax: 0,
      final_total: 0,
      remaining_due: 0,
      surcharge: 0,
    };
  }

  async line(
    name: string,
    orderId: string,
    line: TrialLine,
    position: number,
    twinOf?: string,
  ): Promise<void> {
    const { session } = this.#options;
    const price = centsToNumber(line.price);
    await this.writer.make({
      name,
      resource: 'OrderItem',
      orderId,
      ...(twinOf === undefined ? {} : { twinOf, mayBeRefused: true }),
      body: {
        order: `/resources/Order/${orderId}/`,
        product: `/resources/Product/${session.setup.products[line.product]?.id}/`,
        quantity: line.quantity,
        price,
        initial_price: price,
        price_to_display: price,
        product_name_override: line.name,
        created_by: this.user,
        updated_by: this.user,
        station: this.#station,
        created_date: this.now(),
        updated_date: this.now(),
        dining_option: session.setup.diningOption,
        tax_amount: centsToNumber(line.tax),
        tax_rate: 0,
        modifier_amount: 0,
        temp_sort: position,
      },
    });
  }

  async payment(
    name: string,
    orderId: string,
    amount: Cents,
    tip: Cents,
    mayBeRefused = false,
    twinOf?: string,
  ): Promise<void> {
    const now = this.now();
    await this.writer.make({
      name,
      resource: 'Payment',
      orderId,
      mayBeRefused,
      ...(twinOf === undefined ? {} : { twinOf }),
      body: {
        order: `/resources/Order/${orderId}/`,
        establishment: this.#establishment,
        station: this.#station,
        payment_type: this.#options.session.setup.paymentType,
        amount: formatCents(amount),
        tip: formatCents(tip),
        payment_date: now,
        created_date: now,
        updated_date: now,
        created_by: this.user,
        updated_by: this.user,
      },
    });
  }

  totals(
    figures: Record<'subtotal' | 'discount' | 'tax' | 'gratuity' | 'surcharge' | 'finalTotal', Cents>,
    due: Cents,
  ): Record<string, unknown> {
    const { discountId } = this.#options.session.setup;
    const discount = centsToNumber(figures.discount);
    return {
      subtotal: centsToNumber(figures.subtotal),
      tax: centsToNumber(figures.tax),
      gratuity: centsToNumber(figures.gratuity),
      surcharge: centsToNumber(figures.surcharge),
      final_total: centsToNumber(figures.finalTotal),
      remaining_due: centsToNumber(due),
      discount_amount: discount,
      discount_rule_amount: discount,
      ...(figures.discount === zero || discountId === null
        ? {}
        : {
            discount: `/resources/Discount/${discountId}/`,
            discount_reason: 'Certify discount',
            discounted_by: this.user,
          }),
      updated_date: this.now(),
    };
  }

  /** Makes the order visible to staff. */
  async show(name: string, orderId: string, due: Cents): Promise<void> {
    const finish = { remaining_due: centsToNumber(due), printed: true, updated_date: this.now() };
    await this.writer.change(`${name}/finish`, 'Order', orderId, finish);
    await this.writer.make({
      name: `${name}/history`,
      resource: 'OrderHistory',
      orderId,
      body: {
        order: `/resources/Order/${orderId}/`,
        order_opened_by: this.user,
        order_opened_at: this.#station,
        opened: this.now(),
        closed: null,
        order_closed_by: null,
      },
    });
  }

  async mark(name: string, resource: 'Order' | 'OrderItem' | 'Payment'): Promise<void> {
    const id = this.id(name);
    if (id !== null) await this.writer.change(`${name}/mark`, resource, id, { deleted: true }, true);
  }

  /** Lines and payments of the session's order, as far as their rows are known. */
  partsOf(name: string): [name: string, row: KnownRow][] {
    return Object.entries(this.#options.session.rows).filter(
      ([part, { resource }]) =>
        (resource === 'OrderItem' || resource === 'Payment') &&
        !part.endsWith('/mark') &&
        orderOf(part) === name,
    );
  }

  /** Looks for an order or a payment of which no answer came. */
  async find(name: string, resource: 'Order' | 'Payment'): Promise<void> {
    const orderId = resource === 'Order' ? null : this.id(orderOf(name));
    const twinOf = name === 'twin:Order' ? 'uuid' : name === 'twin:Payment' ? 'uuid/payment' : undefined;
    await this.writer.find({
      name,
      resource,
      orderId,
      body: {},
      ...(twinOf === undefined ? {} : { twinOf }),
    });
  }

  async observe(key: string, id: string): Promise<void> {
    this.#options.session.raw[key] = await this.read(id);
    await this.#options.save();
  }

  /** The header of an order as it is, without anything that names people. */
  async readHeader(id: string): Promise<RawFields> {
    const { rest, doing } = this.#options;
    doing(`reading order ${id}`);
    const order = await rest.get(`/resources/Order/${id}/`, rowSchema);
    if (order.kind === 'error') throw unreadable(order.detail);
    if (order.value === null) throw unreadable(`order ${id} is not there (404)`);
    return picked(order.value, ORDER);
  }

  /** The order with its items and payments, once what was written of them is in the lists. */
  async read(id: string): Promise<RawOrder> {
    const { clock, settleMs, patienceMs, stop, doing } = this.#options;
    const begun = clock.now();
    for (;;) {
      const raw = await this.#readNow(id);
      const { isMissing, isUnmarked } = this.#behind(id, raw, begun);
      const end = isMissing ? begun + patienceMs : isUnmarked ? begun + settleMs : begun;
      if (clock.now() >= end || stop.aborted) return raw;
      doing(`waiting until the lists have all of order ${id}`);
      await clock.sleep(LIST_MS, stop);
    }
  }

  /** Whether a row that was made is not listed, and whether one that was marked lately is listed without its mark. */
  #behind(id: string, { items, payments }: RawOrder, now: number) {
    const { session, patienceMs } = this.#options;
    const { rows } = session;
    const isHeader = (one: string) => rows[one]?.resource === 'Order' && !one.includes('/');
    const name = Object.keys(rows).find((one) => isHeader(one) && rows[one]?.id === id) ?? '';
    const listed = new Map([...items, ...payments].map((row) => [String(row.id), row]));
    const made = this.partsOf(name).filter(([, { state }]) => state === 'made');
    const isMarked = (part: string) => rows[`${part}/mark`]?.state === 'made';
    return {
      isMissing: made.some(([part, row]) => !isMarked(part) && !listed.has(row.id ?? '')),
      isUnmarked: made.some(([part, row]) => {
        const found = listed.get(row.id ?? '');
        const isFresh = (rows[`${part}/mark`]?.at ?? 0) + patienceMs > now;
        return isMarked(part) && isFresh && found !== undefined && found.deleted !== true;
      }),
    };
  }

  async #readNow(id: string): Promise<RawOrder> {
    const { rest, clock } = this.#options;
    const order = await this.readHeader(id);
    const children = async (path: string, fields: readonly string[]) => {
      const list = await rest.list({
        path,
        query: { order: id },
        schema: rowSchema,
        wanted: (row) => referenced(row.order) === id,
        key: (row) => String(row.id),
        pageSize: 500,
        maxRows: MAX_ROWS,
        strict: false,
      });
      if (list.kind !== 'ok')
        throw unreadable(list.kind === 'error' ? list.detail : `GET ${path} refused its filter`);
      return list.value.map((row) => picked(row, fields));
    };
    return {
      at: new Date(clock.now()).toISOString(),
      order,
      items: await children('/resources/OrderItem/', ITEM),
      payments: await children('/resources/Payment/', PAYMENT),
    };
  }

  async rows(path: string, query: Record<string, string>): Promise<{ status: number; rows: RawFields[] }> {
    const answer = await this.#options.probe(path, query);
    if (answer.kind === 'failure') return { status: 0, rows: [] };
    const list = z.object({ objects: z.array(rowSchema).max(1_000) }).safeParse(answer.json);
    const fields = ['id', 'uuid', 'local_id'];
    return {
      status: answer.status,
      rows: list.success ? list.data.objects.map((row) => picked(row, fields)) : [],
    };
  }
}

/** Which order of the session a part belongs to; the second ones of a uuid hang on the first. */
function orderOf(part: string): string {
  return part.startsWith('twin:') ? 'uuid' : part.slice(0, part.indexOf('/'));
}

function referenced(value: unknown): string | null {
  const id = typeof value === 'string' || typeof value === 'number' ? idOf(value) : null;
  return id === null ? null : String(id);
}

function picked(row: Record<string, unknown>, fields: readonly string[]): RawFields {
  const kept: RawFields = {};
  for (const field of fields) {
    const value = row[field];
    if (value === null || typeof value === 'number' || typeof value === 'boolean') kept[field] = value;
    else if (typeof value === 'string') kept[field] = value.slice(0, 500);
  }
  return kept;
}

function unreadable(detail: string): AppError {
  return new AppError(
    'UPSTREAM',
    ExitCode.unavailable,
    `What was made cannot be read: ${detail}`,
    'Nothing is lost. Go on later with: ts-reconcile certify --continue',
  );
}
