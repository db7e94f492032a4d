import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../../src/clock.js';
import { type SimServer, startSimServer } from '../../../src/sandbox/host/server.js';
import { Account, orderBody } from './helpers.js';

const directory = mkdtempSync(join(tmpdir(), 'revel-'));
const servers: SimServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  rmSync(directory, { recursive: true, force: true });
});

async function serve(account: Account): Promise<string> {
  const persistFile = join(directory, 'revel.json');
  const server = await startSimServer({ simulator: account.sim, clock: systemClock, persistFile });
  servers.push(server);
  return server.url;
}

const headers = { 'API-AUTHENTICATION': 'key:secret', 'Content-Type': 'application/json' };

it('is the same behind a socket, and goes on after a restart', async () => {
  const first = await serve(new Account());
  const made = await fetch(`${first}/resources/Order/`, {
    method: 'POST',
    headers,
    body: JSON.stringify(orderBody()),
  });
  const order = z.looseObject({ id: z.number(), resource_uri: z.string() }).parse(await made.json());
  expect([made.status, made.headers.get('location')]).toEqual([201, order.resource_uri]);
  const lost = await fetch(`${first}/resources/Order`, { method: 'POST', headers, body: '{}' });
  expect([lost.status, lost.redirected]).toEqual([200, true]);

  const second = await serve(new Account());
  const query = new URLSearchParams({ local_id__in: 'Triple Seat_900001' });
  const found = await fetch(`${second}/resources/Order/?${query}`, { headers });
  expect(await found.json()).toMatchObject({ meta: { total_count: 1 }, objects: [order] });
  expect((await fetch(`${second}/resources/Order/`)).status).toBe(401);
  const opened = await fetch(`${second}/__sim/do/pos-open`, {
    method: 'POST',
    body: JSON.stringify({ orderId: order.id }),
  });
  expect(await opened.json()).toMatchObject({ ok: true, result: { id: order.id, version: 3 } });
});
