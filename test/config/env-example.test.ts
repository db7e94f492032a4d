import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { describe, expect, it } from 'vitest';
import { envFileText } from '../../src/config/envFile.js';
import { loadConfig } from '../../src/config/load.js';
import { variables } from '../../src/config/variables.js';
import { folder } from './helpers.js';

const path = new URL('../../.env.example', import.meta.url).pathname;

const intro = [
  '# Copy this file to .env and fill it in. The environment goes before it, flags go before both.',
];

describe('.env.example', () => {
  it('is what the table of variables says', async () => {
    await expect(envFileText(intro, {})).toMatchFileSnapshot(path);
  });

  it('names every variable once', () => {
    const text = readFileSync(path, 'utf8');
    for (const { name } of variables) {
      expect(text.match(new RegExp(`^#?${name}=`, 'gm')), name).toHaveLength(1);
    }
  });

  it('means the same as an empty environment', () => {
    const uncommented = readFileSync(path, 'utf8').replace(/^#(?=[A-Z_]+=)/gm, '');
    const filled = loadConfig({ env: { HOME: '/h', ...parse(uncommented) }, cwd: folder(), needs: ['sync'] });
    expect(filled).toEqual(loadConfig({ env: { HOME: '/h' }, cwd: folder(), needs: ['sync'] }));
  });
});

describe('envFileText', () => {
  it.each([
    'plain',
    'two words',
    'a#b',
    "it's",
    'say "x"',
    'back\\slash',
    `both ' and "`,
    'no\\new\\rline',
    "it's \\not",
    `all ' " \` and \\n`,
  ])('%j', (value) => {
    expect(parse(envFileText(intro, { REVEL_API_SECRET: value })).REVEL_API_SECRET).toBe(value);
  });
});

describe('the table of variables', () => {
  it('gives no default to a secret, a right one to others, and a meaning without a full stop to all', () => {
    for (const { name, secret, kind, default: value, meaning } of variables) {
      if (secret) expect(value, name).toBeUndefined();
      if (value !== undefined) expect(kind.schema.safeParse(value).success, name).toBe(true);
      expect(meaning, name).toMatch(/^\S.*[^.\s]$/);
      expect(kind.form, name).toMatch(/^\S.*[^.\s]$/);
    }
  });
});
