import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../src/clock.js';
import { variables } from '../../src/config/variables.js';
import { differenceFields } from '../../src/domain/differences.js';
import { failReasons, skipReasons } from '../../src/domain/reasons.js';
import { type AppErrorCode, ExitCode } from '../../src/errors.js';
import { createMetrics } from '../../src/relay/metrics.js';
import type { IgnoreReason } from '../../src/relay/payload.js';
import type { SignatureProblem } from '../../src/relay/signature.js';
import {
  eventFailed,
  eventSynced,
  runCompleted,
  runStarted,
  runTag,
  webhookProcessed,
} from '../../src/report/messages.js';
import { RULES } from '../../src/sync/order/next.js';
import type { RunProblem } from '../../src/sync/types.js';
import { codesIn, filesUnder, pages, root, rowsIn, section, textOf } from './pages.js';

/** What a run's `error.code` may be; that none is missing the compiler says. */
type ErrorCode = AppErrorCode | Uppercase<Snake<RunProblem['kind']>>;
type Snake<Text extends string> = Text extends `${infer Head}-${infer Tail}` ? `${Head}_${Tail}` : Text;
const errorCodes: Readonly<Record<ErrorCode, true>> = {
  USAGE: true,
  CONFIG: true,
  CREDENTIALS: true,
  UNAVAILABLE: true,
  UPSTREAM: true,
  INCOMPLETE: true,
  LOCKED: true,
  STATE: true,
  STATE_UNAVAILABLE: true,
  CREATE_LIMIT: true,
  STOPPED: true,
  ABORTED: true,
  OUTPUT: true,
};

const firstCodes = (text: string) => rowsIn(text).map(([first = '']) => codesIn(first)[0] ?? first);

describe('the page on reasons', () => {
  const page = 'docs/reasons.md';

  it('has every reason once, with what it means, and for failures what to do', () => {
    expect(firstCodes(section(page, 'Skipped')).toSorted()).toEqual([...skipReasons].toSorted());
    expect(firstCodes(section(page, 'Failed')).toSorted()).toEqual([...failReasons].toSorted());
    for (const [, meaning = ''] of rowsIn(section(page, 'Skipped'))) expect(meaning).not.toBe('');
    for (const [reason, meaning = '', remedy = ''] of rowsIn(section(page, 'Failed'))) {
      expect(meaning, reason).not.toBe('');
      expect(remedy, reason).not.toBe('');
    }
  });

  it('never advises to take an order away so that the next run makes it again', () => {
    for (const [reason = '', , remedy = ''] of rowsIn(section(page, 'Failed'))) {
      expect(remedy, reason).not.toMatch(/\bdelete (?:the|its|that) order/i);
      // Whoever makes an order by hand must first keep this program away from the event.
      if (/by hand/.test(remedy)) expect(remedy, reason).toMatch(/IGNORE_EVENTS|has rung the event up/);
    }
  });

  it('has every exit code', () => {
    expect(firstCodes(section(page, 'Exit codes')).map(Number)).toEqual(Object.values(ExitCode));
  });

  it('has every error code and every field of a difference', () => {
    expect(firstCodes(section(page, 'The document of `--json`'))).toEqual(Object.keys(errorCodes));
    expect(codesIn(section(page, 'Differences'))).toEqual(expect.arrayContaining([...differenceFields]));
  });
});

it('the page on configuration names first what must be set', () => {
  const [, first = ''] = /^Five must be set[^:]*: ([^;]*);/m.exec(textOf('docs/configuration.md')) ?? [];
  expect(codesIn(first)).toEqual(variables.filter(({ required }) => required).map(({ name }) => name));
});

