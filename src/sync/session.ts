import type { OrderId } from '../domain/ids.js';
import { claimIn, isSuperseded } from '../domain/notes.js';
import { type FoundOrder, isVisible } from '../domain/order.js';
import type { Action } from '../domain/plan.js';
import { isTouched } from '../domain/service.js';
import type { WantedOrder } from '../domain/wanted.js';
import { localDateTime } from '../domain/zones.js';
import type { Guard, OrderKey, RevelRead, RevelWrite } from '../revel/types.js';
import { carryOut } from './attempts.js';
import type { RunContext } from './context.js';
import { Halt, Lost } from './halt.js';
import { ownReads, type Reads, sharedReads } from './reads.js';
import { contactLimit, renewalAge, type Sign, showsWithin } from './signs.js';
import { Waiting } from './waiting.js';

/** So long may a look wait for those of other events, in milliseconds. */
const SHARED_LOOK_MS = 15_000;

/**
 * The work of one run on one event: its claim, what it has written, and the rules by which anything is written
 * at all. One write is in flight at a time.
 */
export class Session extends Waiting {
  readonly key: OrderKey;
  wanted: WantedOrder;
  /** Looks that are this event's alone. */
  readonly own: Reads;
  /** Looks that go out with those of other events of a sweep. */
  readonly shared: Reads | null;
  /** What marks a header as being filled by this run. */
  claim: string;
  /** Headers whose creation was answered in this session, with the time of the request. */
  readonly created = new Map<OrderId, { order: FoundOrder; at: number }>();
  /** A look that was taken under the lock just before; used once, and only while it is fresh. */
  firstLook: { rows: readonly FoundOrder[]; at: number } | null = null;
  /** The notes without a claim that this session has given its order; null: not yet. */
  finishedNotes: string | null = null;
  /** When the latest look at all rows of the event was asked for. */
  lookedAt = Number.NEGATIVE_INFINITY;
  /** Headers this session took out of the race; lists may show them as live for a while. */
  readonly dropped = new Set<OrderId>();
  /** Headers that this session has written lines to. */
  readonly begun = new Set<OrderId>();
  /** Uuids of lines that Revel has certainly taken from this session. */
  readonly accepted = new Set<string>();
  /** Carried out so far, in order. */
  readonly actions: Action[] = [];
  /** Latest write of a dead run of this host that had set out to write for this event; null: there is none. */
  resumedAt: number | null = null;
  /** The header that the dead run was filling; null: not known. */
  resumedOrder: string | null = null;
  /** When this run last knew that the order it fills is its own. */
  readonly sign: Sign = { at: Number.NEGATIVE_INFINITY };
  #intentOrder: OrderId | null = null;
  /** The `updated_date` of this run's latest change of a header: a mark of its own where notes bear no claim. */
  #headerDate: string | null = null;
  /** Time of the latest write sent to Revel. */
  lastWriteAt = Number.NEGATIVE_INFINITY;
  /**
   * Until when writes whose answers were lost may still come to show, this run's and those of a dead run that it
   * resumes. An order that has ended up with another run is right only if what it holds was read after that.
   */
  straysUntil = Number.NEGATIVE_INFINITY;
  #hasTold = false;

  constructor(ctx: RunContext, key: OrderKey, wanted: WantedOrder) {
    super(ctx);
    this.key = key;
    this.wanted = wanted;
    this.claim = ctx.hex(16);
    this.own = ownReads(this);
    this.shared = ctx.request.target.kind === 'sweep' ? sharedReads(this, SHARED_LOOK_MS) : null;
  }

  /** Store-local time as Revel keeps it. */
  get localNow(): string {
    return localDateTime(this.now, this.wanted.location.timezone);
  }

  /**
   * Takes over what a dead run of this host left: the event's lock, which we hold, proves that it is dead. Its
   * last write may still be on its way and be carried out without it, so time counts from there.
   */
  async resume(): Promise<void> {
    const intent = await this.ctx.state.intents.read(this.key.event);
    if (!intent) return;
    // A clock that was set back must not make us wait for the time it once showed.
    this.resumedAt = Math.min(intent.lastWriteAt, this.now);
    this.resumedOrder = intent.orderId;
    this.lastWriteAt = this.resumedAt;
    this.straysUntil = this.resumedAt + showsWithin(this.ctx.settings);
    if (intent.claim !== '') this.claim = intent.claim;
  }

