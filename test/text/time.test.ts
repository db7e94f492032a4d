import { describe, expect, it } from 'vitest';
import { agoText, spanText } from '../../src/text/time.js';

describe('spanText', () => {
  it.each([
    [0, '0 s'],
    [59_400, '59 s'],
    [60_000, '1 min'],
    [-59 * 60_000, '59 min'],
    [3_600_000, '1 h'],
    [4_800_000, '1 h 20 min'],
    [86_400_000, '1 d'],
    [2 * 86_400_000 + 3.5 * 3_600_000, '2 d 3 h'],
  ])('%d ms is %s', (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });
});

describe('agoText', () => {
  it.each([
    [4_800_000, '1 h 20 min ago'],
    [-999, '0 s ago'],
    [-364 * 86_400_000, '364 d ahead of this clock'],
  ])('%d ms is %s', (ms, text) => {
    expect(agoText(ms)).toBe(text);
  });
});
