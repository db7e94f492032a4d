import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseLocations } from '../../src/config/locations.js';
import type { ConfigProblem } from '../../src/config/problems.js';

it('locations.example.json is a right locations file', () => {
  const text = readFileSync(new URL('../../locations.example.json', import.meta.url), 'utf8');
  const problems: ConfigProblem[] = [];
  expect(parseLocations(text, 'locations.example.json', problems).length).toBeGreaterThan(0);
  expect(problems).toEqual([]);
});
