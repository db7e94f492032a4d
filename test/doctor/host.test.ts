import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { checkClock } from '../../src/doctor/clock.js';
import { checkDisk, checkLastSweep, systemDiskSpace } from '../../src/doctor/host.js';
import { checkSecretFiles } from '../../src/doctor/secrets.js';
import { type DiskSpace, type DoctorContext, type Facts, noteClock } from '../../src/doctor/types.js';
import { checkZones } from '../../src/doctor/zones.js';
import type { ProbeAnswer } from '../../src/http/probe.js';
import { openStateDir } from '../../src/state/files/open.js';

const NOW = Date.parse('2026-11-14T12:00:00Z');
const MB = 1024 * 1024;

const facts = (): Facts => ({
  stateUsable: true,
  skews: [],
  sites: null,
  readable: null,
  establishments: new Map(),
});

function context(parts: Record<string, unknown>): DoctorContext {
  return { clock: { now: () => NOW, sleep: async () => undefined }, ...parts } as unknown as DoctorContext;
}

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ts-reconcile-doctor-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('checkClock', () => {
  /** The check after answers that were on the way for `took` ms from servers that are `ahead` ms ahead. */
  function afterAnswers(...servers: { ahead: number; took?: number }[]) {
    const known = facts();
    servers.forEach(({ ahead, took = 0 }, index) => {
      const date = new Date(NOW + took / 2 + ahead).toUTCString();
      const answer: ProbeAnswer = {
        kind: 'answer',
        status: 401,
        headers: { date },
        json: undefined,
        sentAt: NOW,
        receivedAt: NOW + took,
      };
      noteClock(known, `Server ${index}`, answer);
    });
    return checkClock(context({ facts: known }));
  }

  it('is green within half a minute, however long a request took', () => {
    expect(afterAnswers({ ahead: 0 }, { ahead: 900 })).toMatchObject({
      status: 'ok',
      message: 'agrees with Server 0 and Server 1',
    });
    expect(afterAnswers({ ahead: 29_000 }).status).toBe('ok');
    expect(afterAnswers({ ahead: 60_000, took: 120_000 }).status).toBe('ok');
  });

  it('is yellow, then red, and says which way and against whom', () => {
    expect(afterAnswers({ ahead: 0 }, { ahead: 61_000 })).toMatchObject({
      status: 'warning',
      message: 'this machine is 1 min behind Server 1',
    });
    expect(afterAnswers({ ahead: -600_000 })).toMatchObject({
      status: 'failed',
      message: 'this machine is 9 min ahead of Server 0',
      hint: expect.stringContaining('NTP'),
    });
  });

  it('is not checked when no server told its time', () => {
    const known = facts();
    noteClock(known, 'A', { kind: 'failure', detail: 'timed out' });
    noteClock(known, 'A', {
      kind: 'answer',
      status: 200,
      headers: { date: 'noon' },
      json: 1,
      sentAt: 0,
      receivedAt: 0,
    });
    expect(checkClock(context({ facts: known })).status).toBe('skipped');
  });
});

describe('checkZones', () => {
  const location = (timezone: string) => ({
    name: 'West',
    timezone,
    tripleseat: { siteId: 1, locationId: null },
    revel: { establishmentId: 8 },
  });
  function check(timezone: string, site: string | null, establishment: string | null) {
    const sites = [{ id: 1, name: 'West', timezone: site }];
    const known = { ...facts(), sites, establishments: new Map([[8, { timezone: establishment }]]) };
    return checkZones(context({ facts: known, config: { locations: [location(timezone)] } }));
  }

  it('compares clocks, not names', () => {
    expect(check('America/Detroit', 'Eastern Time (US & Canada)', 'America/New_York')).toMatchObject({
      status: 'ok',
      message: 'America/Detroit; as the services say',
    });
  });

  it('is yellow for another clock, also one that differs in summer only', () => {
    expect(check('America/Denver', 'Arizona', null)).toMatchObject({
      status: 'warning',
      details: ['"West" is America/Denver; Tripleseat says America/Phoenix.'],
    });
    expect(check('America/Denver', null, 'America/Chicago').details).toEqual([
      '"West" is America/Denver; Revel says America/Chicago.',
    ]);
  });

  it('compares with nothing that it does not know', () => {
    expect(check('America/Denver', 'Chatham Is.', null).message).toContain('neither service tells one');
    expect(check('America/Denver', null, 'not a zone').status).toBe('ok');
  });
});

