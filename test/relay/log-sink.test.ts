import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { boundedSink } from '../../src/relay/log-sink.js';

it('leaves lines out while nobody reads, keeps its bound, and tells how many once somebody does', () => {
  const waiting: (() => void)[] = [];
  const written: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      written.push(text);
      waiting.push(done);
    },
  });
  const told: number[] = [];
  const sink = boundedSink(stream, (lines) => told.push(lines));
  const line = `${'x'.repeat(999)}\n`;
  for (let at = 0; at < 10_000; at += 1) sink.write(line);
  expect(stream.writableLength).toBeLessThan(4.5 * 1024 * 1024);
  expect(told).toEqual([]);
  while (stream.writableLength > 0) waiting.shift()?.();
  const kept = written.length;
  sink.write('at last\n');
  expect(told).toEqual([10_000 - kept]);
  sink.write('and on\n');
  expect(told).toHaveLength(1);
  while (waiting.length > 0) waiting.shift()?.();
  expect(written.slice(-2)).toEqual(['at last\n', 'and on\n']);
});
