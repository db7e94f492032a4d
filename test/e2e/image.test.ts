import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  buildImage,
  canBuildImages,
  inside,
  notIgnored,
  parseDockerfile,
  type Stage,
  start,
  volumeFor,
} from '../helpers/image.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const BUILD_MS = 600_000;
const STATE = '/var/lib/ts-reconcile';

const file = (name: string) => readFile(join(root, name), 'utf8');

/** What stands in the checkout, as a builder would be sent it. */
async function contextFiles(): Promise<string[]> {
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    maxBuffer: 64e6,
  });
  return notIgnored(
    await file('.dockerignore'),
    stdout.split('\0').filter((name) => name !== ''),
  );
}

describe('the Dockerfile', () => {
  it('begins every stage with Node.js 24 and runs as nobody in particular', async () => {
    const steps = parseDockerfile(await file('Dockerfile'));
    const of = (word: string) => steps.filter((step) => step.word === word).map(({ rest }) => rest);
    expect(of('FROM').length).toBeGreaterThan(1);
    for (const from of of('FROM')) expect(from).toMatch(/^node:24-bookworm-slim( AS \w+)?$/);
    const afterLast = steps.slice(steps.findLastIndex(({ word }) => word === 'FROM'));
    expect(afterLast.find(({ word }) => word === 'USER')?.rest).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('sends no secret and nothing that was built to the builder', async () => {
    const ignored = await file('.dockerignore');
    const secret = ['.env', '.env.live', 'locations.json', '.git/config', 'node_modules/x/y', 'dist/cli.js'];
    expect(notIgnored(ignored, [...secret, '.env.example', 'src/cli.ts'])).toEqual([
      '.env.example',
      'src/cli.ts',
    ]);
  });
});

describe.skipIf(!canBuildImages)('the image, built by its steps in an empty root', () => {
  let image: Stage;
  let state: string;
  beforeAll(async () => {
    const files = await contextFiles();
    image = (await buildImage(await file('Dockerfile'), { directory: root, files })).last;
    state = await volumeFor(image, STATE);
  }, BUILD_MS);

  const program = (args: readonly string[]) =>
    inside(image, [...image.entrypoint, ...args], { volumes: { [STATE]: state } });

  it('holds the program as it is packed, and neither npm nor a tool', async () => {
    expect(await readdir(join(image.root, 'app'))).toEqual(
      expect.arrayContaining(['node_modules', 'package.json']),
    );
    const packed = await readdir(join(image.root, 'app/node_modules/ts-reconcile'));
    expect(packed).toEqual(expect.arrayContaining(['bin', 'dist', 'docs', 'package.json']));
    expect(packed.filter((name) => ['src', 'test', 'node_modules', 'build.mjs'].includes(name))).toEqual([]);
    expect((await readdir(join(image.root, 'usr/local/bin'))).toSorted()).toEqual(['node', 'ts-reconcile']);
    expect(await readdir(join(image.root, 'usr/local/lib'))).toEqual([]);
    expect(await readdir(join(image.root, 'tmp'))).toEqual([]);
  });

  it('holds of others what the lock file names, in those versions', async () => {
    const { packages } = JSON.parse(await file('package-lock.json'));
    const locked = Object.entries<{ version: string; dev?: boolean }>(packages)
      .filter(([path, { dev }]) => path !== '' && !dev)
      .map(([path, { version }]) => `${path.replace('node_modules/', '')} ${version}`);
    const modules = join(image.root, 'app/node_modules');
    const names = (await readdir(modules)).filter((name) => !name.startsWith('.') && name !== 'ts-reconcile');
    const installed = await Promise.all(
      names.map(async (name) => {
        const { version } = JSON.parse(await readFile(join(modules, name, 'package.json'), 'utf8'));
        return `${name} ${version}`;
      }),
    );
    expect(installed.length).toBeGreaterThan(0);
    expect(installed.toSorted()).toEqual(locked.toSorted());
  });

  it('shows its help by itself, and has the version of this one', async () => {
    const help = await program(image.cmd);
    expect(help.code, help.out).toBe(0);
    expect(help.out).toContain('Usage: ts-reconcile');
    const { version } = JSON.parse(await file('package.json'));
    expect((await program(['--version'])).out.trim()).toBe(version);
  });

  it('is nobody, and can write nowhere but in its state', async () => {
    const how = { volumes: { [STATE]: state } };
    expect((await inside(image, ['id', '-u'], how)).out.trim()).toBe(image.user?.split(':')[0]);
    for (const path of ['/app/x', '/config/x', '/tmp/x', '/x']) {
      const ended = await inside(image, ['touch', path], how);
      expect(ended.code, path).not.toBe(0);
      expect(ended.out).toMatch(/Read-only file system|Permission denied/);
    }
    const swept = await program(['sync', '--dry-run', '--sandbox', '--json']);
    expect(JSON.parse(swept.out.slice(swept.out.indexOf('{'))).summary.injected, swept.out).toBeGreaterThan(
      0,
    );
    expect((await readdir(state)).length).toBeGreaterThan(1);
  });

  it('is healthy while its relay is, and stops when it is told to', async () => {
    const volumes = { [STATE]: state };
    const [check, ...args] = image.healthcheck;
    // Both in one network, as in a container.
    const script = [
      `"${check}" "$@"; echo before=$?`,
      `ts-reconcile serve --sandbox --allow-unsigned & relay=$!`,
      `until "${check}" "$@"; do kill -0 $relay || exit 9; done; echo during=$?`,
      `kill -TERM $relay; wait $relay; echo ended=$?`,
      `"${check}" "$@"; echo after=$?`,
    ].join('\n');
    const relay = start(image, ['sh', '-c', script, 'sh', ...args], { volumes });
    const { out } = await relay.done;
    expect(out.match(/(before|during|ended|after)=\d+/g), out).toEqual([
      'before=1',
      'during=0',
      'ended=0',
      'after=1',
    ]);
  });
});
