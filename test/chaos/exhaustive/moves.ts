/** What one run can do next, by the protocol that ships; the rest of the world is one value. */
import type { Decision } from '../../../src/domain/decision.js';
import type { OrderId } from '../../../src/domain/ids.js';
import type { WantedOrder } from '../../../src/domain/wantedOrder.js';
import type { End, Found, Knowledge, Read, Step, Write } from '../../../src/sync/order/knowledge.js';
import { encode, fixed, NOW, TICK } from './intern.js';
import { answered, begun, misjudged, stepOf } from './runs.js';
import { answerOf, type Kind, type Scope } from './scope.js';
import {
  carryOut,
  isTheirs,
  misdeed,
  type Request,
  requestOf,
  showsTheirHand,
  type World,
  wrong,
} from './world.js';

/** A request that may still take effect. */
export interface Flight {
  readonly request: Request;
  readonly until: number;
}

/** A run that stands still; then it goes on with what it had decided, or with the answers that came meanwhile. */
interface Stalled {
  readonly until: number;
  readonly send: { readonly write: Write; readonly request: Request; readonly until: number } | null;
  readonly found: readonly Found[] | null;
}

interface Run {
  readonly k: Knowledge;
  /** Its write has left and is not answered. `landed`: it has taken effect, and the answer will get lost. */
  readonly flight:
    | (Flight & { readonly write: Write; readonly sentAt: number; readonly landed: boolean })
    | null;
  readonly stalled: Stalled | null;
  /** Orders of which an answer has shown it staff's hand. */
  readonly told: readonly OrderId[];
}

export interface Slot {
  readonly host: 'a' | 'b';
  /** How often it may still begin a run. */
  readonly lives: number;
  readonly run: Run | null;
}

/** `olds`: what lists may still show, oldest first. `state`: which state of the event Tripleseat has. */
export interface View {
  readonly world: World;
  readonly olds: readonly World[];
  readonly state: number;
}

export interface Outcome {
  label: string;
  slot: Slot;
  world: World;
  /** What it costs of the budget. */
  kind: Kind | null;
  orphan: Flight | null;
  violation: string | null;
}

const NOTHING: never[] = [];

/** The same without what no rule goes by. */
function canonical(k: Knowledge): Knowledge {
  const { pending, notBefore } = k;
  return {
    ...k,
    actions: NOTHING,
    warnings: NOTHING,
    notBefore: notBefore <= NOW ? Number.NEGATIVE_INFINITY : notBefore,
    pending: pending && { ...pending, detail: '', lookedAt: pending.lookedAt === null ? null : 0 },
  };
}

/** Every combination of what lists may show; the first is what is there. */
function answers(view: View, reads: readonly Read[]): { found: Found[]; isStale: boolean }[] {
  let all: { found: Found[]; isStale: boolean }[] = [{ found: [], isStale: false }];
  for (const read of reads) {
    const now = answered(view.world, read, NOW);
    const choices = new Map([[encode(now), now]]);
    for (const old of view.olds) {
      const before = answered(old, read, NOW);
      const text = encode(before);
      if (!choices.has(text)) choices.set(text, before);
    }
    all = all.flatMap(({ found, isStale }) =>
      [...choices.values()].map((one) => ({ found: [...found, one], isStale: isStale || one !== now })),
    );
  }
  return all;
}

/** Orders on which this answer shows staff's hand. */
function toldBy(each: Found): OrderId[] {
  switch (each.of) {
    case 'bills':
      return [];
    case 'rows':
    case 'beyond':
      return each.rows.filter(showsTheirHand).map(({ id }) => id);
    case 'header':
      return each.header && showsTheirHand(each.header) ? [each.id] : [];
    case 'items':
      return each.items.some((row) => !row.deleted && isTheirs(row)) ? [each.id] : [];
    case 'payments':
      return each.payments.some(isTheirs) ? [each.id] : [];
  }
}

function endText(end: End): string {
  switch (end.kind) {
    case 'standing':
      return 'standing';
    case 'report':
      return end.plan.kind === 'failed' ? end.plan.failure.reason : 'in service';
    case 'halted':
      return `${end.reason}: ${end.message}`;
    case 'gone':
      return 'gone';
    case 'outdated':
      return 'outdated';
  }
}

