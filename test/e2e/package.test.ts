import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const INSTALL_MS = 180_000;

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
    }),
  ),
});

async function lockedPackages() {
  const { packages } = lockSchema.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => ({ path, name: path.replace(/^.*node_modules\//, ''), ...entry }));
}

/** A process and what came of it; never throws for an exit code. */
async function sh(
  cwd: string,
  command: string,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  try {
    const { stdout, stderr } = await run(command, args, {
      cwd,
      maxBuffer: 64e6,
      env: { ...process.env, NO_COLOR: '1' },
    });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const failed = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() }).parse(error);
    return { code: failed.code, out: failed.stdout, err: failed.stderr };
  }
}

/** What git has of this project, and `built` as it was built, in a directory of its own. */
async function checkout(built: boolean): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'checkout-'));
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    maxBuffer: 64e6,
  });
  const files = stdout.split('\0').filter((file) => file !== '' && !file.startsWith('test/'));
  for (const file of files) await cp(join(root, file), join(directory, file)).catch(() => undefined);
  if (built) await cp(join(root, 'dist', 'bundle'), join(directory, 'dist', 'bundle'), { recursive: true });
  return directory;
}

const ci = (directory: string, ...flags: string[]) =>
  sh(directory, 'npm', 'ci', '--prefer-offline', '--no-audit', ...flags);

describe('the lock file', () => {
  it('says of every package what it must be, to the byte', async () => {
    const without = (await lockedPackages()).filter(({ integrity }) => !integrity).map(({ path }) => path);
    expect(without).toEqual([]);
  });
});

describe('what is bundled', () => {
  const componentsSchema = z.object({
    bomFormat: z.literal('CycloneDX'),
    components: z.array(
      z.object({ name: z.string(), group: z.string().optional(), version: z.string(), purl: z.string() }),
    ),
  });
  let texts: string[] = [];
  beforeAll(async () => {
    texts = (await readFile(join(root, 'dist/bundle/LICENSES.txt'), 'utf8')).split(`\n${'-'.repeat(78)}\n`);
  });
  const headOf = (text: string) => /^(\S+) (\S+) \(([^)]+)\)/.exec(text.trim());

  it('comes with the text of each licence', () => {
    expect(texts.length).toBeGreaterThan(20);
    for (const text of texts) {
      expect(headOf(text)?.[3], text.slice(0, 80)).toMatch(
        /^(MIT|ISC|BSD-[23]-Clause|Apache-2\.0|0BSD|MIT-0)$/,
      );
      expect(text, headOf(text)?.[1]).toMatch(/permission|redistribution|licensed under/i);
      expect(text, headOf(text)?.[1]).toMatch(/copyright|©/i);
    }
  });

  it('is listed as components, with what is installed beside it', async () => {
    const text = await readFile(join(root, 'dist/bundle/components.cdx.json'), 'utf8');
    const listed = componentsSchema
      .parse(JSON.parse(text))
      .components.map(({ group, name, version }) => `${group ? `${group}/` : ''}${name}@${version}`);
    const bundled = texts.map((licence) => headOf(licence)?.slice(1, 3).join('@'));
    const beside = (await lockedPackages())
      .filter(({ dev, optional }) => !dev && !optional)
      .map(({ name, version }) => `${name}@${version}`);
    expect(beside).toContain('pg@8.23.1');
    expect(listed.toSorted()).toEqual([...new Set([...bundled, ...beside])].toSorted());
    expect(text).not.toContain(root);
  });
});

describe('the packed program', () => {
  it(
    'is the bundle and what belongs to it, and runs where nothing else is',
    async () => {
      const place = await mkdtemp(join(tmpdir(), 'packed-'));
      const packed = await sh(root, 'npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', place);
      const [{ filename, files }] = z
        .tuple([z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })])
        .parse(JSON.parse(packed.out));
      const paths = files.map(({ path }) => path);
      const rest = paths.filter((path) => !/^(dist\/bundle|docs)\//.test(path)).toSorted();
      expect(rest).toEqual(
        expect.arrayContaining([
          '.env.example',
          'LICENSE',
          'README.md',
          'bin/ts-reconcile.js',
          'package.json',
        ]),
      );
      expect(rest.filter((path) => /^(src|test|dist|node_modules)/.test(path))).toEqual([]);
      expect(paths).toContain('dist/bundle/LICENSES.txt');
      expect(paths).toContain('dist/bundle/components.cdx.json');

      await writeFile(join(place, 'package.json'), '{"private":true}');
      const tarball = join(place, filename);
      const installed = await sh(place, 'npm', 'install', '--prefer-offline', '--no-audit', tarball);
      expect(installed.code, installed.err).toBe(0);
      const { stdout } = await run('du', ['-sk', 'node_modules'], { cwd: place });
      expect(Number.parseInt(stdout, 10)).toBeLessThan(6_000);
      const state = join(place, 'state');
      const bin = join(place, 'node_modules', '.bin', 'ts-reconcile');
      const swept = await sh(
        place,
        'env',
        `STATE_DIR=${state}`,
        bin,
        'sync',
        '--dry-run',
        '--sandbox',
        '--json',
      );
      expect(JSON.parse(swept.out).summary.injected, swept.err).toBeGreaterThan(0);
    },
    INSTALL_MS,
  );
});

describe('npm ci --omit=dev', () => {
  it(
    'works on a checkout that was built, and refuses to run what was built from other sources',
    async () => {
      const directory = await checkout(true);
      const first = await ci(directory, '--omit=dev');
      expect(first.code, first.out + first.err).toBe(0);
      expect(
        (await readdir(join(directory, 'node_modules'))).filter((name) => /rolldown|vitest/.test(name)),
      ).toEqual([]);
      const version = await sh(directory, process.execPath, 'bin/ts-reconcile.js', '--version');
      expect(version).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });

      await writeFile(join(directory, 'src', 'clock.ts'), '// newer\n');
      const second = await ci(directory, '--omit=dev');
      expect(second.code).not.toBe(0);
      expect(second.out + second.err).toContain('was built from other sources than these');
    },
    INSTALL_MS,
  );

  it(
    'says what to do on one that was not, and so does the program',
    async () => {
      const directory = await checkout(false);
      const installed = await ci(directory, '--omit=dev');
      expect(installed.code).not.toBe(0);
      expect(installed.out + installed.err).toContain('ts-reconcile has not been built');
      expect(installed.out + installed.err).toContain('npm ci --include=dev');
      const started = await sh(directory, process.execPath, 'bin/ts-reconcile.js', 'sync');
      expect(started).toMatchObject({ code: 78, out: '', err: expect.stringContaining('Run `npm ci`') });
    },
    INSTALL_MS,
  );
});

it(
  'npm ci builds the program without a word of the bundler',
  async () => {
    const directory = await checkout(false);
    // The same packages as here: what is looked at is what the build says.
    await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
    const built = await sh(directory, 'npm', 'run', 'prepare');
    expect(built.code, built.out + built.err).toBe(0);
    expect((built.out + built.err).split('\n').length).toBeLessThan(10);
    const version = await sh(directory, process.execPath, 'bin/ts-reconcile.js', '--version');
    expect(version.code).toBe(0);
  },
  INSTALL_MS,
);
