import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clean } from '../../src/text/text.js';
import { anyCharacter } from '../helpers/anyText.js';

/** Everything that must never reach a terminal or split a line. */
const DANGEROUS = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

describe('clean', () => {
  it.each([
    ['plain name', 'plain name'],
    ['  a \t b\r\n\u00a0c  ', 'a b c'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b[2J\u001b[H\u001b[?25lx', 'x'],
    ['\u009b31mx', 'x'],
    ['\u001b]0;title\u0007x', 'x'],
    ['\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001b\u200b[31mx', '[31mx'],
    ['a\u0000\u0008\u007fb', 'ab'],
    ['a \u0000 b', 'a b'],
    ['a\u2028b\u2029c\u0085d\u000be', 'a b c d e'],
    ['a\u202egnp.exe', 'agnp.exe'],
    ['\u2066a\u2069\u200f\ufeff\u00ad', 'a'],
    ['a\ud800b', 'a\ufffdb'],
    ['👩‍👩‍👧 می‌خواهم', '👩‍👩‍👧 می‌خواهم'],
    ['', ''],
    ['\n', ''],
  ])('%j becomes %j', (text, cleaned) => {
    expect(clean(text, 100)).toBe(cleaned);
  });

  it('cuts by code points, and not inside of what people see as one character', () => {
    expect(clean('abcdef', 6)).toBe('abcdef');
    expect(clean('abcdefg', 6)).toBe('abcde…');
    expect(clean('abcd efg', 6)).toBe('abcd…');
    expect(clean('ab👩‍👩‍👧c', 6)).toBe('ab…');
    expect(clean('ae\u0301x', 3)).toBe('a…');
    expect(clean('abc', 1)).toBe('…');
  });

  it('cuts even what claims to be a single character', () => {
    const cleaned = clean(`a${'\u0301'.repeat(10_000)}`, 50);
    expect([...cleaned]).toHaveLength(50);
    expect(cleaned.endsWith('…')).toBe(true);
  });

  it('cuts 10,000 characters and more', () => {
    expect([...clean('💥'.repeat(10_000), 200)]).toHaveLength(200);
    expect(clean('x'.repeat(10_000_000), 80)).toBe(`${'x'.repeat(79)}…`);
    expect(clean(`${' '.repeat(70_000)}hidden`, 80)).toBe('…');
  });

  const hostile = fc.string({
    unit: fc.oneof(
      { weight: 4, arbitrary: anyCharacter },
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          ...[
            '\u001b[',
            '\u001b]',
            '\u001b',
            '\u009b',
            '\u0007',
            ';',
            '31m',
            '\u001b\\',
            '\n',
            '\r',
            '\u2028',
          ],
          ...['\u202e', '\u2066', '\u200d', '👩', '\ud800', '\udc00', '\u0301', ' ', '\u0000', 'a', '…'],
        ),
      },
    ),
    maxLength: 60,
  });
  const max = fc.integer({ min: 1, max: 40 });

  it('lets nothing dangerous through and keeps its bound', () => {
    fc.assert(
      fc.property(hostile, max, (text, limit) => {
        const cleaned = clean(text, limit);
        expect(cleaned).not.toMatch(DANGEROUS);
        expect(cleaned).not.toMatch(/^\s|\s$|\s\s/u);
        expect([...cleaned].length).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 2000 },
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(hostile, max, (text, limit) => {
        const cleaned = clean(text, limit);
        expect(clean(cleaned, limit)).toBe(cleaned);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves ordinary names alone', () => {
    const name = fc.stringMatching(/^[A-Za-zÀ-ž0-9&'.,#()-]{1,20}( [A-Za-zÀ-ž0-9&'.,#()-]{1,20})?$/);
    fc.assert(fc.property(name, (text) => clean(text, 100) === text));
  });
});
