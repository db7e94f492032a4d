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
  SALES_TAX,
  type SampleOrder,
  skipped,
} from './scenario.js';

const { west, lake, harbor } = places;

/** `before`: how the event was when its order was made, where it differs from now. */
function withOrder(
  shows: string,
  shop: Place,
  expected: Expected,
  changes: EventChanges,
  ...orders: (Omit<SampleOrder, 'of' | 'shop'> & { before?: EventChanges; shop?: Place })[]
): Make {
  return (now, id) => ({
    shows,
    event: eventOn(shop, now, id, changes),
    orders: orders.map(({ before, ...order }) => ({
      shop,
      ...order,
      of: eventOn(order.shop ?? shop, now, id, { ...changes, ...before }),
    })),
    expected,
  });
}

const paidInPart = (tacos: string) => ({
  documents: [
    plainDocument({
      lines: [line('Taco Bar', tacos), line('Hot Dogs', '20.0')],
      billing: [SALES_TAX, { name: 'Gratuity', rate: '18.0' }, { name: 'Admin Fee', amount: 2500 }],
      discount: 1500,
      payments: [{ amount: 10_000 }],
    }),
  ],
});

const timing: Make[] = [
  alone('tomorrow, seen because it was just updated', west, skipped('TOO_EARLY'), {
    day: 1,
    updatedHoursAgo: 1,
  }),
  alone('missed: over for more than a day and no order', lake, failed('MISSED'), {
    day: -2,
    start: '12:00',
    end: '14:00',
    updatedHoursAgo: 20,
  }),
  alone('last night, past midnight', harbor, injected, { day: -1, start: '23:30', end: '01:30' }),
  alone('a location that no entry covers', west, failed('LOCATION_NOT_MAPPED'), {
    locationId: UNMAPPED_LOCATION,
  }),
];

const statuses: Make[] = [
  alone('lost', lake, skipped('STATUS_NOT_ELIGIBLE'), { status: 'LOST' }),
  alone('tentative', harbor, skipped('STATUS_NOT_ELIGIBLE'), { status: 'TENTATIVE' }),
  (now, id) =>
    alone('deleted', west, skipped('STATUS_NOT_ELIGIBLE'), { deletedAt: now - 3 * 3_600_000 })(now, id),
];

const standing: Make[] = [
  withOrder('injected before', west, skipped('ALREADY_INJECTED'), paidInPart('24.0'), {}),
  (now, id) =>
    withOrder('injected by the older connector', lake, skipped('ALREADY_INJECTED'), paidInPart('24.0'), {
      localId: `Triple Seat ${id}`,
    })(now, id),
  withOrder('changed after it was injected', harbor, failed('DRIFT'), paidInPart('30.0'), {
    before: paidInPart('24.0'),
  }),
  withOrder('changed after staff worked on its order', west, failed('TOUCHED'), paidInPart('30.0'), {
    before: paidInPart('24.0'),
    updatedBy: STAFF_USER,
  }),
  withOrder(
    'lost after it was injected',
    lake,
    failed('ORPHANED'),
    { status: 'LOST' },
    { before: { status: 'DEFINITE' } },
  ),
  withOrder(
    'moved to another shop after it was injected',
    harbor,
    failed('ORPHANED'),
    {},
    { shop: lake, before: { documents: [plainDocument()], locationId: lake.locationId } },
  ),
  withOrder('two orders of one event', harbor, failed('DUPLICATE_ORDERS'), {}, {}, {}),
  withOrder(
    'an order left half-made',
    west,
    { status: 'repaired', reason: null },
    {
      documents: [
        plainDocument({ lines: [...meal(3), line('Hot Dogs', '20.0'), line('Coffee Service', '20.0')] }),
      ],
    },
    { tornAfter: 2 },
  ),
];

/** Events that differ in time, status, or in the orders they already have. */
export const stateScenarios: readonly Make[] = [...timing, ...statuses, ...standing];
