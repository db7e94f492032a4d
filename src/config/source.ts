import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { clean } from '../text/text.js';
import { ENV_FILE } from './envFileName.js';
import { readEnvText } from './envText.js';
import { readTextFile } from './files.js';
import type { Place } from './json.js';
import { absolutePath, type Environment } from './paths.js';
import type { ConfigProblem } from './problems.js';
import { type Values, type Variable, type VariableName, variable, variables } from './variables.js';

const MAX_FILE_BYTES = 65_536;

/** A value together with the place it came from, for problems. */
interface Found {
  text: string;
  /** The variable as a problem names it, e.g. `REVEL_RPS (in .env)`. */
  where: string;
  /** Where its value stands in the file. */
  at?: Place;
}

/** Values by variable: flags before environment before `.env`; collects what is wrong with them. */
export interface Source {
  readonly problems: ConfigProblem[];
  /** What is wrong counts as not set, with a problem. */
  readonly values: Values;
  /** Absolute paths of the files that values were read from. */
  readonly files: readonly string[];
  /** Records a problem with the variable; `write` is a sentence. */
  report(name: VariableName, problem: string, write: string): void;
  /** Records that a variable must be set. */
  missing(name: VariableName): void;
  /** The variable was given, even if its value turned out to be wrong. */
  given(name: VariableName): boolean;
}

/** The layer of a file. */
interface FileLayer {
  values: Environment;
  /** What a problem says of where a variable stands. */
  said: string;
  placeOf(key: string): Place | undefined;
}

function keysOf({ name, secret }: Variable & { name: VariableName }): string[] {
  return secret ? [name, `${name}_FILE`] : [name];
}

/** Which of two values is meant, nobody but a person can tell. */
function reportTwice(
  assignments: readonly { key: string; at: Place }[],
  said: string,
  problems: ConfigProblem[],
): void {
  for (const entry of variables) {
    for (const key of keysOf(entry)) {
      const [first, ...more] = assignments.filter((each) => each.key === key);
      for (const { at } of more) {
        const problem = `stands there twice: first in line ${first?.at.line}`;
        problems.push({
          where: `${key}${said}`,
          problem,
          write: 'Keep one of them.',
          group: entry.group,
          at,
        });
      }
    }
  }
}

/** A key of `.env` that is nearly a variable would otherwise be passed over, say a misspelt kill switch. */
function reportMisspelt({ values, said, placeOf }: FileLayer, problems: ConfigProblem[]): void {
  const known = variables.flatMap(keysOf);
  for (const key of Object.keys(values)) {
    if (known.includes(key)) continue;
    const meant = known.find((name) => name.length > 6 && distance(name, key.toUpperCase()) <= 2);
    if (!meant) continue;
    const at = placeOf(key);
    problems.push({
      where: `${clean(key, 60)}${said}`,
      problem: 'is no variable of this program',
      write: `Write ${meant}, or remove the line.`,
      group: 'general',
      ...(at ? { at } : {}),
    });
  }
}

/** A line that somebody has written to set a variable must not be passed over: it may be the kill switch. */
function reportIdle(
  lines: readonly { key: string; at: Place }[],
  said: string,
  problems: ConfigProblem[],
): void {
  for (const { key, at } of lines) {
    problems.push({
      where: `${key}${said}`,
      problem: 'is not set by this line',
      write: `Write ${key}=value on a line of its own, behind the closing quote of what stands above; or # before it.`,
      group: 'general',
      at,
    });
  }
}

/** The absolute path of the file that holds variables, and whether somebody has named it. */
export function envFile(env: Environment, cwd: string): { path: string; named: boolean } {
  const named = env[ENV_FILE];
  return { path: absolutePath(named || '.env', cwd, env), named: Boolean(named) };
}

/** All that the file sets, as it stands there; nothing where it cannot be read. */
export function envFileValues(env: Environment, cwd: string): Environment {
  const file = readTextFile(envFile(env, cwd).path, MAX_FILE_BYTES);
  return file.kind === 'ok' ? readEnvText(file.text).values : {};
}

function readDotenv(env: Environment, cwd: string, problems: ConfigProblem[]): FileLayer {
  const { path, named } = envFile(env, cwd);
  const name = named ? clean(path, 200) : '.env';
  const fail = (problem: string): FileLayer => {
    const write = 'Write NAME=value lines that this user may read, or remove the file.';
    problems.push({ where: name, problem, write, group: 'general' });
    return { values: {}, said: '', placeOf: () => undefined };
  };
  const file = readTextFile(path, MAX_FILE_BYTES);
  switch (file.kind) {
    case 'absent':
      return named ? fail('does not exist') : { values: {}, said: '', placeOf: () => undefined };
    case 'unreadable':
      return fail(file.reason);
    case 'ok': {
      const { values, assignments, idleLines } = readEnvText(file.text);
      const said = ` (in ${name})`;
      const placeOf = (key: string) => assignments.findLast((each) => each.key === key)?.at;
      const layer = { values, said, placeOf };
      reportTwice(assignments, said, problems);
      reportMisspelt(layer, problems);
      reportIdle(idleLines(variables.flatMap(keysOf)), said, problems);
      return layer;
    }
  }
}

/**
 * Whether a text surely is a path, and not the secret that the file was meant to hold: it is there, or it names a
 * folder that is.
 */
function isPath(text: string, path: string): boolean {
  const folder = dirname(path);
  const namesFolder = /^(?!.*\.\.).*[^./\\][/\\]/.test(text) && dirname(folder) !== folder;
  return isThere(path) || (namesFolder && isThere(folder));
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** Opens the three layers. Nothing in `process.env` is changed. */
export function openSource(
  flags: Partial<Record<VariableName, string>>,
  env: Environment,
  cwd: string,
): Source {
  const problems: ConfigProblem[] = [];
  const files: string[] = [];
  const dotenv = readDotenv(env, cwd, problems);
  if (Object.keys(dotenv.values).length > 0) files.push(envFile(env, cwd).path);

  // What holds first comes first.
  const places: readonly FileLayer[] = [{ values: env, said: '', placeOf: () => undefined }, dotenv];

  function lookUp(key: string, { values, said, placeOf }: FileLayer): Found | null {
    const text = values[key];
    if (!text?.trim()) return null;
    const at = placeOf(key);
    return { text, where: `${key}${said}`, ...(at ? { at } : {}) };
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

  const placed = ({ where, at }: Found) => (at ? { where, at } : { where });

  function fromFile(name: VariableName, found: Found): Found | null {
    const { group } = variable(name);
    const path = absolutePath(found.text, cwd, env);
    const fail = (problem: string) => {
      const shown = isPath(found.text, path);
      const other = shown ? '' : ` Its text is not shown: the value itself belongs into ${name}.`;
      problems.push({
        ...placed(found),
        problem: shown ? `names ${clean(path, 200)}, which ${problem}` : 'names no file that is there',
        write: `Write the path of a text file that holds nothing but the value of ${name}.${other}`,
        group,
      });
      return null;
    };
    const file = readTextFile(path, MAX_FILE_BYTES);
    if (file.kind === 'absent') return fail('does not exist');
    if (file.kind === 'unreadable') return fail(file.reason);
    files.push(path);
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
        ...placed(found),
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
    files,
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
