import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atFileEnd } from '../../helpers/cleanup.js';
import { binPath } from '../../helpers/cli.js';
import { built } from './built.js';

/** Signing key that {@link relayEnv} configures first. */
export const KEY = 'first-signing-key';
export const SECOND_KEY = 'second-signing-key';
export const TOKEN = 'a-token-of-the-manual-trigger';

/** What fake runs are: `full` does all that a test may ask of it, `light` is for tests that start very many. */
const FAKE_RUNS = {
  full: [process.execPath, fileURLToPath(new URL('./fake-run.mjs', import.meta.url))],
  light: ['bash', fileURLToPath(new URL('./fake-run.sh', import.meta.url))],
} as const;
type FakeRun = keyof typeof FAKE_RUNS;

const OPTIONS = {
  host: '127.0.0.1',
  port: 0,
  allowUnsigned: false,
  maxRuns: 2,
  maxQueue: 1000,
  graceSeconds: 20,
  sandbox: true,
};
/** Options of `serve`, as the command takes them. */
export type RelayFlags = Partial<typeof OPTIONS>;

/** A relay process. */
export class RelayProcess {
  readonly child: ChildProcess;
  url = '';
  stderr = '';
  /** Exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;

  /** `file`: what is started in place of Node.js. */
  constructor(args: readonly string[], env: Record<string, string>, file: string = process.execPath) {
    this.child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.exited = once(this.child, 'close').then(([code]) => code);
    atFileEnd(async () => void (await this.stop('SIGKILL')));
  }

  /** Resolves once it listens; rejects when it ends before. */
  async listening(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        this.stderr += text;
        const url = /Listening on (http:[^\s"]+)/.exec(this.stderr)?.[1];
        if (this.url !== '' || url === undefined) return;
        this.url = url;
        resolve();
      });
      void this.exited.then((code) => reject(new Error(`the relay ended with ${code}: ${this.stderr}`)));
    });
    return this;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.exited;
  }
}

/** A fresh empty directory, removed after the tests of the file. */
export async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ts-reconcile-serve-'));
  atFileEnd(() => rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  return directory;
}

/** An environment with two signing keys; nothing of this process's own. */
export function relayEnv(stateDir: string, changes: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    TZ: 'UTC',
    STATE_DIR: stateDir,
    TRIPLESEAT_WEBHOOK_SIGNING_KEY: `${KEY},${SECOND_KEY}`,
    ...changes,
  };
}

/** Arguments for Node.js that start the built `serve` with fake runs. */
export function fakeServe(directory: string, flags: RelayFlags = {}, runs: FakeRun = 'full'): string[] {
  return [built('serve-with'), ...FAKE_RUNS[runs], directory, JSON.stringify({ ...OPTIONS, ...flags })];
}

/** The built `serve`, whose runs are the fake ones of `directory` (see fake-run.mjs). */
export function startFake(
  directory: string,
  flags: RelayFlags = {},
  env: Record<string, string> = relayEnv(join(directory, 'state')),
  runs: FakeRun = 'full',
): Promise<RelayProcess> {
  return new RelayProcess(fakeServe(directory, flags, runs), env).listening();
}

/** The built `ts-reconcile serve`. */
export function startServe(flags: readonly string[], env: Record<string, string>): Promise<RelayProcess> {
  return new RelayProcess([binPath, 'serve', '--port', '0', ...flags], env).listening();
}

/** One start of a fake run. */
export interface FakeStart {
  event: string;
  /** Epoch milliseconds. */
  at: number;
  pid: number;
  args: string[];
  env: Record<string, string>;
  cwd: string;
}

async function lines<T>(directory: string, file: string): Promise<T[]> {
  const text = await readFile(join(directory, file), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

/** The fake runs that began, in order. */
export function starts(directory: string): Promise<FakeStart[]> {
  return lines(directory, 'starts.jsonl');
}

/** The fake runs that ended by themselves. */
export function ends(directory: string): Promise<{ event: string; startedAt: number; code: number }[]> {
  return lines(directory, 'ends.jsonl');
}

/** Keeps fake runs going until the returned function is called. */
export async function hold(directory: string): Promise<() => Promise<void>> {
  await writeFile(join(directory, 'hold'), '');
  return () => rm(join(directory, 'hold'));
}

/** `X-Signature` of a body. */
export function sign(body: string | Uint8Array, key = KEY, time = Math.floor(Date.now() / 1000)): string {
  return `t=${time},v1=${createHmac('sha256', key).update(`${time}.`).update(body).digest('hex')}`;
}

/** Body of an event trigger. */
export function eventBody(id: unknown, trigger = 'UPDATE_EVENT'): string {
  return JSON.stringify({
    webhook_trigger_type: trigger,
    message: 'changed',
    event: { id, name: 'A party' },
  });
}

/** What a delivery was answered. */
export interface Answer {
  status: number;
  headers: Headers;
  json: Record<string, unknown>;
}

/** Delivers a body; signed with the first key unless headers say otherwise (an empty one is left out). */
export async function deliver(
  relay: { url: string },
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const all = { 'content-type': 'application/json', 'x-signature': sign(body), ...headers };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
  const response = await fetch(`${relay.url}/webhooks/tripleseat`, { method: 'POST', body, headers: sent });
  return {
    status: response.status,
    headers: response.headers,
    json: (await response.json()) as Record<string, unknown>,
  };
}

/** Value of one line of `/metrics`; 0 when there is none. */
export async function metric(relay: { url: string }, line: string): Promise<number> {
  const text = await (await fetch(`${relay.url}/metrics`)).text();
  const found = text.split('\n').find((candidate) => candidate.startsWith(`${line} `));
  return found === undefined ? 0 : Number(found.slice(line.length + 1));
}