  /** From when on a look shows all that was written to the order so far. */
  get showsAt(): number {
    return Math.max(this.lastWriteAt + this.ctx.settings.settleMs, this.straysUntil);
  }

  /** Whoever waits for a named event learns once why; a sweep has other things to do meanwhile. */
  tellWait(until: number, why = 'the answer to a request was lost'): void {
    const seconds = Math.ceil((until - this.now) / 1_000);
    if (this.#hasTold || seconds <= 0 || this.ctx.request.target.kind === 'sweep') return;
    this.#hasTold = true;
    this.ctx.events.notice(
      `Event ${this.key.event}: ${why}, and Revel may still carry out what is on its way (IN_FLIGHT_SECONDS); waiting up to ${seconds} s for that.`,
    );
  }

  /** Waits until a look shows all that was written to the order so far. */
  async untilAllShows(): Promise<void> {
    if (this.showsAt === this.straysUntil) this.tellWait(this.straysUntil);
    await this.pauseUntil(this.showsAt);
  }

  /** True for a header that this run, or the dead run it resumes, has made or claimed. */
  owns(order: FoundOrder): boolean {
    return this.created.has(order.id) || claimIn(order.notes) === this.claim;
  }

  /**
   * Reads what was written last until it shows, at the latest one settling time after that write.
   *
   * @param read null: it does not show
   * @returns null: it does not show although it had to
   */
  async untilShown<T>(read: () => Promise<T | null>): Promise<T | null> {
    const { settleMs } = this.ctx.settings;
    const until = this.lastWriteAt + settleMs;
    for (;;) {
      const isLast = this.now >= until;
      const shown = await read();
      if (shown !== null || isLast) return shown;
      await this.pause(Math.min(Math.max(settleMs / 4, 10), until - this.now));
    }
  }

  /** The value of a read; a failed one ends the work on this event, since nothing can be concluded from it. */
  need<T>(read: RevelRead<T>): T {
    if (read.kind === 'ok') return read.value;
    this.checkStop();
    throw new Halt({ kind: 'failed', reason: 'REVEL_ERROR' }, read.detail, true);
  }

  /** The header by its id, if it is still ours to write to; otherwise the work starts over with a fresh look. */
  async contact(id: OrderId): Promise<FoundOrder> {
    const askedAt = this.now;
    const order = this.need(await this.ctx.revel.order(id));
    const ours =
      order !== null &&
      !order.deleted &&
      !isVisible(order) &&
      !isSuperseded(order.notes) &&
      this.#isMarkedOurs(order) &&
      !isTouched(this.wanted, order);
    if (!ours) throw this.#lost();
    this.#saw(askedAt);
    return order;
  }

  /** Whether the order, as it was read, is marked as the one that this run fills. */
  holds(order: FoundOrder): boolean {
    return this.#isMarkedOurs(order);
  }

  /**
   * Our claim, or the final notes once we have written them: whoever takes the order over from then on puts a
   * claim of its own in their place.
   */
  #isMarkedOurs(order: FoundOrder): boolean {
    return claimIn(order.notes) === this.claim || this.#isFinished(order);
  }

