import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { writeJson } from '../../src/report/json.js';
import { writeAll } from '../../src/report/output.js';
import { outputStyle } from '../../src/report/style.js';

describe('outputStyle', () => {
  it.each([
    ['a terminal', { isTTY: true, columns: 100 }, {}, { colour: true, width: 100 }],
    ['a terminal of unknown width', { isTTY: true }, {}, { colour: true, width: 80 }],
    ['a very wide terminal', { isTTY: true, columns: 400 }, {}, { colour: true, width: 120 }],
    ['a very narrow terminal', { isTTY: true, columns: 20 }, {}, { colour: true, width: 40 }],
    ['a pipe', {}, {}, { colour: false, width: Number.POSITIVE_INFINITY }],
    ['NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, { colour: false, width: 80 }],
    ['an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, { colour: true, width: 80 }],
    ['TERM=dumb', { isTTY: true }, { TERM: 'dumb' }, { colour: false, width: 80 }],
    ['FORCE_COLOR', {}, { FORCE_COLOR: '1' }, { colour: true, width: Number.POSITIVE_INFINITY }],
    ['FORCE_COLOR=0', { isTTY: true }, { FORCE_COLOR: '0' }, { colour: false, width: 80 }],
    ['FORCE_COLOR=false', { isTTY: true }, { FORCE_COLOR: 'false' }, { colour: false, width: 80 }],
    ['both', { isTTY: true }, { FORCE_COLOR: '1', NO_COLOR: '1' }, { colour: false, width: 80 }],
  ])('%s', (_, stream, env, style) => {
    expect(outputStyle(stream, env)).toMatchObject(style);
  });
});

/** A stream that takes a write only when told to. */
function slowStream() {
  const taken: string[] = [];
  let finish: (error?: Error) => void = () => {};
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, callback) {
      taken.push(chunk);
      finish = callback;
    },
  });
  return { stream, taken, finish: (error?: Error) => finish(error) };
}

function failureWith(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('writeAll', () => {
  it('resolves when the stream has taken the text, and not before', async () => {
    const { stream, taken, finish } = slowStream();
    let done = false;
    const written = writeAll(stream, 'text').then(() => {
      done = true;
    });
    await Promise.resolve();
    expect([taken, done]).toEqual([['text'], false]);
    finish();
    await written;
    expect(done).toBe(true);
  });

  it('takes a reader that went away for the end, once and ever after', async () => {
    const { stream, finish } = slowStream();
    const written = writeAll(stream, 'text');
    finish(failureWith('EPIPE'));
    await written;
    await expect(writeAll(stream, 'more')).resolves.toBeUndefined();
  });

  it('leaves no listener behind that would add up over many writes', async () => {
    const { stream, finish } = slowStream();
    for (let count = 0; count < 3; count += 1) {
      const written = writeAll(stream, 'text');
      finish();
      await written;
      expect(stream.listenerCount('error')).toBe(0);
    }
  });

  it('writes nothing more where nobody reads', async () => {
    const { stream, taken, finish } = slowStream();
    const written = writeAll(stream, 'text');
    finish(failureWith('EPIPE'));
    await written;
    await writeAll(stream, 'more');
    expect(taken).toEqual(['text']);
    expect(stream.listenerCount('error')).toBeLessThanOrEqual(1);
  });

  it('rejects on any other failure', async () => {
    const { stream, finish } = slowStream();
    const written = writeAll(stream, 'text');
    finish(failureWith('ENOSPC'));
    await expect(written).rejects.toMatchObject({
      code: 'OUTPUT',
      exitCode: 78,
      message: 'The output could not be written: the disk is full.',
    });
  });
});

it('writeJson writes one document and a newline', async () => {
  const { stream, taken, finish } = slowStream();
  const written = writeJson(stream, { a: 'x\ny', b: [1] });
  finish();
  await written;
  expect(taken.join('')).toBe('{"a":"x\\ny","b":[1]}\n');
});
