import type { SourceEvent } from '../../../src/domain/event.js';
import { type EventId, parseEventId } from '../../../src/domain/ids.js';
import { defaultBooks, type Location } from '../../../src/domain/location.js';
import { toEvent } from '../../../src/tripleseat/convert.js';
import { makeEvent } from '../../simulators/make-event.js';

/** One line: which of the shop's products, how many, at how many cents. */
interface Line {
  product: 0 | 1 | 2;
  quantity: number;
  cents: number;
}

/** A state of an event, said in figures of our own, so that checks do not lean on the code they check. */
export interface Version {
  lines: Line[];
  tax: number;
  gratuity: number;
  surcharge: number;
  discount: number;
  paid: number;
  /** Place in {@link SHOPS}. */
  shop: 0 | 1;
}

const plain = { tax: 180, gratuity: 500, surcharge: 250, discount: 0, shop: 0 } as const;
const cake: Line = { product: 2, quantity: 1, cents: 5_000 };
const tacos: Line = { product: 0, quantity: 2, cents: 1_050 };
const salad: Line = { product: 1, quantity: 1, cents: 899 };

/** The states an event may be in. The last one stands in another shop; events do not begin there. */
export const VERSIONS: readonly Version[] = [
  { ...plain, lines: [tacos, salad], paid: 1_000 },
  { ...plain, lines: [cake], paid: 0 },
  { ...plain, lines: [cake], paid: 2_500 },
  { ...plain, lines: [tacos, salad, salad], tax: 90, discount: 100, paid: 1_000 },
  // Same money as the second, other lines: no total tells them apart.
  { ...plain, lines: [{ ...salad, cents: 5_000 }], paid: 0 },
  { ...plain, lines: [tacos], paid: 700, shop: 1 },
];

/** The first one, when more has been paid; no event is in this state but by such a payment. */
export const PAID_MORE = VERSIONS.length;
const states: readonly Version[] = [...VERSIONS, { ...plain, lines: [tacos, salad], paid: 1_800 }];

const PRODUCT_NAMES = ['Taco Bar', 'Garden Salad', 'Layer Cake'] as const;
const ZONE = 'America/Los_Angeles';

/** The shops, with the ids of their products. */
export const SHOPS = [
  { site: 15_691, location: 26_059, establishment: 8, products: [579, 580, 581] },
  { site: 15_692, location: 26_060, establishment: 9, products: [679, 680, 681] },
] as const;

/** The user that the program writes as, and its payment type. */
export const OUR_USER = 1;
export const PAYMENT_TYPE = 236;

/** The zone of a shop, where `second` is that of the second one. */
export function zoneOf(shop: 0 | 1, second: string): string {
  return shop === 0 ? ZONE : second;
}

const locations = new Map<string, Location[]>();

/** The shops as the locations file would have them; `zone`: that of the second one. */
export function locationsOf(zone: string): Location[] {
  const known = locations.get(zone) ?? SHOPS.map((_, index) => locationOf(index === 0 ? 0 : 1, zone));
  locations.set(zone, known);
  return known;
}

function locationOf(index: 0 | 1, zone: string): Location {
  const shop = SHOPS[index];
  return {
    name: `Shop ${index}`,
    timezone: zoneOf(index, zone),
    currency: null,
    notBefore: null,
    businessDayStart: '00:00',
    orderTime: 'now',
    callName: '{contact} | {phone}',
    notify: [],
    tripleseat: { siteId: shop.site, locationId: shop.location },
    textLines: 'special-request',
    menuDescriptions: false,
    products: {},
    billing: { 'Admin Fee': 'surcharge' },
    books: defaultBooks,
    revel: {
      establishmentId: shop.establishment,
      userId: OUR_USER,
      posStationId: 4,
      diningOption: 113,
      paymentType: PAYMENT_TYPE,
      discountId: 3_358,
      openItemProductId: null,
    },
  };
}

/** Products of a shop as Revel has them. */
export function productsOf(shop: (typeof SHOPS)[number]): { id: number; name: string }[] {
  return PRODUCT_NAMES.map((name, index) => ({ id: shop.products[index] ?? 0, name }));
}

/** When schedules begin, and the day of their events. */
export const DAYS = {
  plain: { start: Date.parse('2026-11-14T21:00:00Z'), date: '2026-11-14' },
  fold: { start: Date.parse('2026-11-01T08:59:45Z'), date: '2026-11-01' },
} as const;

const SUBTOTALS = states.map(({ lines }) =>
  lines.reduce((sum, { quantity, cents }) => sum + quantity * cents, 0),
);

/** Cents of everything the header of a right order shows. */
export function moneyOf(version: number) {
  const { discount, tax, gratuity, surcharge, paid } = versionOf(version);
  const subtotal = SUBTOTALS[version] ?? 0;
  const total = subtotal - discount + tax + gratuity + surcharge;
  return { subtotal, discount, tax, gratuity, surcharge, total, paid, due: total - paid };
}

/** The state of that number. */
export function versionOf(version: number): Version {
  const found = states[version];
  if (!found) throw new RangeError(`no version ${version}`);
  return found;
}

/** The id of the n-th event. */
export function eventIdOf(index: number): EventId {
  const id = parseEventId(String(61_000_001 + index));
  if (id === null) throw new RangeError(`no event ${index}`);
  return id;
}

const made = new Map<string, SourceEvent>();

/** The event as Tripleseat shows it in this state. */
export function sourceEvent(
  index: number,
  version: number,
  status: 'DEFINITE' | 'LOST',
  day: 'plain' | 'fold',
  zone: string,
): SourceEvent {
  const key = `${index} ${version} ${status} ${day} ${zone}`;
  const known = made.get(key);
  if (known) return known;
  const spec = versionOf(version);
  const shop = SHOPS[spec.shop];
  const { start, date } = DAYS[day];
  const event = makeEvent({
    id: Number(eventIdOf(index)),
    date,
    zone: zoneOf(spec.shop, zone),
    siteId: shop.site,
    locationId: shop.location,
    status,
    createdAt: start - 86_400_000,
    updatedAt: start - 60_000,
    documents: [
      {
        lines: spec.lines.map(({ product, quantity, cents }) => ({
          name: PRODUCT_NAMES[product],
          quantity: `${quantity}.0`,
          price: cents,
        })),
        billing: [
          { name: 'Sales Tax', amount: spec.tax },
          { name: 'Gratuity', amount: spec.gratuity },
          { name: 'Admin Fee', amount: spec.surcharge },
        ],
        discount: spec.discount,
        payments: spec.paid === 0 ? [] : [{ amount: spec.paid }],
      },
    ],
  });
  const read = toEvent({ event });
  if (read.kind !== 'ok') throw new Error(`a sample event cannot be read: ${read.kind}`);
  made.set(key, read.value);
  return read.value;
}
