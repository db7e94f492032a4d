import { setMaxListeners } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';

/**
 * Aborts when somebody wants the process to stop; the reason is the signal's name. A terminal that closes says so more
 * than once, so that only the other two signals end the process when they come again.
 */
export function stopSignal(env: Readonly<Record<string, string | undefined>>): AbortSignal {
  const stop = new AbortController();
  // Every request in flight listens to it.
  setMaxListeners(0, stop.signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(signal));
  process.on('SIGHUP', () => {
    if (!begunWithNohup(env)) stop.abort('SIGHUP');
  });
  return stop.signal;
}

/**
 * Node.js takes back that nohup has had the signal ignored, before any script runs. What remains: shells name the
 * program they start in `_`, and GNU nohup makes standard input, if that is a terminal, a null device that can only be
 * written to.
 */
function begunWithNohup(env: Readonly<Record<string, string | undefined>>): boolean {
  if (/(^|\/)nohup$/.test(env._ ?? '')) return true;
  try {
    const [, flags = ''] = /^flags:\s*([0-7]+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8')) ?? [];
    const writesOnly = (Number.parseInt(flags, 8) & 3) === 1;
    return writesOnly && readlinkSync('/proc/self/fd/0') === '/dev/null';
  } catch {
    // Another system, or no standard input at all.
    return false;
  }
}
