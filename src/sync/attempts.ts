import type { Guard, RevelWrite } from '../revel/types.js';
import type { RunContext } from './context.js';
import { Halt } from './halt.js';
import type { Reads } from './reads.js';
import { contactLimit, type Sign, showsWithin } from './signs.js';

/** How often a write that certainly did not happen is tried again. */
const MAX_ATTEMPTS = 4;
/** The same for one that Revel refused for now (429): it certainly did not happen. */
const MAX_REFUSALS = 8;
/** So often one that was refused for now is sent again while its guard holds, after so long, doubling. */
const MAX_AGAIN = 3;
const AGAIN_MS = 250;
/** If Revel asks for a longer wait, or has refused so many writes of the run in a row, it is begun anew instead. */
const AGAIN_WITHIN_MS = 2_000;
const REFUSED_IN_A_ROW = 8;
/** How often a write is sent whose answer was lost, each time after looking whether it has happened. */
const MAX_UNKNOWN = 12;
/** Events of a sweep whose waits end within so many milliseconds look at one and the same moment. */
const LOOK_TOGETHER_MS = 10_000;
/** How often a request may have waited too long for its turn. */
const MAX_HELD = 50;

/** The work on one event, as far as its writes have to do with it. */
interface Writer {
  readonly ctx: RunContext;
  readonly now: number;
  /** Time of the latest write sent to Revel. */
  lastWriteAt: number;
  /** Until when writes whose answers were lost may still come to show. */
  straysUntil: number;
  /** Puts on disk that something is about to be written. */
  intend(): Promise<void>;
  pause(ms: number): Promise<void>;
  /** Tells whoever waits for the run why it goes on no sooner. */
  tellWait(until: number): void;
  /** Looks that are this event's alone. */
  readonly own: Reads;
  /** Looks that go out with those of other events; null: there are none. */
  readonly shared: Reads | null;
  /** Waits, then reads, while other events go on and new ones begin. */
  aside<T>(ms: number, read: () => Promise<T>): Promise<T>;
  checkStop(): void;
}

/** One write and all that it takes to know what became of it. */
export interface Write<T> {
  /** Sends it, unless the guard says at the last moment that it must not go out any more. */
  send(guard: Guard): Promise<RevelWrite<T>>;
  /** Reads whether it has happened; null: not there (yet). */
  look(reads: Reads): Promise<T | null>;
  /** Makes sure, before each attempt, that it may go out. */
  ready(): Promise<void>;
  /** Called when Revel said a final no: whether that calls for a fresh start (it then throws Lost). */
  refused(): Promise<void>;
  /** Renewed by the write when it is done. */
  sign: Sign;
}

/**
 * Carries one write out. It is sent again only when the last attempt certainly did not happen: Revel said no for
 * now, the request never left, or its answer was lost, all the time has passed within which it may be carried out and
 * come to show, and a look still does not find it.
 *
 * @throws Halt when it cannot be done now
 */
export async function carryOut<T>(writer: Writer, write: Write<T>): Promise<T> {
  const { settings, stop } = writer.ctx;
  let held = 0;
  let refusals = 0;
  for (let attempt = 1; ; ) {
    writer.checkStop();
    await write.ready();
    const intendedAt = writer.now;
    await writer.intend();
    let sentAt = writer.now;
    const result = await sendSoon(writer, write, () => {
      sentAt = writer.now;
      return !stop.aborted && sentAt - intendedAt <= contactLimit(settings.settleMs);
    });
    switch (result.kind) {
      case 'done':
        write.sign.at = sentAt;
        writer.lastWriteAt = writer.now;
        return result.value;
      case 'held':
        held += 1;
        if (held > MAX_HELD) throw giveUp('Revel answers too slowly to write safely: raise SETTLE_SECONDS');
        continue;
      case 'not-done':
        if (!result.retry) {
          // Perhaps because the row is there already: refused as a duplicate, and not shown by lists yet.
          const found = await settle(writer, write, writer.now + settings.settleMs);
          if (found !== null) return found;
          await write.refused();
        }
        refusals += 1;
        if (!result.retry || refusals >= (result.throttled ? MAX_REFUSALS : MAX_ATTEMPTS)) {
          throw giveUp(result.detail, result.retry);
        }
        await writer.pause(Math.max(result.retryAfterMs, Math.min(500 * 2 ** (refusals - 1), 8_000)));
        continue;
      case 'unknown': {
        writer.lastWriteAt = writer.now;
        const over = Math.max(writer.now + settings.settleMs, sentAt + showsWithin(settings));
        writer.straysUntil = Math.max(writer.straysUntil, over);
        const found = await settle(writer, write, over);
        if (found !== null) return found;
        if (attempt >= MAX_UNKNOWN) throw giveUp(result.detail);
      }
    }
    attempt += 1;
  }
}

/** Sends it; if it is refused for now, sends it again soon: with its guard still holding there is nothing to check. */
async function sendSoon<T>({ ctx }: Writer, write: Write<T>, guard: () => boolean): Promise<RevelWrite<T>> {
  let result = await write.send(guard);
  for (let again = 0; again < MAX_AGAIN && isWorthAnother(result); again += 1) {
    await ctx.clock.sleep(Math.max(result.retryAfterMs, AGAIN_MS * 2 ** again), ctx.stop);
    const next = await write.send(Object.assign(() => guard(), { again: true as const }));
    if (next.kind === 'held') break;
    result = next;
  }
  return result;
}

type NotDone = Extract<RevelWrite<never>, { kind: 'not-done' }>;

function isWorthAnother(result: RevelWrite<unknown>): result is NotDone {
  if (result.kind !== 'not-done' || result.throttled === undefined) return false;
  return result.retryAfterMs <= AGAIN_WITHIN_MS && result.throttled < REFUSED_IN_A_ROW;
}

/**
 * Looks at once, when the settling time has passed, and at `over`, when it must show: if it is not there then, it has
 * certainly not happened. Where other events have looks to share, one look at the end will do.
 */
async function settle<T>(writer: Writer, { look }: Write<T>, over: number): Promise<T | null> {
  const { shared } = writer;
  if (shared) {
    const together = Math.ceil(over / LOOK_TOGETHER_MS) * LOOK_TOGETHER_MS;
    return writer.aside(together - writer.now, () => look(shared));
  }
  const soon = writer.now + writer.ctx.settings.settleMs;
  for (;;) {
    const { now } = writer;
    const found = await look(writer.own);
    if (found !== null || now >= over) return found;
    if (now >= soon) writer.tellWait(over);
    await writer.pause((now < soon ? Math.min(soon, over) : over) - writer.now);
  }
}

/** `upstream`: Revel did not take it for now, as opposed to a final no to this one write. */
function giveUp(detail: string, upstream = true): Halt {
  return new Halt({ kind: 'failed', reason: 'REVEL_ERROR' }, `${detail}.`, upstream);
}
