import { execFile, spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Cron } from 'croner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { variables } from '../../src/config/variables.js';
import { metricsText } from '../../src/report/metrics.js';
import { notIgnored } from '../helpers/image.js';
import { report } from '../report/helpers.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const MINUTE = 60_000;
/** Comes with systemd, where there is one. */
const ANALYZE = 'systemd-analyze';
const YEAR = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2027, 0, 1) };

const file = (name: string) => readFile(join(root, name), 'utf8');

/** All instants within the year at which one of the expressions fires in UTC, in order. */
function firesOf(expressions: readonly string[]): number[] {
  const fires: number[] = [];
  for (const expression of expressions) {
    const cron = new Cron(expression, { timezone: 'UTC', mode: '5-part', paused: true });
    // The search begins after the instant it is given.
    let next = cron.nextRun(new Date(YEAR.from - 1000));
    while (next !== null && next.getTime() < YEAR.to) {
      fires.push(next.getTime());
      next = cron.nextRun(next);
    }
  }
  return fires.sort((a, b) => a - b);
}

function gapsOf(fires: readonly number[]): number[] {
  return fires.slice(1).map((at, index) => (at - (fires[index] ?? 0)) / MINUTE);
}

/** The longest time without a run, in minutes. */
function longestGap(expressions: readonly string[]): number {
  const gaps = gapsOf(firesOf(expressions));
  expect(gaps.length).toBeGreaterThan(1000);
  return gaps.reduce((longest, gap) => Math.max(longest, gap), 0);
}

function checkRhythm(fires: readonly number[]): void {
  const days = new Map<number, number>();
  for (const at of fires) {
    const day = Math.floor(at / (1440 * MINUTE));
    days.set(day, (days.get(day) ?? 0) + 1);
  }
  expect(days.size).toBe(365);
  expect(new Set(days.values())).toEqual(new Set([32]));
  expect(new Set(gapsOf(fires))).toEqual(new Set([45]));
}

/** Runs our command line as far as it tells whether it knows these arguments: with `--help` it does nothing else. */
async function knows(command: string): Promise<boolean> {
  const args = command.split(' ').slice(1);
  const bin = join(root, 'bin', 'ts-reconcile.js');
  const { stdout } = await run(process.execPath, [bin, ...args, '--help']);
  const flags = [...command.matchAll(/--[a-z-]+/g)].map(([flag]) => flag);
  return flags.every((flag) => stdout.includes(flag));
}

/** Fenced blocks of a page by their language. */
async function blocks(page: string, language: string, holding: RegExp): Promise<string[]> {
  const text = await file(page);
  const fenced = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...text.matchAll(fenced)].map(([, block]) => block ?? '').filter((block) => holding.test(block));
}

async function block(page: string, language: string, holding: RegExp): Promise<string> {
  const [found, ...others] = await blocks(page, language, holding);
  expect(others).toEqual([]);
  if (found === undefined) throw new Error(`${page} has no ${language} block with ${holding}.`);
  return found;
}

describe('crontab.example', () => {
  it('runs 32 times a day, 45 minutes apart, the whole year', async () => {
    const jobs = (await file('crontab.example')).split('\n').filter((line) => /^[0-9*]/.test(line));
    expect(jobs).toHaveLength(3);
    checkRhythm(firesOf(jobs.map((line) => line.split(/\s+/).slice(0, 5).join(' '))));
  });

  it('runs one and the same command, of which flock does nothing while it runs', async () => {
    const text = await file('crontab.example');
    const commands = new Set(
      text
        .split('\n')
        .filter((line) => /^[0-9*]/.test(line))
        .map((line) => line.split(/\s+/).slice(5).join(' ')),
    );
    expect(commands.size).toBe(1);
    const [command = ''] = commands;
    // A percent sign would end the command.
    expect(command).not.toContain('%');
    expect(command).toMatch(/^cd "\$APP" && flock -n -E 75 \S+ node bin\/ts-reconcile\.js /);
    expect(await knows(command.replace(/^.*node /, '').replace(/ >>.*$/, ''))).toBe(true);
    const settings = text.split('\n').filter((line) => /^[A-Z_]+=/.test(line));
    expect(settings.map((line) => line.split('=')[0])).toEqual(['CRON_TZ', 'PATH', 'APP', 'MAILTO']);
  });
});

