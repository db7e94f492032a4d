/** What users rely on and no small world shows: single situations, and what follows from them. */
import type { OrderId } from '../../../src/domain/ids.js';
import { zero } from '../../../src/domain/money.js';
import { claimedNotes, voidedNotes } from '../../../src/domain/notes.js';
import { isVisible } from '../../../src/domain/order.js';
import type { WantedOrder } from '../../../src/domain/wantedOrder.js';
import { begin, type Knowledge, type Step, type Write } from '../../../src/sync/order/knowledge.js';
import { learnFailed, learnRefreshed } from '../../../src/sync/order/learn.js';
import { next } from '../../../src/sync/order/next.js';
import { timingOf } from '../../../src/sync/order/timing.js';
import { dateOf, NOW } from '../exhaustive/intern.js';
import { answered } from '../exhaustive/runs.js';
import { HEART, type Heart } from '../exhaustive/scope.js';
import { carryOut, DEEDS, EMPTY, requestOf, versions, type World } from '../exhaustive/world.js';

const OURS = { reach: 'aaaaaaaa', run: 'aaaaaaa1' };
const OTHER = { reach: 'bbbbbbbb', run: 'bbbbbbb1' };
const TIMING = timingOf({ settleMs: 2_000, inFlightMs: 30_000, maxRunMs: 600_000, revelRps: 4 });
const HOUR = 3_600_000;
/** Nothing of these goes on for so many steps. */
const MOST = 1_000;
const [WANTED] = versions(1) as [WantedOrder];
const FIRST = '1' as OrderId;
const MORE_PAID = versions(1, 'unpaid')[1] ?? WANTED;

function knowing(heart: Heart, claim = OURS, wanted = WANTED, now = NOW): Knowledge {
  const zones = { 1: 'UTC', 2: 'UTC' };
  const given = { wanted, claim, timing: heart.timing(TIMING), zones, locations: [], sweep: false };
  return begin(
    { ...given, decision: null, takeBack: 'mark', compareFrom: null, begunAt: now, clockOff: 0 },
    null,
  );
}

/** Whether a header that a dead run of ours has left beside an order that stands is there after one that has held the lock for so long. */
function besideStanding(heart: Heart, before: Write['kind'], heldMs: number): boolean {
  const made = course(HEART, EMPTY, knowing(HEART, OTHER)).world;
  const second = leftBefore(before, OURS).orders.map((row) => ({ ...row, id: '2' as OrderId }));
  const k: Knowledge = { ...knowing(heart), begunAt: NOW - heldMs };
  const { world } = course(heart, { ...made, orders: [...made.orders, ...second] }, k);
  return world.orders.some((row) => !row.deleted && !isVisible(row));
}

/** A sweep of another host, so long after a run has died that was about to have the old order go for a new one. */
function besideReplaced(heart: Heart, afterMs: number): { at: Course; isLeftBehind: boolean } {
  const made = course(HEART, EMPTY, knowing(HEART, OTHER)).world;
  const edited = versions(2)[1] ?? WANTED;
  const later = NOW + HOUR;
  const decision = { kind: 'replace', order: FIRST } as const;
  const k: Knowledge = { ...knowing(HEART, OTHER, edited, later), decision };
  const left = course(HEART, made, k, { now: later, before: 'retire' });
  const now = left.now + afterMs;
  const at = course(heart, left.world, knowing(heart, OURS, edited, now), { now });
  return { at, isLeftBehind: at.world.orders.some((row) => !row.deleted && !isVisible(row)) };
}

/** A run in which a person adds to the first order what has been paid since. */
function paying(heart: Heart, now: number, claim = OURS): Knowledge {
  return { ...knowing(heart, claim, MORE_PAID, now), decision: { kind: 'payment', order: FIRST } };
}

interface Course {
  k: Knowledge;
  now: number;
  world: World;
  steps: Step[];
  writes: Write['kind'][];
  /** Writes that could have left later than a lease after their decision. */
  late: Write['kind'][];
}

