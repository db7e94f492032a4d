import { z } from 'zod';
import type { Clock } from '../clock.js';
import { locationsFileSchema } from '../config/locations.js';
import { localDate } from '../domain/zones.js';
import { AppError, ExitCode, errorText } from '../errors.js';
import { StateFiles } from '../state/files/files.js';
import { HostLocks } from '../state/files/locks.js';
import { parse } from '../state/kept.js';
import type { Lock } from '../state/primitives.js';
import { takeLease, waitForLeases } from './leases.js';
import { sandboxDir } from './paths.js';
import { revelKey, type SandboxPorts, startServers } from './server.js';
import { defaultSettings, FIRST_REFRESH_TOKEN } from './tripleseat/model.js';
import { allPlaces, sampleLocationsFile } from './world/places.js';

/** How a sandbox is opened. */
export interface SandboxOptions {
  /** Absolute; the sandbox's data lies in `sandbox` below it. */
  stateDir: string;
  clock: Clock;
  ports?: SandboxPorts;
}

/** An open sandbox. */
export interface Sandbox {
  /** No trailing slash. */
  tripleseatUrl: string;
  /** No trailing slash. */
  revelUrl: string;
  /**
   * The variables that make this program use the sandbox, and nothing but the sandbox: its own STATE_DIR keeps
   * its tokens and journal apart from real ones. To be used in place of other settings, not on top of them: a
   * STATE_URL or TEST_ESTABLISHMENT_ID left over from elsewhere would still count.
   */
  env: Record<string, string>;
  /** Something the user should know, as a sentence; null: nothing. */
  note: string | null;
  /** Stops serving, once no other process uses it any more; its data stays. */
  close(): Promise<void>;
}

const SERVING = 'serving';
const START_TIMEOUT_MS = 15_000;
const MAX_FILE_BYTES = 65_536;
const FILES = { server: 'server.json', world: 'world.json', locations: 'locations.json' } as const;

const serverSchema = z.object({ tripleseatUrl: z.url(), revelUrl: z.url() });
const worldSchema = z.strictObject({ seededAt: z.number() });

/**
 * Opens the sandbox: serves it, or joins the process that serves it already, since two would overwrite each
 * other's data. The first time it is filled with sample events around now; later everything is as it was left.
 * Throws an AppError (`STATE`, `USAGE` for a port, `LOCKED` when a serving process doesn't answer).
 */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock } = options;
  const ground = await access(options);
  const deadline = clock.now() + START_TIMEOUT_MS;
  for (;;) {
    const sandbox = (await serve(ground)) ?? (await joinServer(ground));
    if (sandbox) return signedIn(sandbox);
    if (clock.now() >= deadline) {
      throw new AppError(
        'LOCKED',
        ExitCode.locked,
        'Another process holds the sandbox but does not answer.',
        'Wait for it to end, or stop it.',
      );
    }
    await clock.sleep(50);
  }
}

/** Its token may have been spent by a state that is lost since: nobody is to sign in to a sandbox for that. */
async function signedIn(sandbox: Sandbox): Promise<Sandbox> {
  try {
    await fetch(`${sandbox.tripleseatUrl}/__sim/do/consent`, { method: 'POST', body: '{}' });
    return sandbox;
  } catch (error) {
    await sandbox.close();
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new AppError(
      'STATE',
      ExitCode.config,
      `The sandbox at ${sandbox.tripleseatUrl} broke the connection (${errorText(cause)}).`,
      'Run it again. If that does not help, too many files may be open: raise the limit (ulimit -n); 256 are enough.',
    );
  }
}

/** Like {@link openSandbox}, but null when another process serves the sandbox. */
export async function serveSandbox(options: SandboxOptions): Promise<Sandbox | null> {
  return serve(await access(options));
}

/** Runs `work` while nobody serves the sandbox; false: somebody does, and nothing was done. */
export async function whileStopped(
  options: SandboxOptions,
  work: (directory: string) => Promise<void>,
): Promise<boolean> {
  const { files, locks } = await access(options);
  const lock = await locks.tryLock(SERVING);
  if (!lock) return false;
  try {
    await work(files.root);
    return true;
  } finally {
    await lock.release();
  }
}

/** What a sandbox stands on. */
interface Ground {
  files: StateFiles;
  locks: HostLocks;
  clock: Clock;
  ports: SandboxPorts;
}