describe('render.yaml', () => {
  const service = z.looseObject({
    type: z.enum(['web', 'cron']),
    name: z.string(),
    runtime: z.literal('node'),
    schedule: z.string().optional(),
    healthCheckPath: z.string().optional(),
    buildCommand: z.string(),
    startCommand: z.string(),
    envVars: z.array(
      z.union([
        z.strictObject({ key: z.string(), value: z.string() }),
        z.strictObject({ key: z.string(), sync: z.literal(false) }),
        z.strictObject({ key: z.string(), generateValue: z.literal(true) }),
        z.strictObject({
          key: z.string(),
          fromDatabase: z.strictObject({ name: z.string(), property: z.literal('connectionString') }),
        }),
        z.strictObject({
          key: z.string(),
          fromService: z.strictObject({ type: z.literal('web'), name: z.string(), envVarKey: z.string() }),
        }),
      ]),
    ),
  });
  const blueprint = z.looseObject({
    services: z.array(service),
    databases: z.array(z.looseObject({ name: z.string() })),
  });
  const read = async () => blueprint.parse(parse(await file('render.yaml')));

  it('never leaves more than 45 minutes between sweeps', async () => {
    const schedules = (await read()).services.flatMap(({ schedule }) => schedule ?? []);
    expect(schedules).toHaveLength(1);
    expect(longestGap(schedules)).toBeLessThanOrEqual(45);
  });

  it('starts commands that there are, one service for each', async () => {
    const { services } = await read();
    expect(services.map(({ type }) => type).sort()).toEqual(['cron', 'web']);
    for (const { type, startCommand, schedule, healthCheckPath } of services) {
      expect(startCommand).toMatch(type === 'web' ? /^node \S+ serve / : /^node \S+ sync --trigger cron$/);
      expect(await knows(startCommand.replace(/^node /, '').replace('$PORT', '8080'))).toBe(true);
      expect(schedule === undefined).toBe(type === 'web');
      expect(healthCheckPath).toBe(type === 'web' ? '/healthz' : undefined);
    }
  });

  it('sets variables that there are, and takes each from where it is', async () => {
    const { services, databases } = await read();
    const known = new Set<string>(['NODE_VERSION', ...variables.map(({ name }) => name)]);
    const inWeb = services.find(({ type }) => type === 'web')?.envVars.map(({ key }) => key) ?? [];
    for (const { envVars } of services) {
      const keys = envVars.map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      for (const each of envVars) {
        expect(known).toContain(each.key);
        if ('fromService' in each) expect(inWeb).toContain(each.fromService.envVarKey);
        if ('fromDatabase' in each) {
          expect(databases.map(({ name }) => name)).toContain(each.fromDatabase.name);
        }
      }
    }
  });
});

