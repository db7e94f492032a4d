import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linesBackward, linesForward } from '../../src/state/files/lines.js';
import { collect, temporaryDirectory } from './support.js';

/** Files are read in blocks of this many bytes. */
const BLOCK = 256 * 1024;
const MAX_LINE = 10;

async function readBothWays(text: string): Promise<{ forward: string[]; backward: string[] }> {
  const path = join(await temporaryDirectory(), 'lines');
  await writeFile(path, text);
  const handle = await open(path, 'r');
  try {
    const size = Buffer.byteLength(text);
    const read = async (batches: AsyncIterable<Buffer[]>) => (await collect(batches)).flat().map(String);
    return {
      forward: await read(linesForward(handle, size, MAX_LINE)),
      backward: await read(linesBackward(handle, size, MAX_LINE)),
    };
  } finally {
    await handle.close();
  }
}

async function expectWholeLines(text: string): Promise<void> {
  const expected = text.split('\n').filter((line) => line.length <= MAX_LINE);
  const { forward, backward } = await readBothWays(text);
  expect(forward).toEqual(expected);
  expect(backward.reverse()).toEqual(expected);
}

describe('lines', () => {
  it('are the same in both directions', async () => {
    for (const text of [
      '',
      'a',
      'a\n',
      '\n\n',
      'a\nb\n\nc',
      'far too long a line\nb',
      'b\nfar too long a line',
    ]) {
      await expectWholeLines(text);
    }
  });

  it('are whole wherever the blocks part them', async () => {
    for (let shift = 0; shift <= 8; shift += 1) {
      await expectWholeLines(`${'x'.repeat(shift)}\n${'1234567\n'.repeat((2 * BLOCK) / 8)}end`);
    }
  });

  it('leave out one that is too long as a whole, wherever the blocks part it', async () => {
    for (let shift = -12; shift <= 12; shift += 1) {
      const filler = 'x'.repeat(2 * BLOCK + shift);
      await expectWholeLines(`head\n${filler}end\ntail`);
      await expectWholeLines(`head\nbegin${filler}\ntail`);
    }
  });
});
