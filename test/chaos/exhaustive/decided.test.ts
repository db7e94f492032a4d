import { describe, expect, it } from 'vitest';
import { decidedScopes } from './scopes.js';
import { search } from './search.js';

describe('a person who decides while runs go on', () => {
  it.each(decidedScopes().map((scope) => [scope.name, scope] as const))(
    'ends right: %s',
    { timeout: 600_000 },
    (_, scope) => {
      const { violations, isComplete } = search(scope, { seconds: 300, violations: 1, states: 10e6 });
      expect(violations.map(({ text, trace }) => `${text}\n${trace}`)).toEqual([]);
      expect(isComplete).toBe(true);
    },
  );
});
