import { z } from 'zod';
import type { ControlResult, SimRequest, SimResponse } from '../../src/sandbox/host/types.js';
import { badRequest, crash, empty, json } from '../../src/sandbox/revel/answers.js';
import { fieldOf, type Resource, type Route, routeOf } from '../../src/sandbox/revel/resources.js';
import { RevelSimulator, type RevelSimulatorOptions } from '../../src/sandbox/revel/simulator.js';
import type { RevelSwitches } from '../../src/sandbox/revel/switches.js';
import { type JsonValue, type Row, resourceNames } from '../../src/sandbox/revel/types.js';

/** How far a key may go with one resource. */
const permissionSchema = z.enum(['write', 'read', 'none']);

/** In what the API itself differs between accounts, or is not known; left out: the friendliest. */
const mannersSchema = z.strictObject({
  /** The `local_id` filter of Order: honoured, skipped as if unknown, or answered with 400. */
  localIdFilter: z.enum(['works', 'ignored', 'refused']).default('works'),
  /** The `uuid` filter of every resource. */
  uuidFilter: z.enum(['works', 'ignored', 'refused']).default('works'),
  /** The `order` filter of items, payments, history and applied rows. */
  orderFilterOnChildren: z.enum(['works', 'ignored']).default('works'),
  /** A second row with the same uuid in one resource: made, or answered with this status. */
  uuidPolicy: z.enum(['allow', '400', '500']).default('allow'),
  /** Text with characters above U+FFFF, as in a database of three bytes a character: kept, or answered so. */
  fourByteText: z.enum(['works', '400', '500']).default('works'),
  /** `first-ignored`: `printed` counts from the second PATCH of an order that carries it. */
  printed: z.enum(['sticks', 'first-ignored']).default('sticks'),
  /** What a PATCH of an order is answered with (R16: 202 with or without a body). */
  answersChanges: z.enum(['order', 'id', 'nothing']).default('order'),
  /** False: `deleted` in a PATCH is ignored. */
  keepsDeletedMark: z.boolean().default(true),
  /** An item that was made without a name of its own shows that of its product. */
  fillsNames: z.boolean().default(false),
  /** What an item shows of its `special_request`: at most so many characters; null: all of it. */
  textLength: z.number().int().min(0).nullable().default(null),
  /** What a POST of a payment does to the order's `remaining_due`. */
  dueAfterPayment: z.enum(['left', 'reckoned']).default('left'),
  /** Filters on date fields. */
  dateFilter: z.enum(['works', 'ignored']).default('works'),
  /** The `establishment` filter. */
  establishmentFilter: z.enum(['works', 'ignored']).default('works'),
  /** A page after the first begins with the last row of the page before. */
  duplicatePagesRows: z.boolean().default(false),
  /** Resources left out are writable; without permission the answer is an empty 401. */
  permissions: z.partialRecord(z.enum(resourceNames), permissionSchema).default({}),
});

/** See {@link mannersSchema}. */
export type Manners = z.infer<typeof mannersSchema>;

const CHILDREN = ['OrderItem', 'Payment', 'OrderHistory', 'AppliedDiscountOrder', 'AppliedTaxOrder'];
const bodySchema = z.record(z.string(), z.custom<JsonValue>());
const snapshotSchema = z.looseObject({
  manners: mannersSchema,
  /** Orders of which a PATCH has carried `printed`. */
  printedSeen: z.array(z.number()),
});

/** Options of an account with manners. */
export type ManneredOptions = Omit<RevelSimulatorOptions, 'switches'> & {
  switches?: Partial<RevelSwitches & Manners> | undefined;
};

/** The sandbox's point of sale behind an API that ignores, refuses and forgets things. */
export class ManneredRevel extends RevelSimulator {
  protected manners: Manners;
  #printedSeen = new Set<number>();

  constructor({ switches = {}, ...options }: ManneredOptions) {
    const [manners, others] = parted(mannersSchema, switches);
    super({ ...options, switches: others });
    this.manners = mannersSchema.parse(manners);
  }

  override handle(request: SimRequest, now: number): SimResponse {
    const route = routeOf(request.path);
    if (route === null || route.slashMissing) return super.handle(request, now);
    const permission = this.manners.permissions[route.resource.name] ?? 'write';
    if (permission === 'none' || (permission === 'read' && request.method !== 'GET')) return empty(401);
    return request.method === 'GET' ? this.#read(route, request, now) : this.#write(route, request, now);
  }

  override configure(switches: unknown): ControlResult {
    const [manners, others] = parted(mannersSchema, z.looseObject({}).parse(switches));
    const wanted = mannersSchema.safeParse({ ...this.manners, ...manners });
    if (!wanted.success) return { ok: false, error: z.prettifyError(wanted.error) };
    const result = super.configure(others);
    if (!result.ok) return result;
    this.manners = wanted.data;
    return { ok: true, result: { ...this.manners, ...this.world.switches } };
  }

