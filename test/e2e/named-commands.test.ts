import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { codesIn, pages, textOf } from '../docs/pages.js';
import { binPath, runCli } from '../helpers/cli.js';

const root = join(binPath, '..', '..');
/** What follows the program's name where no command is named: `ts-reconcile will tell`. */
const PROSE = new Set(
  'alone and belongs has is key needs no on ownership process runs sends sweep tells that webhook will yet'.split(
    ' ',
  ),
);

/** Options of other programs. */
const FOREIGN = new Set(['--collector.textfile.directory', '--max-old-space-size']);

interface Known {
  /** Names of the commands below it. */
  commands: ReadonlyMap<string, Known>;
  flags: ReadonlySet<string>;
}

/** A command with those below it, as its own help lists them. */
async function known(path: readonly string[]): Promise<Known> {
  const { stdout, code } = await runCli([...path, '--help'], { PATH: process.env.PATH ?? '' });
  expect(code).toBe(0);
  const flags = new Set(
    [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z][a-z-]*)/gm)].map(([, flag = '']) => flag),
  );
  const list = /^Commands:\n([\s\S]*?)(?:\n\n|$(?![\s\S]))/m.exec(stdout)?.[1] ?? '';
  const names = [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name);
  const commands = new Map<string, Known>();
  for (const name of names.filter((each) => each !== 'help'))
    commands.set(name, await known([...path, name]));
  return { commands, flags };
}

/** Each call of the program that a text names, from its name to the end of the sentence or of the quotation. */
function callsIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w@/.-]|secret generic )ts-reconcile ((?:[a-z]|--)[^`.;\n]*)/g)].map(
    ([, call = '']) => call,
  );
}

/** What of a call is neither a command nor a flag of one; null: nothing. */
function wrongIn(call: string, program: Known): string | null {
  let at = program;
  const [first = '', ...rest] = call.split(/[\s"',:()]+/);
  if (PROSE.has(first)) return null;
  const flags = new Set(program.flags);
  let isCommand = true;
  for (const word of [first, ...rest]) {
    const inner = isCommand ? at.commands.get(word) : undefined;
    if (inner) {
      at = inner;
      for (const flag of inner.flags) flags.add(flag);
      continue;
    }
    // A group does nothing by itself.
    if (isCommand && !word.startsWith('--') && at.commands.size > 0 && (at === program || at.flags.size <= 1))
      return word || call;
    isCommand = false;
    if (/^--[a-z]/.test(word) && !flags.has(word.split('=')[0] ?? '')) return word;
  }
  return null;
}

let program: Known;
beforeAll(async () => {
  program = await known([]);
}, 120_000);

describe('every call of the program that a person is told to make can be made', () => {
  async function unmade(directory: string, ending: RegExp, least: number): Promise<string[]> {
    const names = (await readdir(join(root, directory), { recursive: true })).filter(
      (name) => ending.test(name) && !/node_modules|^test/.test(name),
    );
    const wrong: string[] = [];
    let seen = 0;
    for (const name of names) {
      for (const call of callsIn(await readFile(join(root, directory, name), 'utf8'))) {
        seen += 1;
        const what = wrongIn(call, program);
        if (what !== null) wrong.push(`${name}: ${what} in: ts-reconcile ${call}`);
      }
    }
    expect(seen).toBeGreaterThanOrEqual(least);
    return wrong;
  }

  it('in what the program says', async () => {
    expect(await unmade('dist/bundle', /\.cjs$/, 30)).toEqual([]);
  });

  it('in the documents', async () => {
    expect(await unmade('docs', /\.(md|ya?ml|service|timer|json)$/, 30)).toEqual([]);
    expect(
      await unmade('.', /^(README\.md|crontab\.example|\.env\.example|render\.yaml|Dockerfile)$/, 20),
    ).toEqual([]);
  });

  it('and so can every option that a page names by itself', async () => {
    const flagsOf = ({ flags, commands }: Known): string[] => [
      ...flags,
      ...[...commands.values()].flatMap(flagsOf),
    ];
    const flags = new Set(flagsOf(program));
    let seen = 0;
    for (const page of pages.filter((name) => !name.startsWith('src/'))) {
      for (const code of codesIn(textOf(page)).filter((each) => /^--[a-z]/.test(each))) {
        const [flag = ''] = code.split(/[ =]/);
        if (FOREIGN.has(flag)) continue;
        seen += 1;
        expect(flags.has(flag), `${page}: ${flag}`).toBe(true);
      }
    }
    expect(seen).toBeGreaterThan(20);
  });

  it('and every command that a page names without the program', async () => {
    let seen = 0;
    for (const page of pages.filter((name) => !name.startsWith('src/'))) {
      for (const code of codesIn(textOf(page))) {
        if (!program.commands.has(code.split(' ')[0] ?? '')) continue;
        seen += 1;
        expect(wrongIn(code, program), `${page}: ${code}`).toBeNull();
      }
    }
    expect(seen).toBeGreaterThan(20);
  });

  it('in the examples of each help', async () => {
    const wrong: string[] = [];
    const check = async (at: Known, path: readonly string[]): Promise<void> => {
      const { stdout } = await runCli([...path, '--help'], { PATH: process.env.PATH ?? '' });
      const examples = stdout.split('\nExamples:\n')[1] ?? '';
      for (const call of callsIn(examples)) {
        const what = wrongIn(call.split('  #')[0] ?? '', program);
        if (what !== null) wrong.push(`${path.join(' ')}: ${what} in: ts-reconcile ${call}`);
      }
      if (at.commands.size === 0) expect(callsIn(examples), path.join(' ')).not.toEqual([]);
      for (const [name, inner] of at.commands) await check(inner, [...path, name]);
    };
    await check(program, []);
    expect(wrong).toEqual([]);
  }, 120_000);

  it('and one that cannot be made is noticed', () => {
    expect(wrongIn('resolve-it-all 5', program)).toBe('resolve-it-all');
    expect(wrongIn('auth sign-in', program)).toBe('sign-in');
    expect(wrongIn('sync --event-id 5 --undo', program)).toBe('--undo');
    expect(wrongIn('sync --event-id 5 --late', program)).toBeNull();
    expect(wrongIn('products map "O G" 579 --location 1', program)).toBeNull();
  });
});
