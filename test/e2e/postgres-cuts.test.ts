import { afterAll, beforeAll, expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.js';
import type { RawRecord } from '../../src/sandbox/tripleseat/model.js';
import { Watch, wrongWith } from '../helpers/check.js';
import { describeWithPostgres, PostgresServer } from '../helpers/postgres.js';
import { type Cut, PostgresProxy } from '../helpers/postgres-proxy.js';
import { hostEnv } from '../helpers/postgres-run.js';
import { syncHere } from '../helpers/sync-here.js';
import { TestWorld } from '../helpers/world.js';

const LANES = 6;

interface Case {
  cut: Cut;
  event: RawRecord;
  code: ExitCode;
  /** Writes that Revel got after the cut; null: the run ended before it came to the statement. */
  writesAfter: number | null;
  left: string[];
}

describeWithPostgres('a connection to the database that is cut', () => {
  let server: PostgresServer;
  let world: TestWorld;
  let url: string;
  const watch = new Watch();

  beforeAll(async () => {
    server = await PostgresServer.start();
    url = await server.newDatabase();
    world = await TestWorld.start({
      tripleseat: { clientCredentials: 'off' },
      settleSeconds: 0.1,
      onRevelChange: () => watch.look(world.revel, world.events),
    });
  });
  afterAll(async () => {
    await world.close();
    await server.close();
  });

  function writesTo(event: RawRecord): number {
    const orders = world.revel.orders().filter(({ local_id }) => local_id === `Triple Seat_${event.id}`);
    const rows = orders.map(({ id }) => {
      const { items, payments, history } = {
        items: world.revel.items(id).length,
        payments: world.revel.payments(id).length,
        history: world.revel.history(id).length,
      };
      return 1 + items + payments + history;
    });
    return rows.reduce((sum, count) => sum + count, 0);
  }

  async function lane(cuts: Cut[]): Promise<Case[]> {
    const proxy = await PostgresProxy.start(server.port);
    const env = hostEnv(world, through(url, proxy.port));
    const cases: Case[] = [];
    for (let cut = cuts.shift(); cut; cut = cuts.shift()) {
      const event = world.addEvent();
      let before = -1;
      proxy.onCut = () => {
        before = writesTo(event);
      };
      proxy.arm(cut);
      const { code } = await syncHere(env, [event]);
      cases.push({
        cut,
        event,
        code,
        writesAfter: before < 0 ? null : writesTo(event) - before,
        left: wrongWith(world.revel, event),
      });
    }
    await proxy.close();
    return cases;
  }

  it('before or after any statement stops the run before its next write, and the next run completes the order', async () => {
    // Counted on a run that nothing disturbs, after one that has got the tokens.
    const proxy = await PostgresProxy.start(server.port);
    const env = hostEnv(world, through(url, proxy.port));
    expect((await syncHere(env, [world.addEvent()])).code).toBe(0);
    proxy.arm(null);
    expect((await syncHere(env, [world.addEvent()])).code).toBe(0);
    const count = proxy.statements;
    await proxy.close();

    const cuts = Array.from({ length: count }, (_, statement) => statement).flatMap((statement): Cut[] => [
      { statement, side: 'before' },
      { statement, side: 'after' },
    ]);
    const total = cuts.length;
    const results = (await Promise.all(Array.from({ length: LANES }, () => lane(cuts)))).flat();

    expect(results).toHaveLength(total);
    // After a cut there is at most the write that was under way.
    const cut = results.filter(({ writesAfter }) => writesAfter !== null);
    expect(cut.filter(({ writesAfter }) => writesAfter !== 0 && writesAfter !== 1)).toEqual([]);
    // Statements that go by time (a lock asked after again) are not equally many in each run: only the last may be missing.
    const missed = results.filter(({ writesAfter }) => writesAfter === null);
    expect(missed.filter(({ cut: { statement } }) => statement < count * 0.9)).toEqual([]);
    const codes = new Set(results.map(({ code }) => code));
    expect([...codes].filter((code) => code !== ExitCode.ok && code !== ExitCode.locked)).toEqual([]);
    // A run that says all is well has left all well; the others have left something to do, or told it late.
    expect(results.filter(({ code, left }) => code === ExitCode.ok && left.length > 0)).toEqual([]);
    expect(results.filter(({ left }) => left.length > 0).length).toBeGreaterThan(count / 2);

    const again = await syncHere(
      hostEnv(world, url),
      results.map(({ event }) => event).map(({ id }) => ({ id })),
    );
    expect(again.code).toBe(0);
    expect(results.flatMap(({ event }) => wrongWith(world.revel, event))).toEqual([]);
    expect(watch.problems).toEqual(new Set());
    console.log(
      `${total} cuts at ${count} statements: ${results.filter(({ left }) => left.length > 0).length} left something to do`,
    );
  });
});

function through(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return String(changed);
}
