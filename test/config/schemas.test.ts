import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { locationsJsonSchema, reportJsonSchema } from './schemas.js';

const file = (name: string) => new URL(`../../${name}`, import.meta.url).pathname;
const text = (schema: object) => `${JSON.stringify(schema, null, 2)}\n`;

it('locations.schema.json is that of the program', async () => {
  await expect(text(locationsJsonSchema())).toMatchFileSnapshot(file('locations.schema.json'));
});

it('report.schema.json is that of the program', async () => {
  await expect(text(reportJsonSchema())).toMatchFileSnapshot(file('report.schema.json'));
});

it('locations.example.json names its schema and follows it', () => {
  const example = JSON.parse(readFileSync(file('locations.example.json'), 'utf8'));
  expect(example.$schema).toBe('./locations.schema.json');
  const check = new Ajv({ allErrors: true, strictTypes: false }).compile(locationsJsonSchema());
  expect(check(example), JSON.stringify(check.errors)).toBe(true);
  example.locations[0].colour = 'red';
  expect(check(example)).toBe(false);
});