/** What a person decides about what stands at the start. */
const DECISIONS: Readonly<Record<Scope['start'], Decision | null>> = {
  empty: null,
  drifted: fixed({ kind: 'replace', order: '1' as OrderId } as const, 'decision'),
  removed: fixed({ kind: 'recreate' } as const, 'decision'),
  doubled: fixed({ kind: 'keep', order: '1' as OrderId } as const, 'decision'),
  unpaid: fixed({ kind: 'payment', order: '1' as OrderId } as const, 'decision'),
};

/** Steps that were found on the way here already. */
const steps = new WeakMap<Knowledge, Step>();

export function outcomes(
  slot: Slot,
  view: View,
  scope: Scope,
  wanted: readonly WantedOrder[],
): { isBusy: boolean; list: Outcome[] } {
  const { world, state } = view;
  const event = wanted[state] as WantedOrder;
  const list: Outcome[] = [];
  const can = (kind: Kind) => scope.budget[kind] > 0;
  const put = (label: string, run: Run | null, more: Partial<Outcome> = {}, was: World = world) => {
    const to: Outcome = {
      label,
      slot: { ...slot, run },
      world: was,
      kind: null,
      orphan: null,
      violation: null,
      ...more,
    };
    list.push(to);
    if (run === null || run.flight || run.stalled || to.violation) return;
    // Ending touches nobody: it happens at once.
    try {
      const { k, step } = stepOf(run.k, scope, event);
      const isTold = step.do === 'write' && step.write.kind !== 'create' && run.told.includes(step.write.id);
      if (step.do === 'write' && isTold) {
        to.violation = `writes ${step.write.kind} to an order on which it has seen staff's hand`;
      } else if (step.do === 'end') {
        to.slot = { ...slot, run: null };
        to.label += `, ends: ${endText(step.end)}`;
        to.violation = misjudged(step.end, k, to.world, event, run.told);
      } else {
        const known = canonical(k);
        steps.set(known, step);
        to.slot = { ...slot, run: { ...run, k: known } };
      }
    } catch (error) {
      to.violation = `fails: ${error instanceof Error ? error.message : error}`;
    }
  };
  const { run } = slot;
  if (!run) {
    if (slot.lives === 0) return { isBusy: false, list };
    const fresh = { flight: null, stalled: null, told: NOTHING };
    put('begins', { k: begun(slot.host, slot.lives, scope, event), ...fresh });
    const decision = DECISIONS[scope.start];
    if (decision && can('decide')) {
      const k = begun(slot.host, slot.lives, scope, event, NOW, decision);
      put(`begins, decided to ${decision.kind}`, { k, ...fresh }, { kind: 'decide' });
    }
    for (const to of list) to.slot = { ...to.slot, lives: slot.lives - 1 };
    return { isBusy: false, list };
  }
  const { k, flight, stalled } = run;
  const bad = (was: World, after: World, request: Request) =>
    misdeed(was, after, request, scope.start) ?? wrong(after, wanted, scope.start);
  const landed = (request: Request) => {
    const { world: after, value } = carryOut(world, request);
    return { after, value, violation: bad(world, after, request) };
  };
  const learned = (
    from: Run,
    write: Write,
    answer: Parameters<Scope['heart']['learnWritten']>[2],
    sentAt: number,
  ): Run => {
    const value = answer.kind === 'done' && answer.value !== true ? answer.value : null;
    const told =
      value && showsTheirHand(value) && !from.told.includes(value.id) ? [...from.told, value.id] : from.told;
    return {
      k: scope.heart.learnWritten(from.k, write, answer, sentAt, NOW),
      flight: null,
      stalled: null,
      told,
    };
  };
  const orphan = flight && !flight.landed ? { request: flight.request, until: flight.until } : null;
  if (can('crash')) put('crashes', null, { kind: 'crash', orphan });

  const send = (from: Run, write: Write, request: Request, until: number, how: string) => {
    if (NOW > until) {
      put(`${how}${write.kind} is held, it comes too late`, learned(from, write, { kind: 'held' }, NOW));
      return;
    }
    const { after, value, violation } = landed(request);
    const done = { world: after, violation };
    const unknown = { kind: 'unknown', detail: '' } as const;
    const no = (retry: boolean) => ({ kind: 'not-done', detail: '', retry, retryAfterMs: TICK }) as const;
    const left = NOW + scope.timing.inFlight;
    const name = `${how}${named(write)}`;
    put(name, learned(from, write, answerOf(scope, write, value), NOW), done, after);
    if (can('refused')) {
      put(`${name}: refused for now`, learned(from, write, no(true), NOW), { kind: 'refused' });
    }
    if (can('denied')) {
      put(`${name}: refused for good`, learned(from, write, no(false), NOW), { kind: 'denied' });
    }
    if (can('lost')) {
      const lost = learned(from, write, unknown, NOW);
      put(`${name}: done, but the answer is lost`, lost, { ...done, kind: 'lost' }, after);
    }
    if (can('late')) {
      const late = { kind: 'late', orphan: { request, until: left } } as const;
      put(`${name}: no answer, it is still under way`, learned(from, write, unknown, NOW), late);
    }
    if (can('forgotten') && /item|payment/.test(request.to)) {
      const kept = learned(from, write, { kind: 'done', value: true }, NOW);
      put(`${name}: taken, but not kept`, kept, { kind: 'forgotten' });
    }
    if (can('unkept') && request.to === 'change' && request.fields.deleted) {
      const { deleted: _, ...fields } = request.fields;
      const shown = carryOut(world, { ...request, fields });
      const kept = {
        world: shown.world,
        violation: bad(world, shown.world, request),
        kind: 'unkept',
      } as const;
      put(`${name}: mark not kept`, learned(from, write, answerOf(scope, write, shown.value), NOW), kept);
      put(`${name}: mark answered, not kept`, learned(from, write, answerOf(scope, write, value), NOW), kept);
    }
    if (can('hang')) {
      const hanging = { request, until: left, write, sentAt: NOW, landed: false };
      put(`${name} hangs`, { ...from, flight: hanging, stalled: null }, { kind: 'hang' });
    }
  };

  if (stalled) {
    if (stalled.send) {
      const { write, request, until } = stalled.send;
      send({ ...run, stalled: null }, write, request, until, 'wakes up: ');
    } else if (stalled.found) {
      put('wakes up and takes the answers', found({ ...run, stalled: null }, stalled.found));
    } else put('wakes up', { ...run, stalled: null });
    return { isBusy: NOW >= stalled.until, list };
  }
  if (flight) {
    const { write, request, sentAt } = flight;
    if (!flight.landed) {
      const { after, value, violation } = landed(request);
      const done = { world: after, violation };
      put(
        `${write.kind} lands, answered`,
        learned(run, write, answerOf(scope, write, value), sentAt),
        done,
        after,
      );
      put(`${write.kind} lands, not answered`, { ...run, flight: { ...flight, landed: true } }, done, after);
    }
    put(`${write.kind} times out`, learned(run, write, { kind: 'unknown', detail: '' }, sentAt), { orphan });
    return { isBusy: NOW >= flight.until, list };
  }

  const step = steps.get(k) ?? stepOf(k, scope, event).step;
  if (step.do === 'wait' && step.until > NOW) return { isBusy: false, list };
  if (step.do === 'wait') throw new Error('waits for what is over');
  const still = (send: Stalled['send'], answers: readonly Found[] | null): Run => ({
    ...run,
    stalled: { until: NOW + scope.stall * TICK, send, found: answers },
  });
  if (can('stall')) put('stands still', still(null, null), { kind: 'stall' });
  if (step.do === 'look') {
    const what = `looks at ${step.reads.map((read) => ('id' in read ? `${read.of} of ${read.id}` : read.of)).join(', ')}`;
    for (const { found: all, isStale } of answers(view, step.reads)) {
      const label = isStale ? `${what} (not up to date)` : what;
      put(label, found(run, all), { kind: isStale ? 'stale' : null });
      if (!isStale && can('stall')) put(`${what}, and stands still`, still(null, all), { kind: 'stall' });
    }
  } else if (step.do === 'write') {
    const { write, until } = step;
    const request = requestOf(k, write);
    send(run, write, request, until, '');
    if (can('stall')) {
      put(`decides to ${named(write)}, and stands still`, still({ write, request, until }, null), {
        kind: 'stall',
      });
    }
  }
  return { isBusy: true, list };

  function found(from: Run, answers: readonly Found[]): Run {
    const told = [...new Set([...from.told, ...answers.flatMap(toldBy)])].sort();
    return { ...from, told, k: scope.heart.learnFound(from.k, answers, NOW) };
  }
}

function named(write: Write): string {
  switch (write.kind) {
    case 'create':
      return 'create';
    case 'add-line':
      return `add-line ${write.item.productId} of ${write.id}`;
    case 'remove-line':
    case 'remove-payment':
      return `${write.kind} ${write.row.id}`;
    default:
      return `${write.kind} ${write.id}`;
  }
}
