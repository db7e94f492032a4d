import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { sandboxEdit, sandboxReset, sandboxStart } from '../../src/commands/sandbox.js';
import { parseEventId } from '../../src/domain/ids.js';
import { ExitCode } from '../../src/errors.js';

let base = '';
let stateDir = '';

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'sandbox-command-'));
  stateDir = join(base, "o'clock state");
});

afterEach(() => rm(base, { recursive: true, force: true }));

/** Runs `start` until `use` is done with what it printed. */
async function started(use: (text: string) => Promise<void>): Promise<ExitCode> {
  const controller = new AbortController();
  let using: Promise<void> = Promise.resolve();
  const code = await sandboxStart(
    {
      stateDir,
      clock: systemClock,
      stdout: (text) => {
        using = use(text).finally(() => controller.abort());
      },
    },
    controller.signal,
  );
  await using;
  return code;
}

const reset = (stdout: (text: string) => void = () => undefined) =>
  sandboxReset({ stateDir, clock: systemClock, stdout });

describe('sandbox start', () => {
  it('prints where it is and what to export, and serves until it is stopped', async () => {
    let url = '';
    const code = await started(async (text) => {
      url = /Tripleseat simulator: (\S+)/.exec(text)?.[1] ?? '';
      expect(text).toContain(`export TRIPLESEAT_BASE_URL=${url}\n`);
      expect(text).toContain(`export STATE_DIR='${base}/o'\\''clock state/sandbox/state'\n`);
      expect((await fetch(`${url}/v1/sites.json`)).status).toBe(401);
    });
    expect(code).toBe(ExitCode.ok);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('refuses a second start and a reset while it runs', async () => {
    await started(async () => {
      await expect(started(async () => undefined)).rejects.toMatchObject({ code: 'LOCKED', exitCode: 75 });
      await expect(reset()).rejects.toMatchObject({ code: 'LOCKED', exitCode: 75 });
    });
    expect(existsSync(join(stateDir, 'sandbox', 'world.json'))).toBe(true);
  });
});

describe('sandbox reset', () => {
  it('deletes the data and says so; nothing there is fine', async () => {
    await started(async () => undefined);
    const said: string[] = [];
    expect(await reset((text) => said.push(text))).toBe(ExitCode.ok);
    expect(existsSync(join(stateDir, 'sandbox'))).toBe(false);
    expect(existsSync(stateDir)).toBe(true);
    expect(said.join('')).toContain('reset');
    expect(await reset()).toBe(ExitCode.ok);
  });
});

describe('sandbox edit', () => {
  const edit = async (id: string, what: Partial<Parameters<typeof sandboxEdit>[1]>) => {
    const said: string[] = [];
    const event = parseEventId(id);
    if (event === null) throw new Error(id);
    const around = { stateDir, clock: systemClock, stdout: (text: string) => said.push(text) };
    await sandboxEdit(event, { tripleseat: {}, revel: {}, ...what }, around);
    return said.join('');
  };

  it('changes the event and its order while another process serves the sandbox, and says what', async () => {
    await started(async () => {
      expect(await edit('55530036', {})).toMatch(/\d+ guests[\s\S]*order \d+: \d+ lines/);
      const said = await edit('55530036', {
        tripleseat: { guests: 30, status: 'LOST', date: '-1' },
        revel: { ringUp: 'coffee service', void: true },
      });
      expect(said).toMatch(/guests: \d+ → 30\n.*moved to \d{4}-\d\d-\d\d\n.*DEFINITE → LOST/);
      expect(said).toMatch(/opened on a register\n.*1 × Coffee Service added to order \d+\n.*voided/);
    });
    expect(await edit('55530036', {})).toMatch(/LOST, 30 guests[\s\S]*order \d+: 3 lines, .*deleted/);
  });

  it('refuses with what there is, and does nothing of what Tripleseat is asked for then', async () => {
    await expect(edit('1', {})).rejects.toMatchObject({ message: 'There is no event 1.', exitCode: 64 });
    const nowhere = edit('55530036', { tripleseat: { guests: 99, location: 'Moon' } });
    await expect(nowhere).rejects.toThrow('There is no location Moon; these there are: Special Events');
    expect(await edit('55530036', {})).not.toContain('99 guests');
    await expect(edit('55530001', { revel: { void: true } })).rejects.toThrow('has no order that stands');
    await expect(edit('55530042', { revel: { open: true } })).rejects.toThrow(/several orders \(\d+, \d+\)/);
    await expect(edit('55530036', { revel: { order: 7, open: true } })).rejects.toThrow('has no order 7');
    await expect(edit('55530036', { revel: { ringUp: 'Moon' } })).rejects.toThrow('no single product Moon');
  });
});