  override snapshot() {
    return { ...super.snapshot(), manners: this.manners, printedSeen: [...this.#printedSeen] };
  }

  override restore(data: unknown): void {
    const { manners, printedSeen, ...account } = snapshotSchema.parse(data);
    super.restore(account);
    this.manners = manners;
    this.#printedSeen = new Set(printedSeen);
  }

  #read({ resource, id }: Route, request: SimRequest, now: number): SimResponse {
    if (id !== null) return super.handle(request, now);
    const query = new URLSearchParams(request.query);
    for (const parameter of new Set(request.query.keys())) {
      const [field = ''] = parameter.split('__');
      const policy = this.#filterPolicy(resource, field);
      if (policy === 'refused') return badRequest(`The '${field}' field does not allow filtering.`).answer;
      if (policy === 'ignored') query.delete(parameter);
    }
    const answer = super.handle({ ...request, query }, now);
    const offset = Number(query.get('offset') ?? 0);
    if (!this.manners.duplicatePagesRows || answer.status !== 200 || !(offset > 0)) return answer;
    query.set('offset', String(offset - 1));
    query.set('limit', '1');
    const before = JSON.parse(super.handle({ ...request, query }, now).body);
    const page = JSON.parse(answer.body);
    return json(200, { ...page, objects: [...before.objects, ...page.objects] });
  }

  #filterPolicy(resource: Resource, field: string): 'works' | 'ignored' | 'refused' {
    const spec = fieldOf(resource, field);
    if (spec === null) return 'works';
    if (field === 'local_id') return this.manners.localIdFilter;
    if (field === 'uuid') return this.manners.uuidFilter;
    if (field === 'establishment') return this.manners.establishmentFilter;
    if (field === 'order' && CHILDREN.includes(resource.name)) return this.manners.orderFilterOnChildren;
    return spec.kind === 'datetime' ? this.manners.dateFilter : 'works';
  }

  #write({ resource, id }: Route, request: SimRequest, now: number): SimResponse {
    const sent = bodySchema.safeParse(jsonIn(request.body)).data;
    if (sent === undefined || !resource.writable) return super.handle(request, now);
    const { fourByteText, uuidPolicy, keepsDeletedMark, printed } = this.manners;
    if (fourByteText !== 'works' && /[\u{10000}-\u{10ffff}]/u.test(JSON.stringify(sent))) {
      return fourByteText === '500' ? crash().answer : badRequest('Incorrect string value').answer;
    }
    if (uuidPolicy !== 'allow' && this.#hasUuid(resource, sent.uuid, id)) {
      const { name } = resource;
      if (uuidPolicy === '500') return crash().answer;
      return json(400, { [name]: { uuid: [`${name} with this Uuid already exists.`] } });
    }
    if (id !== null && !keepsDeletedMark) delete sent.deleted;
    if (id === null && resource.name === 'OrderItem') this.#shorten(sent);
    const isFirst = id === null || (resource.name === 'Order' && !this.#printedSeen.has(id));
    const forgets = printed === 'first-ignored' && isFirst && 'printed' in sent;
    if (forgets) delete sent.printed;
    const answer = super.handle({ ...request, body: JSON.stringify(sent) }, now);
    if (forgets && id !== null && answer.status === 202) this.#printedSeen.add(id);
    if (resource.name === 'Payment' && answer.status === 201) this.#reckonDue(JSON.parse(answer.body));
    const isChange = resource.name === 'Order' && id !== null && answer.status === 202;
    if (!isChange || this.manners.answersChanges === 'order') return answer;
    return { ...answer, body: this.manners.answersChanges === 'id' ? JSON.stringify({ id }) : '' };
  }

  /** What an item keeps of its texts. */
  #shorten(item: Record<string, JsonValue>): void {
    const { fillsNames, textLength } = this.manners;
    const { special_request: text } = item;
    if (textLength !== null && typeof text === 'string') item.special_request = text.slice(0, textLength);
    if (fillsNames) item.product_name_override ??= this.world.at('Product', item.product)?.name ?? null;
  }

  #reckonDue(payment: Row): void {
    const order = this.world.at('Order', payment.order);
    if (order === null || this.manners.dueAfterPayment === 'left') return;
    const remaining_due = Number((Number(order.remaining_due) - Number(payment.amount)).toFixed(2));
    this.world.change('Order', order, { remaining_due });
  }

  /** Whether a row other than `exceptId` has this uuid. */
  #hasUuid({ name }: Resource, uuid: JsonValue | undefined, exceptId: number | null): boolean {
    const rows = this.world.table(name).current();
    return typeof uuid === 'string' && rows.some((row) => row.uuid === uuid && row.id !== exceptId);
  }
}

/** The switches that a schema knows, and the others. */
export function parted(schema: z.ZodObject, switches: object): [object, object] {
  const entries = Object.entries(switches);
  const isKnown = ([name]: [string, unknown]) => Object.hasOwn(schema.shape, name);
  return [
    Object.fromEntries(entries.filter(isKnown)),
    Object.fromEntries(entries.filter((entry) => !isKnown(entry))),
  ];
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
