import { systemClock } from '../../src/clock.js';
import type { FaultDecision } from '../simulators/faults.js';
import type { OrderRow } from '../simulators/revel.js';
import { Watch, wrongWith } from './check.js';
import { startCli, syncArgs } from './cli.js';
import { SWEEP, syncHere } from './sync-here.js';
import { TestWorld } from './world.js';

/**
 * Every look-up of orders fails for a whole run, while the order stands already. Answers what is wrong afterwards:
 * anything written, or a run that says that all is well.
 */
export async function outage(
  decision: FaultDecision,
  changes: Record<string, string> = {},
): Promise<string[]> {
  const world = await TestWorld.start();
  try {
    const event = world.addEvent();
    const first = await syncHere(world.env(world.newStateDir()), [event]);
    const before = world.revelServer.log.entries().length;
    world.revelGate.reset(({ method, path }) =>
      method === 'GET' && path.startsWith('/resources/Order/') ? decision : { kind: 'none' },
    );
    // Long, so that attempts to read do not use up the time for which a look may be relied on.
    const patient = { SETTLE_SECONDS: '8', ...changes };
    const second = await syncHere(world.env(world.newStateDir(), patient), [event]);
    const writes = world.revelServer.log
      .entries()
      .slice(before)
      .filter(({ method }) => method !== 'GET');
    return [
      ...(first.code === 0 ? [] : [`the first run ended with ${first.code}`]),
      ...(second.code === 69 ? [] : [`the run without look-ups ended with ${second.code}`]),
      ...writes.map(({ method, path }) => `it sent ${method} ${path}`),
      ...wrongWith(world.revel, event),
    ];
  } finally {
    await world.close();
  }
}

/**
 * Revel accepts a write and forgets it. Answers what is wrong afterwards: this run, or the next one, says that all
 * is well although the order is not.
 */
export async function forgetfulness(
  method: string,
  path: string,
  mode: 'single' | 'sweep' = 'single',
): Promise<string[]> {
  const world = await TestWorld.start();
  try {
    const event = world.addEvent();
    let forgot = false;
    world.revelGate.reset((request) => {
      if (forgot || request.method !== method || !request.path.startsWith(path)) return { kind: 'none' };
      forgot = true;
      const before = world.revel.snapshot();
      setTimeout(() => world.revel.restore(before), 40);
      return { kind: 'delay', ms: 80 };
    });
    const env = world.env(world.newStateDir());
    const problems: string[] = [];
    for (const which of ['the run', 'the next run']) {
      const { code, report } = await syncHere(env, mode === 'single' ? [event] : SWEEP);
      const wrong = wrongWith(world.revel, event);
      const silent = wrong.length > 0 && (code === 0 || report.success);
      if (silent) problems.push(`${which} ended with ${code} although ${wrong.join('; ')}`);
    }
    return [...(forgot ? [] : [`there was no ${method} ${path}`]), ...problems];
  } finally {
    await world.close();
  }
}

/**
 * A run stands still in the middle of its work (its machine sleeps), until another run has claimed the order and
 * begun to fill it; then it goes on. Answers what is wrong afterwards: both must not write.
 */
export async function standstill(): Promise<string[]> {
  const watch = new Watch();
  const world: TestWorld = await TestWorld.start({
    settleSeconds: 0.5,
    onRevelChange: () => watch.look(world.revel, world.events),
  });
  try {
    const event = world.addEvent();
    const sleeper = startCli(syncArgs(event), world.env(world.newStateDir()));
    const asleep = new Promise<void>((resolve) => {
      world.revelGate.reset(({ method, path }) => {
        if (method === 'PATCH' && path.startsWith('/resources/Order/')) {
          // Its totals are written; that they are, it learns when it wakes.
          sleeper.child.kill('SIGSTOP');
          world.revelGate.reset();
          resolve();
        }
        return { kind: 'none' };
      });
    });
    await asleep;
    const rival = startCli(syncArgs(event), world.env(world.newStateDir()));
    world.revelGate.reset(({ method, path }) => {
      if (method === 'POST' && path === '/resources/Payment/') {
        // The rival pays; while that is on its way, the sleeper wakes and has all the time to pay as well.
        sleeper.child.kill('SIGCONT');
        world.revelGate.reset();
        world.revelGate.hold = systemClock.sleep(400);
      }
      return { kind: 'none' };
    });
    const ended = await Promise.all([sleeper.done, rival.done]);
    return [
      ...ended
        .filter(({ code }) => code !== 0)
        .map(({ code, stderr }) => `a run ended with ${code}: ${stderr}`),
      ...watch.problems,
      ...wrongWith(world.revel, event),
    ];
  } finally {
    await world.close();
  }
}