describe('systemd', () => {
  /** Sections and settings; a key may come more than once. */
  function unit(text: string): [section: string, key: string, value: string][] {
    let section = '';
    return text.split('\n').flatMap((line): [string, string, string][] => {
      section = /^\[(\w+)\]$/.exec(line)?.[1] ?? section;
      const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
      return key === undefined || value === undefined ? [] : [[section, key, value]];
    });
  }

  async function calendars(): Promise<string[]> {
    const timer = unit(await file('docs/deploy/systemd/ts-reconcile.timer'));
    return timer.flatMap(([, key, value]) => (key === 'OnCalendar' ? [value] : []));
  }

  it('runs 32 times a day, 45 minutes apart, in UTC', async () => {
    const expressions = (await calendars()).map((text) => {
      const [, first, step, minutes] = /^\*-\*-\* (\d\d)\/(\d):([\d,]+) UTC$/.exec(text) ?? [];
      expect(minutes, text).toBeDefined();
      return `${minutes} ${Number(first)}-23/${step} * * *`;
    });
    expect(expressions).toHaveLength(3);
    checkRhythm(firesOf(expressions));
  });

  const absent = spawnSync(ANALYZE, ['--version']).status !== 0;
  it.skipIf(absent)('means by them what systemd does', async () => {
    for (const calendar of await calendars()) {
      const { stdout } = await run(ANALYZE, ['calendar', '--iterations=2', calendar]);
      expect(stdout).toContain('Normalized form: *-*-* ');
    }
  });

  it.skipIf(absent).each(['ts-reconcile', 'ts-reconcile-serve'])(
    'keeps %s from all it has no use for',
    async (name) => {
      const { stdout } = await run(ANALYZE, ['security', '--offline=yes', '--no-pager', `${name}.service`], {
        cwd: join(root, 'docs/deploy/systemd'),
      });
      const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? [];
      expect(Number(exposure)).toBeLessThan(2);
      const settings = await file(`docs/deploy/systemd/${name}.service`);
      for (const line of ['UMask=0077', 'LimitCORE=0', 'OOMPolicy=continue'])
        expect(settings).toContain(`${line}\n`);
    },
  );

  it.skipIf(absent)('has units that systemd finds nothing wrong with', async () => {
    // Where the program and its user are not installed, that alone may be missing.
    const names = ['ts-reconcile.service', 'ts-reconcile.timer', 'ts-reconcile-serve.service'];
    const paths = names.map((name) => join(root, 'docs/deploy/systemd', name));
    const { stdout, stderr } = await run(ANALYZE, ['verify', '--man=no', ...paths]).catch(
      (error: { stdout: string; stderr: string }) => error,
    );
    const said = `${stdout}${stderr}`
      .split('\n')
      .filter((line) => /\/docs\/deploy\/|^ts-reconcile/.test(line));
    expect(said.filter((line) => !/is not executable/.test(line))).toEqual([]);
  });

  it('starts a command that there is, and takes an overlap for no failure', async () => {
    const settings = unit(await file('docs/deploy/systemd/ts-reconcile.service'));
    const value = (name: string) => settings.find(([, key]) => key === name)?.[2];
    expect(value('Type')).toBe('oneshot');
    expect(value('SuccessExitStatus')).toBe('75');
    expect(value('ExecStart')).toMatch(/^\/usr\/bin\/node \/\S+\/bin\/ts-reconcile\.js /);
    expect(await knows(value('ExecStart')?.replace('/usr/bin/node ', '') ?? '')).toBe(true);
    // Below it a run would be killed before its own limit of 1800 seconds ends it.
    expect(Number(value('TimeoutStartSec')?.replace('min', ''))).toBeGreaterThan(30);
  });
});

describe('what is deployed from outside', () => {
  it('keeps the database of Render to its services, and metrics and trigger behind a token', async () => {
    const { services, databases } = parse(await file('render.yaml'));
    for (const database of databases) expect(database.ipAllowList).toEqual([]);
    const web = services.find(({ type }: { type: string }) => type === 'web');
    expect(web.envVars).toContainEqual({ key: 'SERVE_TOKEN', generateValue: true });
    expect(await file('render.yaml')).toContain('node bin/ts-reconcile.js auth login --paste');
    expect(await knows('ts-reconcile auth login --paste')).toBe(true);
  });

  it('names one image, of this version', async () => {
    const { version } = JSON.parse(await file('package.json'));
    const paths = ['docs/deploy/kubernetes/ts-reconcile.yaml', 'docs/deploy/compose.yaml'];
    const images = (await Promise.all(paths.map(file))).flatMap((text) =>
      [...text.matchAll(/image: (\S+)/g)].map(([, image]) => image),
    );
    expect(images).toHaveLength(4);
    for (const image of images) expect(image).toMatch(new RegExp(`(^|/)ts-reconcile:${version}$`));
  });
});

