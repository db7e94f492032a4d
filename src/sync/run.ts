import { isSelected } from '../config/locations.js';
import type { EventHeader } from '../domain/event.js';
import type { EventId } from '../domain/ids.js';
import type { FoundOrder } from '../domain/order.js';
import { standings } from '../domain/plan.js';
import { grownHours } from '../domain/select.js';
import { type Shard, shardName } from '../domain/shard.js';
import { isInShard } from '../domain/shardHash.js';
import { addDays, localDate } from '../domain/zones.js';
import type { RevelRead } from '../revel/types.js';
import type { Lock } from '../state/primitives.js';
import { plannedResult, refusedWork } from './apply.js';
import { openRun, type RunContext, wrongDays } from './context.js';
import { planDecided } from './decide.js';
import { type Planned, planById, planListed, settleListed, type Work } from './event.js';
import { whoHolds } from './holder.js';
import { keyOf } from './judge.js';
import type { Selection } from './pages.js';
import { type Proof, readProofs } from './proof.js';
import { applyTold } from './refusals.js';
import { failedUnread, locationOf, lockedOut, skippedUnread } from './results.js';
import { selectComing, selectEvents } from './search.js';
import { findStrays, type Stray, tellStray } from './strays.js';
import { Tally } from './tally.js';
import type { Candidate, EventResult, Listed, SyncDeps, SyncOutcome, SyncRequest } from './types.js';

/** Events whose orders are looked up together. */
const CHUNK = 100;
/** How long a run for a single event waits for another one on the same event. */
const LOCK_WAIT_MS = 30_000;
/** An event read longer ago than this is read again before its order is written. */
const STALE_MS = 60_000;
const HOUR = 3_600_000;

/** With the orders that Revel has for it; null: the run was stopped before they were looked up. */
type LookedUp = Listed & { found: RevelRead<FoundOrder[]> | null; lookedAt: number; proof: Proof | null };

/** One run: single events, or a sweep. Never throws for what can go wrong outside of it. */
export async function runSync(deps: SyncDeps, request: SyncRequest): Promise<SyncOutcome> {
  const run = new Run(openRun(deps, request));
  const { target } = request;
  switch (target.kind) {
    case 'events':
      return run.single(target.ids.map((id) => ({ id, header: null })));
    case 'sweep':
      return run.sweep(target.hoursBack, target.shard ?? null);
    case 'preview':
      return run.preview(target.days);
  }
}

class Run {
  readonly #ctx: RunContext;
  readonly #tally: Tally;

  constructor(ctx: RunContext) {
    this.#ctx = ctx;
    this.#tally = new Tally(ctx);
  }

