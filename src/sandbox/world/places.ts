import type { RawRecord } from '../tripleseat/model.js';
import { railsZone } from '../tripleseat/time.js';

/** A product of a sample shop; prices in cents. */
export interface SampleProduct {
  id: number;
  name: string;
  price: number;
  active: boolean;
}

/** A sample shop: where its events come from and where its orders go. */
export interface Place {
  name: string;
  city: string;
  /** IANA. */
  zone: string;
  siteId: number;
  locationId: number;
  establishmentId: number;
  posStationId: number;
  openItemProductId: number;
  products: readonly SampleProduct[];
}

/** Revel user that the sample orders of ours were made by. */
export const OUR_USER = 1;
/** Revel user who works at the counter. */
export const STAFF_USER = 77;
/** Payment type, dining option and discount that the sample locations name. */
export const PAYMENT_TYPE = 236;
export const DINING_OPTION = 113;
export const DISCOUNT_ID = 3358;

/** A Tripleseat location of the first site that no entry of the locations file covers. */
export const UNMAPPED_LOCATION = 26_999;

/** Name and price in cents. The place in the list decides the id. */
const MENU: readonly (readonly [name: string, price: number, inactive?: 'inactive'])[] = [
  ['HEY BLONDIE', 2572],
  ['SUGA DADDY', 892],
  ['Taco Bar', 824],
  ['Pizza Package', 672],
  ['Hot Dogs', 450],
  ['Crème Brûlée', 725],
  ['Mac & Cheese', 615],
  ['Brisket by the Pound', 1899],
  ['Coffee Service', 350],
  // Sold under another name: the locations file maps it.
  ['Original Gangster', 1140],
  ['Champagne Toast', 0],
  ['Returning Guest Credit', 0],
  ['House Salad', 525],
  ['House Salad', 575],
  ['Lemonade', 300],
  ['Lemonade', 275, 'inactive'],
  ['Charcuterie Tower', 4800],
];

const MAPPED = { line: 'O G', product: 'Original Gangster' };

function place(firstProductId: number, base: Omit<Place, 'products'>): Place {
  const menu = MENU.map(([name, price, inactive], index) => ({
    id: firstProductId + index,
    name,
    price,
    active: inactive === undefined,
  }));
  const openItem = { id: base.openItemProductId, name: 'Open Item', price: 0, active: true };
  return { ...base, products: [...menu, openItem] };
}

/** Three shops in three time zones. */
export const places = {
  west: place(570, {
    name: 'Special Events',
    city: 'Los Angeles',
    zone: 'America/Los_Angeles',
    siteId: 15_691,
    locationId: 26_059,
    establishmentId: 8,
    posStationId: 4,
    openItemProductId: 990,
  }),
  lake: place(670, {
    name: 'Lakeside Catering',
    city: 'Chicago',
    zone: 'America/Chicago',
    siteId: 15_702,
    locationId: 26_110,
    establishmentId: 11,
    posStationId: 5,
    openItemProductId: 991,
  }),
  harbor: place(770, {
    name: 'Harbor Room',
    city: 'New York',
    zone: 'America/New_York',
    siteId: 15_733,
    locationId: 26_201,
    establishmentId: 14,
    posStationId: 6,
    openItemProductId: 992,
  }),
} as const satisfies Record<string, Place>;

/** Every sample shop. */
export const allPlaces: readonly Place[] = Object.values(places);

/** The product that a line of this name (entities decoded) is sold as. Throws for a name that has none, or several. */
export function productOf(shop: Place, line: string): SampleProduct {
  const name = line === MAPPED.line ? MAPPED.product : line;
  const [product, second] = shop.products.filter((entry) => entry.active && entry.name === name);
  if (!product || second) throw new RangeError(`No single product of ${shop.name} is called ${line}.`);
  return product;
}

/** The locations file that belongs to the sample world, as JSON. */
export const sampleLocationsFile = {
  defaults: {
    currency: 'USD',
    // So that the sample events of today can be injected at any hour.
    businessDayStart: '00:00',
    revel: {
      userId: OUR_USER,
      posStationId: places.west.posStationId,
      diningOption: DINING_OPTION,
      paymentType: PAYMENT_TYPE,
      discountId: DISCOUNT_ID,
    },
  },
  locations: allPlaces.map((shop) => ({
    name: shop.name,
    timezone: shop.zone,
    tripleseat: { siteId: shop.siteId, locationId: shop.locationId },
    revel: {
      establishmentId: shop.establishmentId,
      ...(shop.posStationId === places.west.posStationId ? {} : { posStationId: shop.posStationId }),
      openItemProductId: shop.openItemProductId,
    },
    products: { [MAPPED.line]: productOf(shop, MAPPED.line).id },
    billing: { 'Admin Fee': 'surcharge' },
  })),
};

/** The sites as Tripleseat lists them. */
export function sampleSites(): RawRecord[] {
  return allPlaces.map((shop) => ({
    id: shop.siteId,
    customer_id: 900,
    name: shop.name,
    subdomain: shop.name.toLowerCase().replaceAll(' ', '-'),
    timezone: railsZone(shop.zone),
    currency_code: 'USD',
  }));
}

/** The locations as Tripleseat lists them; one of them is in no locations file. */
export function sampleLocations(): RawRecord[] {
  const location = (id: number, name: string, shop: Place): RawRecord => ({
    id,
    name,
    customer_id: 900,
    site_name: shop.name,
    site_id: shop.siteId,
    room_ids: [1],
    currency_code: 'USD',
    rooms: [{ id: 1, name: 'Patio', capacity: 60, is_unassigned: false }],
  });
  return [
    ...allPlaces.map((shop) => location(shop.locationId, shop.name, shop)),
    location(UNMAPPED_LOCATION, 'Pop-up Kitchen', places.west),
  ];
}
