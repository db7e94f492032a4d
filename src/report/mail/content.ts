import type { MailedFailure } from '../../state/types.js';
import { noLinks } from '../../text/links.js';
import { clean } from '../../text/text.js';
import { dayText } from '../../text/time.js';
import { describeChanges } from '../changes.js';
import { runTag } from '../messages.js';
import type { EventResult, RunReport } from '../schema.js';
import { type Settling, settlingOf } from '../settling.js';
import { sharing } from '../sharing.js';
import { moneyText, type Shops, shopTime } from '../shops.js';
import { type FactTable, tablesOf } from '../tables.js';
import type { Digest, FailureNews } from './digest.js';

/** Items of one section at most; the rest is a number. */
export const MAX_ITEMS = 100;
/** Differences, and orders, of one event at most; the report has all of them. */
const MAX_ROWS = 30;
const MAX_NAME = 120;
const MAX_SENTENCE = 1500;

/** How a section is coloured. */
export type Tone = 'alarm' | 'bad' | 'good' | 'calm';

/** One thing told. Every text is clean: one line, no control characters. */
export interface MailItem {
  /** Day and shop that it stands below; empty: none. */
  place: string;
  title: string;
  facts: string[];
  /** Pages in both services. */
  links: EventResult['links'];
  /** What is wrong and what to do. */
  text: string | null;
  /** The command that settles it, to be copied whole; null: there is none. */
  settling: Settling | null;
  /** What differs, and the orders of which a person decides. */
  tables: FactTable[];
}

/** A heading and what stands below it. */
export interface MailSection {
  title: string;
  tone: Tone;
  intro: string | null;
  items: MailItem[];
  /** Items left out. */
  more: number;
}

/** A mail before it is rendered. */
export interface MailContent {
  subject: string;
  /** The subject's counts as a sentence. */
  headline: string;
  sections: MailSection[];
  /** Which run this was, and where to read more. */
  footer: string[];
}

/** Puts a digest into words. `host`: name of the machine the run was on; `shops`: of whoever reads it. */
export function mailContent(digest: Digest, report: RunReport, host: string, shops: Shops): MailContent {
  const missed = digest.failures.filter(({ event }) => event.reason === 'MISSED');
  const others = digest.failures.filter(({ event }) => event.reason !== 'MISSED');
  const fresh = others.filter(({ since }) => since === null);
  const standing = others.filter(({ since }) => since !== null);
  const counts = countsOf(digest);
  const changed = (event: EventResult) => changeItem(event, shops);
  const now = new Map(report.events.map((event) => [event.id, event]));
  const over = (entry: MailedFailure) => pastItem(entry, now.get(entry.subject), shops);
  return {
    subject: mailSubject(digest),
    headline: `${counts.join(', ')}.`,
    sections: [
      ...errorSection(digest, shops),
      ...failures('alarm', 'Missed: no order, and its time has passed', missed, shops),
      ...failures('bad', 'Failed', fresh, shops),
      ...failures('bad', 'Still failing', standing, shops),
      ...section('bad', 'For the kitchen', digest.untold.toSorted(byPlace), textItem, FOR_THE_KITCHEN),
      ...section('good', 'Injected', digest.changes.filter(isInjected).toSorted(byPlace), changed),
      ...section(
        'good',
        'Completed',
        digest.changes.filter((event) => !isInjected(event)).toSorted(byPlace),
        changed,
      ),
      ...section('calm', 'Resolved since the last mail', digest.resolved.toSorted(byPlace), over),
      ...section('calm', 'Out of sight', digest.outOfSight.toSorted(byPlace), over, OUT_OF_SIGHT),
      ...section('calm', 'Told before, still failing', digest.known, (news) => knownItem(news, shops)),
    ],
    footer: footerOf(report, host, shops),
  };
}

/** What a digest tells in one line. */
export function mailSubject(digest: Digest): string {
  return `ts-reconcile: ${onlyEvent(digest) ?? countsOf(digest).join(', ')}`;
}

const FOR_THE_KITCHEN =
  'A POS has opened these orders, and shows other texts than the events by now have: tell those who cook.';

const OUT_OF_SIGHT =
  'Failures told of before. Sweeps have not come across these events for days, so nothing more is said of them.';

