import { z } from 'zod';
import {
  ACCOUNT_FORMAT,
  type Account,
  certainties,
  type Finding,
  type FindingName,
  findingNames,
  findingValues,
} from '../domain/account.js';
import { keep } from './kept.js';
import type { Documents } from './primitives.js';
import type { Accounts } from './types.js';
import type { Waiting } from './wait.js';

const MAX_TEXT = 2_000;

const time = z.iso.datetime({ offset: true }).max(40);
const shape = z.object({
  certainty: z.enum(certainties),
  why: z.string().max(MAX_TEXT),
  at: time,
  value: z.string(),
});

/** Findings that another version knows, or that make no sense, are passed over: they are unknown. */
const findings = z.record(z.string(), z.unknown()).transform((raw): Account['findings'] => {
  const known: Partial<Record<FindingName, Finding>> = {};
  for (const name of findingNames) {
    const finding = shape.safeParse(raw[name]).data;
    const value = findingValues[name].find((one) => one === finding?.value);
    if (finding !== undefined && value !== undefined) known[name] = { ...finding, value };
  }
  return known as Account['findings'];
});

const document = z.object({
  format: z.literal(ACCOUNT_FORMAT),
  account: z.string().min(1).max(300),
  establishmentId: z.number().int().positive(),
  version: z.string().max(40),
  certifiedAt: time.nullable(),
  findings,
});
/** Whose format alone can be told. */
const ofAnyFormat = z.object({ format: z.number().int(), account: z.string() });
const kept: z.ZodType<Account | 'other-format' | null> = z.unknown().transform((raw) => {
  const read = document.safeParse(raw);
  if (read.success) return read.data;
  return ofAnyFormat.safeParse(raw).success ? ('other-format' as const) : null;
});

/** What is known of the account, in the document `account`. */
export function keptAccount(options: Waiting & { documents: Documents; readOnly: boolean }): Accounts {
  const store = keep<Account | 'other-format' | null>(options, 'account', kept, null);
  return {
    async read(name) {
      const found = await store.read();
      return found === null || found === 'other-format' || found.account === name ? found : null;
    },
    async change(name, by) {
      if (options.readOnly) return;
      await store.change((found) => {
        const own = found !== null && found !== 'other-format' && found.account === name ? found : null;
        return by(own);
      });
    },
  };
}
