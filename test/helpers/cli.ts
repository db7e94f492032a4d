import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type RunReport, RunReportSchema } from '../../src/report/schema.js';

/** The launcher of the built program; another build can be named by TS_RECONCILE_BIN. */
export const binPath: string =
  process.env.TS_RECONCILE_BIN ?? fileURLToPath(new URL('../../bin/ts-reconcile.js', import.meta.url));

/** What became of a process. */
export interface CliResult {
  /** Null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** What `--json` printed, checked; null without it, or when the process did not come so far. */
  report: RunReport | null;
  durationMs: number;
}

/** A running process. */
export interface CliRun {
  readonly child: ChildProcess;
  readonly done: Promise<CliResult>;
}

/** Starts the built program with nothing but the given environment. */
export function startCli(args: readonly string[], env: Record<string, string>): CliRun {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [binPath, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const done = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const stdout = Buffer.concat(out).toString();
      const stderr = Buffer.concat(err).toString();
      const durationMs = performance.now() - startedAt;
      resolve({ code, signal, stdout, stderr, report: reportIn(args, stdout), durationMs });
    });
  });
  return { child, done };
}

/** Runs the built program to its end. */
export function runCli(args: readonly string[], env: Record<string, string>): Promise<CliResult> {
  return startCli(args, env).done;
}

/** Arguments of a run for these events that prints its report as JSON. */
export function syncArgs(...events: readonly { id: number }[]): string[] {
  return ['sync', '--json', '--event-id', ...events.map(({ id }) => String(id))];
}

function reportIn(args: readonly string[], stdout: string): RunReport | null {
  if (args[0] !== 'sync' || !args.includes('--json') || stdout === '') return null;
  return RunReportSchema.parse(JSON.parse(stdout));
}
