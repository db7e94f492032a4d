import { describe, expect, it } from 'vitest';
import { type Gathered, type LinesSource, nextLines } from '../../../src/domain/documents.js';
import type { SourceEvent } from '../../../src/domain/event.js';
import { isVisible } from '../../../src/domain/order.js';
import { type OrderPlan, planOrder } from '../../../src/domain/plan.js';
import { isPriced } from '../../../src/domain/priced.js';
import { ProductIndex } from '../../../src/domain/products.js';
import { buildWanted } from '../../../src/domain/wanted.js';
import { windowOf, windowState } from '../../../src/domain/window.js';
import { itemSchema, orderSchema, paymentSchema, productSchema } from '../../../src/revel/schema.js';
import { TripleseatSimulator } from '../../../src/sandbox/tripleseat/simulator.js';
import type { Scenario } from '../../../src/sandbox/world/scenario.js';
import { seedWorld } from '../../../src/sandbox/world/seed.js';
import { toBooking, toEvent, toSelections } from '../../../src/tripleseat/convert.js';
import { sampleLocations } from '../../helpers/settings.js';
import { TestRevel } from '../../simulators/revel.js';

const NOW = Date.parse('2026-11-14T20:00:00Z');
const revel = new TestRevel({ apiKey: 'k', apiSecret: 's' });
const scenarios = seedWorld(new TripleseatSimulator(), revel, NOW);

function value<T>(converted: { kind: 'ok'; value: T } | { kind: string }): T {
  if (!('value' in converted)) throw new Error(JSON.stringify(converted));
  return converted.value;
}

function ordersOf(event: SourceEvent) {
  const names = [`Triple Seat_${event.id}`, `Triple Seat ${event.id}`];
  return revel
    .orders()
    .filter(({ local_id: localId }) => names.includes(localId ?? ''))
    .map((row) => orderSchema.parse(row));
}

function linesOf(event: SourceEvent, { booking, selections }: Scenario): LinesSource | string {
  const gathered: Gathered = {};
  for (;;) {
    const step = nextLines(event, gathered);
    if (step.kind === 'source') return step.source;
    if (step.kind === 'failed') return step.failure.reason;
    if (step.need === 'booking') gathered.booking = booking ? value(toBooking({ booking })) : null;
    else if (step.need === 'selections') {
      gathered.selections = selections ? value(toSelections({ menu_item_selections: selections })) : null;
    } else throw new Error(`The sample world must not make anybody fetch ${step.url}.`);
  }
}

function wordOf(plan: OrderPlan): string {
  switch (plan.kind) {
    case 'create':
      return 'injected';
    case 'complete':
      return 'repaired';
    case 'standing':
      return 'ALREADY_INJECTED';
    case 'failed':
      return plan.failure.reason;
    case 'in-service':
      return 'IN_SERVICE';
    case 'need-contents':
    case 'need-bills':
      throw new Error('contents were given');
  }
}

/** What the program's pure core makes of a scenario. */
function outcome(scenario: Scenario): string {
  const event = value(toEvent({ event: scenario.event }));
  const location = sampleLocations.find(
    ({ tripleseat }) => tripleseat.siteId === event.siteId && tripleseat.locationId === event.locationId,
  );
  if (!location) return 'LOCATION_NOT_MAPPED';
  const rows = ordersOf(event);
  if (event.deleted || !['DEFINITE', 'CLOSED'].includes(event.status)) {
    return rows.some(isVisible) ? 'ORPHANED' : 'STATUS_NOT_ELIGIBLE';
  }
  const window = windowOf(event, location, 0, 24);
  if (window && rows.length === 0) {
    const state = windowState(window, NOW);
    if (state !== 'open') return state === 'early' ? 'TOO_EARLY' : 'MISSED';
  }
  const booking = scenario.booking ? value(toBooking({ booking: scenario.booking })) : null;
  if (!isPriced(event, { booking })) return 'NOT_PRICED';
  const linesSource = linesOf(event, scenario);
  if (typeof linesSource === 'string') return linesSource;
  const products = revel
    .products()
    .map((row) => productSchema.parse(row))
    .filter((row) => row.active && row.establishmentId === location.revel.establishmentId);
  const wanted = buildWanted({
    event,
    location,
    linesSource,
    products: new ProductIndex(products),
    paymentPolicy: 'paid',
    unmatchedPolicy: 'fail',
    testEstablishmentId: null,
  });
  if (wanted.kind === 'failed') return wanted.failure.reason;
  const contents = rows.map(({ id }) => ({
    order: id,
    items: revel.items(Number(id)).map((row) => itemSchema.parse(row)),
    payments: revel.payments(Number(id)).map((row) => paymentSchema.parse(row)),
    bills: [],
  }));
  return wordOf(planOrder(wanted.order, rows, contents, { now: NOW, locations: sampleLocations }));
}

describe('every sample event comes out as announced', () => {
  it.each(scenarios.map((scenario) => [scenario.shows, scenario] as const))('%s', (_, scenario) => {
    expect(outcome(scenario)).toBe(scenario.expected.reason ?? scenario.expected.status);
  });
});
