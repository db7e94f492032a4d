import { uriOf } from '../revel/resources.js';
import type { RevelSimulator } from '../revel/simulator.js';
import type { RawRecord } from '../tripleseat/model.js';
import type { TripleseatSimulator } from '../tripleseat/simulator.js';
import { sampleEvents } from './events.js';
import { insertSampleOrder } from './orders.js';
import {
  allPlaces,
  DINING_OPTION,
  DISCOUNT_ID,
  OUR_USER,
  PAYMENT_TYPE,
  places,
  STAFF_USER,
  sampleLocations,
  sampleSites,
} from './places.js';
import { eventOn, FIRST_EVENT_ID, type Scenario } from './scenario.js';

/** Events of the days to come are numbered from here on. */
const FIRST_COMING = 50;

/**
 * The events of the sample world, dated around `now` (epoch milliseconds): a pure function of it. Between them
 * they show every outcome that one sweep can have.
 */
export function sampleScenarios(now: number): Scenario[] {
  return sampleEvents.map((make, index) => make(now, FIRST_EVENT_ID + index));
}

/** Ordinary parties of the days to come, which no sweep of today sees: for those who look ahead. */
function comingEvents(now: number): RawRecord[] {
  const days = [1, 1, 2, 3, 4, 5, 5, 6];
  return days.map((day, index) => {
    const shop = allPlaces[index % allPlaces.length] ?? places.west;
    const id = FIRST_EVENT_ID + FIRST_COMING + index;
    return eventOn(shop, now, id, { day, updatedHoursAgo: 100 + index });
  });
}

/** Fills two fresh simulators with the sample world around `now`; returns what each event is there to show. */
export function seedWorld(tripleseat: TripleseatSimulator, revel: RevelSimulator, now: number): Scenario[] {
  const scenarios = sampleScenarios(now);
  seedShops(tripleseat, revel);
  for (const { event, booking, selections } of scenarios) {
    tripleseat.store.putEvent(event);
    if (booking) tripleseat.store.putBooking(booking);
    if (selections) tripleseat.store.putSelections(event.id, selections);
  }
  for (const event of comingEvents(now)) tripleseat.store.putEvent(event);
  for (const { orders } of scenarios) {
    for (const [copy, order] of orders.entries()) insertSampleOrder(revel, order, copy);
  }
  return scenarios;
}

/** Fills two fresh simulators with the shops alone, and their products, stations and people. */
export function seedShops(tripleseat: TripleseatSimulator, revel: RevelSimulator): void {
  tripleseat.store.setPlaces(sampleSites(), sampleLocations());
  revel.put('User', { id: OUR_USER, first_name: 'Integration', last_name: 'User' });
  revel.put('User', { id: STAFF_USER, first_name: 'Counter', last_name: 'Staff' });
  revel.put('Discount', { id: DISCOUNT_ID, name: 'Triple Seat Discount' });
  revel.put('CustomOrderOption', { name: 'Special Events', dining_option_id: DINING_OPTION });
  revel.put('CustomPaymentType', { name: 'Tripleseat', payment_type: PAYMENT_TYPE });
  for (const { establishmentId, posStationId, name, city, zone, products } of allPlaces) {
    revel.put('Establishment', { id: establishmentId, name, city, timezone: zone });
    const establishment = uriOf('Establishment', establishmentId);
    revel.put('PosStation', { id: posStationId, establishment, name: 'Counter' });
    for (const { price, ...product } of products) {
      revel.put('Product', { ...product, price: price / 100, establishment });
    }
  }
}
