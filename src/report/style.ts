import type { ChalkInstance } from 'chalk';
import { createSupportsHyperlinks } from 'supports-hyperlinks';
import type { OutputStream } from './output.js';

/** How to print for people. */
export interface OutputStyle {
  /** Says nothing about the layout, which is the same without. */
  colour: boolean;
  /** Columns to fill at most; infinite: no terminal, where each sentence and each row is one line. */
  width: number;
  /** The terminal makes something to click on of a link. */
  links?: boolean;
}

const LEAST_WIDTH = 40;
/** Longer lines of prose are hard to read. */
const MOST_WIDTH = 120;

/**
 * As wide as the terminal; coloured on one that wants it: NO_COLOR, which `--no-color` sets, and TERM=dumb say no,
 * FORCE_COLOR says yes, also to a pipe, or no (0, false); NO_COLOR counts first.
 */
export function outputStyle(
  stream: OutputStream,
  env: Readonly<Record<string, string | undefined>>,
): OutputStyle {
  const isTerminal = stream.isTTY === true;
  const width = isTerminal
    ? Math.min(Math.max(stream.columns || 80, LEAST_WIDTH), MOST_WIDTH)
    : Number.POSITIVE_INFINITY;
  const { FORCE_COLOR: forced } = env;
  const wanted = forced ? !/^(?:0|false)$/.test(forced) : isTerminal && env.TERM !== 'dumb';
  const links = isTerminal && env.TERM !== 'dumb' && createSupportsHyperlinks(stream);
  return { colour: wanted && !env.NO_COLOR, width, links };
}

/** The colours that go with a style, loaded only when something is printed for people. */
export async function chalkOf({ colour }: OutputStyle): Promise<ChalkInstance> {
  const { Chalk } = await import('chalk');
  return new Chalk({ level: colour ? 1 : 0 });
}
