import { z } from 'zod';

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/** A JSON object. */
export type JsonObject = { [key: string]: Json };
/** An event, booking, site or location exactly as the API shows it with financial detail. */
export type RawRecord = JsonObject & { id: number };

const rawRecord = z
  .record(z.string(), z.json())
  .refine((value) => Number.isSafeInteger(value.id), 'must have a numeric id')
  .transform((value) => value as RawRecord);

/** The switches of the simulator: what is known to differ behind the API of accounts, or is not known for certain. */
export const settingsSchema = z.strictObject({
  /** OAuth client that is accepted. */
  clientId: z.string().min(1).default('sandbox-client'),
  clientSecret: z.string().min(1).default('sandbox-client-secret'),
  /** Whether the admin agrees on the consent page. */
  consent: z.enum(['grants', 'denies']).default('grants'),
  /** `token-owns-nothing`: a token is issued, but every call with it is 401 "Token resource owner not found". */
  clientCredentials: z.enum(['off', 'works', 'token-owns-nothing']).default('off'),
  /** The path at which that grant is known. */
  clientCredentialsPath: z.enum(['/oauth2/token', '/oauth/token']).default('/oauth2/token'),
  /** Whose day the pair `event_updated_start_date`/`event_updated_end_date` means. */
  updatedZone: z.enum(['site', 'utc']).default('site'),
  /** Deleted events stay in search results, with `deleted_at`. */
  deletedInSearch: z.boolean().default(true),
  /** What the detail of a deleted event is. */
  deletedDetail: z.enum(['not-found', 'shown']).default('not-found'),
});

/** See {@link settingsSchema}. */
export type TripleseatSettings = z.infer<typeof settingsSchema>;

/** What the public documentation says, where it says anything. */
export const defaultSettings: TripleseatSettings = settingsSchema.parse({});

/** The refresh token that a fresh simulator accepts, once. */
export const FIRST_REFRESH_TOKEN = 'sandbox-refresh-token';

/** The scopes of a token that nobody asked particular ones for. */
export const DEFAULT_SCOPE = 'events:read bookings:read';

/** Tokens and codes handed out; times in epoch milliseconds. */
const oauthStateSchema = z.strictObject({
  /** How many secrets were made so far; the next one is derived from it. */
  made: z.number().int().nonnegative(),
  access: z.record(
    z.string(),
    z.strictObject({ expiresAt: z.number(), scope: z.string(), ownsNothing: z.boolean() }),
  ),
  /** Live refresh tokens with their scope. */
  refresh: z.record(z.string(), z.string()),
  codes: z.record(
    z.string(),
    z.strictObject({
      redirectUri: z.string(),
      scope: z.string(),
      /** SHA-256 of the verifier that the code needs, in base64url; without it none. */
      challenge: z.string().optional(),
    }),
  ),
});
export type OauthState = z.infer<typeof oauthStateSchema>;

/** Before anybody has signed in. */
export const freshOauth: OauthState = {
  made: 0,
  access: {},
  refresh: { [FIRST_REFRESH_TOKEN]: DEFAULT_SCOPE },
  codes: {},
};

const records = z.array(rawRecord);
const recordsById = records.transform((all) => new Map(all.map((record) => [record.id, record])));

/** Everything the simulator holds, from plain JSON. */
export const dataSchema = z.strictObject({
  /** Those that the version which wrote it knew. */
  settings: z.object(settingsSchema.shape),
  oauth: oauthStateSchema,
  sites: records,
  locations: records,
  events: recordsById,
  bookings: recordsById,
  /** Menu item selections by event id. */
  selections: z
    .record(z.string(), z.array(z.json()))
    .transform((all) => new Map(Object.entries(all).map(([id, list]) => [Number(id), list]))),
});

/** A string field of a record, or an empty string. */
export function textOf(record: JsonObject, key: string): string {
  const value = record[key];
  return typeof value === 'string' ? value : '';
}

/** A field that holds an object, or an empty one. */
export function objectOf(record: JsonObject, key: string): JsonObject {
  const value = record[key];
  return isObject(value) ? value : {};
}

/** A field that holds a list of objects; anything else in it is passed over. */
export function objectsOf(record: JsonObject, key: string): JsonObject[] {
  const value = record[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Whether a JSON value is an object. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
