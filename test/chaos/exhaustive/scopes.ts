/** The scopes that are searched, smallest first, and what they are for. */
import { HEART, type Heart, type Scope, scopeOf, timingIn } from './scope.js';

/** How many of {@link smallScopes}, from the first, end within a quarter of a minute together. */
export const SMALLEST = 6;

/** These end within two minutes together, on one core. */
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
    one('a lost answer or an edit, and changes answered without the order', {
      lives: 1,
      mute: true,
      timing: timingIn(1, 2, 3),
      stall: 9,
      budget: { lost: 1, edit: 1 },
    }),
    one('a line or a payment that Revel does not keep', { lives: 1, budget: { forgotten: 1 } }),
    one('a look that is not up to date', { lives: 1, lag: 2, budget: { stale: 1 } }),
    one('a deed of staff', { lives: 1, budget: { staff: 1 } }),
    one('a deed of staff, and a look that is not up to date', {
      lives: 1,
      lag: 1,
      faults: 2,
      timing: timingIn(1, 2, 3),
      stall: 9,
      budget: { staff: 1, stale: 1 },
    }),
    one('a deed of staff, and an edit that moves the event', {
      lives: 1,
      moves: true,
      faults: 2,
      timing: timingIn(1, 2, 3),
      stall: 9,
      budget: { staff: 1, edit: 1 },
    }),
    one('an order that staff take away, and an edit', {
      lives: 1,
      faults: 2,
      timing: timingIn(1, 2, 3),
      stall: 9,
      deeds: ['take it away'],
      budget: { staff: 1, edit: 1 },
    }),
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

/** The same where a person decides about what stands already. */
export function decidedScopes(heart: Heart = HEART): Scope[] {
  const short = { lives: 1, faults: 2, timing: timingIn(1, 2, 3), stall: 9 };
  const one = (name: string, what: Parameters<typeof scopeOf>[1] = {}) =>
    scopeOf(name, { heart, ...short, ...what, budget: { decide: 1, ...what.budget } });
  const each = { refused: 1, denied: 1, lost: 1, late: 1, hang: 1, crash: 1, stall: 1, unkept: 1 };
  return [
    one('replaced by one of two persons', { start: 'drifted', budget: { decide: 2 } }),
    one('replaced, and a crash', { start: 'drifted', budget: { crash: 1 } }),
    one('replaced, and a lost answer', { start: 'drifted', budget: { lost: 1 } }),
    one('replaced, and a mark that is not kept', { start: 'drifted', budget: { unkept: 1 } }),
    one('replaced, and a deed of staff', { start: 'drifted', budget: { staff: 1 } }),
    one('replaced, and a request under way', { start: 'drifted', budget: { late: 1 } }),
    one('replaced under one lock, and a crash', {
      start: 'drifted',
      share: true,
      lives: 2,
      budget: { crash: 1 },
    }),
    one('one of two kept, one of anything', { start: 'doubled', budget: each }),
    one('made again, one of anything', { start: 'removed', budget: each }),
    one('replaced, what was paid given back, one of anything', {
      start: 'drifted',
      takeBack: 'negative',
      faults: 1,
      budget: each,
    }),
    one('one of two kept, what was paid given back, one of anything', {
      start: 'doubled',
      takeBack: 'negative',
      budget: { ...each, decide: 2 },
    }),
    one('replaced under one lock, what was paid given back, a request under way and a crash', {
      start: 'drifted',
      takeBack: 'negative',
      share: true,
      lives: 2,
      faults: 3,
      budget: { late: 1, crash: 1 },
    }),
    one('a payment added by one of two persons', { start: 'unpaid', budget: { decide: 2 } }),
    one('a payment added, one of anything', { start: 'unpaid', budget: each }),
    one('a payment added, and a deed of staff', { start: 'unpaid', budget: { staff: 1 } }),
    one('a payment added under one lock, a request under way and a crash', {
      start: 'unpaid',
      share: true,
      lives: 2,
      faults: 3,
      budget: { decide: 2, late: 1, crash: 1 },
    }),
  ];
}
