import type { Writable } from 'node:stream';
import type { Surroundings } from '../app/surroundings.js';
import { type OutputStream, writeAll } from '../report/output.js';
import { outputStyle } from '../report/style.js';
import type { Tokens } from '../state/types.js';
import { clean } from '../text/text.js';
import { wrap } from '../text/width.js';

/** Writes paragraphs, folded at blanks on a terminal; an address stays whole. */
export function tell(
  stream: Writable & OutputStream,
  { env }: Surroundings,
  paragraphs: readonly string[],
): Promise<void> {
  const { width } = outputStyle(stream, env);
  const lines = paragraphs.flatMap((text) => wrap(text, '', width));
  return writeAll(stream, `${lines.join('\n')}\n`);
}

/** The words of a text. */
export function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** The scopes that Tripleseat told, safe to print; empty: none told. */
export function scopesOf(tokens: Tokens): string[] {
  return words(clean(tokens.scope ?? '', 2_000));
}
