import { closeSync, openSync, readSync } from 'node:fs';

/** What reading a small text file ended as; `reason` continues "the file …". */
export type FileResult =
  | { kind: 'ok'; text: string }
  | { kind: 'absent' }
  | { kind: 'unreadable'; reason: string };

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'error';
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'may not be read by this user';
    case 'EISDIR':
      return 'is a directory';
    default:
      return `cannot be read (${code})`;
  }
}

/** Reads a UTF-8 file of at most `maxBytes`; whatever its size, no more than that is read. */
export function readTextFile(path: string, maxBytes: number): FileResult {
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (;;) {
      const count = readSync(file, buffer, length, buffer.length - length, null);
      length += count;
      if (length > maxBytes) return { kind: 'unreadable', reason: `is larger than ${maxBytes} bytes` };
      if (count === 0) break;
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length));
    return { kind: 'ok', text };
  } catch (error) {
    if (error instanceof TypeError) return { kind: 'unreadable', reason: 'is not UTF-8 text' };
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return { kind: 'absent' };
    }
    return { kind: 'unreadable', reason: reasonOf(error) };
  } finally {
    if (file !== null) closeSync(file);
  }
}