  /** Makes sure that the order is still ours, in a sweep with a look for several events where that says so. */
  async #renew(id: OrderId): Promise<void> {
    if (this.shared !== null && this.ctx.finder.roomy) {
      const { read, askedAt } = await this.ctx.finder.ask(this.key);
      const row = this.need(read).find((each) => each.id === id);
      if (row && !row.deleted && !isVisible(row) && this.confirm(row, askedAt)) return;
    }
    await this.contact(id);
  }

  /** A look, asked for at `askedAt`, has shown the order as still ours: as good as reading it. */
  confirm(listed: FoundOrder | undefined, askedAt: number): boolean {
    const ours = listed !== undefined && this.#isMarkedOurs(listed) && !isTouched(this.wanted, listed);
    if (ours) this.#saw(askedAt);
    return ours;
  }

  /** A look for other events has shown this one's rows, too. */
  seen(rows: readonly FoundOrder[], askedAt: number): void {
    const row = rows.find(({ id }) => id === this.#intentOrder);
    if (!row || row.deleted || isVisible(row)) return;
    if (this.finishedNotes === null || this.#isFinished(row)) this.confirm(row, askedAt);
  }

  /** The finished header, still hidden and as this run left it. */
  async checkFinished(id: OrderId): Promise<void> {
    const askedAt = this.now;
    const order = this.need(await this.ctx.revel.order(id));
    const ours =
      order !== null &&
      !order.deleted &&
      !isVisible(order) &&
      this.#isFinished(order) &&
      !isTouched(this.wanted, order);
    if (!ours) throw this.#lost();
    this.#saw(askedAt);
  }

  #saw(askedAt: number): void {
    this.sign.at = Math.max(this.sign.at, askedAt);
    this.sign.lookedAt = Math.max(this.sign.lookedAt ?? askedAt, askedAt);
  }

  /**
   * Somebody else has written to the order since. Another run's final notes may bear our stamp, too, where clocks
   * differ: from here on it is no mark of ours.
   */
  #lost(): Lost {
    this.#headerDate = null;
    return new Lost();
  }

  /** Its notes are the final ones; the stamp tells this run's from those of another one. */
  #isFinished(order: FoundOrder): boolean {
    const isLast = this.#headerDate !== null && order.updatedDate?.startsWith(this.#headerDate) === true;
    return isLast && order.notes === this.finishedNotes;
  }

  /** Stamps a change of a header; returns the stamp. */
  stampHeader(): string {
    this.#headerDate = this.localNow;
    return this.#headerDate;
  }

  /**
   * Puts on disk that something is about to be written; must come before the first byte. The request may still
   * have to wait for its turn, though not longer than {@link contactLimit}: the record counts that in.
   */
  async intend(): Promise<void> {
    try {
      await this.ctx.state.intents.write(this.key.event, {
        claim: this.claim,
        run: this.ctx.request.correlationId,
        lastWriteAt: this.now + contactLimit(this.ctx.settings.settleMs),
        orderId: this.#intentOrder,
      });
    } catch (error) {
      // State that is lost has stopped the run: then the result tells what was written before.
      this.checkStop();
      throw error;
    }
  }

  /** Nothing is under way for this event any more. A record that stays behind costs the next run a short wait. */
  async finish(): Promise<void> {
    try {
      await this.ctx.state.intents.clear(this.key.event);
    } catch (error) {
      // The order is right all the same; that the state is lost, the run as a whole tells.
      if (!this.ctx.stop.aborted) throw error;
    }
  }

  /** The header that this session fills, for the record on disk. */
  remember(id: OrderId): void {
    this.#intentOrder = id;
  }

  /** A write to an order that is ours; whether it still is gets checked again when the last sign is old. */
  writeTo<T>(
    id: OrderId,
    send: (guard: Guard) => Promise<RevelWrite<T>>,
    look: (reads: Reads) => Promise<T | null>,
  ): Promise<T> {
    return this.writeWhile(this.sign, send, look, () => this.#renew(id));
  }

  /**
   * A write that goes out only while something holds. A sign of it older than {@link renewalAge} is renewed by
   * `check` first; if the request then has to wait, or the answer took long, so that the sign is older than
   * {@link contactLimit} at the moment of sending, nothing is sent. A write that was done is itself a sign.
   *
   * @param check sets the sign's time anew, or throws Lost
   */
  writeWhile<T>(
    sign: Sign,
    send: (guard: Guard) => Promise<RevelWrite<T>>,
    look: (reads: Reads) => Promise<T | null>,
    check: () => Promise<void>,
    refused: () => Promise<void> = async () => {},
  ): Promise<T> {
    const { settleMs } = this.ctx.settings;
    const limit = contactLimit(settleMs);
    const inTime = () => this.now - sign.at <= limit && this.now - (sign.lookedAt ?? sign.at) <= 2 * limit;
    return carryOut(this, {
      send: (guard) => send(Object.assign(() => guard() && inTime(), guard.again && { again: guard.again })),
      look,
      ready: async () => {
        if (this.now - sign.at > renewalAge(settleMs) || !inTime()) await check();
      },
      refused,
      sign,
    });
  }

  /** See {@link writeWhile}; for a write that is right whatever has happened meanwhile. */
  write<T>(
    send: (guard: Guard) => Promise<RevelWrite<T>>,
    look: (reads: Reads) => Promise<T | null>,
  ): Promise<T> {
    const always: Sign = { at: Number.POSITIVE_INFINITY };
    return this.writeWhile(always, send, look, async () => {});
  }
}