async function access({ stateDir, clock, ports = {} }: SandboxOptions): Promise<Ground> {
  const files = new StateFiles({ root: sandboxDir(stateDir), clock, random: Math.random });
  return { files, locks: await HostLocks.of({ files, readOnly: false, open: true }), clock, ports };
}

async function serve(ground: Ground): Promise<Sandbox | null> {
  const lock = await ground.locks.tryLock(SERVING);
  if (!lock) return null;
  try {
    return await serveLocked(ground, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function serveLocked({ files, locks, clock, ports }: Ground, lock: Lock): Promise<Sandbox> {
  const keep = (name: string, value: unknown) =>
    files.replace('', name, `${JSON.stringify(value, null, 2)}\n`);
  const world = await readJson(files, FILES.world, worldSchema);
  const mapped = world !== null && (await readJson(files, FILES.locations, locationsFileSchema)) !== null;
  // What somebody has mapped stays; what another version has left that does not fit is made anew.
  if (!mapped) await keep(FILES.locations, sampleLocationsFile);
  const { close, ...urls } = await startServers(files, clock, ports, world === null);
  if (world === null) await keep(FILES.world, { seededAt: clock.now() });
  await keep(FILES.server, urls);
  return openAt(files, urls, world && ageNote(world.seededAt, clock.now()), async () => {
    // In this order: whoever still finds the file has taken its lease before.
    try {
      await files.remove(files.path(FILES.server));
      await waitForLeases(locks, clock);
    } finally {
      await close();
      await lock.release();
    }
  });
}

async function joinServer({ files, locks, clock }: Ground): Promise<Sandbox | null> {
  const lease = await takeLease(locks);
  if (!lease) return null;
  const urls = await readJson(files, FILES.server, serverSchema);
  const world = await readJson(files, FILES.world, worldSchema);
  if (urls && world && (await answers(urls.tripleseatUrl)) && (await answers(urls.revelUrl))) {
    return openAt(files, urls, ageNote(world.seededAt, clock.now()), () => lease.release());
  }
  await lease.release();
  return null;
}

/** Whether a simulator listens there: its control interface answers JSON to anything. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/__sim/health`, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return (response.headers.get('content-type') ?? '').includes('application/json');
  } catch {
    return false;
  }
}

function openAt(
  files: StateFiles,
  { tripleseatUrl, revelUrl }: z.infer<typeof serverSchema>,
  note: string | null,
  close: () => Promise<void>,
): Sandbox {
  const env = {
    TRIPLESEAT_BASE_URL: tripleseatUrl,
    TRIPLESEAT_TOKEN_URL: `${tripleseatUrl}/oauth2/token`,
    TRIPLESEAT_AUTHORIZE_URL: `${tripleseatUrl}/oauth2/authorize`,
    TRIPLESEAT_CLIENT_ID: defaultSettings.clientId,
    TRIPLESEAT_CLIENT_SECRET: defaultSettings.clientSecret,
    TRIPLESEAT_REFRESH_TOKEN: FIRST_REFRESH_TOKEN,
    // The domain as well: one from a real account would contradict the URL.
    REVEL_DOMAIN: revelUrl,
    REVEL_BASE_URL: revelUrl,
    REVEL_API_KEY: revelKey.apiKey,
    REVEL_API_SECRET: revelKey.apiSecret,
    // These services have no limits, and what this point of sale accepts is seen at once.
    TRIPLESEAT_RPS: '100',
    REVEL_RPS: '100',
    SETTLE_SECONDS: '0',
    IN_FLIGHT_SECONDS: '0',
    LOCATIONS_FILE: files.path(FILES.locations),
    ALLOWED_LOCATIONS: allPlaces.map(({ siteId }) => siteId).join(','),
    STATE_DIR: files.path('state'),
  };
  return { tripleseatUrl, revelUrl, env, note, close };
}

function ageNote(seededAt: number, now: number): string | null {
  if (allPlaces.some(({ zone }) => localDate(seededAt, zone) === localDate(now, zone))) return null;
  const day = localDate(seededAt, 'UTC');
  return `The sample events were made for ${day}, so few of them are due today: ts-reconcile sandbox reset makes new ones.`;
}

async function readJson<T>(files: StateFiles, name: string, schema: z.ZodType<T>): Promise<T | null> {
  const read = await files.read(files.path(name), MAX_FILE_BYTES);
  return read.kind === 'text' ? parse(schema, read.text) : null;
}
