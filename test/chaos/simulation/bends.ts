import type { FoundItem } from '../../../src/domain/order.js';
import type { HttpResponse } from '../../../src/http/transport.js';
import type { NewItem, RevelPort, RevelRead, RevelWrite } from '../../../src/revel/types.js';
import { RULES } from '../../../src/sync/order/next.js';
import { OUR_USER } from './events.js';
import type { Scenario } from './scenario.js';
import type { Bend } from './simulate.js';

/** A way in which the program might be broken. */
interface Broken {
  what: string;
  bend: Bend;
  /** Makes schedules more of the kind in which that matters. */
  tune?: (scenario: Scenario) => Scenario;
  /** So many of the first hundred seeds must show it at least. */
  noticed: number;
}

const EMPTY_LIST: HttpResponse = {
  kind: 'response',
  status: 200,
  headers: {},
  body: '{"meta":{"limit":200,"next":null,"offset":0,"total_count":0},"objects":[]}',
};

/** Each takes away one of the things that exactly-once rests on. */
export const BROKEN: readonly Broken[] = [
  {
    what: 'look-ups find nothing',
    bend: withPort((port) => ({
      ...port,
      finder: () => ({
        roomy: true,
        find: async () => ({ kind: 'ok', value: [] }),
        findMany: async () => ({ kind: 'ok', value: new Map() }),
        further: async () => ({ kind: 'ok', value: [] }),
      }),
    })),
    noticed: 60,
  },
  {
    what: 'a look-up that is refused counts as empty',
    bend: {
      transport: (transport) => async (request) => {
        const answer = await transport(request);
        const isLookUp = request.method === 'GET' && request.url.includes('/Order/?');
        const refused = answer.kind === 'response' && answer.status === 400;
        return isLookUp && refused ? EMPTY_LIST : answer;
      },
    },
    tune: (scenario) => ({ ...scenario, localIdFilter: 'refused' }),
    noticed: 60,
  },
  {
    what: 'a write without an answer is sent again at once',
    bend: without('settleLostWrite'),
    tune: losing('answer-lost'),
    noticed: 20,
  },
  {
    what: 'a write without an answer counts as done',
    bend: withPort((port) => {
      const taken = async (sent: Promise<RevelWrite<true>>): Promise<RevelWrite<true>> => {
        const answer = await sent;
        return answer.kind === 'unknown' ? { kind: 'done', value: true } : answer;
      };
      return {
        ...port,
        createPayment: (payment, guard) => taken(port.createPayment(payment, guard)),
        createHistory: (history, guard) => taken(port.createHistory(history, guard)),
      };
    }),
    // A run for single events reads the payment back before it goes on.
    tune: (scenario) => sweeping(losing('lost')(scenario)),
    noticed: 3,
  },
  {
    what: 'whoever has made a header does not look again before showing it to staff',
    bend: without('lookForRivals'),
    noticed: 6,
  },
  {
    what: 'headers that lost are not marked',
    bend: without('dropOwnRivals', 'dropLosers'),
    noticed: 5,
  },
  {
    what: 'the payment goes in before anybody has read the lines',
    bend: withPort((port) => {
      const sent: FoundItem[] = [];
      return {
        ...port,
        createItem: async (item, guard) => {
          const answer = await port.createItem(item, guard);
          if (answer.kind !== 'done' && answer.kind !== 'unknown') return answer;
          sent.push(asFound(item));
          return { kind: 'done', value: true };
        },
        items: async (id) => {
          const read = await port.items(id);
          if (read.kind === 'error') return read;
          const listed = new Set(read.value.map(({ uuid }) => uuid));
          const others = sent.filter(({ orderId, uuid }) => orderId === id && !listed.has(uuid));
          return { kind: 'ok', value: [...read.value, ...others] };
        },
      };
    }),
    tune: losing('lost'),
    noticed: 10,
  },
  {
    what: 'an order is shown that is not paid',
    bend: without('pay'),
    noticed: 40,
  },
  {
    what: 'who wrote last to an order does not matter',
    bend: withPort((port) => {
      const ours = <T extends { updatedBy: number | null }>(row: T): T => ({ ...row, updatedBy: OUR_USER });
      const finder = port.finder();
      return {
        ...port,
        order: async (id) => ifRead(await port.order(id), (order) => order && ours(order)),
        items: async (id) => ifRead(await port.items(id), (rows) => rows.map(ours)),
        payments: async (id) => ifRead(await port.payments(id), (rows) => rows.map(ours)),
        finder: () => ({
          roomy: true,
          find: async (key) => ifRead(await finder.find(key), (rows) => rows.map(ours)),
          findMany: async (keys) =>
            ifRead(
              await finder.findMany(keys),
              (found) => new Map([...found].map(([event, rows]) => [event, rows.map(ours)])),
            ),
          further: async (key) => ifRead(await finder.further(key), (rows) => rows.map(ours)),
        }),
      };
    }),
    tune: (scenario) => ({
      ...scenario,
      turns: [{ afterWrites: 3, delayMs: 50, deed: { kind: 'touch', event: 0, hidden: true } }],
    }),
    noticed: 7,
  },
  {
    what: 'the settling time is not waited for',
    bend: {
      deps: (deps) => ({
        ...deps,
        settings: { ...deps.settings, settleMs: deps.settings.settleMs / 10 },
      }),
    },
    noticed: 1,
  },
];

