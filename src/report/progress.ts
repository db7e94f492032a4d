import type { Clock } from '../clock.js';
import type { LogSink } from './log.js';
import type { OutputStream } from './output.js';
import { clean } from './text.js';

/** Redraw at most this often. */
const INTERVAL_MS = 100;

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

/** A progress line on `stream`; does nothing unless that is a terminal which can move its cursor. */
export function createProgress(
  stream: OutputStream & LogSink,
  clock: Pick<Clock, 'now'>,
  env: Readonly<Record<string, string | undefined>>,
): Progress {
  if (stream.isTTY !== true || env.TERM === 'dumb') {
    return { update: () => {}, clear: () => {}, sink: stream };
  }
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