function section<T>(
  tone: Tone,
  title: string,
  list: readonly T[],
  toItem: (entry: T) => MailItem,
  intro: string | null = null,
): MailSection[] {
  if (list.length === 0) return [];
  const items = list.slice(0, MAX_ITEMS).map(toItem);
  return [{ title: `${title} (${list.length})`, tone, intro, items, more: list.length - items.length }];
}

function failures(tone: Tone, title: string, list: readonly FailureNews[], shops: Shops): MailSection[] {
  const news = new Map(list.map((each) => [each.event, each]));
  const sorted = list.map(({ event }) => event).toSorted(byPlace);
  const together = sharing(sorted).flatMap((event) => news.get(event) ?? []);
  return section(tone, title, together, (each) => failureItem(each, shops)).map((each) => ({
    ...each,
    items: eachOnce(each.items),
  }));
}

/** A sentence that holds for several events, which stand together, is said with the last of them. */
export function eachOnce(items: readonly MailItem[]): MailItem[] {
  return items.map((item, at) =>
    item.text === items[at + 1]?.text ? { ...item, text: null, settling: null } : item,
  );
}

function errorSection({ error, held }: Digest, shops: Shops): MailSection[] {
  if (error === null) return [];
  const items = held
    .slice(0, 20)
    .map((event) => ({ ...plainItem(event), facts: [`event ${clean(event.id, 18)}`] }));
  const sentence = [clean(error.message, MAX_SENTENCE), clean(error.hint ?? '', MAX_SENTENCE)];
  const list = held.length === 0 ? '' : `Events that were not done because of it: ${held.length}.`;
  return [
    {
      title: error.since === null ? 'The run did not do its work' : 'Runs still do not do their work',
      tone: 'alarm',
      intro: [...sentence, sinceText(error.since, shops) ?? '', list].filter((text) => text !== '').join(' '),
      items,
      more: held.length - items.length,
    },
  ];
}

function isInjected(event: EventResult): boolean {
  return event.status === 'injected';
}

function nameOf({ name, id }: { name: string | null; id: string }): string {
  return clean(name ?? '', MAX_NAME) || `Event ${clean(id, 18)}`;
}

/** What every item of an event has. */
function plainItem(
  event: Placed & { name: string | null; id: string; links?: EventResult['links'] | undefined },
): MailItem {
  const { links = noLinks } = event;
  return {
    place: place(event),
    title: nameOf(event),
    facts: [],
    links,
    text: null,
    tables: [],
    settling: null,
  };
}

/** What tells where and when something is. */
interface Placed {
  date: string | null;
  location: string | null;
}

function byPlace(one: Placed, other: Placed): number {
  return (
    (one.date ?? '').localeCompare(other.date ?? '') ||
    (one.location ?? '').localeCompare(other.location ?? '')
  );
}

function place({ date, location }: Placed): string {
  const parts = [dayText(clean(date ?? '', 20)), clean(location ?? '', MAX_NAME)];
  return parts.filter((part) => part !== '').join(' · ') || 'date and location not known';
}

function orderText({ revel_order_id, total, location }: EventResult, lines: number, shops: Shops): string {
  const parts = [
    revel_order_id === null ? 'no order' : `order ${clean(revel_order_id, 20)}`,
    ...(lines > 0 ? [`${lines} ${lines === 1 ? 'line' : 'lines'}`] : []),
    ...(total === null ? [] : [`total ${moneyText(total, location, shops)}`]),
  ];
  return parts.join(' · ');
}

function changeItem(event: EventResult, shops: Shops): MailItem {
  const injected = isInjected(event);
  const lines = event.changes.filter(({ action }) => action === 'add_item').length;
  return {
    ...plainItem(event),
    facts: [`event ${clean(event.id, 18)} · ${orderText(event, injected ? lines : 0, shops)}`],
    text: injected ? null : `Done: ${describeChanges(event.changes).join(', ')}.`,
  };
}

/** A failure in full. */
export function failureItem(
  { event, since }: { event: EventResult; since: number | null },
  shops: Shops,
): MailItem {
  const known = sinceText(since, shops);
  return {
    ...plainItem(event),
    facts: [
      `${event.reason} · event ${clean(event.id, 18)} · ${orderText(event, 0, shops)}`,
      ...(known === null ? [] : [known]),
    ],
    text: clean(event.error ?? '', MAX_SENTENCE) || null,
    tables: tablesOf(event, MAX_ROWS),
    settling: settlingOf(event.reason, event.id, false),
  };
}