/** Lets one run go on, with every write done, until it has ended or is about to send `before`. */
function course(
  heart: Heart,
  world: World,
  k = knowing(heart),
  { now = NOW, before = null as Write['kind'] | null } = {},
): Course {
  const at: Course = { k, now, world, steps: [], writes: [], late: [] };
  for (let n = 0; n < MOST; n += 1) {
    const step = next(at.k, at.now, heart.rules);
    at.steps.push(step);
    switch (step.do) {
      case 'end':
        return at;
      case 'wait':
        at.now = Math.max(step.until, at.now + 1);
        break;
      case 'refresh':
        at.k = learnRefreshed(at.k, { kind: 'same' });
        break;
      case 'look': {
        const found = step.reads.map((read) => answered(at.world, read, at.now));
        at.k = heart.learnFound(at.k, found, at.now);
        break;
      }
      case 'write': {
        if (step.write.kind === before) return at;
        if (step.until > at.now + at.k.timing.lease) at.late.push(step.write.kind);
        at.writes.push(step.write.kind);
        const done = carryOut(at.world, requestOf(at.k, step.write, at.now));
        at.world = done.world;
        at.k = heart.learnWritten(at.k, step.write, { kind: 'done', value: done.value }, at.now, at.now);
        break;
      }
    }
  }
  throw new Error('does not end');
}

function read(step: Step, of: string): boolean {
  return step.do === 'look' && step.reads.some((each) => each.of === of);
}

function isShow(step: Step): boolean {
  return step.do === 'write' && step.write.kind === 'show';
}

/** The order as one run leaves it that is stopped right before that write. */
function leftBefore(before: Write['kind'], claim = OTHER, wanted = WANTED, now = NOW): World {
  return course(HEART, EMPTY, knowing(HEART, claim, wanted, now), { now, before }).world;
}

/** All headers changed, as of that moment. */
function headers(world: World, fields: Partial<World['orders'][number]>): World {
  return { ...world, orders: world.orders.map((row) => ({ ...row, ...fields })) };
}

const ELSEWHERE: WantedOrder = { ...WANTED, establishmentId: 2 };

