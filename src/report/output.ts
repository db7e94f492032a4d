import type { Writable } from 'node:stream';
import type { ChalkInstance } from 'chalk';
import { createSupportsHyperlinks } from 'supports-hyperlinks';
import { AppError, ExitCode } from '../errors.js';

/** Where results or log lines go: the part of a process stream that is needed to judge and write it. */
export interface OutputStream {
  isTTY?: boolean;
  columns?: number;
}

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
 * FORCE_COLOR says yes, also to a pipe; NO_COLOR counts first.
 */
export function outputStyle(
  stream: OutputStream,
  env: Readonly<Record<string, string | undefined>>,
): OutputStyle {
  const isTerminal = stream.isTTY === true;
  const width = isTerminal
    ? Math.min(Math.max(stream.columns || 80, LEAST_WIDTH), MOST_WIDTH)
    : Number.POSITIVE_INFINITY;
  const forced = Boolean(env.FORCE_COLOR) && env.FORCE_COLOR !== '0';
  const wanted = forced || (isTerminal && env.TERM !== 'dumb');
  const links = isTerminal && env.TERM !== 'dumb' && createSupportsHyperlinks(stream);
  return { colour: wanted && !env.NO_COLOR, width, links };
}

/** The colours that go with a style, loaded only when something is printed for people. */
export async function chalkOf({ colour }: OutputStyle): Promise<ChalkInstance> {
  const { Chalk } = await import('chalk');
  return new Chalk({ level: colour ? 1 : 0 });
}

/** Whether both streams show on a terminal, where the same text twice would be in the way. */
export function shareTerminal(a: OutputStream, b: OutputStream): boolean {
  return a.isTTY === true && b.isTTY === true;
}

const GONE = ['EPIPE', 'ERR_STREAM_DESTROYED'];
/** Streams whose reader went away. */
const unread = new WeakSet<Writable>();

/**
 * Writes all of `text` and resolves once the stream has taken it, so that a process which ends afterwards loses
 * nothing of it. A reader that went away (`| head`) is no error; any other failure rejects (`OUTPUT`, exit 78).
 */
export function writeAll(stream: Writable, text: string): Promise<void> {
  if (unread.has(stream)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null) => {
      if (!error) {
        stream.off('error', settle);
        resolve();
        return;
      }
      // The stream emits `error` after the callback; without a listener that would end the process.
      setImmediate(() => stream.off('error', settle));
      if ('code' in error && GONE.includes(String(error.code))) {
        unread.add(stream);
        resolve();
      } else reject(outputError(error));
    };
    stream.on('error', settle);
    stream.write(text, settle);
  });
}

function outputError(error: Error): AppError {
  const code = 'code' in error ? String(error.code) : error.message;
  return new AppError(
    'OUTPUT',
    ExitCode.config,
    `The output could not be written: ${code === 'ENOSPC' ? 'the disk is full' : `the system answered ${code}`}.`,
    'What was done stays done, and ts-reconcile history tells it. See where the output goes.',
  );
}
