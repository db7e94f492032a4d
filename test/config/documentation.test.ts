import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { variableGroups, variables } from '../../src/config/variables.js';

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

/** The page with what stands between the two marks replaced. */
function withBlock(page: string, name: string, text: string): string {
  const marks = new RegExp(`(<!-- ${name}: .* -->\\n)[^]*(<!-- /${name} -->)`);
  expect(page).toMatch(marks);
  return page.replace(marks, (_, from: string, to: string) => `${from}\n${text}\n${to}`);
}

it('the page on configuration lists every variable as the table has it', async () => {
  const page = readFileSync(path, 'utf8');
  await expect(withBlock(page, 'variables', variablesTable())).toMatchFileSnapshot(path);
});
