/** npm run exhaustive -- [name=value ...]: searches one scope and prints what it has found. */
import { KINDS, type Scope, scopeOf, timingIn } from './scope.js';
import { search } from './search.js';

const given = new Map(process.argv.slice(2).map((arg) => arg.split('=') as [string, string]));
const number = (name: string, fallback: number) => Number(given.get(name) ?? fallback);
const budget = Object.fromEntries(KINDS.map((kind) => [kind, number(kind, number('each', 0))]));
const deeds = given.get('deeds')?.split(',');
const scope: Scope = scopeOf([...given].map((pair) => pair.join('=')).join(' '), {
  lines: number('lines', 1),
  faults: number('faults', 1),
  budget,
  timing: timingIn(number('settle', 2), number('inflight', 4), number('lease', 4), number('patience', 1_000)),
  lag: number('lag', 0),
  stall: number('stallticks', 8),
  lives: number('lives', 2),
  share: given.get('share') === '1',
  slow: given.get('slow') === '1',
  sweep: given.get('sweep') === '1',
  wider: number('wider', 0),
  ...(deeds ? { deeds } : {}),
});
const found = search(scope, {
  seconds: number('seconds', 60),
  violations: number('violations', 1),
  states: number('states', 60e6),
});
for (const { text, depth, trace } of found.violations) {
  process.stdout.write(`VIOLATION at depth ${depth}: ${text}\n${trace}\n\n`);
}
const { violations, ...figures } = found;
process.stdout.write(
  `${scope.name}: ${JSON.stringify({ ...figures, seconds: +figures.seconds.toFixed(1), violations: violations.length })}\n`,
);
