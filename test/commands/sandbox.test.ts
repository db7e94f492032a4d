import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { sandboxCommand } from '../../src/commands/sandbox.js';
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
  const code = await sandboxCommand('start', {
    stateDir,
    clock: systemClock,
    signal: controller.signal,
    stdout: (text) => {
      using = use(text).finally(() => controller.abort());
    },
  });
  await using;
  return code;
}

const reset = (stdout: (text: string) => void = () => undefined) =>
  sandboxCommand('reset', { stateDir, clock: systemClock, signal: new AbortController().signal, stdout });

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
