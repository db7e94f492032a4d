import type { Config } from '../../src/config/types.js';
import { defaultBooks } from '../../src/domain/location.js';
import {
  allPlaces,
  DINING_OPTION,
  DISCOUNT_ID,
  OUR_USER,
  PAYMENT_TYPE,
} from '../../src/sandbox/world/places.js';
import type { SyncSettings } from '../../src/sync/types.js';

/** Locations of the sample shops, as the configuration layer makes them. */
export const sampleLocations: Config['locations'] = allPlaces.map((shop) => ({
  name: shop.name,
  timezone: shop.zone,
  currency: null,
  notBefore: null,
  businessDayStart: '00:00',
  orderTime: 'now',
  callName: '{contact} | {phone}',
  notify: [],
  tripleseat: { siteId: shop.siteId, locationId: shop.locationId },
  revel: {
    establishmentId: shop.establishmentId,
    userId: OUR_USER,
    posStationId: shop.posStationId,
    diningOption: DINING_OPTION,
    paymentType: PAYMENT_TYPE,
    discountId: DISCOUNT_ID,
    openItemProductId: shop.openItemProductId,
  },
  textLines: 'special-request',
  menuDescriptions: false,
  products: { 'O G': shop.products.find(({ name }) => name === 'Original Gangster')?.id ?? 0 },
  billing: { 'Admin Fee': 'surcharge' },
  books: defaultBooks,
}));

/** What is set unless a test says otherwise; fast, since most tests have nothing to learn from waiting. */
export const usualSettings: SyncSettings = {
  locations: sampleLocations,
  enabled: true,
  allowedLocations: null,
  testEstablishmentId: null,
  syncStatuses: ['DEFINITE', 'CLOSED'],
  otherStatuses: ['PROSPECT', 'TENTATIVE', 'LOST', 'WAITLIST'],
  notBefore: null,
  leadHours: 0,
  graceHours: 24,
  paymentPolicy: 'paid',
  unmatchedPolicy: 'fail',
  ignoredEvents: new Set(),
  concurrency: 4,
  maxCreatesPerRun: 200,
  settleMs: 3_000,
  maxRunSeconds: 1_800,
  inFlightMs: 30_000,
  revelRps: 1_000,
};
