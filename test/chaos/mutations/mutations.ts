/** The protocol broken on purpose, by the name of a rule or of what a run learns. */
import type { OrderId } from '../../../src/domain/ids.js';
import { type Knowledge, known } from '../../../src/sync/order/knowledge.js';
import { RULES, type Rule } from '../../../src/sync/order/next.js';
import type { Timing } from '../../../src/sync/order/timing.js';
import { HEART, type Heart } from '../exhaustive/scope.js';

export interface Mutation {
  /** The rule, duration or answer. */
  of: string;
  what: string;
  heart: Heart;
}

const all = Object.entries(RULES);

/** The protocol with another rule in the place of one, or with none. */
function instead(name: string, rule: Rule | null): Rule[] {
  if (!RULES[name]) throw new Error(`there is no rule ${name}`);
  return all.flatMap(([each, is]) => (each === name ? (rule ?? []) : is));
}

/** Each rule left out. */
export const WITHOUT: readonly Mutation[] = all.map(([name]) => ({
  of: name,
  what: 'left out',
  heart: { ...HEART, rules: instead(name, null) },
}));

/** The rule as if there were nothing to wait for. */
function hasty(name: string): Mutation {
  const rule: Rule = (situation) => {
    const step = RULES[name]?.(situation) ?? null;
    return step?.do === 'wait' ? null : step;
  };
  return { of: name, what: 'goes on instead of waiting', heart: { ...HEART, rules: instead(name, rule) } };
}

/** The rule with writes that may leave however old what they rest on is. */
function unleased(name: string): Mutation {
  const rule: Rule = (situation) => {
    const step = RULES[name]?.(situation) ?? null;
    return step?.do === 'write' ? { ...step, until: Number.POSITIVE_INFINITY } : step;
  };
  return {
    of: name,
    what: 'its write may leave at any time',
    heart: { ...HEART, rules: instead(name, rule) },
  };
}

function lasting(of: keyof Timing, what: string, factor: number): Mutation {
  return {
    of,
    what,
    heart: { ...HEART, timing: (timing) => ({ ...timing, [of]: timing[of] * factor }) },
  };
}

type Found = Parameters<Heart['learnFound']>[1];
type Answer = Parameters<Heart['learnWritten']>[2];

/** What is made of answers to looks is something else. */
function finding(of: string, what: string, learn: (k: Knowledge, found: Found, now: number) => Knowledge) {
  return { of, what, heart: { ...HEART, learnFound: learn } };
}

/** Answers to writes are taken for others. */
function taking(what: string, as: (answer: Answer) => Answer): Mutation {
  const learnWritten: Heart['learnWritten'] = (k, write, answer, sentAt, now) =>
    HEART.learnWritten(k, write, as(answer), sentAt, now);
  return { of: 'learnWritten', what, heart: { ...HEART, learnWritten } };
}

function changed(k: Knowledge, change: (id: OrderId) => Partial<ReturnType<typeof known>>): Knowledge {
  const orders = Object.keys(k.orders).map((id) => [
    id,
    { ...known(k, id as OrderId), ...change(id as OrderId) },
  ]);
  return { ...k, orders: Object.fromEntries(orders) };
}

/** Whatever an answer shows takes the place of what was known. */
const forgetful: Heart['learnFound'] = (k, found, now) => {
  const isOfRows = found.some(({ of }) => of === 'rows');
  const read = new Set(found.flatMap((each) => (each.of === 'header' ? [each.id] : [])));
  const blank = changed(k, (id) => (isOfRows || read.has(id) ? { header: null } : {}));
  return HEART.learnFound({ ...blank, rows: read.size > 0 || isOfRows ? null : k.rows }, found, now);
};

/** What the protocol finds out by its own looks is no breakage: that a write held back was done, that a row is still there. */
const LEARNT: readonly Mutation[] = [
  taking('a write without an answer counts as not done', (answer) =>
    answer.kind === 'unknown' ? { kind: 'not-done', detail: '', retry: true, retryAfterMs: 0 } : answer,
  ),
  taking('a write without an answer counts as done', (answer) =>
    answer.kind === 'unknown' ? { kind: 'done', value: true } : answer,
  ),
  {
    of: 'learnWritten',
    what: 'a claim makes the order ours',
    heart: {
      ...HEART,
      learnWritten: (k, write, answer, sentAt, now) => {
        const after = HEART.learnWritten(k, write, answer, sentAt, now);
        if (write.kind !== 'claim' || answer.kind !== 'done') return after;
        const ours = { how: 'taken', at: now } as const;
        return changed(after, (id) => (id === write.id ? { ours, watch: null } : {}));
      },
    },
  },
  finding('learnFound', 'a look proves a lost write not done however early it is', (k, found, now) => {
    const never = Number.NEGATIVE_INFINITY;
    const pending = k.pending && { ...k.pending, sentAt: never, answeredAt: never };
    return HEART.learnFound({ ...k, pending }, found, now);
  }),
  finding('learnFound', 'an order stays ours whatever its header shows', (k, found, now) => {
    const after = HEART.learnFound(k, found, now);
    return changed(after, (id) =>
      known(k, id).ours ? { ...known(k, id), header: known(after, id).header } : {},
    );
  }),
  finding('learnFound', 'any answer takes the place of a newer one', forgetful),
  finding('learnFound', 'what another run does is no change', (k, found, now) => {
    const after = HEART.learnFound(k, found, now);
    return changed(after, (id) => {
      const { watch: before } = known(k, id);
      const { watch } = known(after, id);
      return before && watch ? { watch: { ...watch, changedAt: before.changedAt, quiet: before.quiet } } : {};
    });
  }),
];

/** Durations cut, or for a lease stretched. Those left alone say how soon something goes on, and not what. */
const DURATIONS: readonly Mutation[] = [
  lasting('settle', 'is over at once', 0),
  lasting('inFlight', 'is over at once', 0),
  lasting('standOff', 'is over at once', 0),
  lasting('quiet', 'is over at once', 0),
  lasting('idle', 'is over at once', 0),
  lasting('longAgo', 'is over at once', 0),
  lasting('lease', 'never ends', 1_000),
  lasting('claimLease', 'never ends', 1_000),
];

/**
 * Not among them are waits that another rule keeps at least as long, whose look comes all the same: for rivals and for
 * what was taken off as long as for the lines, before a report as long as for its contents.
 */
const WAIT = [
  'holdStill',
  'settleLostWrite',
  'readBack',
  'readContentsBeforeReporting',
  'watchOtherRun',
  'waitOutOtherRun',
  'confirmLines',
  'confirmPayment',
  'confirmAdded',
];
const WRITE = [
  'create',
  'claim',
  'hold',
  'takeBackNotes',
  'removeLines',
  'addLines',
  'writeTotals',
  'pay',
  'addPaid',
  'writeDue',
  'finish',
  'show',
];

/** All of them. */
export const MUTATIONS: readonly Mutation[] = [
  ...WITHOUT,
  ...WAIT.map(hasty),
  ...WRITE.map(unleased),
  {
    of: 'all rules',
    what: 'their writes may leave at any time',
    heart: {
      ...HEART,
      rules: all.map(([, rule]) => (situation) => {
        const step = rule(situation);
        return step?.do === 'write' ? { ...step, until: Number.POSITIVE_INFINITY } : step;
      }),
    },
  },
  ...DURATIONS,
  ...LEARNT,
];
