import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { type Variable, type VariableGroup, variables } from '../../src/config/variables.js';
import { folder } from './helpers.js';

const path = new URL('../../.env.example', import.meta.url).pathname;

const headings: Record<VariableGroup, string> = {
  tripleseat: 'Tripleseat',
  revel: 'Revel',
  locations: 'Locations',
  general: 'Whole program',
  sync: 'Runs',
  serve: 'Webhook relay',
  notify: 'Mail and signals',
};

const required = [
  'TRIPLESEAT_CLIENT_ID',
  'TRIPLESEAT_CLIENT_SECRET',
  'REVEL_DOMAIN',
  'REVEL_API_KEY',
  'REVEL_API_SECRET',
];

function entryText({ name, default: value, defaultText, meaning }: Variable): string {
  const rule = defaultText === null ? '' : ` (default: ${defaultText})`;
  const line = `${name}=${value?.includes(' ') ? `"${value}"` : (value ?? '')}`;
  return `# ${meaning}${rule}\n${required.includes(name) ? line : `#${line}`}\n`;
}

function exampleText(): string {
  const intro = [
    '# Copy this file to .env and fill it in. The environment goes before it, flags go before both.',
    '# Lines that start with #NAME= show the default. Put a value that holds # or blanks in double quotes.',
    `# These can also be read from a file, say NAME_FILE=/run/secrets/name:`,
    ...variables.filter(({ secret }) => secret).map(({ name }) => `#   ${name}`),
  ];
  const groups = Object.entries(headings).map(([group, heading]) => {
    const entries = variables.filter((entry) => entry.group === group).map(entryText);
    return `# ---- ${heading} ----\n\n${entries.join('\n')}`;
  });
  return `${intro.join('\n')}\n\n${groups.join('\n')}`;
}

describe('.env.example', () => {
  it('is what the table of variables says', async () => {
    await expect(exampleText()).toMatchFileSnapshot(path);
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

describe('the table of variables', () => {
  it('holds each name once', () => {
    const names = variables.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('gives no default to a secret, and a meaning without a full stop to all', () => {
    for (const { name, secret, default: value, meaning } of variables) {
      if (secret) expect(value, name).toBeNull();
      expect(meaning, name).toMatch(/^\S.*[^.\s]$/);
    }
  });
});
