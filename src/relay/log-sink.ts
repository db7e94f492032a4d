import type { Writable } from 'node:stream';
import type { LogSink } from '../report/log.js';

/** So much of the log may wait for its reader. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/**
 * Where a relay's log goes. A reader that stands still must not fill the memory of what runs for months: lines that
 * find too much waiting are left out, and `leftOut` is told how many once there is room again.
 */
export function boundedSink(
  stream: Pick<Writable, 'write' | 'writableLength'>,
  leftOut: (lines: number) => void,
): LogSink {
  let lines = 0;
  return {
    write(text) {
      if (stream.writableLength > MAX_WAITING_BYTES) {
        lines += 1;
        return;
      }
      if (lines > 0) {
        const count = lines;
        lines = 0;
        leftOut(count);
      }
      stream.write(text);
    },
  };
}
