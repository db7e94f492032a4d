import type { WantedOrder } from '../domain/wantedOrder.js';
import { applyWork } from './apply.js';
import type { RunContext } from './context.js';
import type { Work } from './event.js';
import type { EventResult } from './types.js';

/** A write that failed on the server so many runs in a row is taken to be refused for good. */
const FOR_GOOD = 5;
const ANSWER = /\b(?:POST|PATCH) \/\S+ answered ([45]\d\d)/;
/** What an event that Revel refuses for good must not promise. */
const HOPE = /; the next run (?:looks for it before it makes one|tries again|completes it)/;
/** Letters and signs that take four bytes in UTF-8: databases that were set up for three refuse them. */
const FOUR_BYTES = /[\u{10000}-\u{10ffff}]/u;

/** See {@link applyWork}; tells what no later run will mend. */
export async function applyTold(ctx: RunContext, work: Work, lookedAt: number | null): Promise<EventResult> {
  const result = await applyWork(ctx, work, lookedAt);
  const runs = await countRuns(ctx, result);
  return { ...result, error: result.error === null ? null : told(result, runs, work.wanted) };
}

/** In how many runs in a row, this one included, Revel has failed over a write for the event. */
async function countRuns(ctx: RunContext, { id, reason, error }: EventResult): Promise<number> {
  const key = `refused/${id}`;
  const before = await ctx.state.cache?.get(key);
  const answer = reason === 'REVEL_ERROR' ? ANSWER.exec(error ?? '')?.[1] : undefined;
  if (answer === undefined || !answer.startsWith('5')) {
    if (before !== undefined) await ctx.state.cache?.set(key, undefined);
    return 0;
  }
  const runs = (typeof before === 'number' ? before : 0) + 1;
  await ctx.state.cache?.set(key, runs);
  return runs;
}

function told({ reason, error, upstream }: EventResult, runs: number, wanted: WantedOrder): string {
  const text = error ?? '';
  const answer = reason === 'REVEL_ERROR' ? ANSWER.exec(text)?.[1] : undefined;
  if (answer === undefined || answer === '429' || answer === '408') return text;
  const sign = fourBytesIn(wanted);
  const isForGood = !answer.startsWith('5') ? !upstream : runs >= FOR_GOOD;
  if (!isForGood) return sign === null ? text : `${text} ${sign}`;
  const again = answer.startsWith('5')
    ? `Revel has failed over it in ${runs} runs in a row, so the next one will hardly do better.`
    : 'Revel refuses it, and will do so in every run.';
  const remedy =
    sign ??
    'Correct what its answer names, in Tripleseat or in the locations file; or make the order by hand and put the event on IGNORE_EVENTS.';
  return `${text.replace(HOPE, '')} ${again} ${remedy}`;
}

/** What an account may not be able to keep, and where it stands; null: nothing of the kind. */
function fourBytesIn({ callName, items }: WantedOrder): string | null {
  const texts: [where: string, text: string][] = [
    ['the contact or name', callName],
    ...items.map(({ name, text }): [string, string] => [`the line "${name}"`, `${name} ${text}`]),
  ];
  for (const [where, text] of texts) {
    const sign = FOUR_BYTES.exec(text)?.[0];
    if (sign !== undefined) {
      return `Revel may not be able to keep the character "${sign}" in ${where}: take it out in Tripleseat and run the event again.`;
    }
  }
  return null;
}
