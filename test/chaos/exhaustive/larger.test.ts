import { describe, expect, it } from 'vitest';
import { SMALLEST, smallScopes } from './scopes.js';
import { search } from './search.js';

/** Far more than any of them takes; a busy machine is no failure. */
const LIMITS = { seconds: 300, violations: 1, states: 10e6 };

describe('every interleaving of two runs in the larger of the small worlds', () => {
  it.each(
    smallScopes()
      .slice(SMALLEST)
      .map((scope) => [scope.name, scope] as const),
  )('ends right: %s', { timeout: 600_000 }, (_, scope) => {
    const { violations, isComplete } = search(scope, LIMITS);
    expect(violations.map(({ text, trace }) => `${text}\n${trace}`)).toEqual([]);
    expect(isComplete).toBe(true);
  });

  it('comes to the same verdict when more ages are told apart', { timeout: 600_000 }, () => {
    const scope = smallScopes().find(({ name }) => name === 'a look that is not up to date');
    if (!scope) throw new Error('no such scope');
    const { caps } = scope;
    const fields = Object.fromEntries(Object.entries(caps.fields).map(([name, n]) => [name, n + 1]));
    const wider = { date: caps.date + 1, other: caps.other + 1, fields };
    const { violations, isComplete } = search({ ...scope, caps: wider }, LIMITS);
    expect(violations).toEqual([]);
    expect(isComplete).toBe(true);
  });
});
