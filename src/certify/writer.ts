import { v5 } from 'uuid';
import { z } from 'zod';
import type { Clock } from '../clock.js';
import { AppError, ExitCode } from '../errors.js';
import type { Rest } from '../revel/rest.js';
import type { RevelWrite } from '../revel/types.js';
import type { KnownRow, Session } from './session.js';

const NAMESPACE = '9b8a0d0e-3f34-5d58-9f0c-52b1a2f0c7d1';
const MAX_ROWS = 100_000;
const PAGE = 500;
/** A write that Revel is too busy for, or whose answer is lost, is tried so often in all. */
const MAX_TRIES = 4;
const BUSY_MS = 2_000;
const DAY_MS = 86_400_000;

const rowSchema = z.looseObject({
  id: z.union([z.number().int(), z.string().max(20)]),
  uuid: z.string().max(200).nullish(),
});
type FoundRow = z.infer<typeof rowSchema>;

/** What {@link Writer} works with. */
export interface WriterOptions {
  rest: Rest;
  session: Session;
  /** Durable when it returns. */
  save: () => Promise<void>;
  clock: Clock;
  /** How long a request whose answer is lost may still be carried out, and what was done stay out of lists, ms. */
  patienceMs: number;
  stop: AbortSignal;
  /** Says in one line that it waits, and why. */
  waiting: (text: string) => void;
  /** What it is at now, in a few words. */
  doing: (text: string) => void;
}

/** A row to be made. */
export interface NewRow {
  /** Within the session. */
  name: string;
  resource: KnownRow['resource'];
  body: Readonly<Record<string, unknown>>;
  /** Id of the order that it hangs on; null: it is an order. */
  orderId: string | null;
  /** It bears the uuid of this row of the session, which stands already. */
  twinOf?: string;
  /** A refusal is an answer, too. */
  mayBeRefused?: boolean;
}

/**
 * Makes and changes rows, each at most once: what is about to be sent is on disk before it is sent, and whatever has no
 * certain answer is looked for until it can no longer come, before it is sent again. A look that fails stops everything.
 */
export class Writer {
  readonly #options: WriterOptions;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** The row's uuid. */
  uuidOf(name: string): string {
    return v5(`${this.#options.session.id}|${name}`, NAMESPACE);
  }

  /** Makes the row unless it is there. */
  async make(row: NewRow): Promise<KnownRow> {
    const { session } = this.#options;
    const known = session.rows[row.name];
    if (known?.state === 'made' || (known?.state === 'refused' && row.mayBeRefused)) return known;
    const uuid = this.uuidOf(row.twinOf ?? row.name);
    if (known?.state === 'intended') {
      const found = await this.#settle(row, uuid, known.at);
      if (found !== null) return this.#put(row, uuid, { state: 'made', id: found });
    }
    for (let tries = 1; ; tries += 1) {
      const outcome = await this.#send(row, uuid, { isAgain: tries > 1, isLast: tries >= MAX_TRIES });
      if (outcome !== null) return outcome;
    }
  }

  /** Looks for a row whose answer was lost, and takes down that it is there. */
  async find(row: NewRow): Promise<void> {
    const known = this.#options.session.rows[row.name];
    if (known?.state !== 'intended') return;
    const uuid = this.uuidOf(row.twinOf ?? row.name);
    const id = await this.#settle(row, uuid, known.at);
    if (id !== null) await this.#put(row, uuid, { state: 'made', id });
  }

