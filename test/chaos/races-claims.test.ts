import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { RawRecord } from '../../src/sandbox/tripleseat/model.js';
import { STAFF_USER } from '../../src/sandbox/world/places.js';
import { disturbances, wrongWith } from '../helpers/check.js';
import { startCli, syncArgs } from '../helpers/cli.js';
import { standstill } from '../helpers/hardship.js';
import { syncHere } from '../helpers/sync-here.js';
import { TestWorld } from '../helpers/world.js';
import type { OrderRow } from '../simulators/revel.js';

let world: TestWorld;
let event: RawRecord;

beforeEach(async () => {
  world = await TestWorld.start({ settleSeconds: 0.4 });
  event = world.addEvent();
});

afterEach(() => world.close());

/** A run that is killed before its request with this method and path is carried out. */
async function killedAt(method: string, path: string): Promise<OrderRow> {
  const run = startCli(syncArgs(event), world.env(world.newStateDir()));
  world.revelGate.reset((request) => {
    if (request.method !== method || request.path !== path) return { kind: 'none' };
    run.child.kill('SIGKILL');
    return { kind: 'reset-before' };
  });
  expect((await run.done).signal).toBe('SIGKILL');
  world.revelGate.reset();
  const [order] = world.revel.orders();
  if (!order) throw new Error('The killed run made no order.');
  return order;
}

async function makeVisible(order: OrderRow): Promise<void> {
  const env = world.env('');
  const answer = await fetch(`${world.revelServer.url}/resources/OrderHistory/`, {
    method: 'POST',
    headers: {
      'API-AUTHENTICATION': `${env.REVEL_API_KEY}:${env.REVEL_API_SECRET}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({
      uuid: '0c0a6f0e-1111-5b7f-9a43-5c1b0f7f2f51',
      order: order.resource_uri,
      order_opened_by: order.created_by,
      order_opened_at: order.created_at,
      opened: order.created_date,
    }),
  });
  expect(answer.status).toBe(201);
}

describe('taking over an order that another run has begun', () => {
  test('leaves no claim behind when that run finishes it at the last moment', async () => {
    const order = await killedAt('POST', '/resources/OrderHistory/');
    world.revelGate.reset(({ method }, index) => {
      const isClaim = method === 'PATCH' && world.revel.history(order.id).length === 0;
      // The dead run's last write was on its way for longer than anyone waits.
      if (isClaim && index > 0) world.revelGate.hold = makeVisible(order);
      return { kind: 'none' };
    });

    const result = await syncHere(world.env(world.newStateDir()), [event]);

    expect(result.code).toBe(0);
    expect(world.revel.history(order.id)).toHaveLength(1);
    expect(wrongWith(world.revel, event)).toEqual([]);
    world.revelGate.reset();
    expect(await disturbances(world, [event], world.newStateDir())).toEqual([]);
  });

  test('leaves no claim behind when that run finishes it after the claim', async () => {
    const order = await killedAt('POST', '/resources/OrderHistory/');
    let claims = 0;
    let late = 0;
    world.revelGate.reset(({ method, path }) => {
      if (method === 'PATCH') claims += 1;
      // The claim has been read back; the next look at the order is the one that decides.
      if (claims === 0 || method !== 'GET' || !path.startsWith('/resources/OrderItem/') || late > 0) {
        return { kind: 'none' };
      }
      late += 1;
      world.revelGate.hold = makeVisible(order);
      return { kind: 'none' };
    });

    const result = await syncHere(world.env(world.newStateDir()), [event]);

    expect(late).toBe(1);
    expect(result.code).toBe(0);
    expect(world.revel.history(order.id)).toHaveLength(1);
    expect(wrongWith(world.revel, event)).toEqual([]);
    world.revelGate.reset();
    expect(await disturbances(world, [event], world.newStateDir())).toEqual([]);
  });

  test('writes nothing to one that staff touches meanwhile', async () => {
    const order = await killedAt('POST', '/resources/Payment/');
    let reads = 0;
    world.revelGate.reset(({ method, path }) => {
      if (method === 'GET' && path === `/resources/Order/${order.id}/`) reads += 1;
      if (reads === 2) {
        world.revel.control('staff-touch', { orderId: order.id, userId: STAFF_USER }, Date.now());
      }
      return { kind: 'none' };
    });
    const before = world.revelServer.log.entries().length;

    const result = await syncHere(world.env(world.newStateDir()), [event]);

    expect(result.report.events.map(({ status, reason }) => [status, reason])).toEqual([
      ['failed', 'TOUCHED'],
    ]);
    const writes = world.revelServer.log.entries().slice(before);
    expect(writes.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(reads).toBeGreaterThan(1);
  });

  test.each([
    ['POST', '/resources/Payment/'],
    ['POST', '/resources/OrderItem/'],
    ['POST', '/resources/OrderHistory/'],
  ])('waits for what that run sent off before it died: %s %s', async (method, path) => {
    const inFlight = { IN_FLIGHT_SECONDS: '5' };
    const first = startCli(syncArgs(event), world.env(world.newStateDir(), inFlight));
    let arrived = Promise.resolve();
    world.revelGate.reset((request) => {
      if (request.method !== method || request.path !== path) return { kind: 'none' };
      world.revelGate.reset();
      // Carried out within IN_FLIGHT_SECONDS, long after all that lists need.
      arrived = systemClock.sleep(4_000);
      world.revelGate.hold = arrived;
      first.child.kill('SIGKILL');
      return { kind: 'reset-after' };
    });
    expect((await first.done).signal).toBe('SIGKILL');

    // Whatever its own time-out is.
    const hasty = { ...inFlight, HTTP_TIMEOUT_MS: '1000' };
    const second = await syncHere(world.env(world.newStateDir(), hasty), [event]);

    await arrived;
    expect(second.code).toBe(0);
    // Who is asked to wait is told for what.
    expect(second.stderr).toMatch(
      /Order \d+ was left unfinished by another run: waiting until no request of it can be under way\./,
    );
    expect(wrongWith(world.revel, event)).toEqual([]);
    expect(await disturbances(world, [event], world.newStateDir())).toEqual([]);
  });

  test('stops the run it was taken from, should that wake up again', async () => {
    expect(await standstill()).toEqual([]);
  });
});
