import { z } from 'zod';
import { isDate } from '../domain/dates.js';
import { type EventId, parseEventId } from '../domain/ids.js';
import { didYouMean } from './nearest.js';
import type { UrlResult } from './urls.js';

/** How the text of a variable is read. */
export interface Kind<T> {
  /** Its messages continue a sentence that starts with the variable's name. */
  schema: z.ZodType<T, string>;
  /** What to write; a phrase that continues "Write …", without a full stop. */
  form: string;
  /** The text may be repeated in a problem (it still isn't for a secret). */
  quote: boolean;
}

function list(items: readonly string[]): string {
  return items.length === 1 ? String(items[0]) : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;
}

function numeric(pattern: RegExp, noun: string, min: number, max: number): Kind<number> {
  const range = z
    .number()
    .min(min, { error: `is less than ${min}` })
    .max(max, { error: `is more than ${max}` });
  return {
    schema: z
      .string()
      .regex(pattern, { error: `is not ${noun}`, abort: true })
      .transform(Number)
      .pipe(range),
    form: `${noun} from ${min} to ${max}`,
    quote: true,
  };
}

/** Decimal digits only. */
export function whole(min: number, max: number): Kind<number> {
  return numeric(/^\d{1,12}$/, 'a whole number', min, max);
}

/** Digits with at most three decimals; no sign, no exponent. */
export function decimal(min: number, max: number): Kind<number> {
  return numeric(/^\d{1,12}(\.\d{1,3})?$/, 'a number', min, max);
}

const words: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  '1': true,
  false: false,
  no: false,
  '0': false,
};

/** Seconds in milliseconds; digits with at most three decimals. */
export function seconds(min: number, max: number): Kind<number> {
  const { schema, ...kind } = decimal(min, max);
  return { ...kind, schema: schema.transform((value) => Math.round(value * 1000)) };
}

/** true, yes, 1, false, no, 0 in any case. */
export const truth: Kind<boolean> = {
  schema: z.string().transform((text, context) => {
    const key = text.toLowerCase();
    const value = Object.hasOwn(words, key) ? words[key] : undefined;
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: 'is neither true nor false' });
    return z.NEVER;
  }),
  form: 'true or false',
  quote: true,
};

/** One of a few words, in any case. */
export function choice<const T extends string>(options: readonly T[]): Kind<T> {
  return {
    schema: z
      .string()
      .toLowerCase()
      .pipe(
        z.enum(options, {
          error: ({ input }) => `is not one of the known values${didYouMean(input, options)}`,
        }),
      ),
    form: list(options),
    quote: true,
  };
}

/** Parts of a comma list; blanks around them and empty parts don't count. */
export function splitList(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ''))];
}

/** A comma list; `read` answers null for a part that it doesn't know. */
export function commaList<T>(
  read: (part: string) => T | null,
  problem: (part: string) => string,
  form: string,
): Kind<T[]> {
  return {
    schema: z.string().transform((text, context) => {
      const parts = splitList(text);
      if (parts.length === 0) context.addIssue({ code: 'custom', message: 'names nothing' });
      const values: T[] = [];
      for (const part of parts) {
        const value = read(part);
        if (value === null) context.addIssue({ code: 'custom', message: problem(part) });
        else values.push(value);
      }
      return values;
    }),
    form,
    quote: false,
  };
}

function readStatus(part: string): string | null {
  const status = part.toUpperCase();
  return /^[A-Z][A-Z /_-]{0,39}$/.test(status) ? status : null;
}

/** Event statuses, upper case. */
export const statusList: Kind<string[]> = commaList(
  readStatus,
  (part) => `holds "${part}", which is no status of an event`,
  'a comma list of statuses, such as PROSPECT, TENTATIVE, DEFINITE, CLOSED, LOST or WAITLIST',
);

/** A day of the calendar. */
export const day: Kind<string> = {
  schema: z.string().refine(isDate, { error: 'is not a day of the calendar' }),
  form: 'a day as YYYY-MM-DD',
  quote: true,
};

/** Event ids. */
export const eventIdList: Kind<EventId[]> = commaList(
  parseEventId,
  (part) => `holds "${part}", which is not an event id`,
  'a comma list of event ids, decimal digits only',
);

/** Several of a few words. */
export function choices<const T extends string>(options: readonly T[]): Kind<T[]> {
  return commaList(
    (part) => options.find((option) => option === part.toLowerCase()) ?? null,
    (part) => `holds "${part}", which is not one of the known values${didYouMean(part, options)}`,
    `a comma list of ${list(options)}`,
  );
}

/** Free text in one line. */
export function line(form: string): Kind<string> {
  return {
    schema: z
      .string()
      .max(1000, { error: 'is longer than 1000 characters' })
      .regex(/^\P{Cc}*$/u, { error: 'holds control characters' }),
    form,
    quote: true,
  };
}

/** Visible ASCII, since it travels in HTTP headers. */
export function credential(form: string, minLength = 1): Kind<string> {
  return {
    schema: z
      .string()
      .min(minLength, { error: `is shorter than ${minLength} characters` })
      .max(16_384, { error: 'is longer than 16384 characters' })
      .regex(/^[\x21-\x7e]*$/, { error: 'holds white space, control or non-ASCII characters' }),
    form,
    quote: false,
  };
}

/** A URL read by one of the functions of urls.ts. */
export function httpUrl(parse: (text: string) => UrlResult, form: string): Kind<string> {
  return {
    schema: z.string().transform((text, context) => {
      const result = parse(text);
      if (result.ok) return result.url;
      context.addIssue({ code: 'custom', message: result.problem });
      return z.NEVER;
    }),
    form,
    quote: false,
  };
}

/** A URL that may hold credentials, of the given protocols, kept as written. */
export function serviceUrl(protocols: readonly string[], form: string): Kind<string> {
  return {
    schema: z
      .string()
      .regex(/^[\x21-\x7e]+$/, { error: 'holds white space, control or non-ASCII characters', abort: true })
      .refine((text) => URL.canParse(text), { error: 'is not a URL', abort: true })
      .refine((text) => protocols.includes(new URL(text).protocol), {
        error: `does not start with ${list(protocols.map((protocol) => `${protocol}//`))}`,
        abort: true,
      })
      .refine((text) => new URL(text).hostname !== '', { error: 'names no host' }),
    form,
    quote: false,
  };
}

/** The address of a page of something, whose id goes where `{id}` stands. */
export const linkPattern: Kind<string> = {
  schema: serviceUrl(['https:'], '').schema.refine((text) => text.includes('{id}'), {
    error: 'has no {id}, which the id is put in the place of',
  }),
  form: 'an https:// address with {id} in it',
  quote: false,
};

const BARE_ADDRESS = /^[^\s@<>,;:"()]+@[^\s@<>,;:"()]+$/;
const NAMED_ADDRESS = /^[^\p{Cc}<>]*<([^<>]+)>$/u;

function readAddress(part: string): string | null {
  const bare = NAMED_ADDRESS.exec(part)?.[1] ?? part;
  return BARE_ADDRESS.test(bare) ? part : null;
}

/** A mail address, with or without a name. */
export const mailAddress: Kind<string> = {
  schema: z.string().refine((text) => readAddress(text) !== null, { error: 'is not a mail address' }),
  form: 'an address: orders@example.com or Orders <orders@example.com>',
  quote: true,
};

/** Mail addresses; a name must not hold a comma here. */
export const mailAddressList: Kind<string[]> = commaList(
  readAddress,
  (part) => `holds "${part}", which is not a mail address`,
  'a comma list of addresses',
);