describe('Kubernetes', () => {
  it('starts no pod without the shared state, nor as root, nor with a root that it can write to', async () => {
    const documents = parseAllDocuments(await file('docs/deploy/kubernetes/ts-reconcile.yaml'));
    const [deployment, , job] = documents.map((each) => each.toJS());
    for (const { spec } of [deployment.spec.template, job.spec.jobTemplate.spec.template]) {
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10_001 });
      for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
        expect(container.securityContext).toMatchObject({
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        });
      }
      for (const { env } of spec.containers) {
        for (const name of ['STATE_URL', 'STATE_KEY']) {
          const valueFrom = { secretKeyRef: { name: 'ts-reconcile', key: name } };
          expect(env).toContainEqual({ name, valueFrom });
        }
      }
    }
    expect(deployment.spec.template.spec.initContainers[0].args).toEqual(['state', 'migrate']);
    // What the comment at its head types to sign in.
    expect(await file('docs/deploy/kubernetes/ts-reconcile.yaml')).toContain(
      `deploy/${deployment.metadata.name} --`,
    );
  });

  const cronJob = z.strictObject({
    apiVersion: z.literal('batch/v1'),
    kind: z.literal('CronJob'),
    metadata: z.strictObject({ name: z.string() }),
    spec: z.strictObject({
      schedule: z.string(),
      timeZone: z.literal('Etc/UTC'),
      concurrencyPolicy: z.literal('Forbid'),
      startingDeadlineSeconds: z.number().min(60),
      successfulJobsHistoryLimit: z.number(),
      failedJobsHistoryLimit: z.number(),
      jobTemplate: z.strictObject({
        spec: z.strictObject({
          backoffLimit: z.literal(0),
          activeDeadlineSeconds: z.number().min(1801),
          template: z.strictObject({
            spec: z.looseObject({
              restartPolicy: z.literal('Never'),
              containers: z.array(z.looseObject({ command: z.array(z.string()) })).length(1),
            }),
          }),
        }),
      }),
    }),
  });

  it('never leaves more than 45 minutes, and never runs two at once', async () => {
    const documents = parseAllDocuments(await file('docs/deploy/kubernetes/ts-reconcile.yaml')).map((each) =>
      each.toJS(),
    );
    expect(documents.map(({ kind }) => kind)).toEqual(['Deployment', 'Service', 'CronJob']);
    const { spec } = cronJob.parse(documents[2]);
    expect(longestGap([spec.schedule])).toBeLessThanOrEqual(45);
    const [container] = spec.jobTemplate.spec.template.spec.containers;
    expect(await knows(container?.command.join(' ') ?? '')).toBe(true);
    for (const { args = [] } of documents[0].spec.template.spec.containers) {
      expect(await knows(['ts-reconcile', ...args].join(' '))).toBe(true);
    }
  });
});

describe('compose', () => {
  it('starts commands that there are, of one image and one state', async () => {
    const { services } = parse(await file('docs/deploy/compose.yaml'), { merge: true });
    for (const name of ['serve', 'sweep']) {
      expect(services[name]).toMatchObject({ build: '../..', read_only: true, cap_drop: ['ALL'] });
      expect(await knows(['ts-reconcile', ...services[name].command].join(' '))).toBe(true);
    }
  });

  it('has the secrets that stand beside it in no commit, no image and no package', async () => {
    const { services } = parse(await file('docs/deploy/compose.yaml'), { merge: true });
    const [, mounted = ''] = /^\.\/(\S+):\/config:ro$/.exec(services.serve.volumes[1]) ?? [];
    const secret = [`docs/deploy/${services.serve.env_file}`, `docs/deploy/${mounted}/locations.json`];
    const others = ['.env', '.env.old', '.env.old.2', 'locations.json', 'locations.json.old'];

    for (const path of [...secret, ...others]) {
      const ignored = spawnSync('git', ['check-ignore', '--no-index', '--quiet', path], { cwd: root });
      expect([path, ignored.status]).toEqual([path, 0]);
    }
    expect(notIgnored(await file('.dockerignore'), secret)).toEqual([]);

    const directory = await mkdtemp(join(tmpdir(), 'ts-reconcile-compose-'));
    await cp(join(root, 'docs/deploy'), join(directory, 'docs/deploy'), { recursive: true });
    await cp(join(root, 'package.json'), join(directory, 'package.json'));
    for (const path of secret) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), 'REVEL_API_SECRET=s3cret');
    }
    const packed = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: directory });
    await rm(directory, { recursive: true });
    expect(packed.stdout).toContain('docs/deploy/compose.yaml');
    for (const path of secret) expect(packed.stdout).not.toContain(path);
  });
});

