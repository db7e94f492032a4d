import { expect } from 'vitest';
import { checkFilters } from '../../../src/doctor/filters.js';
import { checkHooks, checkUserAlone } from '../../../src/doctor/others.js';
import { checkProducts } from '../../../src/doctor/products.js';
import { checkRevel } from '../../../src/doctor/revel.js';
import { checkShops } from '../../../src/doctor/shops.js';
import { checkTripleseat } from '../../../src/doctor/tripleseat.js';
import type { DoctorContext } from '../../../src/doctor/types.js';
import { checkZones } from '../../../src/doctor/zones.js';
import { orderId } from '../../../src/domain/ids.js';
import { readAccounts } from '../../../src/init/accounts.js';
import { sampleScenarios } from '../../../src/sandbox/world/seed.js';
import { parseInvoice } from '../../../src/tripleseat/invoice.js';
import { Bench } from '../../certify/bench.js';
import { usualSettings } from '../../helpers/settings.js';
import { Desk, type DeskRun } from '../../sync/desk.js';
import { orRefusal } from './fuzz.js';

/** Changes an answer on its way; `at` says to what, with the ids in it left out: `GET /v1/events/#.json`. */
type Edit = (upstream: 'tripleseat' | 'revel', at: string, body: string) => string;

/** Something that reads answers, on services of its own. */
export interface World {
  /** From here on; null: as the services answer. */
  edit(edit: Edit | null): void;
  /** Does it; what a person would be shown. */
  run(): Promise<unknown>;
  /** Whatever was answered: what must hold afterwards. */
  check(): Promise<void>;
}

const NOW = '2026-11-14T20:00:00Z';
const at = (method: string, path: string) => `${method} ${path.replace(/\d+/g, '#')}`;
const RESULTS = ['injected', 'repaired', 'skipped', 'failed'];

function onDesk(desk: Desk, events: readonly { id: number }[], run: () => Promise<unknown>): World {
  return {
    edit: (edit) => {
      desk.edit = edit && ((sent, body) => edit(sent.upstream, at(sent.method, sent.path), body));
    },
    run,
    // Whatever one run was told, no later one makes a second order that staff can see.
    check: async () => {
      await desk.clock.sleep(120_000);
      await orRefusal(() => desk.single(events));
      const visible = desk.revel.orders().filter((order) => order.orderhistory.length > 0 && !order.deleted);
      expect(visible.length).toBeLessThanOrEqual(events.length);
    },
  };
}

function resultsOf({ results }: DeskRun): unknown {
  for (const { status } of results) expect(RESULTS).toContain(status);
  return results;
}

/** A run for one event: of today's party, or of what is shown where its lines are elsewhere. */
async function oneEvent(shows: string | null, isThere: boolean): Promise<World> {
  const desk = new Desk(NOW);
  const scenario = sampleScenarios(desk.clock.now()).find((each) => each.shows === shows);
  if (scenario) {
    const { store } = desk.tripleseat;
    store.putEvent(scenario.event);
    if (scenario.booking) store.putBooking(scenario.booking);
    if (scenario.selections) store.putSelections(scenario.event.id, scenario.selections);
  }
  const event = scenario?.event ?? desk.add();
  if (isThere) await desk.single([event]);
  return onDesk(desk, [event], async () => resultsOf(await desk.single([event])));
}

async function sweep(isThere: boolean): Promise<World> {
  const desk = new Desk(NOW);
  const event = desk.add();
  if (isThere) await desk.sweep();
  return onDesk(desk, [event], async () => resultsOf(await desk.sweep()));
}

async function preview(): Promise<World> {
  const desk = new Desk(NOW);
  const event = desk.add();
  const request = { target: { kind: 'preview', days: 1 }, dryRun: true } as const;
  return onDesk(desk, [event], async () => resultsOf(await desk.run(request)));
}

/** An order that no longer matches its event is replaced, as a person has decided. */
async function replacement(): Promise<World> {
  const desk = new Desk(NOW);
  const event = desk.add();
  const order = (await desk.single([event])).of(event.id).orderId ?? '';
  await desk.clock.sleep(600_000);
  desk.tripleseat.store.putEvent({
    ...new Desk(desk.clock.now()).add({ documents: [{ lines: [{ name: 'Taco Bar', price: 824 }] }] }),
    id: event.id,
  });
  const decision = { kind: 'replace', order: orderId(order) } as const;
  return onDesk(desk, [event], async () => resultsOf(await desk.single([event], { decision })));
}

async function init(): Promise<World> {
  const desk = new Desk(NOW);
  const { tripleseat, revel } = desk.connect(new AbortController().signal);
  return onDesk(desk, [], () => readAccounts(tripleseat.probe, revel.probe));
}

async function doctor(): Promise<World> {
  const desk = new Desk(NOW);
  const { tripleseat, revel } = desk.connect(new AbortController().signal);
  const ctx = {
    config: { ...usualSettings, webhookSigningKeys: ['a signing key'] },
    facts: { stateUsable: true, skews: [], sites: null, readable: null, establishments: new Map() },
    clock: desk.clock,
    tripleseat: tripleseat.probe,
    revel,
    state: { tokens: { read: async () => null } },
  } as unknown as DoctorContext;
  return onDesk(desk, [], async () => {
    await checkTripleseat(ctx);
    await checkRevel(ctx);
    await checkFilters(ctx);
    await checkShops(ctx);
    checkZones(ctx);
    await checkProducts(ctx);
    await checkUserAlone(ctx);
    await checkHooks(ctx);
  });
}

async function certify(): Promise<World> {
  const bench = new Bench();
  return {
    edit: (edit) => {
      bench.edit = edit && ((sent, body) => edit('revel', at(sent.method, sent.path), body));
    },
    run: async () => {
      await bench.run([1, 2, 3, 4, 5, 6]);
      return bench.found;
    },
    check: async () => undefined,
  };
}

const INVOICE = `<html><body><table><thead><tr><th>Item</th><th>Qty</th><th>Price</th><th>Total</th></tr></thead>
<tr><td>Taco Bar</td><td>30</td><td>$8.24</td><td>$247.20</td></tr>
<tr><td>Coffee &amp; tea</td><td>2</td><td>$1,234.50</td><td>$2,469.00</td></tr></table></body></html>`;

async function invoice(): Promise<World> {
  let change: Edit | null = null;
  return {
    edit: (edit) => {
      change = edit;
    },
    run: () => parseInvoice(change?.('tripleseat', 'GET the invoice view', INVOICE) ?? INVOICE),
    check: async () => undefined,
  };
}

/** All that reads answers, by its name. */
export const works: Readonly<Record<string, () => Promise<World>>> = {
  'sync of an event': () => oneEvent(null, false),
  'sync of an event whose order is there': () => oneEvent(null, true),
  'sync of an event with its lines on the booking': () => oneEvent('lines on the booking only', false),
  'sync of an event with menu selections': () => oneEvent('menu selections only', false),
  'the invoice view': invoice,
  'a sweep': () => sweep(false),
  'a sweep where the order is there': () => sweep(true),
  preview,
  'resolve --replace': replacement,
  init,
  doctor,
  certify,
};