function textItem(event: EventResult): MailItem {
  const differences = event.differences.filter(({ field }) => field === 'text');
  return {
    ...plainItem(event),
    facts: [`event ${clean(event.id, 18)} · order ${clean(event.revel_order_id ?? '', 20)}`],
    tables: tablesOf({ differences }, MAX_ROWS),
  };
}

function knownItem({ event, since }: FailureNews, shops: Shops): MailItem {
  const known = sinceText(since, shops);
  const facts = [`${event.reason} · event ${clean(event.id, 18)}`];
  return { ...plainItem(event), facts: known === null ? facts : [...facts, known] };
}

/** `now`: what the run has found of the event. */
function pastItem(entry: MailedFailure, now: EventResult | undefined, { zone }: Shops): MailItem {
  const isEvent = /^\d+$/.test(entry.subject);
  const item = plainItem({ ...entry, id: entry.subject, links: now?.links });
  return {
    ...(isEvent ? item : { ...item, title: 'Runs', place: '' }),
    facts: [
      `${clean(entry.reason, 40)}${isEvent ? ` · event ${clean(entry.subject, 18)}` : ''}`,
      `first mailed ${shopTime(entry.since, zone)}`,
    ],
    // Who has seen it, and why it stays.
    text: now?.reason === 'ACCEPTED' ? clean(now.error ?? '', MAX_SENTENCE) || null : null,
  };
}

function sinceText(since: number | null, { zone }: Shops): string | null {
  return since === null ? null : `first mailed ${shopTime(since, zone)}`;
}

/** What matters most first: a subject line may be cut. */
function countsOf(digest: Digest): string[] {
  const { failures, changes } = digest;
  const missed = failures.filter(({ event }) => event.reason === 'MISSED').length;
  const others = failures.filter(({ event }) => event.reason !== 'MISSED');
  const standing = others.filter(({ since }) => since !== null).length;
  const injected = changes.filter(isInjected).length;
  const counts: [number, string][] = [
    [missed, 'MISSED'],
    [others.length - standing, 'failed'],
    [standing, 'still failing'],
    [digest.untold.length, 'for the kitchen'],
    [injected, 'injected'],
    [changes.length - injected, 'completed'],
    [digest.resolved.length, 'resolved'],
    [digest.outOfSight.length, 'out of sight'],
  ];
  const error = digest.error === null ? [] : [`run failed (${clean(digest.error.code, 30)})`];
  return [...error, ...counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)];
}

/** The subject for a mail about one event; null: there are more, or none. */
function onlyEvent(digest: Digest): string | null {
  const { changes, failures, untold, resolved, outOfSight, error } = digest;
  const others = resolved.length + outOfSight.length;
  if (changes.length + failures.length + untold.length !== 1 || others > 0 || error) return null;
  const [change] = changes;
  if (change) {
    const order = change.revel_order_id === null ? '' : `, order ${clean(change.revel_order_id, 20)}`;
    return `${isInjected(change) ? 'injected' : 'completed'} ${shortName(change)}${order}`;
  }
  const [text] = untold;
  if (text) return `for the kitchen: ${shortName(text)}`;
  const [failure] = failures;
  return failure ? `${failure.event.reason} ${shortName(failure.event)}` : null;
}

function shortName(event: EventResult): string {
  const name = clean(event.name ?? '', 60) || `event ${clean(event.id, 18)}`;
  const date = clean(event.date ?? '', 10);
  return date === '' ? name : `${name} (${date})`;
}

function footerOf(report: RunReport, host: string, { zone }: Shops): string[] {
  const { summary, trigger, correlation_id, started_at, duration_ms } = report;
  const seconds = (duration_ms / 1000).toFixed(1);
  const started = shopTime(Date.parse(started_at), zone);
  return [
    `Run ${runTag(trigger, correlation_id)} on ${clean(host, 100)}, started ${started}, took ${seconds} s.`,
    `Events: ${summary.queried} queried, ${summary.injected} injected, ${summary.repaired} completed, ${summary.skipped} skipped, ${summary.failed} failed.`,
    'More about an event: ts-reconcile history --event-id ID',
  ];
}