/** Each says what is wrong; null: nothing. */
export const DIRECTED: Readonly<Record<string, (heart: Heart) => string | null>> = {
  'refuses what staff has worked on before it makes anything in its place': (heart) => {
    const made = course(HEART, EMPTY, knowing(HEART, OTHER)).world;
    const world = DEEDS['touch a line']?.(made, FIRST) ?? made;
    const later = NOW + HOUR;
    const k: Knowledge = {
      ...knowing(heart, OURS, WANTED, later),
      decision: { kind: 'replace', order: FIRST },
    };
    const { steps, writes } = course(heart, world, k, { now: later });
    const end = steps.at(-1);
    const isRefused = end?.do === 'end' && end.end.kind === 'halted' && end.end.reason === 'TOUCHED';
    return isRefused && writes.length === 0 ? null : `writes ${writes.join()}`;
  },
  /** Where look-ups find nothing of what is there, the next run would make another one. */
  'shows nothing that a look for the orders of the event does not show': (heart) => {
    const learnFound: Heart['learnFound'] = (k, found, now) => {
      const unseen = found.map((each) => (each.of === 'rows' ? { ...each, rows: [] } : each));
      return heart.learnFound(k, unseen, now);
    };
    const { writes } = course({ ...heart, learnFound }, EMPTY);
    return writes.includes('show') ? `writes ${writes.join()}` : null;
  },
  /** The event wants none, whatever has become of the one that was to go. */
  'makes no order where a person wants one to go': (heart) => {
    const k: Knowledge = { ...knowing(heart), decision: { kind: 'void', order: FIRST } };
    const end = course(heart, EMPTY, k);
    return end.writes.length === 0 ? null : `writes ${end.writes}`;
  },
  'no write may leave later than a lease after what it rests on was seen': (heart) => {
    const edited = versions(1)[1] ?? WANTED;
    const made = course(HEART, EMPTY, knowing(HEART, OTHER)).world;
    const notes = claimedNotes(WANTED.eventId, WANTED.revision, 'claiming', OURS);
    const later = NOW + HOUR;
    const courses = [
      course(heart, EMPTY),
      course(heart, leftBefore('totals'), knowing(heart, OURS, edited)),
      course(heart, leftBefore('finish'), knowing(heart, OURS, { ...WANTED, payment: zero })),
      course(heart, headers(made, { notes })),
      course(
        heart,
        made,
        {
          ...knowing(heart, OURS, edited, later),
          decision: { kind: 'replace', order: FIRST },
        },
        { now: later },
      ),
      course(heart, made, paying(heart, later), { now: later }),
    ];
    const late = courses.flatMap((each) => each.late);
    return late.length === 0 ? null : `${late.join()} may leave later`;
  },
  'whoever takes an order away waits out who adds a payment to it': (heart) => {
    const made = course(HEART, EMPTY, knowing(HEART, OTHER)).world;
    const later = NOW + HOUR;
    const k = paying(HEART, later, OTHER);
    const { world, now } = course(HEART, made, k, { now: later, before: 'add-payment' });
    const goes: Knowledge = {
      ...knowing(heart, OURS, MORE_PAID, now),
      decision: { kind: 'replace', order: FIRST },
    };
    const waited = course(heart, world, goes, { now, before: 'retire' }).now - now;
    return waited > TIMING.inFlight ? null : `takes it away after ${waited} ms`;
  },
  'nothing is paid beside what stands on an order that was taken away': (heart) => {
    const made = course(HEART, EMPTY, knowing(HEART, OTHER)).world;
    const edited = versions(1)[1] ?? WANTED;
    const later = NOW + HOUR;
    const goes: Knowledge = {
      ...knowing(heart, OURS, edited, later),
      decision: { kind: 'replace', order: FIRST },
    };
    const { k, now, world, steps } = course(heart, made, goes, { now: later, before: 'remove-payment' });
    const last = steps.at(-1);
    if (last?.do !== 'write') return 'does not take back what was paid';
    // Revel says that it did, and does not keep it.
    const told = heart.learnWritten(k, last.write, { kind: 'done', value: true }, now, now);
    const { writes } = course(heart, world, told, { now });
    return writes.includes('add-payment') ? 'pays a second time' : null;
  },
  'a look that fails ends the work, and says so': (heart) => {
    const step = next(learnFailed(knowing(heart), 'Revel did not answer.'), NOW, heart.rules);
    const isEnd = step.do === 'end' && step.end.kind === 'halted' && step.end.reason === 'REVEL_ERROR';
    return isEnd ? null : `goes on with a ${step.do} after a look that failed`;
  },
  'a pause that Revel asks for is kept': (heart) => {
    const { k, now, steps } = course(heart, EMPTY, knowing(heart), { before: 'create' });
    const last = steps.at(-1);
    if (last?.do !== 'write') return 'makes no order';
    const answer = { kind: 'not-done', detail: '', retry: true, retryAfterMs: 60_000 } as const;
    const step = next(heart.learnWritten(k, last.write, answer, now, now), now, heart.rules);
    return step.do === 'wait' && step.until >= now + 60_000 ? null : `goes on with a ${step.do} at once`;
  },
  'a report is never made from list rows': (heart) => {
    const made = course(HEART, EMPTY, knowing(HEART, OTHER)).world;
    const opened = DEEDS['open it']?.(made, FIRST) ?? made;
    // Two of them, and one that staff has taken a line from.
    const twice = {
      ...opened,
      orders: [...opened.orders, ...opened.orders.map((row) => ({ ...row, id: '2' as OrderId }))],
    };
    for (const world of [twice, { ...opened, items: [] }]) {
      const at = course(heart, world, knowing(heart, OURS, WANTED, NOW + HOUR), { now: NOW + HOUR });
      const end = at.steps.at(-1);
      if (end?.do !== 'end' || end.end.kind !== 'report') return 'reports nothing';
      if (!at.steps.some((step) => read(step, 'header'))) return 'reports what only a list has shown';
      if (!at.steps.some(({ do: what }) => what === 'refresh'))
        return 'reports without reading the event again';
    }
    return null;
  },
  'our claim goes from an order that was finished meanwhile': (heart) => {
    const made = course(HEART, EMPTY, knowing(HEART, OTHER)).world;
    const notes = claimedNotes(WANTED.eventId, WANTED.revision, 'claiming', OURS);
    const { writes } = course(heart, headers(made, { notes }));
    return writes.join() === 'take-back' ? null : `writes ${writes.join() || 'nothing'}`;
  },
  'what a run has shown is read back, also after another one that staff took away while it was shown': (
    heart,
  ) => {
    const begun = course(heart, EMPTY, knowing(heart, OURS, ELSEWHERE), { before: 'show' });
    const { k, now, world } = begun;
    const last = begun.steps.at(-1);
    if (last?.do !== 'write') return 'shows nothing';
    const taken = headers(DEEDS['touch its header']?.(world, FIRST) ?? world, { deleted: true });
    const shown = carryOut(taken, requestOf(k, last.write, now));
    const told = heart.learnWritten(k, last.write, { kind: 'done', value: shown.value }, now, now);
    const second = leftBefore('totals').orders.map((row) => ({ ...row, id: '2' as OrderId }));
    const both = { ...shown.world, orders: [...shown.world.orders, ...second] };
    // The event has moved as well, to where another run has left one.
    const at = course(heart, both, learnRefreshed(told, { kind: 'changed', wanted: WANTED }), { now });
    const isRead = at.steps.findLastIndex((step) => read(step, 'header')) > at.steps.findIndex(isShow);
    return isRead && at.writes.at(-1) === 'show' ? null : `writes ${at.writes.join()}`;
  },
  'a header that its id shows hidden although a list has shown it to staff is no half of two moments': (
    heart,
  ) => {
    const before = leftBefore('finish');
    const made = course(HEART, EMPTY, knowing(HEART, OTHER)).world;
    const edited = versions(1)[1] ?? WANTED;
    const listed = heart.learnFound(
      knowing(heart, OURS, edited, NOW - HOUR),
      [answered(made, { of: 'rows' }, NOW)],
      NOW,
    );
    const behind = answered(before, { of: 'header', id: FIRST }, NOW);
    const { steps } = course(heart, made, heart.learnFound(listed, [behind], NOW));
    const end = steps.at(-1);
    const plan = end?.do === 'end' && end.end.kind === 'report' ? end.end.plan : null;
    if (plan?.kind !== 'failed') return 'does not report that it differs';
    return plan.failure.reason === 'DRIFT' ? null : `reports ${plan.failure.reason}`;
  },
  'what a list has shown of staff counts on when the event is read again and the next list is behind': (
    heart,
  ) => {
    const before = leftBefore('finish', OURS);
    const touched = DEEDS['touch its header']?.(before, FIRST) ?? before;
    const told = heart.learnFound(knowing(heart), [answered(touched, { of: 'rows' }, NOW)], NOW);
    const again = learnRefreshed(told, { kind: 'changed', wanted: versions(1)[1] ?? WANTED });
    const k = heart.learnFound(again, [answered(before, { of: 'rows' }, NOW)], NOW);
    const { writes } = course(heart, before, k);
    return writes.length === 0 ? null : `writes ${writes.join()}`;
  },
  'a line that Revel has taken and never shows is not looked for without end when the event has it no more': (
    heart,
  ) => {
    const { k, now, world, steps } = course(heart, EMPTY, knowing(heart), { before: 'add-line' });
    const last = steps.at(-1);
    if (last?.do !== 'write') return 'adds no line';
    const taken = heart.learnWritten(k, last.write, { kind: 'done', value: true }, now, now);
    const edited = learnRefreshed(taken, { kind: 'changed', wanted: versions(1)[1] ?? WANTED });
    const end = course(heart, world, edited, { now }).steps.at(-1);
    const halted = end?.do === 'end' && end.end.kind === 'halted' ? end.end.reason : 'nothing';
    return halted === 'UNVERIFIED' ? null : `ends with ${halted}`;
  },
  'an unfinished order of ours that lost is cleared away': (heart) =>
    besideStanding(heart, 'add-line', 0) ? 'leaves it behind' : null,
  'so is one with figures in it once no request of the run that made it can be under way': (heart) =>
    besideStanding(heart, 'add-payment', TIMING.inFlight + TIMING.settle) ? 'leaves it behind' : null,
  'but not before that: it may come in the place of the one that stands': (heart) =>
    besideStanding(heart, 'add-payment', 0) ? null : 'takes it away',
  'nobody is told to give back by hand what another run may be about to give back': (heart) => {
    const made = course(HEART, EMPTY, knowing(HEART, OTHER)).world;
    const notes = voidedNotes(WANTED.eventId, OTHER.run);
    const k: Knowledge = { ...knowing(heart), takeBack: 'negative' };
    const { steps, writes } = course(heart, headers(made, { deleted: true, notes }), k);
    const end = steps.at(-1);
    const message = end?.do === 'end' && end.end.kind === 'halted' ? end.end.message : '';
    if (writes.includes('add-payment')) return 'pays, or gives back';
    return message.includes('Do not give it back by hand') ? null : `says ${message || 'nothing'}`;
  },
  'a replacement that came to nothing is cleared away while the old order is reported': (heart) => {
    const { at, isLeftBehind } = besideReplaced(heart, HOUR);
    const end = at.steps.at(-1);
    if (end?.do !== 'end' || end.end.kind !== 'report') return 'does not report the old order';
    return isLeftBehind ? 'leaves it behind' : null;
  },
  'but not while the host that made it may still have the old one go for it': (heart) =>
    besideReplaced(heart, TIMING.idle + TIMING.settle).isLeftBehind ? null : 'takes it away',
  "our header that lost goes before another run's is touched": (heart) => {
    const { k } = course(HEART, EMPTY, knowing(HEART), { before: 'create' });
    // The other run's order shows only once ours is made.
    const at = course(heart, leftBefore('totals'), k, { before: 'claim' });
    return at.writes.at(-1) === 'drop' ? null : `claims the other order after ${at.writes.join()}`;
  },
  'nothing is made before orders were looked for wherever they may be filed': (heart) => {
    const { steps } = course(heart, EMPTY, knowing(heart), { before: 'create' });
    return steps.some((step) => read(step, 'beyond')) ? null : 'makes an order without';
  },
  'an order that another run is filling is left to it while it changes': (heart) => {
    const left = leftBefore('totals');
    let [k, now, world] = [knowing(heart), NOW, left];
    for (let n = 0; n < MOST; n += 1) {
      const step = next(k, now, heart.rules);
      if (step.do === 'write') return `writes ${step.write.kind} to it`;
      if (step.do === 'end') {
        const isLeft = step.end.kind === 'halted' && step.end.reason === 'CLAIMED_ELSEWHERE';
        return isLeft ? null : 'ends, but not because another run is at work';
      }
      if (step.do === 'wait') now = Math.max(step.until, now + 1);
      if (step.do !== 'look') continue;
      world = headers(world, { updatedDate: dateOf(now - (now % 1_000)) });
      k = heart.learnFound(
        k,
        step.reads.map((each) => answered(world, each, now)),
        now,
      );
    }
    return 'never ends';
  },
  'two runs that want the same order do not take it from each other without end': (heart) => {
    const theirs = claimedNotes(WANTED.eventId, WANTED.revision, 'filling', OTHER);
    let at = course(heart, leftBefore('totals'), knowing(heart), { before: 'hold' });
    for (let taken = 0; taken < 20; taken += 1) {
      const end = at.steps.at(-1);
      if (end?.do === 'end') {
        const isLeft = end.end.kind === 'halted' && end.end.reason === 'CLAIMED_ELSEWHERE';
        return isLeft ? null : 'ends, but not because another run wants it';
      }
      if (end?.do !== 'write') return `goes on with a ${end?.do}`;
      // It is ours, and right after that the other run's again.
      const held = carryOut(at.world, requestOf(at.k, end.write, at.now));
      const k = heart.learnWritten(at.k, end.write, { kind: 'done', value: held.value }, at.now, at.now);
      const lost = headers(held.world, { notes: theirs });
      const found = answered(lost, { of: 'header', id: FIRST }, at.now + TIMING.settle);
      const now = at.now + TIMING.settle;
      at = course(heart, lost, heart.learnFound(k, [found], now), { now, before: 'hold' });
    }
    return 'never leaves it';
  },
  'an unfinished order where the event is no more goes before another one is shown': (heart) => {
    const left = leftBefore('totals', OTHER, ELSEWHERE);
    const later = NOW + HOUR;
    const at = course(heart, left, knowing(heart, OURS, WANTED, later), { now: later, before: 'show' });
    const isShown = at.steps.at(-1)?.do === 'write';
    return isShown && at.world.orders[0]?.deleted ? null : 'shows another one beside it';
  },
  'an order with money on it where the event is no more is left to people': (heart) => {
    const left = leftBefore('finish', OTHER, ELSEWHERE);
    const later = NOW + HOUR;
    const at = course(heart, left, knowing(heart, OURS, WANTED, later), { now: later });
    const end = at.steps.at(-1);
    const isLeft = end?.do === 'end' && end.end.kind === 'halted' && end.end.reason === 'ORPHANED';
    return isLeft && at.writes.length === 0 ? null : `writes ${at.writes.join()}`;
  },
};

/** Which of these breaks with such a heart, and how; null: none. */
export function breaks(heart: Heart): { name: string; text: string } | null {
  for (const [name, check] of Object.entries(DIRECTED)) {
    let text: string | null;
    try {
      text = check(heart);
    } catch (error) {
      text = error instanceof Error ? error.message : String(error);
    }
    if (text) return { name, text };
  }
  return null;
}