describe('the page on webhooks', () => {
  const page = textOf('docs/webhooks.md');
  const problems: Readonly<Record<SignatureProblem | IgnoreReason, true>> = {
    SIGNATURE_MISSING: true,
    SIGNATURE_MALFORMED: true,
    SIGNATURE_EXPIRED: true,
    SIGNATURE_MISMATCH: true,
    TRIGGER_NOT_RELEVANT: true,
    NO_EVENT: true,
    INVALID_EVENT_ID: true,
    TOO_MANY_EVENTS: true,
    CONNECTOR_DISABLED: true,
  };
  const relay = filesUnder('src/relay').map(textOf).join('\n');

  it('has every answer to a delivery with its status', () => {
    const answers = rowsIn(section('docs/webhooks.md', 'Answers to a delivery'));
    const refused = [...relay.matchAll(/\brefuse\((\d{3}), '([A-Z_]+)'/g)];
    expect(refused.length).toBeGreaterThan(8);
    for (const [, status = '', reason = ''] of refused) {
      const row = answers.find(([, reasons = '']) => codesIn(reasons).includes(reason));
      expect(row?.[0], reason).toContain(status);
    }
    for (const reason of Object.keys(problems)) expect(page).toContain(`\`${reason}\``);
  });

  it('has every route, metric and reason for which it is not ready', async () => {
    const metrics = createMetrics(() => ({ waiting: 0, running: 0, oldestSeconds: 0 }), systemClock);
    const names = [...(await metrics.render()).matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name);
    expect(names).toHaveLength(10);
    for (const name of names) expect(page).toMatch(new RegExp(`\`${name}[\`{]`));
    const routes = [...relay.matchAll(/^ +\[?'(\/[a-z/]+)',/gm)].map(([, route = '']) => route);
    expect(routes).toHaveLength(5);
    for (const route of routes) expect(page).toMatch(new RegExp(`\\| \`(?:GET|POST) ${route}[\`?]`));
    for (const [, reason = ''] of relay.matchAll(/ok: false, reason: '([A-Z_]+)'/g))
      expect(page).toContain(reason);
  });
});

it('the page on operations has the lines of the log as they are', () => {
  const [block = ''] =
    section('docs/operations.md', 'What the log says').match(/(?<=^```text\n)[\s\S]*?(?=^```)/m) ?? [];
  const tag = (trigger: 'cron' | 'manual' | 'webhook') => `[${runTag(trigger, '1a2b3c4d')}]`;
  const counts = { queried: 5, injected: 2, repaired: 0, skipped: 3, failed: 0 };
  expect(block.trimEnd().split('\n')).toEqual([
    `${tag('cron')} ${runStarted('cron')}`,
    `${tag('manual')} ${eventSynced('55521609', '10684001')}`,
    `ERROR ${tag('manual')} ${eventFailed('55521609', '…')}`,
    `${tag('manual')} ${runCompleted(counts)}`,
    `${tag('webhook')} ${webhookProcessed}`,
  ]);
});

it('the page on operations tells of every document of the state, and that on several hosts how many there are', () => {
  const code = [...filesUnder('src/state'), ...filesUnder('src/certify')].map(textOf).join('\n');
  const names = [...code.matchAll(/\bkeep(?:<[^(]*>)?\(options, '([a-z]+)'|\bNAME = '([a-z]+)'/g)].map(
    ([, kept, named]) => kept ?? named ?? '',
  );
  expect(names).toEqual(expect.arrayContaining(['tokens', 'mailed', 'accepted', 'account', 'certify']));
  const stored = firstCodes(section('docs/operations.md', 'What is stored where'));
  for (const name of names) expect(stored).toContain(`${name}.json`);
  const rows = rowsIn(section('docs/several-hosts.md', 'What is stored'));
  const counts = rows.map(([, where = '']) => /^`documents`, (one|two) rows?/.exec(where)?.[1]);
  const single = counts.reduce((sum, count) => sum + (count === 'one' ? 1 : count === 'two' ? 2 : 0), 0);
  expect(single).toBe(names.length);
});

it('the page on going live names every resource that doctor reads', () => {
  const code = filesUnder('src/doctor').map(textOf).join('\n');
  const step = section('docs/going-live.md', 'Step by step');
  const names = [...code.matchAll(/'\/(?:resources|enterprise)\/(\w+)\/'/g)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) expect(step).toMatch(new RegExp(`\\b${name}\\b`));
});

describe('the README', () => {
  const text = textOf('README.md');

  it('is short, and ends with how to contribute', () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(300);
    expect([...text.matchAll(/^## (.*)$/gm)].at(-1)?.[1]).toBe('Contributing');
  });

  it('counts the rules of the protocol, and the packages of an install, as they are', () => {
    const rules = /each of its (\d+) rules/.exec(text)?.[1];
    expect(Number(rules)).toBe(Object.keys(RULES).length);
    const { packages } = z
      .object({
        packages: z.record(
          z.string(),
          z.object({ dev: z.literal(true).optional(), optional: z.literal(true).optional() }),
        ),
      })
      .parse(JSON.parse(textOf('package-lock.json')));
    const installed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
    expect(Number(/leaves (\d+) packages/.exec(text)?.[1])).toBe(installed.length);
  });

  it('leads to every page', () => {
    const heart = ['src/sync/order/README.md', 'src/revel/README.md', 'src/tripleseat/README.md'];
    for (const page of pages.filter((name) => !name.endsWith('README.md')).concat(heart)) {
      expect(text, page).toContain(`](${page})`);
    }
  });
});

describe('what pages name', () => {
  /** Of other programs, and of the workflow on the page about schedules. */
  const FOREIGN = new Set(['LOCATIONS_JSON', 'NODE_OPTIONS', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']);
  const code = [...filesUnder('src'), ...filesUnder('test')]
    .filter((name) => name.endsWith('.ts') && !name.startsWith('test/docs/'))
    .map((name) => textOf(name))
    .join('\n');

  it.each(pages)('%s: every link leads somewhere', (page) => {
    for (const [, target = ''] of textOf(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      expect(existsSync(join(root, file)), `${page}: ${target}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(file), `${page}: ${target}`).toContain(anchor);
    }
  });

  it.each(pages)('%s: every variable and code is one of the program', (page) => {
    const known = new Set<string>(variables.flatMap(({ name }) => [name, `${name}_FILE`]));
    const names = textOf(page).match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? [];
    for (const name of names.filter((each) => !known.has(each) && !FOREIGN.has(each))) {
      expect(new RegExp(`\\b${name}\\b`).test(code), `${page}: ${name}`).toBe(true);
    }
  });

  it.each(pages)('%s: every script and every test that is to be run is there', (page) => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(textOf('package.json')));
    for (const [, script = ''] of textOf(page).matchAll(/\bnpm run ([\w:]+)/g)) {
      expect(scripts, page).toHaveProperty([script]);
    }
    for (const [, tests = ''] of textOf(page).matchAll(/\bvitest run --project \w+ ([^`\n]+)/g)) {
      for (const name of tests.split(' ').filter((each) => !each.startsWith('-'))) {
        expect(existsSync(join(root, name)), `${page}: ${name}`).toBe(true);
      }
    }
  });

  it.each(pages)('%s: every file of the project is there', (page) => {
    for (const name of codesIn(textOf(page))) {
      if (!/^(?:src|test|docs|dist)\/[\w./-]+$/.test(name) || name.startsWith('dist/')) continue;
      expect(existsSync(join(root, name)), `${page}: ${name}`).toBe(true);
    }
  });

  it.each(pages.filter((page) => page.startsWith('src/')))('%s: every file beside it is there', (page) => {
    const names = textOf(page).match(/(?<![\w./-])[\w./-]+\.ts\b/g) ?? [];
    for (const name of names) {
      const places = [join(dirname(page), name), name];
      expect(
        places.some((place) => existsSync(join(root, place))),
        `${page}: ${name}`,
      ).toBe(true);
    }
  });

  it.each(pages)('%s: every default is the one of the program', (page) => {
    const said = /`([A-Z_]+)`(?: \(|, )([\w.]+)(?: seconds)? by default/g;
    for (const [, name, value] of textOf(page).matchAll(said)) {
      const variable = variables.find((each) => each.name === name);
      expect(variable?.default, `${page}: ${name}`).toBe(value);
    }
  });
});

function anchorsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
