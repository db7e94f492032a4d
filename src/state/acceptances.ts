import { z } from 'zod';
import type { Acceptance } from '../domain/acceptance.js';
import { differenceFields } from '../domain/differences.js';
import { failReasons } from '../domain/reasons.js';
import { keptEventId } from './event-id.js';
import { keep } from './kept.js';
import type { Documents } from './primitives.js';
import type { Acceptances } from './types.js';
import type { Waiting } from './wait.js';

/** More than any group leaves open at once; the oldest go first. */
const MAX_ACCEPTED = 2_000;
const MAX_BYTES = 3 * 1024 * 1024;
const MAX_DIFFERENCES = 10_000;

const text = (most: number) => z.string().max(most);

const schema = z.object({
  event: keptEventId,
  reason: z.enum(failReasons),
  differences: z
    .array(
      z.object({
        field: z.enum(differenceFields),
        name: text(10_000).nullable(),
        event: text(10_000).nullable(),
        order: text(10_000).nullable(),
      }),
    )
    .max(MAX_DIFFERENCES),
  sentence: text(100_000),
  why: text(1_000),
  by: text(200),
  at: z.number().int().nonnegative(),
  until: z.string().nullable(),
});

/** Entries that make no sense are passed over: what they stood for is reported again. */
const listSchema: z.ZodType<Acceptance[]> = z.array(z.unknown()).transform((list) =>
  list.flatMap((item) => {
    const entry = schema.safeParse(item);
    return entry.success ? [entry.data] : [];
  }),
);

/** One document, one entry for each event. */
export function keptAcceptances(options: Waiting & { documents: Documents; readOnly: boolean }): Acceptances {
  const kept = keep(options, 'accepted', listSchema, []);
  return {
    read: kept.read,
    async put(acceptance) {
      if (options.readOnly) return;
      await kept.change((list) =>
        newest([...list.filter(({ event }) => event !== acceptance.event), acceptance]),
      );
    },
  };
}

/** As many of the newest as one document holds: of one that is too large nothing would be read. */
function newest(list: readonly Acceptance[]): Acceptance[] {
  let room = MAX_BYTES;
  const first = list.findLastIndex((each) => {
    room -= Buffer.byteLength(JSON.stringify(each)) + 1;
    return room < 0;
  });
  return list.slice(first + 1).slice(-MAX_ACCEPTED);
}
