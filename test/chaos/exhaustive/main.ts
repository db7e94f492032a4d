/**
 * Searches the protocol exhaustively: npm run exhaustive -- [name=value ...]. Without any, the scopes that the tests
 * search; else one scope of one's own, e.g.
 * `lines=2 late=1 crash=1 faults=2 share=1 inflight=20 lease=8 seconds=3600`. `suite=decided`: those with a person who
 * decides about what stands.
 */
import { KINDS, type Scope, scopeOf, timingIn } from './scope.js';
import { decidedScopes, smallScopes } from './scopes.js';
import { type Limits, type Searched, search } from './search.js';

const args = process.argv.slice(2);
const given = new Map(args.map((arg) => arg.split('=') as [string, string]));
const number = (name: string, fallback: number) => Number(given.get(name) ?? fallback);
const isSet = (name: string) => given.get(name) === '1';
const say = (text: string) => process.stdout.write(`${text}\n`);

function ownScope(): Scope {
  const budget = Object.fromEntries(KINDS.map((kind) => [kind, number(kind, number('each', 0))]));
  const deeds = given.get('deeds')?.split(',');
  const timing = timingIn(
    number('settle', 2),
    number('inflight', 4),
    number('lease', 4),
    number('patience', 1_000),
  );
  return scopeOf(args.join(' '), {
    lines: number('lines', 1),
    start: (given.get('start') ?? 'empty') as Scope['start'],
    faults: number('faults', 1),
    budget,
    timing,
    lag: number('lag', 0),
    stall: number('stallticks', 8),
    lives: number('lives', 2),
    share: isSet('share'),
    slow: isSet('slow'),
    moves: isSet('moves'),
    sweep: isSet('sweep'),
    mute: isSet('mute'),
    wider: number('wider', 0),
    ...(deeds ? { deeds } : {}),
  });
}

function told(name: string, found: Searched): string {
  const { states, transitions, depth, tried, seconds, megabytes, isComplete, violations } = found;
  const end = violations.length > 0 ? 'VIOLATED' : isComplete ? 'complete' : 'NOT complete';
  return `${name.padEnd(50)} ${String(states).padStart(9)} states ${String(transitions).padStart(9)} moves  depth ${String(depth).padStart(3)}  ${String(tried).padStart(5)} clean runs  ${seconds.toFixed(1).padStart(6)} s  ${megabytes} MB  ${end}`;
}

const limits: Limits = {
  seconds: number('seconds', 3_600),
  violations: number('violations', 1),
  states: number('states', 60e6),
};

function searchAll(scopes: readonly Scope[]): void {
  for (const scope of scopes) {
    const found = search(scope, limits);
    say(told(scope.name, found));
    for (const { text, depth, trace } of found.violations) {
      say(`VIOLATION after ${depth} moves: ${text}\n${trace}\n`);
      process.exitCode = 1;
    }
  }
}

const suites: Readonly<Record<string, () => Scope[]>> = { small: smallScopes, decided: decidedScopes };
const suite = suites[args.length === 0 ? 'small' : (given.get('suite') ?? '')];
searchAll(suite ? suite() : [ownScope()]);
