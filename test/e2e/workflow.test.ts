import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { TestWorld } from '../helpers/world.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const JOB_MS = 300_000;

const workflow = z.looseObject({
  jobs: z.record(
    z.string(),
    z.looseObject({
      env: z.record(z.string(), z.string()),
      steps: z.array(
        z.looseObject({ run: z.string().optional(), env: z.record(z.string(), z.string()).optional() }),
      ),
    }),
  ),
});

let world: TestWorld;
beforeAll(async () => {
  world = await TestWorld.start();
});
afterAll(() => world.close());

/** What a runner has checked out: what is in git, and nothing else. */
async function checkout(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'workflow-'));
  const { stdout } = await run('git', ['ls-files', '-z'], { cwd: root, maxBuffer: 64e6 });
  for (const file of stdout.split('\0').filter((name) => name !== '' && !name.startsWith('test/'))) {
    await cp(join(root, file), join(directory, file)).catch(() => undefined);
  }
  return directory;
}

/**
 * A folder with an npm whose `npm ci` takes the packages of this checkout and builds: that they come as they are locked is
 * shown by the image.
 */
async function npmHere(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'npm-'));
  const npm = (await run('which', ['npm'])).stdout.trim();
  const ci = `[ "$1" != ci ] || { ln -s ${root}node_modules node_modules; set -- run prepare; }`;
  await writeFile(join(directory, 'npm'), `#!/bin/sh\n${ci}\nexec ${npm} "$@"\n`, { mode: 0o755 });
  return directory;
}

it(
  'the workflow of the handbook makes its dry run from what is in git and in the repository’s settings',
  async () => {
    const page = await readFile(join(root, 'docs/schedules.md'), 'utf8');
    const [, text = ''] = /^```yaml\n(name:[\s\S]*?runs-on:[\s\S]*?)^```$/m.exec(page) ?? [];
    const [job] = Object.values(workflow.parse(parse(text)).jobs);
    if (job === undefined) throw new Error('The page has no workflow.');
    const event = world.addEvent();
    const account = world.env(world.newStateDir());
    const settings: Record<string, string> = {
      ...account,
      REVEL_DOMAIN: account.REVEL_BASE_URL ?? '',
      LOCATIONS_JSON: await readFile(account.LOCATIONS_FILE ?? '', 'utf8'),
    };
    /** `${{ secrets.NAME }}` and `${{ vars.NAME }}`. */
    const filled = (env: Record<string, string> = {}) =>
      Object.fromEntries(
        Object.entries(env).map(([name, value]) => {
          const [, setting = ''] = /^\$\{\{ (?:secrets|vars)\.(\w+) \}\}$/.exec(value) ?? [];
          expect(setting, `${name}: ${value}`).toBe(name);
          return [name, settings[setting] ?? ''];
        }),
      );
    const directory = await checkout();
    // Where the accounts are is all that differs from a live one.
    const machine = {
      PATH: `${await npmHere()}:${process.env.PATH}`,
      HOME: process.env.HOME ?? '',
      CI: 'true',
      STATE_DIR: join(directory, '..', 'state'),
      TRIPLESEAT_BASE_URL: account.TRIPLESEAT_BASE_URL ?? '',
      SETTLE_SECONDS: '0',
    };
    const said: string[] = [];
    for (const step of job.steps) {
      if (step.run === undefined) continue;
      const env = { ...machine, ...filled(job.env), ...filled(step.env) };
      // As the runner starts it.
      const shell = ['-e', '-o', 'pipefail', '-c', step.run];
      const { stdout, stderr } = await run('bash', shell, { cwd: directory, env, maxBuffer: 64e6 });
      said.push(stdout + stderr);
    }
    expect(said.at(-1)).toContain(String(event.id));
    expect(said.at(-1)).toMatch(/1 queried, 1 to inject/);
    expect(world.revel.orders()).toEqual([]);
  },
  JOB_MS,
);
