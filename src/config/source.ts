import { join } from 'node:path';
import { parse as parseDotenv } from 'dotenv';
import { distance } from 'fastest-levenshtein';
import { clean } from '../report/text.js';
import { readTextFile } from './files.js';
import { absolutePath, type Environment } from './paths.js';
import type { ConfigProblem } from './problems.js';
import { type Values, type Variable, type VariableName, variable, variables } from './variables.js';

const MAX_FILE_BYTES = 65_536;

/** A value together with the place it came from, for problems. */
interface Found {
  text: string;
  /** The variable as a problem names it, e.g. `REVEL_RPS (in .env)`. */
  where: string;
}

/** Values by variable: flags before environment before `.env`; collects what is wrong with them. */
export interface Source {
  readonly problems: ConfigProblem[];
  /** What is wrong counts as not set, with a problem. */
  readonly values: Values;
  /** Records a problem with the variable; `write` is a sentence. */
  report(name: VariableName, problem: string, write: string): void;
  /** Records that a variable must be set. */
  missing(name: VariableName): void;
  /** The variable was given, even if its value turned out to be wrong. */
  given(name: VariableName): boolean;
}

/** A key of `.env` that is nearly a variable would otherwise be passed over, say a misspelt kill switch. */
function reportMisspelt(keys: string[], problems: ConfigProblem[]): void {
  const known = variables.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]));
  for (const key of keys) {
    if (known.includes(key)) continue;
    const meant = known.find((name) => name.length > 6 && distance(name, key.toUpperCase()) <= 2);
    if (!meant) continue;
    problems.push({
      where: `${clean(key, 60)} (in .env)`,
      problem: 'is no variable of this program',
      write: `Write ${meant}, or remove the line.`,
      group: 'general',
    });
  }
}

function readDotenv(cwd: string, problems: ConfigProblem[]): Environment {
  const file = readTextFile(join(cwd, '.env'), MAX_FILE_BYTES);
  switch (file.kind) {
    case 'absent':
      return {};
    case 'unreadable':
      problems.push({
        where: '.env',
        problem: file.reason,
        write: 'Write NAME=value lines that this user may read, or remove the file.',
        group: 'general',
      });
      return {};
    case 'ok': {
      const values = parseDotenv(file.text);
      reportMisspelt(Object.keys(values), problems);
      return values;
    }
  }
}

/** Opens the three layers. Nothing in `process.env` is changed. */
export function openSource(
  flags: Partial<Record<VariableName, string>>,
  env: Environment,
  cwd: string,
): Source {
  const problems: ConfigProblem[] = [];
  const dotenv = readDotenv(cwd, problems);

  // What holds first comes first.
  const places = [
    { values: env, said: '' },
    { values: dotenv, said: ' (in .env)' },
  ];

  function lookUp(key: string, { values, said }: (typeof places)[number]): Found | null {
    const text = values[key];
    return text?.trim() ? { text, where: `${key}${said}` } : null;
  }

  /** The variable and the one that names its file, from the first place that has either. */
  function lookUpBoth(name: VariableName): { direct: Found | null; file: Found | null } {
    for (const place of places) {
      const direct = lookUp(name, place);
      const file = variable(name).secret ? lookUp(`${name}_FILE`, place) : null;
      if (direct || file) return { direct, file };
    }
    return { direct: null, file: null };
  }

  function fromFile(name: VariableName, found: Found): Found | null {
    const { group } = variable(name);
    const path = absolutePath(found.text, cwd, env);
    const fail = (problem: string) => {
      const write = `Write the path of a text file that holds nothing but the value of ${name}.`;
      problems.push({
        where: found.where,
        problem: `names ${clean(path, 200)}, which ${problem}`,
        write,
        group,
      });
      return null;
    };
    const file = readTextFile(path, MAX_FILE_BYTES);
    if (file.kind === 'absent') return fail('does not exist');
    if (file.kind === 'unreadable') return fail(file.reason);
    const text = file.text.replace(/\r?\n$/, '');
    return text === '' ? fail('is empty') : { text, where: found.where };
  }

  /** Null: not set, or set in a way that a problem tells of. */
  function find(name: VariableName): Found | null {
    const flag = flags[name];
    if (flag) return { text: flag, where: name };
    const { direct, file } = lookUpBoth(name);
    if (direct && file) {
      problems.push({
        where: `${direct.where} and ${file.where}`,
        problem: 'are both set',
        write: 'Keep one of them.',
        group: variable(name).group,
      });
      return null;
    }
    return direct ?? (file ? fromFile(name, file) : null);
  }

  function parse({ kind, secret, group }: Variable, found: Found): { value: unknown } | null {
    const result = kind.schema.safeParse(secret ? found.text : found.text.trim());
    if (result.success) return { value: result.data };
    const shown = kind.quote && !secret ? `is "${clean(found.text, 60)}", which ` : '';
    for (const issue of result.error.issues) {
      problems.push({
        where: found.where,
        problem: shown + clean(issue.message, 200),
        write: `Write ${kind.form}.`,
        group,
      });
    }
    return null;
  }

  function read(name: VariableName): unknown {
    const entry = variable(name);
    const found = find(name);
    const parsed = found === null ? null : parse(entry, found);
    if (parsed !== null) return parsed.value;
    return entry.default === undefined ? null : entry.kind.schema.parse(entry.default);
  }

  const report = (name: VariableName, problem: string, write: string) => {
    problems.push({
      where: name,
      problem: clean(problem, 300),
      write: clean(write, 300),
      group: variable(name).group,
    });
  };

  return {
    problems,
    // Each has the type of its own entry, which an object made in a loop cannot show.
    values: Object.fromEntries(variables.map(({ name }) => [name, read(name)])) as Values,
    report,
    missing(name) {
      const { secret, kind } = variable(name);
      const file = secret ? ` Or name a file that holds it in ${name}_FILE.` : '';
      report(name, 'is not set', `Write ${kind.form}.${file}`);
    },
    given(name) {
      const { direct, file } = lookUpBoth(name);
      return Boolean(flags[name] || direct || file);
    },
  };
}
