import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the project lies. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What people read: the README first, then the handbook, and what stands beside the code. */
export const pages: readonly string[] = [
  'README.md',
  'CHANGELOG.md',
  ...filesUnder('docs').filter((name) => name.endsWith('.md')),
  ...filesUnder('src').filter((name) => name.endsWith('README.md')),
  '.github/SECURITY.md',
];

/** The text of a file of the project. */
export function textOf(name: string): string {
  return readFileSync(join(root, name), 'utf8');
}

/** All files below a folder, under their paths from the root. */
export function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length))
    .toSorted();
}

/** The part of a page below a heading, up to the next one of its rank. */
export function section(page: string, heading: string): string {
  const found = new RegExp(`^## ${heading}\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(textOf(page));
  if (found?.[1] === undefined) throw new Error(`${page} has no section "${heading}".`);
  return found[1];
}

/** The cells of the rows of the tables in a text, without heads. */
export function rowsIn(text: string): string[][] {
  return text
    .split('\n')
    .filter((line, at, lines) => line.startsWith('|') && !isHead(line) && !isHead(lines[at + 1] ?? ''))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function isHead(line: string): boolean {
  return /^\|[-| :]+$/.test(line);
}

/** What stands between backticks outside of fenced blocks. */
export function codesIn(text: string): string[] {
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
  return [...prose.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll(/\s+/g, ' '));
}
