import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { secretsOf } from '../config/secrets.js';
import { AppError, errorText } from '../errors.js';
import type { Check } from '../report/checks.js';
import { shopsOf, shopTime } from '../report/shops.js';
import { StateFiles } from '../state/files/files.js';
import { createRedactor } from '../text/redact.js';
import { clean } from '../text/text.js';
import { agoText, HOST_SKEW_MS } from '../text/time.js';
import { causeOf, type DiskSpace, type DoctorContext, failed, ok, skipped, warning } from './types.js';

const STATE = 'State';
const SWEEP = 'Last sweep';
const DISK = 'Disk';
const WEBHOOKS = 'Webhooks';
const SIGNALS = 'Signals';
const MB = 1024 * 1024;
/** All that the state directory may come to, a few times over. */
const LITTLE_BYTES = 500 * MB;
const TOO_LITTLE_BYTES = 50 * MB;
const HOUR = 3_600_000;

/** Whether tokens and the journal can be kept: a file is made and removed. */
export async function checkState(ctx: DoctorContext): Promise<Check> {
  const { config, clock, stateProblem } = ctx;
  if (stateProblem !== null) {
    return failed(STATE, stateProblem.message, stateProblem.hint, [], causeOf(stateProblem));
  }
  try {
    if (config.stateUrl === null) {
      const files = new StateFiles({ root: config.stateDir, clock, random: Math.random });
      const name = `.tmp-doctor-${process.pid}`;
      await files.replace('', name, 'May be deleted.\n');
      await files.remove(files.path(name));
    }
    await ctx.state?.tokens.read();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return failed(STATE, error.message, error.hint, [], causeOf(error));
  }
  ctx.facts.stateUsable = true;
  return config.stateUrl === null
    ? ok(STATE, `${clean(config.stateDir, 300)}: private and writable`)
    : ok(STATE, 'the database of STATE_URL answers');
}

/** When a sweep last covered its whole window. */
export async function checkLastSweep({ config, state, clock }: DoctorContext): Promise<Check> {
  if (state === null) return skipped(SWEEP, 'without state');
  const at = await state.journal.lastGoodSweep();
  if (at === null) return skipped(SWEEP, 'none on record yet');
  const age = clock.now() - Date.parse(at);
  const message = `${agoText(age)} (${shopTime(Date.parse(at), shopsOf(config.locations).zone)})`;
  if (age < -HOST_SKEW_MS)
    return warning(SWEEP, message, 'A clock was wrong, then or now: check that of each host.');
  if (age <= 2 * HOUR) return ok(SWEEP, message);
  return warning(SWEEP, message, 'Check that the schedule runs: a sweep every 45 minutes is meant to.');
}

/** Room on the file system of the state directory. */
export async function checkDisk({ config, diskSpace }: DoctorContext): Promise<Check> {
  if (config.stateUrl !== null) return skipped(DISK, 'the state is in the database of STATE_URL');
  const path = await nearestDirectory(config.stateDir);
  let space: DiskSpace;
  try {
    space = await diskSpace(path);
  } catch (error) {
    return skipped(DISK, `its free space is not told: ${clean(errorText(error), 200)}`);
  }
  const free =
    space.free >= 1024 * MB
      ? `${(space.free / 1024 / MB).toFixed(1)} GB`
      : `${Math.floor(space.free / MB)} MB`;
  const message = `${free} free for the state directory`;
  const hint =
    'Free some space: when the disk is full, rotated tokens are lost and somebody has to sign in again.';
  if (space.files === 0) return failed(DISK, 'no more files can be made there', hint);
  if (space.free < TOO_LITTLE_BYTES) return failed(DISK, message, hint);
  if (space.share !== null) {
    return warning(
      DISK,
      `${message}, on a share (${space.share}): locks there may not reach other machines, nor writes be safe at once`,
      'Keep STATE_DIR on a disk of this machine; for several hosts set STATE_URL.',
    );
  }
  return space.free < LITTLE_BYTES ? warning(DISK, message, hint) : ok(DISK, message);
}

/** Linux's numbers of file systems that lie on other machines, or on the host of a virtual one. */
const SHARES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x786f4256, 'VirtualBox'],
  [0xbacbacbc, 'VMware'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x0bd00bd3, 'Lustre'],
  [0x47504653, 'GPFS'],
]);

/** Free space as the system tells it. */
export async function systemDiskSpace(path: string): Promise<DiskSpace> {
  const { bavail, bsize, files, ffree, type } = await statfs(path);
  return { free: bavail * bsize, files: files === 0 ? null : ffree, share: SHARES.get(type >>> 0) ?? null };
}

async function nearestDirectory(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch {
    return dirname(path) === path ? path : nearestDirectory(dirname(path));
  }
}

/** What `serve` needs beyond the rest. */
export function checkWebhooks({ config }: DoctorContext): Check {
  const keys = config.webhookSigningKeys.length;
  if (keys === 0) {
    const hint = 'Set TRIPLESEAT_WEBHOOK_SIGNING_KEY to use `ts-reconcile serve`.';
    return skipped(WEBHOOKS, 'no signing key is set, so only sweeps run', hint);
  }
  const trigger = config.serveToken === null ? 'manual trigger on loopback only' : 'manual trigger by token';
  return ok(WEBHOOKS, `${keys === 1 ? 'one signing key' : `${keys} signing keys`}; ${trigger}`);
}

/** Signals to other machines; nothing is sent. */
export async function checkSignals({ config }: DoctorContext): Promise<Check> {
  const { healthcheckUrl, metricsFile } = config;
  if (healthcheckUrl === null && metricsFile === null) {
    const hint = 'With HEALTHCHECK_URL something outside notices when the schedule stops.';
    return skipped(SIGNALS, 'neither HEALTHCHECK_URL nor METRICS_FILE is set', hint);
  }
  const parts = healthcheckUrl === null ? [] : ['HEALTHCHECK_URL is set (not called)'];
  if (metricsFile !== null) {
    try {
      await access(dirname(metricsFile), constants.W_OK);
      parts.push('METRICS_FILE can be written');
    } catch {
      const directory = clean(dirname(metricsFile), 300);
      return failed(
        SIGNALS,
        `METRICS_FILE cannot be written: ${directory} is not there or not writable`,
        'Make that directory, writable for the user that runs ts-reconcile.',
      );
    }
  }
  return ok(SIGNALS, parts.join('; '));
}

/** Takes the secrets of the configuration out of a text. */
export function redactorOf({ config }: Pick<DoctorContext, 'config'>): (text: string) => string {
  return createRedactor(secretsOf(config));
}
