import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { errnoOf } from '../state/failure.js';
import type { ChildRun, FinishedRun, Program, RunEnd } from './child.js';

/** What the process that starts runs is told. */
export type Order =
  | ({ kind: 'start'; id: number } & RunSettings)
  /** As {@link ChildRun.stop}. */
  | { kind: 'stop'; id: number };

/** What it tells of each run, once. */
export interface Told {
  id: number;
  finished: FinishedRun;
}

/** What a run is started with. */
interface RunSettings {
  program: Program;
  args: readonly string[];
  /** Milliseconds after which it is stopped. */
  limitMs: number;
  /** Bytes of stdout that are kept. */
  maxStdout: number;
}

/** Starts runs in a process beside this one. */
export interface Starter {
  start(settings: RunSettings): ChildRun;
  /** Ends that process; runs that are under way go on by themselves. */
  close(): void;
}

const MAIN = fileURLToPath(new URL('../../dist/bundle/starter.cjs', import.meta.url));

/**
 * Starting a process halts the one that does it for as long as its memory takes to be copied, tens of milliseconds on a
 * busy machine, in which nobody is answered. So a small process starts all runs, at low priority, and tells how each
 * ended. Should it end, its runs count as killed (they are tried again, and find their events locked while the first
 * ones go on), and the next run brings a new one. `lost` is told, in a sentence.
 *
 * @param env all that the process gets of this one's environment
 */
export function createStarter(env: Readonly<Record<string, string>>, lost: (what: string) => void): Starter {
  const waiting = new Map<number, (finished: FinishedRun) => void>();
  let ids = 0;
  let current: ChildProcess | null = null;
  let closed = false;

  const give = (end: RunEnd) => {
    current = null;
    for (const settle of waiting.values()) settle({ end, durationMs: 0, stdout: null, lines: [] });
    waiting.clear();
  };
  const begin = (): ChildProcess => {
    // A session of its own: Ctrl-C in a terminal reaches the relay alone, which then lets its runs finish.
    const child = fork(MAIN, { env: { ...env }, execArgv: [], stdio: 'ignore', detached: true });
    const over = (end: RunEnd, what: string) => {
      if (current !== child) return;
      give(end);
      if (!closed) lost(`The process that starts runs ${what}; the next run brings a new one.`);
    };
    child.on('message', ({ id, finished }: Told) => {
      waiting.get(id)?.(finished);
      waiting.delete(id);
    });
    child.on('error', (error) => {
      if (child.pid === undefined)
        over({ kind: 'unstarted', reason: errnoOf(error) ?? 'error' }, `could not begin (${error.message})`);
    });
    child.on('exit', (code, signal) => {
      over({ kind: 'killed', signal: signal ?? `exit code ${code}` }, `ended (${signal ?? code})`);
    });
    return child;
  };
  const beside = (): ChildProcess | null => {
    try {
      current ??= begin();
    } catch (error) {
      give({ kind: 'unstarted', reason: errnoOf(error) ?? 'error' });
    }
    return current;
  };
  // What does not arrive is told by its end. Without a file handle to spare there is no way to it at all.
  const send = (order: Order) => {
    const child = beside();
    if (child?.connected) child.send(order, () => undefined);
  };
  beside();
  return {
    start(settings) {
      ids += 1;
      const id = ids;
      const ended = new Promise<FinishedRun>((resolve) => waiting.set(id, resolve));
      send({ kind: 'start', id, ...settings });
      return {
        ended,
        stop() {
          if (waiting.has(id)) send({ kind: 'stop', id });
        },
      };
    },
    close() {
      closed = true;
      if (current?.connected) current.disconnect();
    },
  };
}