  /** One POST; null: it is certain that nothing was made, and it may be sent again. */
  async #send(
    row: NewRow,
    uuid: string,
    { isAgain, isLast }: { isAgain: boolean; isLast: boolean },
  ): Promise<KnownRow | null> {
    const { clock, stop } = this.#options;
    const at = clock.now();
    await this.#put(row, uuid, { state: 'intended', id: null }, at);
    const result = await this.#post(row, { ...row.body, uuid });
    switch (result.kind) {
      case 'done': {
        const id = result.value === null ? await this.#settle(row, uuid, at) : String(result.value.id);
        if (id === null) throw lost(row, 'was accepted, but is not there');
        return this.#put(row, uuid, { state: 'made', id });
      }
      case 'held':
        throw new AppError('ABORTED', ExitCode.interrupted, 'Stopped before the next write.', null);
      case 'unknown': {
        const id = await this.#settle(row, uuid, at);
        if (id !== null) return this.#put(row, uuid, { state: 'made', id });
        // A server's fault that comes back and leaves nothing is how some refuse; a lost answer says nothing.
        if (row.mayBeRefused && isAgain && / answered 5\d\d$/.test(result.detail)) {
          return this.#put(row, uuid, { state: 'refused', id: null, detail: result.detail });
        }
        if (isLast) throw lost(row, `could not be made: ${result.detail}`);
        return null;
      }
      case 'not-done': {
        const refused = await this.#put(row, uuid, { state: 'refused', id: null, detail: result.detail });
        if (result.retry && !isLast) {
          await clock.sleep(Math.max(result.retryAfterMs, BUSY_MS), stop);
          return null;
        }
        if (row.mayBeRefused && !result.retry) return refused;
        throw lost(row, `was refused: ${result.detail}`);
      }
    }
  }

  /** A missing permission is an answer, too, where a refusal is. */
  async #post(row: NewRow, body: Record<string, unknown>): Promise<RevelWrite<FoundRow | null>> {
    const { rest, stop } = this.#options;
    try {
      return await rest.write('POST', `/resources/${row.resource}/`, body, rowSchema, () => !stop.aborted);
    } catch (error) {
      if (!row.mayBeRefused || !(error instanceof AppError) || error.code !== 'CREDENTIALS') throw error;
      return { kind: 'not-done', detail: error.message, retry: false, retryAfterMs: 0 };
    }
  }

  /**
   * Whether a row that may have been sent is there: looked for at once, and once more when it can no longer come. Its id;
   * null: it certainly is not there.
   */
  async #settle(row: NewRow, uuid: string, sentAt: number): Promise<string | null> {
    const { clock, patienceMs, stop, waiting } = this.#options;
    const at = await this.#look(row, uuid);
    if (at !== null) return at;
    const left = sentAt + patienceMs - clock.now();
    if (left > 0) {
      waiting(
        `The answer to a write was lost; waiting ${Math.ceil(left / 1000)} s until it cannot come any more.`,
      );
      await clock.sleep(left, stop);
    }
    if (stop.aborted)
      throw new AppError('ABORTED', ExitCode.interrupted, 'Stopped before the next look.', null);
    return this.#look(row, uuid);
  }

  /**
   * Both ways to find it, since a filter for a uuid that finds nothing may be of no use: that it is not there, only the
   * list around it can tell.
   */
  async #look(row: NewRow, uuid: string): Promise<string | null> {
    const { session } = this.#options;
    const path = `/resources/${row.resource}/`;
    const since = new Date(session.startedAt - 2 * DAY_MS).toISOString().slice(0, 19);
    const around: Record<string, string> =
      row.orderId === null
        ? { establishment: String(session.establishmentId), created_date__gte: since }
        : { order: row.orderId };
    const first = row.twinOf === undefined ? null : (session.rows[row.twinOf]?.id ?? null);
    let failure = '';
    for (const query of [{ uuid }, around]) {
      const list = await this.#options.rest.list<FoundRow>({
        path,
        query,
        schema: rowSchema,
        wanted: (found) => found.uuid === uuid && String(found.id) !== first,
        key: (found) => String(found.id),
        pageSize: PAGE,
        maxRows: MAX_ROWS,
        strict: false,
      });
      if (list.kind === 'ok') {
        const ids = list.value.map(({ id }) => Number(id)).sort((a, b) => a - b);
        if (ids[0] !== undefined) return String(ids[0]);
        if (query === around) return null;
      } else failure = list.kind === 'error' ? list.detail : `GET ${path} refused its filter`;
    }
    throw new AppError(
      'UPSTREAM',
      ExitCode.unavailable,
      `Nobody can tell whether ${row.name} was made: ${failure}`,
      'Nothing is sent twice. Go on later with: ts-reconcile certify --continue',
    );
  }

  /**
   * Changes a row of the session to these values, unless it says already that it was done. The same values twice are no
   * harm; on an order that a POS has opened meanwhile they would be, so that the caller looks first.
   *
   * @param name of the change within the session
   * @param mayBeRefused a refusal is an answer, too
   */
  async change(
    name: string,
    resource: KnownRow['resource'],
    id: string,
    body: Record<string, unknown>,
    mayBeRefused = false,
  ): Promise<void> {
    const { session, clock, stop } = this.#options;
    const known = session.rows[name]?.state;
    if (known === 'made' || (known === 'refused' && mayBeRefused)) return;
    const row: NewRow = { name, resource, body, orderId: null };
    const path = `/resources/${resource}/${id}/`;
    for (let tries = 1; ; tries += 1) {
      await this.#put(row, '', { state: 'intended', id }, clock.now());
      const result = await this.#patch(path, body, mayBeRefused);
      if (result.kind === 'done') break;
      if (result.kind === 'held')
        throw new AppError('ABORTED', ExitCode.interrupted, 'Stopped before the next write.', null);
      const isRefused = result.kind === 'not-done' && !result.retry;
      if (tries >= MAX_TRIES || isRefused) {
        // What has become of it, the caller reads; a lost answer says nothing.
        if (mayBeRefused && (isRefused || / answered 5\d\d$/.test(result.detail))) {
          await this.#put(row, '', { state: 'refused', id, detail: result.detail });
          return;
        }
        throw lost(row, `could not be changed: ${result.detail}`);
      }
      await clock.sleep(BUSY_MS, stop);
    }
    await this.#put(row, '', { state: 'made', id });
  }

  /** A missing permission to write is an answer, too, where a refusal is; a key that may not even read is not. */
  async #patch(
    path: string,
    body: Record<string, unknown>,
    mayBeRefused: boolean,
  ): Promise<RevelWrite<unknown>> {
    const { rest, stop } = this.#options;
    try {
      return await rest.write('PATCH', path, body, z.unknown(), () => !stop.aborted);
    } catch (error) {
      if (!mayBeRefused || !(error instanceof AppError) || error.code !== 'CREDENTIALS') throw error;
      await rest.get(path, z.unknown());
      return { kind: 'not-done', detail: error.message, retry: false, retryAfterMs: 0 };
    }
  }

  async #put(
    { name, resource }: NewRow,
    uuid: string,
    state: Pick<KnownRow, 'state' | 'id'> & { detail?: string },
    at?: number,
  ): Promise<KnownRow> {
    const { session, save, doing } = this.#options;
    if (state.state === 'intended') doing(`writing ${name}`);
    const before = session.rows[name]?.at ?? this.#options.clock.now();
    const row: KnownRow = { resource, uuid, detail: null, at: at ?? before, ...state };
    row.detail = row.detail?.slice(0, 500) ?? null;
    session.rows[name] = row;
    await save();
    return row;
  }
}

function lost({ name, resource }: NewRow, what: string): AppError {
  return new AppError(
    'UPSTREAM',
    ExitCode.unavailable,
    `The ${resource} "${name}" ${what}.`,
    'Nothing is sent twice. Go on later with: ts-reconcile certify --continue',
  );
}
