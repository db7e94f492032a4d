import { describe, expect, it } from 'vitest';
import { SMALLEST, smallScopes } from './scopes.js';
import { search } from './search.js';

/** Far more than any of them takes; a busy machine is no failure. */
const LIMITS = { seconds: 300, violations: 1, states: 10e6 };

describe('every interleaving of two runs in a small world', () => {
  it.each(
    smallScopes()
      .slice(0, SMALLEST)
      .map((scope) => [scope.name, scope] as const),
  )('ends right: %s', { timeout: 600_000 }, (_, scope) => {
    const { violations, isComplete } = search(scope, LIMITS);
    expect(violations.map(({ text, trace }) => `${text}\n${trace}`)).toEqual([]);
    expect(isComplete).toBe(true);
  });
});
