import type { Writable } from 'node:stream';
import { AppError, ExitCode } from '../errors.js';

/** Where results or log lines go: the part of a process stream that is needed to judge and write it. */
export interface OutputStream {
  isTTY?: boolean;
  columns?: number;
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
