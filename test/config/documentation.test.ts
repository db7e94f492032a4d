import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { variableGroups, variables } from '../../src/config/variables.js';
import { locationsJsonSchema } from './schemas.js';

const path = new URL('../../docs/configuration.md', import.meta.url).pathname;

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function variablesTable(): string {
  return Object.entries(variableGroups)
    .map(([group, heading]) => {
      const rows = variables
        .filter((entry) => entry.group === group)
        .map(({ name, default: value, without = '', meaning, kind, secret, required }) => {
          const notes = [meaning, ...(secret ? ['secret'] : []), ...(required ? ['must be set'] : [])];
          const fallback = value === undefined ? without : `\`${value}\``;
          return `| \`${name}\` | ${cell(fallback)} | ${cell(notes.join('; '))} | ${cell(kind.form)} |`;
        });
      return `### ${heading}\n\n| variable | default | meaning | write |\n|---|---|---|---|\n${rows.join('\n')}\n`;
    })
    .join('\n');
}

/** Every key of the locations file under its path, `[]` for each entry of a list. */
function keysOf(schema: unknown, path = ''): string[] {
  const node = z
    .looseObject({ properties: z.record(z.string(), z.unknown()).optional(), items: z.unknown().optional() })
    .parse(schema);
  const description = z.object({ description: z.string() }).safeParse(schema).data?.description;
  const rows = description === undefined ? [] : [`| \`${path}\` | ${cell(description)} |`];
  const inner = Object.entries(node.properties ?? {}).flatMap(([key, value]) =>
    keysOf(value, path === '' ? key : `${path}.${key}`),
  );
  return [...rows, ...inner, ...(node.items === undefined ? [] : keysOf(node.items, `${path}[]`))];
}

/** The page with what stands between the two marks replaced. */
function withBlock(page: string, name: string, text: string): string {
  const marks = new RegExp(`(<!-- ${name}: .* -->\\n)[^]*(<!-- /${name} -->)`);
  expect(page).toMatch(marks);
  return page.replace(marks, (_, from: string, to: string) => `${from}\n${text}\n${to}`);
}

it('the page on configuration lists every variable, and every key of the locations file', async () => {
  const page = withBlock(readFileSync(path, 'utf8'), 'variables', variablesTable());
  const keys = `| key | what belongs there |\n|---|---|\n${keysOf(locationsJsonSchema()).join('\n')}\n`;
  await expect(withBlock(page, 'keys', keys)).toMatchFileSnapshot(path);
});
