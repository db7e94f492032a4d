import { type Place, places, STAFF_USER, UNMAPPED_LOCATION } from './places.js';
import {
  alone,
  type EventChanges,
  type Expected,
  eventOn,
  failed,
  injected,
  line,
  type Make,
  meal,
  plainDocument,
  type SampleOrder,
  skipped,
} from './scenario.js';

const { west, lake, harbor } = places;

/** `before`: how the event was when its order was made, where it differs from now. */
function withOrder(
  shows: string,
  shop: Place,
  changes: EventChanges,
  expected: Expected,
  orders: (Omit<SampleOrder, 'of' | 'shop'> & { before?: EventChanges; shop?: Place })[],
): Make {
  return (now, id) => ({
    shows,
    event: eventOn({ now, shop }, id, changes),
    orders: orders.map(({ before, ...order }) => ({
      shop,
      ...order,
      of: eventOn({ now, shop: order.shop ?? shop }, id, { ...changes, ...before }),
    })),
    expected,
  });
}

const paidInPart = (shop: Place, tacos: string) => ({
  documents: [
    plainDocument(shop, {
      lines: [line(shop, 'Taco Bar', tacos), line(shop, 'Hot Dogs', '20.0')],
      billing: [
        { name: 'Sales Tax', rate: '8.375' },
        { name: 'Gratuity', rate: '18.0' },
        { name: 'Admin Fee', amount: 2500 },
      ],
      discount: 1500,
      payments: [{ amount: 10_000 }],
    }),
  ],
});

const timing: Make[] = [
  alone(
    'tomorrow, seen because it was just updated',
    west,
    { day: 1, updatedHoursAgo: 1 },
    skipped('TOO_EARLY'),
  ),
  alone(
    'missed: over for more than a day and no order',
    lake,
    { day: -2, start: '12:00', end: '14:00', updatedHoursAgo: 20 },
    failed('MISSED'),
  ),
  alone('last night, past midnight', harbor, { day: -1, start: '23:30', end: '01:30' }, injected),
  alone(
    'a location that no entry covers',
    west,
    { locationId: UNMAPPED_LOCATION },
    failed('LOCATION_NOT_MAPPED'),
  ),
];

const statuses: Make[] = [
  alone('lost', lake, { status: 'LOST' }, skipped('STATUS_NOT_ELIGIBLE')),
  alone('tentative', harbor, { status: 'TENTATIVE' }, skipped('STATUS_NOT_ELIGIBLE')),
  (now, id) => {
    const event = eventOn({ now, shop: west }, id, { deletedAt: now - 3 * 3_600_000 });
    return { shows: 'deleted', event, orders: [], expected: skipped('STATUS_NOT_ELIGIBLE') };
  },
];

const standing: Make[] = [
  withOrder('injected before', west, paidInPart(west, '24.0'), skipped('ALREADY_INJECTED'), [{}]),
  (now, id) => {
    const event = eventOn({ now, shop: lake }, id, paidInPart(lake, '24.0'));
    return {
      shows: 'injected by the older connector',
      event,
      orders: [{ of: event, shop: lake, localId: `Triple Seat ${id}` }],
      expected: skipped('ALREADY_INJECTED'),
    };
  },
  withOrder('changed after it was injected', harbor, paidInPart(harbor, '30.0'), failed('DRIFT'), [
    { before: paidInPart(harbor, '24.0') },
  ]),
  withOrder('changed after staff worked on its order', west, paidInPart(west, '30.0'), failed('TOUCHED'), [
    { before: paidInPart(west, '24.0'), updatedBy: STAFF_USER },
  ]),
  withOrder('lost after it was injected', lake, { status: 'LOST' }, failed('ORPHANED'), [
    { before: { status: 'DEFINITE' } },
  ]),
  withOrder('moved to another shop after it was injected', harbor, {}, failed('ORPHANED'), [
    { shop: lake, before: { documents: [plainDocument(lake)], locationId: lake.locationId } },
  ]),
  withOrder('two orders of one event', harbor, {}, failed('DUPLICATE_ORDERS'), [{}, {}]),
  withOrder(
    'an order left half-made',
    west,
    {
      documents: [
        plainDocument(west, {
          lines: [...meal(west, 3), line(west, 'Hot Dogs', '20.0'), line(west, 'Coffee Service', '20.0')],
        }),
      ],
    },
    { status: 'repaired', reason: null },
    [{ tornAfter: 2 }],
  ),
];

/** Events that differ in time, status, or in the orders they already have. */
export const stateScenarios: readonly Make[] = [...timing, ...statuses, ...standing];
