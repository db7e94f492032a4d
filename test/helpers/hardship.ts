import type { FaultDecision } from '../../src/sandbox/host/faults.js';
import { wrongWith } from './check.js';
import { runCli, syncArgs } from './cli.js';
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
    const first = await runCli(syncArgs(event), world.env(world.newStateDir()));
    const before = world.revelServer.log.entries().length;
    world.revelGate.reset(({ method, path }) =>
      method === 'GET' && path.startsWith('/resources/Order/') ? decision : { kind: 'none' },
    );
    // Long, so that attempts to read do not use up the time for which a look may be relied on.
    const patient = { SETTLE_SECONDS: '8', ...changes };
    const second = await runCli(syncArgs(event), world.env(world.newStateDir(), patient));
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
 * Revel accepts a write and forgets it. Answers what is wrong afterwards: a run that says that all is well
 * although the order is not.
 */
export async function forgetfulness(method: string, path: string): Promise<string[]> {
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
    const { code, report } = await runCli(syncArgs(event), world.env(world.newStateDir()));
    const wrong = wrongWith(world.revel, event);
    const silent = wrong.length > 0 && (code === 0 || report?.success !== false);
    return [
      ...(forgot ? [] : [`there was no ${method} ${path}`]),
      ...(silent ? [`the run ended with ${code} although ${wrong.join('; ')}`] : []),
    ];
  } finally {
    await world.close();
  }
}
