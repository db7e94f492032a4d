import type { Clock } from '../clock.js';
import { clean } from '../text/text.js';

/** Levels, least important first. */
const levels = ['debug', 'info', 'warn', 'error'] as const;
/** How important a line is. */
type LogLevel = (typeof levels)[number];

/** Longest message in code points. */
const MAX_MESSAGE = 4000;
/** Lines held back at most; beyond that the oldest go. */
const MAX_HELD = 5000;

/** Where lines go; `process.stderr` fits. */
export interface LogSink {
  write(text: string): unknown;
}

/** How a logger writes. */
export interface LogOptions {
  sink: LogSink;
  clock: Pick<Clock, 'now'>;
  level: LogLevel;
  /** `timed`: text with the time before each line. */
  format: 'text' | 'timed' | 'json';
  /** Tag of the run (messages.ts); null outside of runs. */
  run: string | null;
  /** Takes secrets out of a text (redact.ts). */
  redact: (text: string) => string;
  /**
   * Hold debug and info lines back until {@link Logger.release}, a warning or an error: so that a scheduled run
   * that changed nothing prints nothing, and any other prints all of its lines in order.
   */
  quiet: boolean;
}

/** Data of a line besides its message. */
interface LogFields {
  /** Event id. */
  event?: string;
}

/** Writes one line per record, whatever the data in it. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Prints what was held back, and holds nothing back from now on. */
  release(): void;
  /** The same log under the tag of a run. */
  forRun(run: string): Logger;
}

interface Hold {
  quiet: boolean;
  lines: string[];
  dropped: number;
}

function textLine(level: LogLevel, run: string | null, message: string): string {
  const prefix = level === 'info' ? '' : `${level.toUpperCase()} `;
  return `${prefix}${run === null ? '' : `[${run}] `}${message}\n`;
}

/** A logger; see {@link LogOptions}. */
export function createLogger(options: LogOptions): Logger {
  return loggerWith(options, { quiet: options.quiet, lines: [], dropped: 0 });
}

function loggerWith(options: LogOptions, hold: Hold): Logger {
  const { sink, clock, format, run } = options;
  const least = levels.indexOf(options.level);
  // Cleaned first, since an escape inside a secret would hide it; cut last, since half a secret is one too.
  const safe = (text: string) => clean(options.redact(clean(text, 4 * MAX_MESSAGE)), MAX_MESSAGE);

  function release(): void {
    hold.quiet = false;
    if (hold.dropped > 0) sink.write(render('warn', `${hold.dropped} earlier log lines were dropped`, {}));
    for (const line of hold.lines) sink.write(line);
    hold.lines = [];
    hold.dropped = 0;
  }

  function render(level: LogLevel, message: string, fields: LogFields): string {
    const msg = safe(message);
    const time = new Date(clock.now()).toISOString();
    if (format === 'text') return textLine(level, run, msg);
    if (format === 'timed') return `${time} ${textLine(level, run, msg)}`;
    const event = fields.event === undefined ? null : safe(fields.event);
    return `${JSON.stringify({ time, level, run, event, msg })}\n`;
  }

  function log(level: LogLevel, message: string, fields: LogFields = {}): void {
    const rank = levels.indexOf(level);
    if (rank < least) return;
    const line = render(level, message, fields);
    if (hold.quiet && rank < levels.indexOf('warn')) {
      hold.lines.push(line);
      if (hold.lines.length <= MAX_HELD) return;
      hold.lines.shift();
      hold.dropped += 1;
      return;
    }
    release();
    sink.write(line);
  }

  return {
    debug: (message, fields) => log('debug', message, fields),
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
    release,
    forRun: (tag) => loggerWith({ ...options, run: tag }, hold),
  };
}
