import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { openSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { binPath, runCli, startCli } from '../helpers/cli.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a command of the README must come to on a fresh sandbox, in the order in which a reader types them. */
const expected: { command: RegExp; codes: number[]; prints?: RegExp; serves?: boolean }[] = [
  { command: /^sync --dry-run --sandbox$/, codes: [1], prints: /to inject/ },
  { command: /^sync --hours-back 48 --sandbox$/, codes: [1], prints: /\d+ injected/ },
  { command: /^sync --event-id 55530001 --sandbox$/, codes: [0], prints: /ALREADY_INJECTED/ },
  { command: /^sync --event-id 55530002 55530003 --json --sandbox$/, codes: [0], prints: /"success":true/ },
  { command: /^sync --event-id 55530030 --late --sandbox$/, codes: [0], prints: /injected/ },
  { command: /^sync --location Special Events --sandbox$/, codes: [1], prints: /Special Events/ },
  {
    command: /^sync --dry-run --detailed-exitcode --json --sandbox$/,
    codes: [1, 2],
    prints: /"dry_run":true/,
  },
  { command: /^doctor --sandbox$/, codes: [0], prints: /Filter local_id/ },
  { command: /^products --sandbox$/, codes: [1], prints: /Vegan Charcuterie Tower/ },
  { command: /^products --days 30 --json --sandbox$/, codes: [1], prints: /"status":"missing"/ },
  { command: /^history --since 7d --sandbox$/, codes: [0], prints: /\d+ injected/ },
  { command: /^history --event-id 55530001 --sandbox$/, codes: [0], prints: /order \d+/ },
  { command: /^history --failed --sandbox$/, codes: [0], prints: /\d+ standing/ },
  { command: /^serve --sandbox --allow-unsigned$/, codes: [0], prints: /[Ll]istening/, serves: true },
  { command: /^sandbox start$/, codes: [0], prints: /Revel simulator/, serves: true },
  { command: /^sandbox reset$/, codes: [0], prints: /was reset/ },
];

/** Run by the pipeline itself, or by the other test below. */
const elsewhere = ['npm ci', 'npm test', 'npm run demo'];

async function shellLines(): Promise<string[]> {
  const text = await readFile(join(root, 'README.md'), 'utf8');
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => (block ?? '').split('\n'))
    .map((line) => line.replace(/\s#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

describe('the README', () => {
  let stateDir: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'readme-'));
    env = { PATH: process.env.PATH ?? '', HOME: stateDir, STATE_DIR: stateDir };
  });
  afterAll(() => rm(stateDir, { recursive: true, force: true }));

  it('shows the two set-up commands first', async () => {
    expect((await shellLines()).slice(0, 2)).toEqual(['npm ci', 'npm run demo']);
  });

  it('names only commands that are tested here', async () => {
    for (const line of await shellLines()) {
      if (elsewhere.includes(line)) continue;
      expect(line).toMatch(/^npx ts-reconcile /);
      const command = words(line).slice(2).join(' ');
      expect(
        expected.some((entry) => entry.command.test(command)),
        command,
      ).toBe(true);
    }
  });

  it('gives commands that do what it says', async () => {
    for (const line of await shellLines()) {
      const args = words(line).slice(2);
      const wanted = expected.find((entry) => entry.command.test(args.join(' ')));
      if (!wanted || elsewhere.includes(line)) continue;
      const result = wanted.serves ? await serveUntilReady(args) : await runCli(args, env);
      expect(wanted.codes, `${line}\n${result.stderr}`).toContain(result.code);
      expect(wanted.serves ? result.stdout + result.stderr : result.stdout, line).toMatch(
        wanted.prints ?? /./,
      );
    }
  });

  it('has a demo that ends well', async () => {
    const child = spawn('npm', ['run', '--silent', 'demo'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(out).toMatch(/orders: \d+ → \d+ \(2\d new\)/);
    expect(out).toMatch(/the second sweep wrote nothing/);
    expect(code).toBe(0);
  });

  /** Stops it like Ctrl-C once it says that it is there; another port, since 8080 may be taken. */
  async function serveUntilReady(args: string[]) {
    const { child, done } = startCli(args[0] === 'serve' ? [...args, '--port', '0'] : args, env);
    let seen = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
        // Once: a second signal would end it at once.
        if (!child.killed && /Ctrl-C stops it|[Ll]istening/.test(seen)) child.kill('SIGTERM');
      });
    }
    return done;
  }
});

describe('the sandbox', () => {
  let sandbox: Sandbox;
  let stateDir: string;

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'sandbox-only-'));
    sandbox = await openSandbox({ stateDir, clock: systemClock });
  });
  afterAll(async () => {
    await sandbox.close();
    await rm(stateDir, { recursive: true, force: true });
  });

  it('is never used unless asked for: missing credentials are an error', async () => {
    const result = await runCli(['sync', '--dry-run'], { PATH: process.env.PATH ?? '', HOME: stateDir });
    expect(result.code).toBe(78);
    expect(result.stderr).toMatch(/TRIPLESEAT_CLIENT_ID/);
    expect(result.stderr).toMatch(/REVEL_API_KEY/);
    expect(binPath).toMatch(/ts-reconcile\.js$/);
  });

  it('is reached by its variables like any other pair of servers', async () => {
    const result = await runCli(['sync', '--event-id', '55530001', '--json'], {
      PATH: process.env.PATH ?? '',
      HOME: stateDir,
      ...sandbox.env,
    });
    expect(result.report?.events[0]?.status).toBe('injected');
    expect(result.code).toBe(0);
  });
});
