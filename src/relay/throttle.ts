import type { Clock } from '../clock.js';

/** Lets one message of a kind through in `everyMs`, and tells how many like it were left out since the last one. */
export function createThrottle(
  clock: Pick<Clock, 'steady'>,
  everyMs: number,
): (kind: string, say: (leftOut: string) => void) => void {
  const kinds = new Map<string, { at: number; leftOut: number }>();
  return (kind, say) => {
    const last = kinds.get(kind);
    const now = clock.steady();
    if (last && now - last.at < everyMs) {
      last.leftOut += 1;
      return;
    }
    kinds.set(kind, { at: now, leftOut: 0 });
    say(last && last.leftOut > 0 ? ` (and ${last.leftOut} more like it before)` : '');
  };
}