describe('checkDisk', () => {
  it('does not look at a directory that is not used', async () => {
    const diskSpace = async () => ({ free: 0, files: 0 });
    const config = { stateDir: dir, stateUrl: 'postgres://db.example/state' };
    expect((await checkDisk(context({ config, diskSpace }))).status).toBe('skipped');
  });

  const check = (told: Omit<DiskSpace, 'share'> & { share?: string }, stateDir = dir) => {
    const space: DiskSpace = { share: null, ...told };
    const asked: string[] = [];
    const diskSpace = async (path: string) => {
      asked.push(path);
      return space;
    };
    return checkDisk(context({ config: { stateDir, stateUrl: null }, diskSpace })).then((result) => ({
      ...result,
      asked,
    }));
  };

  it.each([
    [{ free: 2048 * MB, files: 1000 }, 'ok', '2.0 GB free for the state directory'],
    [{ free: 600 * MB, files: null }, 'ok', '600 MB free for the state directory'],
    [{ free: 499 * MB, files: 1000 }, 'warning', '499 MB free for the state directory'],
    [{ free: 49 * MB, files: 1000 }, 'failed', '49 MB free for the state directory'],
    [{ free: 2048 * MB, files: 0 }, 'failed', 'no more files can be made there'],
  ])('%j is %s', async (space, status, message) => {
    expect(await check(space)).toMatchObject({ status, message });
  });

  it('warns of a share', async () => {
    const found = await check({ free: 2048 * MB, files: 1000, share: 'NFS' });
    expect(found).toMatchObject({ status: 'warning', message: expect.stringContaining('share (NFS)') });
    expect((await systemDiskSpace(dir)).share).toBeNull();
  });

  it('asks the directory above while there is none yet', async () => {
    expect((await check({ free: 1, files: 1 }, join(dir, 'a', 'b'))).asked).toEqual([dir]);
    const space = await systemDiskSpace(dir);
    expect(space.free).toBeGreaterThan(0);
  });

  it('is not checked where the system does not tell', async () => {
    const diskSpace = async () => {
      throw new Error('ENOSYS');
    };
    expect((await checkDisk(context({ config: { stateDir: dir, stateUrl: null }, diskSpace }))).status).toBe(
      'skipped',
    );
  });
});

describe('checkSecretFiles', () => {
  it('warns of files that every user of the machine can read', async () => {
    const paths = [join(dir, 'open'), join(dir, 'closed'), join(dir, 'absent')];
    await writeFile(join(dir, 'open'), 'x', { mode: 0o644 });
    await writeFile(join(dir, 'closed'), 'x', { mode: 0o640 });
    expect(await checkSecretFiles(paths)).toMatchObject({ status: 'warning', details: [join(dir, 'open')] });
    expect(await checkSecretFiles(paths.slice(1))).toMatchObject({ status: 'ok' });
    expect(await checkSecretFiles([])).toBeNull();
  });

  it('names no other files to a shell than it has looked at', async () => {
    const [spaced, odd] = [join(dir, 'My Drive.env'), join(dir, '$(id)')];
    for (const path of [spaced, odd]) await writeFile(path, 'x', { mode: 0o644 });
    const found = await checkSecretFiles([spaced, odd]);
    expect(found?.hint).toBe(`Close them: chmod g-w,o-rwx "${spaced}" '${odd}'`);
  });

  it('warns of files that others can change', async () => {
    const [group, all] = [join(dir, 'group'), join(dir, 'all')];
    await writeFile(group, 'x');
    await chmod(group, 0o660);
    await writeFile(all, 'x');
    await chmod(all, 0o622);
    const found = await checkSecretFiles([group, all]);
    expect(found).toMatchObject({ status: 'warning', message: '2 files can be changed by other users' });
    expect(found?.hint).toBe(`Close them: chmod g-w,o-rwx ${group} ${all}`);
  });
});

describe('checkLastSweep', () => {
  async function sweptBefore(ageMs: number | null) {
    const state = await openStateDir({ dir, clock: systemClock, random: Math.random });
    if (ageMs !== null) {
      const at = new Date(NOW - ageMs).toISOString();
      const summary = { queried: 0, injected: 0, repaired: 0, skipped: 0, failed: 0 };
      await state.journal.append([
        { type: 'run-start', at, run: 'a', mode: 'bulk', trigger: 'cron', window: null },
        { type: 'run-end', at, run: 'a', mode: 'bulk', complete: true, exit: 0, summary },
      ]);
    }
    const config = {
      locations: [{ name: 'Special Events', timezone: 'America/Los_Angeles', currency: null }],
    };
    return checkLastSweep(context({ config, state }));
  }

  it('is green when a sweep was complete lately, yellow when the schedule seems to have stopped', async () => {
    expect((await sweptBefore(null)).status).toBe('skipped');
    expect(await sweptBefore(50 * 3_600_000)).toMatchObject({
      status: 'warning',
      message: '2 d 2 h ago (2026-11-12 02:00 PST)',
    });
    expect(await sweptBefore(-50 * 3_600_000)).toMatchObject({
      status: 'warning',
      message: '2 d 2 h ahead of this clock (2026-11-16 06:00 PST)',
      hint: expect.stringContaining('clock'),
    });
    expect(await sweptBefore(40 * 60_000)).toMatchObject({
      status: 'ok',
      message: '40 min ago (2026-11-14 03:20 PST)',
    });
  });
});
