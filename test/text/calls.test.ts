import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { onSandbox, shellWord } from '../../src/text/calls.js';

it.each([
  [
    'run: ts-reconcile sync --event-id 55530001 --late',
    'run: ts-reconcile sync --event-id 55530001 --late --sandbox',
  ],
  [
    'Sign in with `ts-reconcile auth login`, which',
    'Sign in with `ts-reconcile auth login --sandbox`, which',
  ],
  [
    'ts-reconcile billing map "Fee. No 1; $" <use> --location "St. James". Else',
    'ts-reconcile billing map "Fee. No 1; $" <use> --location "St. James" --sandbox. Else',
  ],
  [
    "ts-reconcile products map 'it'\\''s $5' <productId> --location \"A\", or",
    "ts-reconcile products map 'it'\\''s $5' <productId> --location \"A\" --sandbox, or",
  ],
  ['Run one (ts-reconcile sync), or', 'Run one (ts-reconcile sync --sandbox), or'],
  ['ts-reconcile sync --sandbox', 'ts-reconcile sync --sandbox'],
  // Laid out already.
  [
    'ts-reconcile sync --event-id 5\n    --late --sandbox',
    'ts-reconcile sync --event-id 5\n    --late --sandbox',
  ],
  [
    'ts-reconcile products\n  map "A" <productId> --location "B" --sandbox.',
    'ts-reconcile products\n  map "A" <productId> --location "B" --sandbox.',
  ],
  ['ts-reconcile\n  products map "A" 5', 'ts-reconcile\n  products map "A" 5 --sandbox'],
  ['ts-reconcile sandbox reset makes new ones', 'ts-reconcile sandbox reset makes new ones'],
  ['ts-reconcile synchronises', 'ts-reconcile synchronises'],
])('%s', (text, expected) => {
  expect(onSandbox(text)).toBe(expected);
});

it('a name pasted into a shell is that name and nothing else', () => {
  const name = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => !/[\p{Cc}]/u.test(text));
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 30 }), (names) => {
      const script = names.map((each) => `printf '%s\\n' ${shellWord(each)}`).join('\n');
      expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(`${names.join('\n')}\n`);
    }),
    { numRuns: 20 },
  );
});
