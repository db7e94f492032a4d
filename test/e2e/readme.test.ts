import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../src/clock.js';
import { openSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { rowsIn, section } from '../docs/pages.js';
import { binPath, runCli, startCli } from '../helpers/cli.js';
import { startServe } from './helpers/relay.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a command must come to when the commands of its page are typed one after the other on a fresh sandbox. */
const expected: { command: RegExp; codes: number[]; prints?: RegExp; serves?: boolean; writes?: string }[] = [
  { command: /^sync --dry-run --sandbox$/, codes: [1], prints: /to inject/ },
  { command: /^sync --hours-back 48 --sandbox$/, codes: [1], prints: /\d+ injected/ },
  // Where it has been changed on the page before, its failure.
  {
    command: /^sync --event-id 55530001 --sandbox$/,
    codes: [0, 1],
    prints: /ALREADY_INJECTED|injected|40 × 8\.24/,
  },
  { command: /^sync --event-id 55530002 55530003 --json --sandbox$/, codes: [0], prints: /"success":true/ },
  { command: /^sync --event-id 55530030 --late --sandbox$/, codes: [0], prints: /injected/ },
  { command: /^sync --location Special Events --sandbox$/, codes: [1], prints: /Special Events/ },
  {
    command: /^sync --event-id 55530038 --dry-run --sandbox$/,
    codes: [1],
    prints: /DRIFT[\s\S]*24 × 8\.24/,
  },
  {
    command: /^sync --dry-run --detailed-exitcode --json --sandbox$/,
    // By then nothing is left to do.
    codes: [1],
    prints: /"dry_run":true/,
  },
  {
    command: /^resolve 55530038 --sandbox$/,
    codes: [1],
    prints: /24 × 8\.24[\s\S]*resolve 55530038 --accept/,
  },
  { command: /^resolve 55530038 --replace --dry-run --sandbox$/, codes: [0], prints: /Taco Bar/ },
  { command: /^resolve 55530038 --replace --yes --sandbox$/, codes: [0], prints: /injected/ },
  { command: /^resolve 55530041 --accept .+ --yes --sandbox$/, codes: [0], prints: /Accepted until/ },
  { command: /^preview --sandbox$/, codes: [1], prints: /\d+ would fail/ },
  { command: /^doctor --sandbox$/, codes: [0], prints: /Filter local_id/ },
  {
    command: /^certify --establishment 8 --yes --sandbox$/,
    codes: [0],
    prints: /"books": \{"gratuity":"in-total","fees":"surcharge","tax":"header"\}/,
  },
  { command: /^products --sandbox$/, codes: [1], prints: /Vegan Charcuterie Tower/ },
  { command: /^products --days 30 --json --sandbox$/, codes: [1], prints: /"status":"missing"/ },
  { command: /^billing --sandbox$/, codes: [1], prints: /not clear/ },
  { command: /^history --since 7d --sandbox$/, codes: [0], prints: /\d+ injected/ },
  { command: /^history --event-id 55530001 --sandbox$/, codes: [0], prints: /55530001 .* 10684\d{3} / },
  { command: /^history --failed --sandbox$/, codes: [1], prints: /\d+ standing/ },
  { command: /^report --html page\.html --sandbox$/, codes: [0], writes: 'page.html' },
  { command: /^report --csv(?: --from \S+ --to \S+)? --sandbox$/, codes: [0], prints: /sales of events/ },
  { command: /^serve --sandbox --allow-unsigned$/, codes: [0], prints: /[Ll]istening/, serves: true },
  { command: /^sandbox start$/, codes: [0], prints: /Revel simulator/, serves: true },
  // The page on the hard cases: what is done, what a run makes of it, what settles it.
  { command: /^sandbox edit 5553000[14]$/, codes: [0], prints: /\d × \d+\.\d\d[\s\S]*total: / },
  {
    command: /^sandbox edit 55530001 --line Taco Bar --quantity 40$/,
    codes: [0],
    prints: /36 × 8\.24 → 40 × 8\.24/,
  },
  {
    command: /^resolve 55530001 --replace --yes --sandbox$/,
    codes: [0],
    prints: /DRIFT[\s\S]*40 × 8\.24 +36 × 8\.24[\s\S]*injected/,
  },
  { command: /^sandbox edit 55530008 --pay 200$/, codes: [0], prints: /paid: 200\.00 more/ },
  {
    command: /^sync --event-id 55530008 --sandbox$/,
    codes: [1],
    prints: /DRIFT[\s\S]*payment +200\.00 +-[\s\S]*ts-reconcile resolve 55530008 --sandbox/,
  },
  { command: /^resolve 55530008 --payment --yes --sandbox$/, codes: [0], prints: /repaired/ },
  {
    command: /^sandbox edit 55530002 --ring-up Coffee Service$/,
    codes: [0],
    prints: /1 × Coffee Service added/,
  },
  {
    command: /^sync --event-id 55530002 --sandbox$/,
    codes: [0],
    prints: /IN_SERVICE[\s\S]*Coffee Service +- +1 × 3\.50/,
  },
  { command: /^sandbox edit 55530003 --void$/, codes: [0], prints: /voided/ },
  { command: /^sync --event-id 55530003 --sandbox$/, codes: [1], prints: /REMOVED_BY_STAFF/ },
  { command: /^sandbox edit 5553000[35] --status LOST$/, codes: [0], prints: /DEFINITE → LOST/ },
  {
    command: /^sync --event-id 55530003 --json --sandbox$/,
    codes: [0],
    prints: /"reason":"REMOVED_BY_STAFF"/,
  },
  {
    command: /^sync --event-id 55530005 --sandbox$/,
    codes: [1],
    prints: /ORPHANED[\s\S]*is LOST[\s\S]*ts-reconcile resolve 55530005 --sandbox/,
  },
  { command: /^resolve 55530005 --void --yes --sandbox$/, codes: [0], prints: /repaired/ },
  { command: /^sync --event-id 55530005 --json --sandbox$/, codes: [0], prints: /"status":"skipped"/ },
  {
    command: /^sandbox edit 55530052 --date 0 --line .+$/,
    codes: [0],
    prints: /Smoked Trout: 20 × 9\.50, new/,
  },
  {
    command: /^sync --event-id 55530052 --sandbox$/,
    codes: [1],
    prints:
      /UNMATCHED_ITEMS[\s\S]*ts-reconcile products map "Smoked Trout" <productId> --location "Lakeside Catering" --sandbox/,
  },
  { command: /^products map Smoked Trout 686 .+ --yes --sandbox$/, codes: [0], prints: /Smoked Trout/ },
  { command: /^sync --event-id 55530052 --json --sandbox$/, codes: [0], prints: /"status":"injected"/ },
  { command: /^sandbox edit 55530006 --duplicate$/, codes: [0], prints: /made, the same as order/ },
  { command: /^sandbox edit 55530006$/, codes: [0], prints: /order \d+[\s\S]*order \d+/ },
  {
    command: /^sync --event-id 55530006 --sandbox$/,
    codes: [1],
    prints: /DUPLICATE_ORDERS[\s\S]*2 live orders[\s\S]*ts-reconcile resolve 55530006 --sandbox/,
  },
  { command: /^resolve 55530006 --accept .+ --yes --sandbox$/, codes: [0], prints: /Accepted until/ },
  { command: /^sandbox edit 55530051 --date -2$/, codes: [0], prints: /moved to \d{4}-/ },
  {
    command: /^sync --event-id 55530051 --sandbox$/,
    codes: [1],
    prints: /MISSED[\s\S]*ts-reconcile sync --event-id 55530051 --late --sandbox/,
  },
  { command: /^sync --event-id 55530051 --late --sandbox$/, codes: [0], prints: /injected/ },
  { command: /^sandbox edit --help$/, codes: [0], prints: /--ring-up/ },
  { command: /^sandbox reset$/, codes: [0], prints: /was reset/ },
  { command: /^config check$/, codes: [78], prints: /\d+ mistakes/ },
];

/** Run by the pipeline itself, or by the last test of the pages below. */
const elsewhere = ['npm ci', 'npm test', 'npm run verify', 'npm run demo'];

const pages = [
  'README.md',
  ...(await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
];

/** The commands of a page in its order: blocks of `sh`, and within the text those that work on the sandbox. */
async function commandsOf(page: string): Promise<string[]> {
  const text = await readFile(join(root, page), 'utf8');
  const found: string[] = [];
  for (const [, language, block, inline] of text.matchAll(
    /^```(\w*)\n([\s\S]*?)^```$|`(npx ts-reconcile [^`]*sandbox[^`]*)`/gm,
  )) {
    if (inline !== undefined) found.push(inline);
    if (language !== 'sh') continue;
    found.push(...(block ?? '').split(/\n|&&/).map((line) => line.replace(/\s#.*$/, '').trim()));
  }
  return found
    .map((line) => line.replaceAll(/\s+/g, ' '))
    .filter((line) => line !== '' && !line.startsWith('#'));
}

const commands = new Map<string, string[]>();
for (const page of pages) commands.set(page, await commandsOf(page));

/** Without those whose every command a longer page has, too. */
const typedPages = pages.filter((page) => {
  const own = commands.get(page) ?? [];
  return ![...commands.values()].some(
    (others) => others.length > own.length && own.every((line) => others.includes(line)),
  );
});

/** What the page on the hard cases has settled. */
const settled = [1, 2, 3, 5, 6, 8, 51, 52].map((id) => String(55_530_000 + id));

function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

describe('the pages', () => {
  let stateDir: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'readme-'));
    env = { PATH: process.env.PATH ?? '', HOME: stateDir, STATE_DIR: stateDir };
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  it('show the set-up commands first', () => {
    expect(commands.get('README.md')?.slice(0, 3)).toEqual(['npm ci', 'npm run demo', 'npm test']);
  });

  it.each(typedPages)(
    '%s names only commands that do what it says',
    async (page) => {
      for (const line of commands.get(page) ?? []) {
        if (elsewhere.includes(line)) continue;
        expect(line, page).toMatch(/^npx ts-reconcile /);
        const typed = words(line).slice(2);
        const wanted = expected.find(({ command }) => command.test(typed.join(' ')));
        if (wanted === undefined) throw new Error(`${page} names a command that is not tested here: ${line}`);
        const args = typed.map((arg) => (arg === wanted.writes ? join(stateDir, arg) : arg));
        const result = wanted.serves ? await serveUntilReady(args) : await runCli(args, env);
        expect(wanted.codes, `${line}\n${result.stderr}`).toContain(result.code);
        // On a screen of any width.
        const said = (result.stdout + result.stderr).replaceAll(/\s+/g, ' ');
        expect(said, line).toMatch(wanted.prints ?? (wanted.writes ? /^$/ : /./));
        if (wanted.writes)
          expect(await readFile(join(stateDir, wanted.writes), 'utf8')).toMatch(/<\/html>\n$/);
      }
      if (page !== 'docs/try.md') return;
      const pending = ['--dry-run', '--detailed-exitcode', '--json', '--sandbox'];
      const { code, report } = await runCli(['sync', '--event-id', ...settled, ...pending], env);
      expect(report?.summary).toMatchObject({ queried: settled.length, failed: 0 });
      expect(code).toBe(0);
      // A bound against hanging: some pages name a dozen commands.
    },
    300_000,
  );

  it('know every check of the doctor', async () => {
    const { stdout } = await runCli(['doctor', '--json', '--sandbox'], env);
    const { checks } = z
      .object({ checks: z.array(z.object({ name: z.string() })) })
      .parse(JSON.parse(stdout));
    const table = rowsIn(section('docs/operations.md', 'Is everything all right\\? `doctor`'));
    const told = table.flatMap(([names = '']) => names.split(', '));
    expect(checks.length).toBeGreaterThan(20);
    for (const { name } of checks) expect(told).toContain(name);
  });

  it('name the defaults of serve', async () => {
    const { stdout } = await runCli(['serve', '--help'], env);
    const help = stdout.replaceAll(/\s+/g, ' ');
    const rows = rowsIn(section('docs/webhooks.md', 'Options and routes'));
    let seen = 0;
    for (const [options = '', values = ''] of rows.filter(([first = '']) => first.startsWith('`--'))) {
      for (const [at, option] of options.split(', ').entries()) {
        const value = values.split(', ')[at] ?? '';
        if (value === '') continue;
        seen += 1;
        expect(help, option).toMatch(
          new RegExp(`${option.replaceAll('`', '')} <\\w+> [^<]*\\(default: "?${value}"?\\)`),
        );
      }
    }
    expect(seen).toBe(5);
  });

  it('have a demo that ends well', async () => {
    const child = spawn('npm', ['run', '--silent', 'demo'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(out).toMatch(/orders: \d+ → \d+ \(2\d new\)/);
    expect(out).toMatch(/A second sweep .* wrote nothing/);
    expect(out.match(/^2\d{3}-\d\d-\d\d .* 55530001 /gm)).toHaveLength(1);
    const next = [...out.matchAll(/^ {2}npx ts-reconcile (.*?) {2,}/gm)].map(([, command]) => command ?? '');
    expect(next).toHaveLength(3);
    for (const command of next.filter((text) => text.includes('--sandbox'))) {
      const { code, stdout, stderr } = await runCli(command.split(' '), env);
      expect([0, 1], `${command}\n${stderr}`).toContain(code);
      expect(stdout, command).toMatch(/\d/);
    }
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

  it('takes the deliveries that the page on webhooks sends, signed or not', async () => {
    const key = 'the-key-of-the-endpoint';
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: stateDir,
      ...sandbox.env,
      TRIPLESEAT_WEBHOOK_SIGNING_KEY: key,
    };
    const relay = await startServe(['--allow-unsigned'], env);
    const page = await readFile(join(root, 'docs/webhooks.md'), 'utf8');
    const calls = [...page.matchAll(/^```text\n([\s\S]*?)^```$/gm)]
      .map(([, block = '']) => block.replaceAll('http://127.0.0.1:8080', relay.url))
      .filter((block) => block.includes('curl '));
    expect(calls).toHaveLength(2);
    for (const call of calls) {
      const { stdout } = await promisify(execFile)('bash', ['-e', '-o', 'pipefail', '-c', call], { env });
      expect(JSON.parse(stdout)).toMatchObject({ ok: true, processed: true, trigger: 'UPDATE_EVENT' });
    }
    const [, signed = ''] = calls;
    const wrong = { ...env, TRIPLESEAT_WEBHOOK_SIGNING_KEY: 'another-key-than-that' };
    const { stdout } = await promisify(execFile)('bash', ['-c', signed], { env: wrong });
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, reason: 'SIGNATURE_MISMATCH' });
    expect(await relay.stop()).toBe(0);
  });

  it('is reached by its variables like any other pair of servers', async () => {
    const result = await runCli(['sync', '--event-id', '55530003', '--json'], {
      PATH: process.env.PATH ?? '',
      HOME: stateDir,
      ...sandbox.env,
    });
    expect(result.report?.events[0]?.status).toBe('injected');
    expect(result.code).toBe(0);
  });
});
