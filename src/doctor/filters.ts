import { z } from 'zod';
import type { Check } from '../report/checks.js';
import type { RevelProbe } from '../revel/probe.js';
import { answered } from '../revel/rows.js';
import { type DoctorContext, failed, ok, skipped, warning } from './types.js';

const LOCAL_ID = 'Filter local_id';
const UUID = 'Filter uuid';
const ORDERS = '/resources/Order/';
/** Newest orders among which one is looked for to try a filter on. */
const LATEST = 100;

/** Identities that no order has, one of each kind and a second for lists. */
const IMPOSSIBLE = {
  local_id: ['ts-reconcile doctor: no such order', 'ts-reconcile doctor: nor this one'],
  uuid: ['00000000-0000-5000-8000-00000000d0c1', '00000000-0000-5000-8000-00000000d0c2'],
} as const;
type Field = keyof typeof IMPOSSIBLE;

const listSchema = z.object({
  meta: z.object({ total_count: z.number().int().nullish() }),
  objects: z
    .array(
      z.object({
        id: z.union([z.number(), z.string()]),
        local_id: z.unknown().optional(),
        uuid: z.unknown().optional(),
      }),
    )
    .max(5_000),
});

/**
 * How Revel takes a filter: `works` (nothing for what cannot be, and the order for one that is), `untried` (nothing for
 * what cannot be, and no order to ask for), `ignored` (rows for what cannot be), `refused` (400), `blind` (nothing even
 * for an order that is there), `unknown`.
 */
type Verdict =
  | { kind: 'works' | 'untried' | 'ignored' | 'refused' | 'blind' }
  | { kind: 'unknown'; detail: string };

interface SampleOrder {
  id: string;
  local_id: string | null;
  uuid: string | null;
}

/**
 * Whether orders can be looked up by `local_id` and `uuid`, asked as runs ask: with a list of values, first of such
 * that no order has, then with that of an order beside one of them. Runs find out the same for themselves; here it is
 * said in words.
 */
export async function checkFilters(ctx: DoctorContext): Promise<Check[]> {
  const { revel, facts } = ctx;
  if (revel === null || facts.readable === null) return bothSkipped('without a Revel key');
  if (!facts.readable.has('Order')) return bothSkipped('orders may not be read');
  const newest = await rows(revel.probe, { order_by: '-id', limit: String(LATEST) });
  if (newest.kind !== 'rows') return bothSkipped(`the list of orders ${newest.detail}`);
  if (newest.rows.length === 0) return bothSkipped('the account has no orders yet to try them on');
  const localId = await verdict(revel.probe, 'local_id', newest.rows);
  const uuid = await verdict(revel.probe, 'uuid', newest.rows);
  return [localIdCheck(localId, uuid), uuidCheck(uuid, localId)];
}

function bothSkipped(why: string): Check[] {
  return [skipped(LOCAL_ID, why), skipped(UUID, why)];
}

type Rows =
  | { kind: 'rows'; rows: SampleOrder[]; total: number }
  | { kind: 'refused'; detail: string }
  | { kind: 'unknown'; detail: string };

async function rows(probe: RevelProbe, query: Record<string, string>): Promise<Rows> {
  const answer = await probe(ORDERS, query);
  if (answer.kind === 'failure') return { kind: 'unknown', detail: `could not be read: ${answer.detail}` };
  if (answer.status === 400) return { kind: 'refused', detail: 'was refused (400)' };
  const list = answer.status === 200 ? listSchema.safeParse(answer.json) : null;
  if (!list?.success) return { kind: 'unknown', detail: answered(answer) };
  const { meta, objects } = list.data;
  const found = objects.map((row) => ({
    id: String(row.id),
    local_id: textOf(row.local_id),
    uuid: textOf(row.uuid),
  }));
  return { kind: 'rows', rows: found, total: meta.total_count ?? found.length };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= 200 ? value : null;
}

async function verdict(probe: RevelProbe, field: Field, newest: readonly SampleOrder[]): Promise<Verdict> {
  const filter = `${field}__in`;
  const [first, second] = IMPOSSIBLE[field];
  const none = await rows(probe, { [filter]: `${first},${second}`, limit: '1' });
  if (none.kind === 'refused') return { kind: 'refused' };
  if (none.kind === 'unknown') return none;
  if (none.rows.length > 0 || none.total > 0) return { kind: 'ignored' };
  // A comma would make two values of it.
  const sample = newest.find((order) => order[field] !== null && !order[field].includes(','));
  if (sample === undefined) return { kind: 'untried' };
  // Registers number their orders from one again and again: this is the newest of that name.
  const one = await rows(probe, { [filter]: `${first},${sample[field]}`, order_by: '-id', limit: '20' });
  if (one.kind !== 'rows') return { kind: 'unknown', detail: one.detail };
  return { kind: one.rows.some(({ id }) => id === sample.id) ? 'works' : 'blind' };
}

function said(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'works':
      return 'obeyed';
    case 'untried':
      return 'nothing for what no order has, and no order to try it on';
    case 'ignored':
      return 'ignored (every order comes back)';
    case 'refused':
      return 'refused (400)';
    case 'blind':
      return 'does not find an order that is there';
    case 'unknown':
      return verdict.detail;
  }
}

const BLIND_HINT =
  'Do not go live: an order that is there would not be found. Ask Revel why, and run this check again.';
const SETTLE_HINT = 'Run it again; if it stays so, ask Revel how orders can be filtered by it.';

function localIdCheck(own: Verdict, uuid: Verdict): Check {
  const message = said(own);
  switch (own.kind) {
    case 'works':
    case 'untried':
      return ok(LOCAL_ID, `${message}: orders are looked up by it, a hundred events at a time`);
    case 'blind':
      return failed(LOCAL_ID, message, BLIND_HINT);
    case 'unknown':
      return warning(LOCAL_ID, message, SETTLE_HINT);
    case 'ignored':
    case 'refused':
      return warning(
        LOCAL_ID,
        `${message}: ${
          uuid.kind === 'works'
            ? 'runs go by uuid instead, and before they make an order read those of all shops since its event was entered, for one of an older connector'
            : 'and neither does uuid help, so runs read the orders of all shops around the day, and before they make one those since its event was entered'
        }`,
        'Orders stay right; sweeps take more requests. Ask Revel to allow the filter if they get slow.',
      );
  }
}

function uuidCheck(own: Verdict, localId: Verdict): Check {
  const message = said(own);
  const needed = !['works', 'untried'].includes(localId.kind);
  switch (own.kind) {
    case 'works':
    case 'untried':
      return ok(
        UUID,
        `${message}: ${needed ? 'orders are looked up by it' : 'the way out should local_id fail'}`,
      );
    case 'blind':
      return needed ? failed(UUID, message, BLIND_HINT) : warning(UUID, message, BLIND_HINT);
    case 'unknown':
      return needed
        ? warning(UUID, message, SETTLE_HINT)
        : ok(UUID, `${message}; not needed, local_id works`);
    case 'ignored':
    case 'refused':
      return needed
        ? warning(UUID, `${message}: runs read the orders of all shops around the day`, null)
        : ok(UUID, `${message}; not needed, local_id works`);
  }
}
