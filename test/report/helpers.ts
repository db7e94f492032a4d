import { buildReport, type ReportInput } from '../../src/report/build.js';
import type { Digest } from '../../src/report/mail/digest.js';
import type { EventResult, RunReport } from '../../src/report/schema.js';

/** Names that try to break out of whatever they are printed in. */
export const hostileNames: [label: string, name: string][] = [
  ['colour', '\u001b[2J\u001b[31mred\u001b[0m'],
  ['window title', '\u001b]0;owned\u0007title'],
  ['hyperlink', '\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007'],
  ['8-bit escape', '\u009b31mC1'],
  ['forged line', 'line\nERROR [sync-00000000] Failed to process event 1: forged'],
  ['other line breaks', 'line\r\n\u2028\u2029\u0085forged'],
  ['bidi override', 'a\u202egnp.exe\u2066'],
  ['10,000 letters', 'x'.repeat(10_000)],
  ['10,000 emoji', '💥'.repeat(10_000)],
  ['joined emoji', '👨‍👩‍👧‍👦'.repeat(50)],
  ['heap of accents', `a${'\u0301'.repeat(5000)}`],
  ['wide letters', '日本語のとても長い名前'.repeat(20)],
  ['control characters', 'nul\u0000bell\u0007back\u0008del\u007f'],
  ['half a surrogate pair', 'lone\ud800surrogate'],
];

/** Whatever must not be in output for people; newlines are looked at apart. */
export const CONTROL = /(?!\n)[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;

type Common = Omit<EventResult, 'id' | 'status' | 'reason'>;

const base: Common = {
  name: 'Alder Rehearsal Dinner',
  date: '2026-11-14',
  location: 'Special Events',
  revel_order_id: '10684001',
  links: { event: null, order: null },
  total: '1421.31',
  error: null,
  differences: [],
  orders: [],
  notes: [],
  changes: [],
};

export function injected(id: string, change: Partial<Common> = {}): EventResult {
  return { ...base, id, status: 'injected', reason: null, ...change };
}

export function repaired(id: string, change: Partial<Common> = {}): EventResult {
  return { ...base, id, status: 'repaired', reason: null, ...change };
}

export function skipped(
  id: string,
  change: Partial<Extract<EventResult, { status: 'skipped' }>> = {},
): EventResult {
  return { ...base, id, status: 'skipped', reason: 'ALREADY_INJECTED', ...change };
}

/** What a line tells the kitchen, as the event has it and as the order does. */
export function text(event: string | null, order: string | null): EventResult['differences'][number] {
  return { field: 'text', name: 'Taco Bar', event, order };
}

/** An order that a POS has opened before that text was entered. */
export function served(id: string, event: string): EventResult {
  return skipped(id, { reason: 'IN_SERVICE', differences: [text(event, null)] });
}

export function failed(
  id: string,
  change: Partial<Extract<EventResult, { status: 'failed' }>> = {},
): Extract<EventResult, { status: 'failed' }> {
  return { ...base, id, status: 'failed', reason: 'DRIFT', error: 'It differs. Correct it.', ...change };
}

/** Two orders of one event, of which a person decides. */
export function twoOrders(change: Partial<EventResult['orders'][number]> = {}): EventResult['orders'] {
  const order: EventResult['orders'][number] = {
    id: '10684001',
    made: '2026-11-14 09:12',
    by: 'us',
    paid: '710.66',
    opened: 'no',
    equals: 'yes',
    differs: [],
    elsewhere: null,
    link: 'https://pos.example.com/orders/10684001',
  };
  const other = { id: '10684002', by: 'user 77', paid: null, opened: 'closed', equals: 'no' } as const;
  return [order, { ...order, ...other, differs: ['tax', 'total'], elsewhere: '99', link: null, ...change }];
}

/** What a mail or a message tells; what is left out: nothing. */
export function digest(over: Partial<Digest> = {}): Digest {
  return {
    changes: [],
    failures: [],
    untold: [],
    known: [],
    resolved: [],
    outOfSight: [],
    error: null,
    held: [],
    ...over,
  };
}

/** A report of a sweep with these events. */
export function report(events: EventResult[], change: Partial<ReportInput> = {}): RunReport {
  return buildReport({
    mode: 'bulk',
    dryRun: false,
    trigger: 'manual',
    correlationId: '1a2b3c4d',
    startedAt: Date.UTC(2026, 10, 14, 20),
    finishedAt: Date.UTC(2026, 10, 14, 20) + 812,
    window: { from: '2026-11-12', to: '2026-11-14' },
    events,
    error: null,
    requests: { tripleseat: 3, revel: 7 },
    redact: (text) => text,
    ...change,
  });
}