describe('GitHub Actions', () => {
  const workflow = z.looseObject({
    on: z.looseObject({ schedule: z.array(z.strictObject({ cron: z.string() })) }),
    jobs: z.record(
      z.string(),
      z.looseObject({
        env: z.record(z.string(), z.string()),
        steps: z.array(z.looseObject({ run: z.string().optional() })),
      }),
    ),
  });
  let bin: string;
  beforeAll(async () => {
    bin = await mkdtemp(join(tmpdir(), 'ts-reconcile-actions-'));
  });
  afterAll(() => rm(bin, { recursive: true, force: true }));

  const read = async () => {
    const { on, jobs } = workflow.parse(parse(await block('docs/schedules.md', 'yaml', /runs-on:/)));
    const [job] = Object.values(jobs);
    if (!job) throw new Error('The workflow has no job.');
    return { on, job };
  };

  it('is on a valid schedule and sets variables that there are', async () => {
    const { on, job } = await read();
    for (const { cron } of on.schedule) expect(firesOf([cron])).toHaveLength(365);
    const known = new Set<string>(variables.map(({ name }) => name));
    for (const name of Object.keys(job.env)) expect(known).toContain(name);
  });

  it.each([
    [0, 0],
    [1, 1],
    [69, 1],
    [77, 1],
  ])('takes a dry run that ends with %i for %i', async (code, verdict) => {
    const { job } = await read();
    const script = job.steps.map(({ run }) => run ?? '').find((text) => text.includes('ts-reconcile')) ?? '';
    const npx = join(bin, 'npx');
    await writeFile(npx, `#!/bin/sh\necho "$*" > ${join(bin, 'args')}\nexit ${code}\n`);
    await chmod(npx, 0o755);
    // As the runner starts it.
    const ended = await run('bash', ['-e', '-o', 'pipefail', '-c', script], {
      env: { PATH: `${bin}:${process.env.PATH ?? ''}` },
    }).then(
      () => 0,
      (error: { code?: number }) => error.code ?? Number.NaN,
    );
    expect(Math.min(ended, 1)).toBe(verdict);
    expect(await knows((await readFile(join(bin, 'args'), 'utf8')).trim())).toBe(true);
  });
});

describe('the metrics', () => {
  it('are each named in the table', async () => {
    const facts = { report: report([]), exit: 0, wholeSweep: true };
    const text = metricsText(facts, null, { success: {}, complete: null });
    const page = await file('docs/mail-and-signals.md');
    const names = [...text.matchAll(/^# TYPE (\w+) gauge$/gm)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(page).toContain(`\`${name}`);
  });
});

describe('the mail settings', () => {
  it('of the page are variables that there are', async () => {
    const names = [
      ...(await block('docs/mail-and-signals.md', 'ini', /SMTP_URL/)).matchAll(/^([A-Z_]+)=/gm),
    ].map(([, name]) => name);
    const known = new Set<string>(variables.map(({ name }) => name));
    expect(names).toHaveLength(4);
    for (const name of names) expect(known).toContain(name);
  });
});
