import { parse } from 'dotenv';
import { type Place, placeAt } from './json.js';
import type { Environment } from './paths.js';

/** A line of a `.env` that sets something. */
interface Assignment {
  key: string;
  at: Place;
}

/** What a `.env` sets, and where. */
export interface EnvText {
  /** Of a key that stands several times the last value. */
  values: Environment;
  /** In the order of the file. */
  assignments: readonly Assignment[];
  /** Lines that begin with one of the keys, perhaps behind a word, and set nothing: no assignment, and no comment. */
  idleLines(keys: readonly string[]): Assignment[];
}

/** All that can be the beginning of one; some of it may stand inside a value of several lines. */
const BEGINNING = /^(\s*(?:export\s+)?)([\w.-]+)(?=\s*=|:\s)/gm;

/**
 * Reads the text of a `.env`. Which beginnings set something is told by the library that reads the values: each key is
 * numbered, and those that it then finds are the ones.
 */
export function readEnvText(source: string): EnvText {
  const text = source.replace(/\r\n?/g, '\n');
  const candidates: { key: string; offset: number }[] = [];
  const numbered = text.replace(BEGINNING, (_, before: string, key: string, offset: number) => {
    candidates.push({ key, offset: offset + before.length });
    return `${before}${key}.${candidates.length - 1}`;
  });
  const found = parse(numbered);
  const assignments = candidates
    .filter(({ key }, index) => Object.hasOwn(found, `${key}.${index}`))
    .map(({ key, offset }) => ({ key, at: placeAt(text, offset) }));
  return { values: parse(text), assignments, idleLines: (keys) => idleLines(text, assignments, keys) };
}

/** Where a line has no `=`, a word too many, or stands inside a quote that nobody has closed. */
function idleLines(text: string, assignments: readonly Assignment[], keys: readonly string[]): Assignment[] {
  const names = keys.toSorted((one, other) => other.length - one.length).map(spelled);
  const named = new RegExp(
    `^(\\W{0,20}(?:[a-z]{1,20}\\s{1,20})?\\W{0,20})(${names.join('|')})(?![\\w.])`,
    'i',
  );
  return text.split('\n').flatMap((line, index) => {
    const [, before = '', found] = /^\s*(?:#|;|\/\/)/.test(line) ? [] : (named.exec(line) ?? []);
    if (found === undefined || assignments.some(({ at }) => at.line === index + 1)) return [];
    const key = found.toUpperCase().replace(/[ -]/g, '_');
    // Words that go on are a sentence: `Log level of the relay is set elsewhere`.
    const isSentence = found !== key && /^\s+[^\s=:]+\s+\S/.test(line.slice(before.length + found.length));
    if (isSentence) return [];
    return [{ key, at: { line: index + 1, column: before.length + 1 } }];
  });
}

function spelled(key: string): string {
  return key.replaceAll('_', '[ _-]');
}
