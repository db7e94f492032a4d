import { setPriority } from 'node:os';
import { systemClock } from '../clock.js';
import { type ChildRun, startChild } from './child.js';
import type { Order, Told } from './starter.js';

/*
 * The process that starts the relay's runs: see starter.ts. It ends with the relay, and leaves runs to go on.
 */

/** What answers goes before what works; but a run must come to an end on a busy host, too. */
const LOWER = 5;

const runs = new Map<number, ChildRun>();

process.on('message', (order: Order) => {
  if (order.kind === 'stop') {
    runs.get(order.id)?.stop();
    return;
  }
  const { id, program, args, limitMs, maxStdout } = order;
  const run = startChild({ program, args, limitMs, maxStdout, clock: systemClock });
  runs.set(id, run);
  void run.ended.then((finished) => {
    runs.delete(id);
    const told: Told = { id, finished };
    process.send?.(told);
  });
});
process.on('disconnect', () => process.exit());
// Whoever ends a whole group of processes means the relay, which then says what is to become of its runs.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
try {
  // Runs inherit it.
  setPriority(LOWER);
} catch {
  // Where that is not allowed, they are run as they are.
}
