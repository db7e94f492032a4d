import { hostname } from 'node:os';
import { z } from 'zod';
import { systemClock } from '../clock.js';
import type { Config } from '../config/types.js';
import { addDays, localDate, localDateTime } from '../domain/zones.js';
import { errorText } from '../errors.js';
import { gotTransport } from '../http/got.js';
import type { Logger } from '../report/log.js';
import type { PreviewDays } from '../report/preview.js';
import { keepPreview } from '../report/previewed.js';
import type { EventResult, RunReport } from '../report/schema.js';
import { shopsFor, shopsOf } from '../report/shops.js';
import type { StateStore } from '../state/types.js';
import type { SyncEvents, SyncOutcome, SyncRequest } from '../sync/types.js';
import { post } from './mail.js';
import { reportOf } from './report.js';
import { lookRequest, performRun, quiet } from './run.js';
import { textsOf } from './texts.js';

/** From this local time on the first sweep of a day tells what is coming. */
const FROM = '06:00';
/** Days ahead that the mail covers. */
const DAYS = 7;
/** Longest time for a mail, in milliseconds. */
const MAIL_MS = 20_000;
const KEY = 'preview-told';
const TOLD_KEY = 'preview-told-to';

/** What it is decided and sent with. */
export interface PreviewMailWork {
  config: Config;
  state: StateStore;
  stop: AbortSignal;
  log: Logger;
}

/**
 * Looks at the coming days after the first sweep past six in the morning, and mails what would fail; once a day, whoever
 * of the hosts that share the state comes first. Never rejects: a preview is no part of the sweep.
 */
export async function tellComing(work: PreviewMailWork): Promise<void> {
  try {
    await tell(work);
  } catch (error) {
    work.log.warn(`The coming days could not be looked at: ${errorText(error)}`);
  }
}

/** The local day whose preview is to be told now; null: it is too early, or has been told. */
export function dayToTell(now: number, zone: string, told: unknown): string | null {
  const [day = '', time = ''] = localDateTime(now, zone).split('T');
  return time < FROM || told === day ? null : day;
}

async function tell({ config, state, stop, log }: PreviewMailWork): Promise<void> {
  const [first] = config.locations;
  if (!(config.smtp ?? config.chat)?.on.includes('preview') || !first || stop.aborted) return;
  const day = dayToTell(systemClock.now(), first.timezone, await state.cache.get(KEY));
  if (day === null) return;
  const lock = await state.locks.tryLock(KEY);
  if (!lock) return;
  try {
    // Another sweep, of a shard or on another host, may have told since this one has read the cache.
    if (dayToTell(systemClock.now(), first.timezone, await state.cache.get(KEY, true)) !== day) return;
    const { report, outcome } = await lookAhead({
      config,
      state,
      stop,
      events: quiet,
      days: DAYS,
      locations: null,
    });
    // Half a look is none: the next sweep looks again.
    if (!outcome.complete) return;
    await keepPreview(state.cache, DAYS, report, config.locations);
    const { failingOf } = await import('../report/mail/preview.js');
    const failing = failingOf(report, nearDays(config, systemClock.now()));
    if (failing.length > 0 && !(await tellFailing({ config, state, log, day, report, failing }))) return;
    await state.cache.set(KEY, day);
    await state.cache.flush();
  } finally {
    await lock.release();
  }
}

/** Who has been told of which day's preview, while others have not. */
const toldSchema = z.object({ day: z.string(), to: z.array(z.string()) });

/**
 * Tells everybody whom it concerns, by mail and chat. False: somebody could not be told, and is with the next sweep;
 * whoever was is not told twice. A chat beside a mail is not tried again.
 */
async function tellFailing({
  config: { smtp, chat, locations },
  state,
  log,
  day,
  report,
  failing,
}: Pick<PreviewMailWork, 'config' | 'state' | 'log'> & {
  day: string;
  report: RunReport;
  failing: EventResult[];
}): Promise<boolean> {
  const before = toldSchema.safeParse(await state.cache.get(TOLD_KEY, true)).data;
  const to = new Set(before?.day === day ? before.to : []);
  let all = true;
  const telling = async (whom: string, tell: () => Promise<boolean>) => {
    if (to.has(whom)) return;
    if (await tell()) to.add(whom);
    else all = false;
  };
  const { previewContent } = await import('../report/mail/preview.js');
  if (chat !== null) {
    const { previewMessage, sendChat } = await import('../report/chat.js');
    const { subject } = previewContent(report, { failing, shop: null }, hostname(), shopsOf(locations));
    await telling('chat', async () => {
      const failure = await sendChat(chat.url, previewMessage(`${subject}.`, failing), gotTransport());
      if (failure !== null) log.warn(`The chat at CHAT_WEBHOOK_URL did not take a message: ${failure}`);
      return failure === null || smtp !== null;
    });
  }
  if (smtp !== null) {
    const { previewShares } = await import('../report/mail/shares.js');
    const kitchens = new Map(locations.map(({ name, notify }) => [name, notify]));
    const how = { what: 'The mail about the coming days', limit: AbortSignal.timeout(MAIL_MS), log };
    for (const share of previewShares(failing, smtp.to, kitchens)) {
      const content = previewContent(report, share, hostname(), shopsFor(locations, share.shop));
      await telling(`mail ${share.shop ?? ''}`, () => post({ ...smtp, to: [...share.to] }, content, how));
    }
  }
  if (all) return true;
  await state.cache.set(TOLD_KEY, { day, to: [...to] });
  await state.cache.flush();
  return false;
}

/** What a preview is made with. */
export interface PreviewWork {
  config: Config;
  state: StateStore;
  stop: AbortSignal;
  events: SyncEvents;
  /** Hears of each request that goes out. */
  requested?: () => void;
  /** How many days besides today. */
  days: number;
  locations: string[] | null;
  /** See {@link textsOf}. */
  sandbox?: boolean;
}

/** Judges what is coming. */
export async function lookAhead({
  days,
  locations,
  sandbox = false,
  ...work
}: PreviewWork): Promise<{ report: RunReport; outcome: SyncOutcome; request: SyncRequest }> {
  const startedAt = systemClock.now();
  const request = lookRequest({ kind: 'preview', days }, locations);
  const { outcome, requests } = await performRun({ ...work, request });
  const redact = textsOf(work.config, sandbox);
  const report = reportOf(request, outcome, {
    startedAt,
    finishedAt: systemClock.now(),
    requests,
    redact,
    links: work.config.links,
  });
  return { report, outcome, request };
}

/** Up to which day an event without a price is a matter of today. */
export function nearDays({ locations }: Pick<Config, 'locations'>, now: number): PreviewDays {
  const today = locations
    .map(({ timezone }) => localDate(now, timezone))
    .sort()
    .at(-1);
  return { tomorrow: addDays(today ?? localDate(now, 'UTC'), 1) };
}
