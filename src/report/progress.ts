import type { Clock } from '../clock.js';
import { clean } from '../text/text.js';
import type { LogSink } from './log.js';
import type { OutputStream } from './output.js';

/** Redraw at most this often. */
const INTERVAL_MS = 100;

/** In plain text, at most this often. */
const PLAIN_INTERVAL_MS = 10_000;

const CLEAR_LINE = '\r\u001b[2K';

/** One line that keeps being rewritten. */
export interface Progress {
  /** Shows the text, unless the last change was a moment ago. */
  update(text: string): void;
  /** Takes the line away; call it when the work ends. */
  clear(): void;
  /** For log lines: writes above the line, so that the two don't run into each other. */
  sink: LogSink;
}

/**
 * A progress line on `stream`, if that is a terminal. One that is to stay plain (NO_COLOR, TERM=dumb),
 * as for a screen reader, gets a new line every ten seconds in place of one that keeps changing.
 */
export function createProgress(
  stream: OutputStream & LogSink,
  clock: Pick<Clock, 'now'>,
  env: Readonly<Record<string, string | undefined>>,
): Progress {
  if (stream.isTTY !== true) return { update: () => {}, clear: () => {}, sink: stream };
  if (env.NO_COLOR || env.TERM === 'dumb') return plainProgress(stream, clock);
  let shown = '';
  let drawnAt = Number.NEGATIVE_INFINITY;

  const draw = (text: string) => {
    shown = text;
    stream.write(CLEAR_LINE + text);
  };
  return {
    update(text) {
      if (clock.now() - drawnAt < INTERVAL_MS) return;
      drawnAt = clock.now();
      draw(clean(text, Math.max((stream.columns ?? 80) - 1, 1)));
    },
    clear() {
      if (shown !== '') draw('');
      drawnAt = Number.NEGATIVE_INFINITY;
    },
    sink: {
      write(text) {
        if (shown === '') return stream.write(text);
        return stream.write(`${CLEAR_LINE}${text}${shown}`);
      },
    },
  };
}

function plainProgress(stream: OutputStream & LogSink, clock: Pick<Clock, 'now'>): Progress {
  let saidAt = clock.now();
  return {
    update(text) {
      if (clock.now() - saidAt < PLAIN_INTERVAL_MS) return;
      saidAt = clock.now();
      stream.write(`${clean(text, 200)}\n`);
    },
    clear() {
      saidAt = clock.now();
    },
    sink: stream,
  };
}
