import { describe, expect, it } from 'vitest';
import { Desk, outcomes } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';

describe('a sweep over the sample world', () => {
  it('comes out as announced, twice', async () => {
    const desk = new Desk(NOW, true);
    const first = await desk.sweep();
    const announced = desk.scenarios
      .map(
        ({ event, expected: { status, reason } }) =>
          `${event.id} ${status}${reason === null ? '' : ` ${reason}`}`,
      )
      .sort();
    expect(outcomes(first)).toEqual(announced);
    expect(first.problem).toBeNull();

    const second = await desk.sweep();
    expect(second.writes).toEqual([]);
    const settled = announced.map((text) => text.replace(/injected$|repaired$/, 'skipped ALREADY_INJECTED'));
    expect(outcomes(second)).toEqual(settled);
  });
});