/** Leaves rules of the protocol out. */
function without(...names: string[]): Bend {
  for (const name of names) if (!RULES[name]) throw new Error(`there is no rule ${name}`);
  const rules = Object.entries(RULES).flatMap(([name, rule]) => (names.includes(name) ? [] : rule));
  return { deps: (deps) => ({ ...deps, rules }) };
}

/** Breaks what a run sees of Revel. */
function withPort(bend: (port: RevelPort) => RevelPort): Bend {
  return { deps: (deps) => ({ ...deps, revel: bend(functionsOf(deps.revel)) }) };
}

/** The port as plain functions, so that others can be put in their place. */
function functionsOf(port: RevelPort): RevelPort {
  return {
    finder: () => port.finder(),
    clock: () => port.clock(),
    order: (id) => port.order(id),
    items: (id) => port.items(id),
    payments: (id) => port.payments(id),
    itemsOf: (ids) => port.itemsOf(ids),
    paymentsOf: (ids) => port.paymentsOf(ids),
    history: (id) => port.history(id),
    bills: (order) => port.bills(order),
    establishments: () => port.establishments(),
    products: (establishment) => port.products(establishment),
    createOrder: (order, guard) => port.createOrder(order, guard),
    changeOrder: (id, change, guard) => port.changeOrder(id, change, guard),
    createItem: (item, guard) => port.createItem(item, guard),
    removeItem: (id, guard) => port.removeItem(id, guard),
    createPayment: (payment, guard) => port.createPayment(payment, guard),
    removePayment: (id, guard) => port.removePayment(id, guard),
    createHistory: (history, guard) => port.createHistory(history, guard),
  };
}

function ifRead<T>(read: RevelRead<T>, change: (value: T) => T): RevelRead<T> {
  return read.kind === 'ok' ? { kind: 'ok', value: change(read.value) } : read;
}

/** The answers to some of the first run's writes are lost, or the writes themselves. */
function sweeping(scenario: Scenario): Scenario {
  return { ...scenario, runs: scenario.runs.map((run) => ({ ...run, sweep: true })) };
}

function losing(kind: 'answer-lost' | 'lost'): (scenario: Scenario) => Scenario {
  return (scenario) => ({
    ...scenario,
    uuidPolicy: 'allow',
    faults: [{ run: 0, of: 'writes', nth: 1 + (scenario.seed % 6), count: 1, kind }],
  });
}

function asFound({ uuid, orderId, item }: NewItem): FoundItem {
  return {
    id: `sent ${uuid}`,
    uuid,
    orderId,
    productId: item.productId,
    quantity: item.quantity,
    price: item.unitPrice,
    nameOverride: item.shownName,
    text: item.text || null,
    deleted: false,
    updatedBy: OUR_USER,
  };
}
