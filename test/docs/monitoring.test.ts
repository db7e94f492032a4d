import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createMetrics } from '../../src/relay/metrics.js';
import { metricsText } from '../../src/report/metrics.js';
import { failed, injected, report } from '../report/helpers.js';
import { textOf } from './pages.js';

const RULES = 'docs/deploy/prometheus/ts-reconcile.rules.yaml';
const DASHBOARD = 'docs/deploy/grafana/ts-reconcile.json';

const rulesSchema = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          labels: z.object({ severity: z.enum(['critical', 'warning']) }),
          annotations: z.object({ summary: z.string(), description: z.string().optional() }),
        }),
      ),
    }),
  ),
});
const dashboardSchema = z.object({
  title: z.string(),
  panels: z.array(
    z.object({ id: z.number(), title: z.string(), targets: z.array(z.object({ expr: z.string() })) }),
  ),
});

const rules = rulesSchema.parse(parse(textOf(RULES))).groups.flatMap((group) => group.rules);
const dashboard = dashboardSchema.parse(JSON.parse(textOf(DASHBOARD)));
const expressions = [
  ...rules.map(({ expr }) => expr),
  ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
];

/** All that the program tells, with the labels that each of it bears. */
async function told(): Promise<Map<string, Set<string>>> {
  const facts = { report: report([injected('1'), failed('2')]), exit: 0, wholeSweep: true };
  const clock = { now: () => 0, steady: () => 0 };
  const relay = createMetrics(() => ({ waiting: 0, running: 0, oldestSeconds: 0 }), clock);
  const text = `${metricsText(facts, null, { success: {}, complete: null })}${await relay.render()}`;
  const found = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of text.matchAll(/^(ts_reconcile_\w+)(?:\{([^}]*)\})? /gm)) {
    const names = found.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) names.add(label);
    found.set(name, names);
  }
  return found;
}

it('rules and dashboard ask for what the program tells, by labels that it has, from its start', async () => {
  const known = await told();
  for (const expression of expressions) {
    for (const [, name = '', labels = ''] of expression.matchAll(/(ts_reconcile_\w+)(?:\{([^}]*)\})?/g)) {
      expect([...known.keys()], expression).toContain(name);
      for (const [, label = ''] of labels.matchAll(/(\w+)(?:=|!)/g)) {
        expect(known.get(name), expression).toContain(label);
      }
    }
    for (const [open, close] of ['()', '{}', '[]']) {
      expect(expression.split(open ?? '').length, expression).toBe(expression.split(close ?? '').length);
    }
  }
});

it('the dashboard shows everything that the program tells', async () => {
  const shown = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
  const names = [...(await told()).keys()].filter((name) => !/_(?:sum|count)$/.test(name));
  expect(names.length).toBeGreaterThan(12);
  for (const name of names) expect(shown).toContain(name);
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});

it('there is a rule each for sweeps and webhooks that stopped, runs that fail and failures that stand', () => {
  expect(rules.map(({ alert }) => alert)).toEqual(
    expect.arrayContaining([
      'TsReconcileSweepsStopped',
      'TsReconcileWebhooksStopped',
      'TsReconcileRunsFail',
      'TsReconcileWebhookRunsFail',
      'TsReconcileStandingFailures',
    ]),
  );
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
});
