import { z } from 'zod';
import type { EventId } from '../domain/ids.js';
import { AppError, ExitCode } from '../errors.js';
import type { Sandbox } from './index.js';
import type { StaffDeed } from './revel/staff.js';
import type { DeskEdit } from './tripleseat/desk.js';

/** What is to be done to an event of the sandbox and to its order; what is left out stays as it is. */
export interface SandboxEdit {
  /** As whoever keeps the events does it. */
  tripleseat: Omit<DeskEdit, 'id'>;
  /** As staff do it on a register. */
  revel: Omit<StaffDeed, 'event'>;
}

const eventAnswer = z.object({ result: z.object({ name: z.string(), said: z.array(z.string()) }) });
const orderAnswer = z.object({ result: z.array(z.string()) });
const refusal = z.object({ error: z.string() });

/**
 * Does it and tells of it, a line each; asked for nothing it tells what there is. Throws an AppError (`USAGE`) with the
 * simulator's sentence where it cannot be done; what concerns Tripleseat is done first, all of it or nothing.
 */
export async function editSandbox(
  { tripleseatUrl, revelUrl }: Pick<Sandbox, 'tripleseatUrl' | 'revelUrl'>,
  event: EventId,
  { tripleseat, revel }: SandboxEdit,
  say: (line: string) => void,
): Promise<void> {
  const looks = Object.keys(tripleseat).length === 0 && Object.keys(revel).length === 0;
  const edited = await act(tripleseatUrl, 'desk-edit', { id: Number(event), ...tripleseat }, eventAnswer);
  say(`Event ${event}, ${edited.result.name}`);
  if (looks || Object.keys(tripleseat).length > 0) for (const line of edited.result.said) say(`  ${line}`);
  if (!looks && Object.keys(revel).length === 0) return;
  const done = await act(revelUrl, 'staff', { event: Number(event), ...revel }, orderAnswer);
  for (const line of done.result) say(`  ${line}`);
}

async function act<T>(url: string, action: string, body: object, schema: z.ZodType<T>): Promise<T> {
  const response = await fetch(`${url}/__sim/do/${action}`, { method: 'POST', body: JSON.stringify(body) });
  const answer: unknown = await response.json();
  if (response.ok) return schema.parse(answer);
  throw new AppError('USAGE', ExitCode.usage, refusal.parse(answer).error, null);
}
