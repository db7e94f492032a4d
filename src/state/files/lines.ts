import type { FileHandle } from 'node:fs/promises';

const CHUNK = 256 * 1024;
const NEWLINE = 0x0a;
const EMPTY = Buffer.alloc(0);

/**
 * Lines of the first `size` bytes of a file, first line first, in batches, without newlines. Lines longer than
 * `maxLine` bytes are left out, and never held in memory. A last line without a newline is a line.
 */
export async function* linesForward(
  handle: FileHandle,
  size: number,
  maxLine: number,
): AsyncGenerator<Buffer[]> {
  let carry: Buffer = EMPTY;
  let overlong = false;
  for (let position = 0; position < size; ) {
    const chunk = await readChunk(handle, position, Math.min(CHUNK, size - position));
    if (chunk.length === 0) break;
    position += chunk.length;
    const lines = split(Buffer.concat([carry, chunk]));
    carry = lines.pop() ?? EMPTY;
    if (overlong && lines.length > 0) {
      lines.shift();
      overlong = false;
    }
    if (carry.length > maxLine) {
      carry = EMPTY;
      overlong = true;
    }
    yield lines.filter((line) => line.length <= maxLine);
  }
  if (!overlong) yield [carry];
}

/** The same lines, last line first. */
export async function* linesBackward(
  handle: FileHandle,
  size: number,
  maxLine: number,
): AsyncGenerator<Buffer[]> {
  let carry: Buffer = EMPTY;
  let overlong = false;
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - CHUNK);
    const chunk = await readChunk(handle, start, end - start);
    if (chunk.length < end - start) break;
    end = start;
    const lines = split(Buffer.concat([chunk, carry]));
    carry = lines.shift() ?? EMPTY;
    if (overlong && lines.length > 0) {
      lines.pop();
      overlong = false;
    }
    if (carry.length > maxLine) {
      carry = EMPTY;
      overlong = true;
    }
    yield lines.filter((line) => line.length <= maxLine).reverse();
  }
  if (!overlong) yield [carry];
}

async function readChunk(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function split(data: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = data.indexOf(NEWLINE); end !== -1; end = data.indexOf(NEWLINE, start)) {
    lines.push(data.subarray(start, end));
    start = end + 1;
  }
  lines.push(data.subarray(start));
  return lines;
}