/**
 * A run is killed while its new header is on its way, and the header is made only after the next run of the host
 * has looked. Answers what is wrong afterwards: whoever of the two headers counts, one complete order must stand, and
 * a further run must find nothing to do.
 */
export async function lateHeader(): Promise<string[]> {
  const world = await TestWorld.start({ revel: { listLagMs: 300 }, settleSeconds: 2 });
  try {
    const event = world.addEvent();
    const stateDir = world.newStateDir();
    let arrive = (): void => undefined;
    const looked = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const killed = startCli(syncArgs(event), world.env(stateDir));
    world.revelGate.reset(({ method, path }) => {
      if (method !== 'POST' || path !== '/resources/Order/') return { kind: 'none' };
      killed.child.kill('SIGKILL');
      world.revelGate.hold = looked.then(() => systemClock.sleep(500));
      return { kind: 'reset-after' };
    });
    await killed.done;
    world.revelGate.reset(({ method, path }) => {
      if (method === 'GET' && path === '/resources/Order/') arrive();
      return { kind: 'none' };
    });
    const { code } = await syncHere(world.env(stateDir), [event]);
    const again = await syncHere(world.env(stateDir), [event]);
    return [
      ...(code === 0 ? [] : [`the next run ended with ${code}`]),
      ...(again.stderr.includes('Injected: 0, Skipped: 1') ? [] : [`the run after it: ${again.stderr}`]),
      ...wrongWith(world.revel, event),
    ];
  } finally {
    await world.close();
  }
}

/**
 * The lowest header of an event lost a race long ago, and Revel has not kept its deleted mark. Answers what is
 * wrong after a run: it must make an order of its own and leave that header as it is.
 */
export async function supersededHeader(): Promise<string[]> {
  const world = await TestWorld.start({ revel: { keepsDeletedMark: false } });
  try {
    const event = world.addEvent();
    const killed = startCli(syncArgs(event), world.env(world.newStateDir()));
    world.revelGate.reset(({ method, path }) => {
      if (method !== 'POST' || path !== '/resources/OrderItem/') return { kind: 'none' };
      killed.child.kill('SIGKILL');
      return { kind: 'reset-before' };
    });
    await killed.done;
    world.revelGate.reset();
    const [lost] = world.revel.orders();
    if (!lost) return ['the killed run made no header'];
    await markSuperseded(world, lost);
    const { code } = await syncHere(world.env(world.newStateDir()), [event]);
    const [now] = world.revel.orders();
    return [
      ...(code === 0 ? [] : [`the run ended with ${code}`]),
      ...(now?.id === lost.id && world.revel.history(lost.id).length === 0
        ? []
        : ['the lost header is used']),
      ...wrongWith(world.revel, event),
    ];
  } finally {
    await world.close();
  }
}

async function markSuperseded(world: TestWorld, lost: OrderRow): Promise<void> {
  const env = world.env('');
  await fetch(`${world.revelServer.url}/resources/Order/${lost.id}/`, {
    method: 'PATCH',
    headers: {
      'API-AUTHENTICATION': `${env.REVEL_API_KEY}:${env.REVEL_API_SECRET}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ notes: (lost.notes ?? '').replace(/ rev .*$/, ' superseded by order 1') }),
  });
}
