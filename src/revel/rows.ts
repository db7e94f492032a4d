import { z } from 'zod';
import type { ProbeAnswer } from '../http/probe.js';
import { clean } from '../text/text.js';
import type { RevelProbe } from './probe.js';

const PAGE = 1_000;
const MAX_PAGES = 20;

const word = z.string().max(2_000).nullish().catch(null);

/** What rows of all resources say of who they are: people have two names, everything else has one. */
export const namedRow = z.looseObject({
  id: z.number().int(),
  name: word,
  first_name: word,
  last_name: word,
});

/** The name of a row as people know it, safe to print; empty: it has none. */
export function rowName({ name, first_name, last_name }: z.infer<typeof namedRow>): string {
  return clean(name || [first_name, last_name].filter(Boolean).join(' '), 100);
}

function listOf<T>(row: z.ZodType<T>) {
  return z.object({
    meta: z
      .object({ next: z.string().nullish(), total_count: z.number().int().nullish() })
      .nullish()
      .catch(null),
    objects: z.array(row).max(PAGE),
  });
}

/** How an answer that is no use was, for the end of a sentence. */
export function answered(answer: ProbeAnswer): string {
  if (answer.kind !== 'answer') return `failed: ${answer.detail}`;
  return `was answered ${answer.status}${answer.status === 200 ? ', but with something else' : ''}`;
}

/** All rows of a list, however few Revel answers at once; or why they cannot be told. */
export async function rowsOf<T>(probe: RevelProbe, path: string, row: z.ZodType<T>): Promise<T[] | string> {
  const schema = listOf(row);
  const rows: T[] = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = { limit: String(PAGE), offset: String(rows.length) };
    const answer = await probe(path, query);
    const list = answer.kind === 'answer' && answer.status === 200 ? schema.safeParse(answer.json) : null;
    if (!list?.success) return `their list ${answered(answer)}`;
    const { meta, objects } = list.data;
    rows.push(...objects);
    const more = meta?.total_count == null ? Boolean(meta?.next) : rows.length < meta.total_count;
    if (objects.length === 0 || !more) return rows;
  }
  return `their list is longer than ${MAX_PAGES} pages`;
}