  async single(candidates: Candidate[]): Promise<SyncOutcome> {
    this.#ctx.events.started();
    this.#tally.expect(candidates.length);
    const refused = await this.#tooManyCreates(candidates);
    if (refused) for (const result of refused) this.#tally.add(result);
    else {
      await this.#tally.each(this.#ctx.settings.concurrency, candidates, (candidate) =>
        this.#byId(candidate),
      );
    }
    return this.#tally.outcome(null, false);
  }

  /** More events than orders may be made: how many it will be shows only when all of them have been planned. */
  async #tooManyCreates(candidates: readonly Candidate[]): Promise<EventResult[] | null> {
    const ctx = this.#ctx;
    if (!ctx.settings.enabled || candidates.length <= ctx.settings.maxCreatesPerRun) return null;
    const all = await Promise.all(candidates.map(({ id }) => this.#tally.guarded(() => planById(ctx, id))));
    const planned = all.filter((each) => each !== null);
    const refused = this.#refuseCreates(planned.flatMap((each) => (each.kind === 'work' ? [each.work] : [])));
    if (refused.length === 0) return null;
    return [...planned.flatMap((each) => (each.kind === 'result' ? [each.result] : [])), ...refused];
  }

  async #byId(candidate: Candidate): Promise<EventResult> {
    const ctx = this.#ctx;
    if (!ctx.settings.enabled) return disabled(ctx, candidate);
    const { decision } = ctx.request;
    const plan = () => (decision ? planDecided(ctx, candidate.id, decision) : planById(ctx, candidate.id));
    if (ctx.request.dryRun) return settled(await plan());
    const lock = await this.#waitForLock(candidate);
    if (!lock) return await this.#lockedOut(candidate);
    try {
      const planned = await plan();
      return planned.kind === 'result'
        ? planned.result
        : await applyTold(ctx, planned.work, planned.work.lookedAt);
    } finally {
      await lock.release();
    }
  }

  async #waitForLock(candidate: Candidate): Promise<Lock | null> {
    const { clock, request } = this.#ctx;
    const until = request.wait ? Number.POSITIVE_INFINITY : clock.steady() + LOCK_WAIT_MS;
    const what = { kind: 'event', id: candidate.id } as const;
    return this.#lockBy(until, `event-${candidate.id}`, () => whoHolds(this.#ctx, what));
  }

  async #lockedOut(candidate: Candidate): Promise<EventResult> {
    if (this.#ctx.stop.aborted && this.#tally.stopped()) return this.#tally.abort(candidate);
    return lockedOut(this.#ctx, candidate, await whoHolds(this.#ctx, { kind: 'event', id: candidate.id }));
  }

  /** Tries until a time of the steady clock; with `--wait` it says whom it waits for. */
  async #lockBy(until: number, name: string, who: () => Promise<string>): Promise<Lock | null> {
    const { state, clock, stop, request, events } = this.#ctx;
    for (let tries = 0; ; tries += 1) {
      const lock = await state.locks.tryLock(name);
      if (lock || stop.aborted || clock.steady() >= until) return lock;
      if (tries === 0 && request.wait) events.notice(`${await who()}; waiting for it.`);
      await clock.sleep(200, stop);
    }
  }

  async sweep(hoursBack: number, shard: Shard | null): Promise<SyncOutcome> {
    const ctx = this.#ctx;
    const name = shard ? `sweep-${shardName(shard)}` : 'sweep';
    const who = () => whoHolds(ctx, { kind: 'sweep', shard });
    const until = ctx.request.wait ? Number.POSITIVE_INFINITY : 0;
    const lock = ctx.request.dryRun ? null : await this.#lockBy(until, name, who);
    if (!lock && !ctx.request.dryRun) {
      if (!this.#tally.stopped()) {
        this.#tally.note({ kind: 'locked', message: `${await who()}; nothing was done.` });
      }
      return this.#tally.outcome(null, false);
    }
    ctx.events.started();
    try {
      return await this.#sweepLocked(hoursBack, shard);
    } finally {
      await lock?.release();
    }
  }

  async #sweepLocked(asked: number, shard: Shard | null): Promise<SyncOutcome> {
    const ctx = this.#ctx;
    const now = ctx.clock.now();
    const { hoursBack, grown, capped } = grownHours(await ctx.state.journal.lastGoodSweep(shard), now, asked);
    if (grown) {
      const limit = capped ? '; older events are not covered' : '';
      ctx.events.warning(
        `The last good sweep is longer than ${asked} hours ago: looking ${hoursBack} hours back${limit}`,
      );
    }
    const window = {
      from: new Date(now - hoursBack * HOUR).toISOString(),
      to: new Date(now).toISOString(),
    };
    const selection = await this.#tally.guarded(() => selectEvents(ctx, hoursBack));
    if (!selection) return this.#tally.outcome(window, false);
    this.#noteUnread(selection);
    const listed = [...selection.events.values()]
      .filter(({ id }) => shard === null || isInShard(id, shard))
      .map((header): Listed => ({ id: header.id, header }));
    if (shard) {
      const { size } = selection.events;
      ctx.events.notice(`Shard ${shardName(shard)}: ${listed.length} of ${size} events`);
    }
    this.#tally.expect(listed.length);
    await this.#all(listed);
    await this.#reverse(selection, listed.length, hoursBack, shard);
    // Warns where no event has given rise to it: there may be none on the days of a wrong clock.
    ctx.clockOff();
    const wrong = wrongDays(ctx);
    if (wrong !== null) this.#tally.note({ kind: 'incomplete', message: wrong, unanswered: false });
    // A sweep of some locations, or one that may not write, does not cover the time since the last good one.
    return this.#tally.outcome(window, ctx.request.locations === null && ctx.settings.enabled);
  }

  /** The other way round: events that have an order, and that the search did not show. */
  async #reverse(
    selection: Selection,
    listed: number,
    hoursBack: number,
    shard: Shard | null,
  ): Promise<void> {
    const ctx = this.#ctx;
    if (this.#tally.stopped() || !ctx.settings.enabled) return;
    const found = await this.#tally.guarded(() => findStrays(ctx, selection, hoursBack, shard));
    if (!found) return;
    const { strays, doubt } = found;
    if (doubt !== null) this.#tally.note({ kind: 'incomplete', message: doubt, unanswered: false });
    this.#tally.expect(listed + strays.length);
    await this.#tally.each(ctx.settings.concurrency, strays, (stray, leave) => this.#stray(stray, leave));
  }

  async #stray(stray: Stray, leave: () => void): Promise<EventResult | null> {
    const planned = await planById(this.#ctx, stray.id);
    return planned.kind === 'result'
      ? tellStray(this.#ctx, stray, planned.result)
      : this.#begin(planned.work, leave);
  }

  /** Judges what is coming, and writes nothing. */
  async preview(days: number): Promise<SyncOutcome> {
    const ctx = this.#ctx;
    ctx.events.started();
    const today = ctx.settings.locations
      .map(({ timezone }) => localDate(ctx.clock.now(), timezone))
      .sort()[0];
    const window = today === undefined ? null : { from: today, to: addDays(today, days) };
    const selection = await this.#tally.guarded(() => selectComing(ctx, days));
    if (!selection) return this.#tally.outcome(window, false);
    this.#noteUnread(selection);
    const listed = [...selection.events.values()]
      .filter((header) => this.#isAsked(header))
      .map((header): Listed => ({ id: header.id, header }));
    this.#tally.expect(listed.length);
    await this.#all(listed);
    return this.#tally.outcome(window, ctx.request.locations === null);
  }

  /** What `--location` leaves out is not shown. */
  #isAsked(header: EventHeader): boolean {
    const { locations } = this.#ctx.request;
    const location = locationOf(this.#ctx, header);
    return locations === null || (location !== null && isSelected(location, locations));
  }

  #noteUnread({ problems, failed, unanswered }: Selection): void {
    if (this.#tally.stopped() || problems.length === 0) return;
    const message = problems.join(' ');
    this.#tally.note(failed ? { kind: 'unavailable', message } : { kind: 'incomplete', message, unanswered });
  }

  /**
   * Works on all of them. While so few are listed that not too many orders can be made, each event goes all the
   * way before the next one starts; otherwise nothing is written before it is clear how many there will be.
   */
  async #all(listed: readonly Listed[]): Promise<void> {
    const ctx = this.#ctx;
    if (!ctx.settings.enabled) {
      for (const candidate of listed) this.#tally.add(disabled(ctx, candidate));
      return;
    }
    const { maxCreatesPerRun } = ctx.settings;
    if (ctx.request.force || listed.length <= maxCreatesPerRun) {
      return this.#tally.each(ctx.settings.concurrency, this.#lookedUp(listed), (candidate, leave) =>
        this.#complete(candidate, leave),
      );
    }
    const { open, works } = await this.#sift(listed);
    if (open.length <= maxCreatesPerRun) {
      await this.#tally.each(ctx.settings.concurrency, open, (candidate, leave) =>
        this.#complete(candidate, leave),
      );
      return this.#carryOut(works);
    }
    await this.#tally.each(ctx.settings.concurrency, open, (candidate) => this.#planOnly(candidate, works));
    return this.#carryOut(works);
  }

  /** Settles what can be settled without writing; `open`: a new order may have to be made. */
  async #sift(listed: readonly Listed[]): Promise<{ open: LookedUp[]; works: Work[] }> {
    const open: LookedUp[] = [];
    const works: Work[] = [];
    await this.#tally.each(
      this.#ctx.settings.concurrency,
      this.#lookedUp(listed),
      async (candidate, leave) => {
        const { found } = candidate;
        if (found?.kind !== 'ok') return this.#complete(candidate, leave);
        const known = await settleListed(this.#ctx, candidate, found.value);
        if (known) return known;
        if (standings(found.value).visible.length > 0) return this.#planOnly(candidate, works);
        open.push(candidate);
        return null;
      },
    );
    return { open, works };
  }

  /** Looks up the orders of a hundred events at a time, while others are worked on. */
  async *#lookedUp(listed: readonly Listed[]): AsyncGenerator<LookedUp> {
    const ctx = this.#ctx;
    for (let start = 0; start < listed.length; start += CHUNK) {
      const chunk = listed.slice(start, start + CHUNK);
      const lookedAt = ctx.now();
      const find = () => ctx.finder.findMany(chunk.map((candidate) => keyOf(ctx, candidate)));
      const read = this.#tally.stopped() ? null : await this.#tally.guarded(find);
      const prove = (rows: Map<EventId, FoundOrder[]>) =>
        this.#tally.guarded(() => readProofs(ctx, chunk, rows));
      const proofs = read?.kind === 'ok' ? await prove(read.value) : null;
      for (const candidate of chunk) {
        const found = read?.kind === 'ok' ? { ...read, value: read.value.get(candidate.id) ?? [] } : read;
        yield { ...candidate, found, lookedAt, proof: proofs?.get(candidate.id) ?? null };
      }
    }
  }

  /** Decides about an event and does at once what it needs; `leave`: the next event may be read meanwhile. */
  async #complete(
    { found, lookedAt, proof, ...candidate }: LookedUp,
    leave: () => void,
  ): Promise<EventResult> {
    const ctx = this.#ctx;
    if (!found) return this.#tally.abort(candidate);
    if (found.kind === 'error') return failedUnread(ctx, candidate, 'REVEL_ERROR', found.detail, true);
    const planned = await planListed(ctx, candidate, found.value, lookedAt, proof);
    if (planned.kind === 'result') return planned.result;
    // Both APIs have answered for this one.
    this.#tally.answered();
    return this.#begin(planned.work, leave);
  }

  /** Decides about an event; what it needs is put aside. */
  async #planOnly(
    { found, lookedAt, proof, ...candidate }: LookedUp,
    works: Work[],
  ): Promise<EventResult | null> {
    const rows = found?.kind === 'ok' ? found.value : [];
    const planned = await planListed(this.#ctx, candidate, rows, lookedAt, proof);
    if (planned.kind === 'result') return planned.result;
    works.push(planned.work);
    return null;
  }

  async #carryOut(works: readonly Work[]): Promise<void> {
    const refused = this.#refuseCreates(works);
    if (refused.length > 0) {
      for (const result of refused) this.#tally.add(result);
      return;
    }
    await this.#tally.each(
      this.#ctx.settings.concurrency,
      works.map((work) => ({ ...work.known, work })),
      ({ work }, leave) => this.#begin(work, leave),
    );
  }

  /** Applies the work as soon as one more order may be begun; the next event may be read meanwhile. */
  async #begin(work: Work, leave: () => void): Promise<EventResult> {
    const { request, scheduler } = this.#ctx;
    if (request.dryRun) return plannedResult(work);
    await scheduler.admit();
    leave();
    try {
      return await this.#apply(work);
    } finally {
      scheduler.leave();
    }
  }

  async #apply(work: Work): Promise<EventResult> {
    const ctx = this.#ctx;
    const lock = await ctx.state.locks.tryLock(`event-${work.known.id}`);
    if (!lock) return await this.#lockedOut(work.known);
    try {
      if (ctx.now() - work.readAsOf <= STALE_MS) return await applyTold(ctx, work, null);
      const again = await planById(ctx, work.known.id, work.known.header);
      return again.kind === 'result' ? again.result : await applyTold(ctx, again.work, again.work.lookedAt);
    } finally {
      await lock.release();
    }
  }

  /** More creates than a run may make: then nothing at all is written, since something upstream must be wrong. */
  #refuseCreates(works: readonly Work[]): EventResult[] {
    const { settings, request } = this.#ctx;
    const creates = works.filter((work) => work.creates).length;
    if (request.force || creates <= settings.maxCreatesPerRun) return [];
    const message = `${creates} new orders are planned, more than MAX_CREATES_PER_RUN (${settings.maxCreatesPerRun}), so nothing is written. If that many are right, run again with --force.`;
    this.#tally.note({ kind: 'create-limit', message });
    return works.map((work) => refusedWork(work, 'CREATE_LIMIT', message));
  }
}

/** What a dry run shows of a plan. */
function settled(planned: Planned): EventResult {
  return planned.kind === 'result' ? planned.result : plannedResult(planned.work);
}

function disabled(ctx: RunContext, candidate: Candidate): EventResult {
  return skippedUnread(
    ctx,
    candidate,
    'CONNECTOR_DISABLED',
    'ENABLE_CONNECTOR is false: nothing is read or written for this event.',
  );
}
