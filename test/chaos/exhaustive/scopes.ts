/** The scopes that are searched, smallest first, and what they are for. */
import { HEART, type Heart, type Scope, scopeOf, timingIn } from './scope.js';

/** These end within a minute together, on one core. */
export function smallScopes(heart: Heart = HEART): Scope[] {
  const one = (name: string, what: Parameters<typeof scopeOf>[1] = {}) => scopeOf(name, { heart, ...what });
  const each = { refused: 1, denied: 1, lost: 1, late: 1, hang: 1, crash: 1, stall: 1 };
  return [
    one('nothing fails'),
    one('nothing fails, in a sweep', { sweep: true }),
    one('nothing fails, and a run soon gives up waiting', { timing: timingIn(2, 4, 4, 3) }),
    one('one lock, two lines, one of anything', { share: true, lines: 2, budget: each }),
    one('one lock, a request under way and a crash', {
      share: true,
      faults: 2,
      budget: { late: 1, crash: 1 },
    }),
    one('a refusal for now', { lives: 1, budget: { refused: 1 } }),
    one('a lost answer', { lives: 1, budget: { lost: 1 } }),
    one('a line or a payment that Revel does not keep', { lives: 1, budget: { forgotten: 1 } }),
    one('a look that is not up to date', { lives: 1, lag: 2, budget: { stale: 1 } }),
    one('a deed of staff', { lives: 1, budget: { staff: 1 } }),
    one('an edit', { lives: 1, budget: { edit: 1 } }),
    one('a request under way', { lives: 1, budget: { late: 1 } }),
    one('a stall that outlasts a take-over', {
      lives: 1,
      timing: timingIn(1, 2, 3),
      stall: 9,
      budget: { stall: 1 },
    }),
    one('a crash', { timing: timingIn(1, 2, 3), budget: { crash: 1 } }),
  ];
}
