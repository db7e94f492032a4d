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
  return { values: parse(text), assignments };
}
