import type { Writable } from 'node:stream';
import { writeAll } from './output.js';

/** One JSON document and a newline; resolves when the stream has taken all of it. */
export function writeJson(stream: Writable, document: unknown): Promise<void> {
  return writeAll(stream, `${JSON.stringify(document)}\n`);
}
