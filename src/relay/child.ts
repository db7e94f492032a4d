import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../clock.js';
import { errnoOf } from '../state/failure.js';

const STOP_MS = 15_000;
/** Whoever still holds the pipes of a run that has ended is not waited for any longer than this. */
const PIPE_MS = 2000;
/** Characters of stderr that are kept, the last ones. */
const MAX_TAIL = 32 * 1024;
/** Lines of stderr that are kept, the last ones. */
const MAX_LINES = 20;

/** How to start this program. */
export interface Program {
  /** Path of the executable. */
  file: string;
  /** What goes before the arguments of a run. */
  args: readonly string[];
  /** Absolute. */
  cwd: string;
  env: Readonly<Record<string, string>>;
}

/** How a run ended. */
export type RunEnd =
  | { kind: 'exit'; code: number }
  /** Something other than its time limit killed it. */
  | { kind: 'killed'; signal: string }
  /** It took too long and was stopped. */
  | { kind: 'timeout' }
  /** There was no process. `reason` is a code of the system. */
  | { kind: 'unstarted'; reason: string };

/** What is left of a run. */
export interface FinishedRun {
  end: RunEnd;
  durationMs: number;
  /** What it printed as its result; null: more than was allowed. */
  stdout: string | null;
  /** Its last lines of diagnostics. */
  lines: string[];
}

/** A run that was started. */
export interface ChildRun {
  /** Never rejects. */
  ended: Promise<FinishedRun>;
  /** Tells it to finish its step and report; kills it when that takes too long. */
  stop(): void;
}

/** What {@link startChild} is given. */
export interface ChildOptions {
  program: Program;
  args: readonly string[];
  /** Milliseconds after which it is stopped. */
  limitMs: number;
  /** Bytes of stdout that are kept. */
  maxStdout: number;
  clock: Clock;
  /** Milliseconds that it may take to stop once it was told to; then it is killed. Default 15,000. */
  stopMs?: number;
}

/** Starts a run: no shell, an argument array, no standard input. */
export function startChild(options: ChildOptions): ChildRun {
  const { program, args, limitMs, maxStdout, clock, stopMs = STOP_MS } = options;
  const startedAt = clock.steady();
  const since = () => clock.steady() - startedAt;
  let child: ChildProcess;
  try {
    child = spawn(program.file, [...program.args, ...args], {
      cwd: program.cwd,
      env: { ...program.env },
      shell: false,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
  } catch (error) {
    const end: RunEnd = { kind: 'unstarted', reason: errnoOf(error) ?? 'error' };
    return { ended: Promise.resolve({ end, durationMs: since(), stdout: null, lines: [] }), stop() {} };
  }
  const stdout = collect(child.stdout, maxStdout);
  const stderr = tail(child.stderr);
  let timedOut = false;
  let over = false;
  let killer: NodeJS.Timeout | null = null;
  const stop = () => {
    if (over) return;
    child.kill('SIGTERM');
    killer ??= setTimeout(() => child.kill('SIGKILL'), stopMs);
  };
  const limit = setTimeout(() => {
    timedOut = true;
    stop();
  }, limitMs);

  const ended = endOf(child).then((end): FinishedRun => {
    over = true;
    clearTimeout(limit);
    if (killer) clearTimeout(killer);
    return {
      end: timedOut && end.kind !== 'unstarted' ? { kind: 'timeout' } : end,
      durationMs: since(),
      stdout: stdout(),
      lines: stderr(),
    };
  });
  return { ended, stop };
}

/** Lets runs finish for `graceMs`, then stops them; resolves once all have ended. */
export async function finishRuns(runs: readonly ChildRun[], graceMs: number, clock: Clock): Promise<void> {
  const patience = new AbortController();
  const all = Promise.all(runs.map(({ ended }) => ended)).then(() => patience.abort());
  await Promise.race([all, clock.sleep(graceMs, patience.signal)]);
  if (patience.signal.aborted) return;
  for (const run of runs) run.stop();
  await all;
}

function endOf(child: ChildProcess): Promise<RunEnd> {
  return new Promise((resolve) => {
    let pipes: NodeJS.Timeout | null = null;
    child.once('error', (error) => {
      // Also emitted when a signal could not be sent; that process still ends some way.
      if (child.pid === undefined) resolve({ kind: 'unstarted', reason: errnoOf(error) ?? 'error' });
    });
    child.once('exit', () => {
      pipes = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, PIPE_MS);
    });
    child.once('close', (code, signal) => {
      if (pipes) clearTimeout(pipes);
      resolve(code === null ? { kind: 'killed', signal: signal ?? 'unknown' } : { kind: 'exit', code });
    });
  });
}

/** Everything a stream says; null when that is more than `max` bytes, which are then not kept. */
function collect(stream: Readable | null, max: number): () => string | null {
  let chunks: Buffer[] = [];
  let bytes = 0;
  stream?.on('error', () => undefined);
  stream?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= max) chunks.push(chunk);
    else chunks = [];
  });
  return () => (bytes > max ? null : Buffer.concat(chunks).toString('utf8'));
}

function tail(stream: Readable | null): () => string[] {
  const decoder = new StringDecoder('utf8');
  let text = '';
  let cut = false;
  stream?.on('error', () => undefined);
  stream?.on('data', (chunk: Buffer) => {
    text += decoder.write(chunk);
    if (text.length <= 2 * MAX_TAIL) return;
    text = text.slice(-MAX_TAIL);
    cut = true;
  });
  return () => {
    const lines = text.split('\n');
    if (cut) lines.shift();
    return lines.filter((line) => line.trim() !== '').slice(-MAX_LINES);
  };
}
