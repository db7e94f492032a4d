import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { filesUnder, root, textOf } from './pages.js';

const step = z.looseObject({ uses: z.string().optional(), run: z.string().optional() });
const job = z.looseObject({
  'runs-on': z.string(),
  'timeout-minutes': z.number(),
  strategy: z.looseObject({ matrix: z.record(z.string(), z.array(z.unknown())) }).optional(),
  steps: z.array(step),
});
const workflow = z.looseObject({
  name: z.string(),
  permissions: z.strictObject({ contents: z.literal('read') }),
  jobs: z.record(z.string(), job),
});
const dependabot = z.strictObject({
  version: z.literal(2),
  updates: z.array(
    z.looseObject({
      'package-ecosystem': z.enum(['npm', 'github-actions', 'docker']),
      directory: z.string(),
      schedule: z.strictObject({ interval: z.enum(['daily', 'weekly', 'monthly']) }),
    }),
  ),
});
const manifest = z.looseObject({
  engines: z.strictObject({ node: z.string() }),
  scripts: z.record(z.string(), z.string()),
});

const yamlFiles = [...filesUnder('.github'), ...filesUnder('docs'), 'render.yaml'].filter((name) =>
  /\.ya?ml$/.test(name),
);
const { engines, scripts } = manifest.parse(JSON.parse(textOf('package.json')));
const { jobs } = workflow.parse(parse(textOf('.github/workflows/test.yaml')));
const runsOf = (name: string) => jobs[name]?.steps.flatMap(({ run }) => run ?? []) ?? [];

it.each(yamlFiles)('%s can be read', (name) => {
  const documents = parseAllDocuments(textOf(name), { merge: true });
  expect(documents.length).toBeGreaterThan(0);
  for (const document of documents) expect(document.errors).toEqual([]);
});

describe('the workflow', () => {
  it('runs what the pipeline runs on every Node.js that is supported, from the oldest on', () => {
    expect(jobs.test?.strategy?.matrix.node).toEqual([20, 22, 24, 26]);
    expect(engines.node).toMatch(/^>=20\./);
    expect(runsOf('test').filter((run) => run.includes('bash .ci/run'))).toHaveLength(1);
    const pipeline = textOf('.ci/run');
    for (const line of ['npm ci', 'npm run demo', 'npm run verify']) {
      expect(pipeline).toContain(`\n${line}\n`);
    }
  });

  it('tries the locks of macOS and Windows with tests that there are', () => {
    expect(jobs.locks?.strategy?.matrix.os).toEqual(['macos-latest', 'windows-latest']);
    const calls = runsOf('locks').filter((run) => run.includes('vitest'));
    expect(calls).toHaveLength(2);
    for (const call of calls) {
      const [, file = '', , title = ''] =
        /^npx vitest run --project \w+ (\S+)( -t "([^"]+)")?$/.exec(call) ?? [];
      expect(textOf(file)).toContain(title);
    }
  });

  it('calls scripts that there are', () => {
    const called = Object.keys(jobs).flatMap((name) =>
      runsOf(name).flatMap((run) => [...run.matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script)),
    );
    for (const script of called) expect(scripts).toHaveProperty([script]);
  });
});

it('nothing switches the audit of packages off', () => {
  const files = ['Dockerfile', '.npmrc', '.ci/run', 'render.yaml', 'package.json', ...filesUnder('.github')];
  for (const name of files) expect(textOf(name), name).not.toMatch(/no-audit|audit *[=:] *false/);
  expect(runsOf('audit')).toContain('npm audit --audit-level=high');
});

describe('dependency updates', () => {
  it('are asked for npm, the workflow and the image', () => {
    const { updates } = dependabot.parse(parse(textOf('.github/dependabot.yml')));
    expect(updates.map((update) => update['package-ecosystem']).toSorted()).toEqual([
      'docker',
      'github-actions',
      'npm',
    ]);
    for (const { directory } of updates) expect(existsSync(join(root, directory))).toBe(true);
  });
});

describe('what is deployed', () => {
  it('runs on Node.js 24', () => {
    const images = [...textOf('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(images.length).toBeGreaterThan(1);
    for (const image of images) expect(image).toMatch(/^node:24-/);
    const versions = [...textOf('render.yaml').matchAll(/NODE_VERSION, value: "(\d+)"/g)];
    expect(versions.map(([, version]) => version)).toEqual(['24', '24']);
    expect(textOf('docs/schedules.md')).toMatch(/node-version: 24$/m);
  });
});
