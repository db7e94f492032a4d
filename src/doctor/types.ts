import type { Clock } from '../clock.js';
import type { Config } from '../config/types.js';
import { type AppError, ExitCode } from '../errors.js';
import type { ProbeAnswer } from '../http/probe.js';
import type { Check, FailureCause } from '../report/checks.js';
import type { RevelProbe } from '../revel/probe.js';
import type { RevelPort } from '../revel/types.js';
import type { StateStore } from '../state/types.js';
import type { TripleseatProbe } from '../tripleseat/probe.js';

/** All is well. */
export function ok(name: string, message: string, details: string[] = []): Check {
  return { name, status: 'ok', message, details, hint: null, cause: null };
}

/** Works, but somebody should know. */
export function warning(name: string, message: string, hint: string | null, details: string[] = []): Check {
  return { name, status: 'warning', message, details, hint, cause: null };
}

/** Will not work. */
export function failed(
  name: string,
  message: string,
  hint: string | null,
  details: string[] = [],
  cause: FailureCause = 'other',
): Check {
  return { name, status: 'failed', message, details, hint, cause };
}

/** Could not be looked at, or is not used. */
export function skipped(name: string, message: string, hint: string | null = null): Check {
  return { name, status: 'skipped', message, details: [], hint, cause: null };
}

/** A Tripleseat site. */
export interface Site {
  id: number;
  name: string;
  /** A Rails name (`Eastern Time (US & Canada)`) or an IANA one; null: not told. */
  timezone: string | null;
}

/** What earlier checks found out for later ones; null: not known. */
export interface Facts {
  /** Tokens and journal can be read and written. */
  stateUsable: boolean;
  /** Difference of each server's clock to ours in milliseconds (positive: theirs is ahead). */
  skews: { server: string; ms: number }[];
  sites: Site[] | null;
  /** Revel resources that may be read. */
  readable: ReadonlySet<string> | null;
  /** Revel establishments by id, with the time zone they tell. */
  establishments: Map<number, { timezone: string | null }>;
}

/** Free room of a file system. */
export interface DiskSpace {
  /** Bytes that an unprivileged process may still write. */
  free: number;
  /** Files that may still be made; null: the file system does not count them. */
  files: number | null;
  /** The kind of a file system that other machines share; null: it is this machine's own. */
  share: string | null;
}

/** What a look at the bills of the coming days came to. */
export interface UnclearBilling {
  days: number;
  /** Those that need a mapping. */
  names: { name: string; location: string }[];
  /** How many were looked at. */
  events: number;
  /** How many could not be. */
  problems: number;
}

/** What the checks work with. Nothing in it writes to either API. */
export interface DoctorContext {
  config: Config;
  facts: Facts;
  clock: Clock;
  /** Null: its settings are not complete. */
  tripleseat: TripleseatProbe | null;
  /** Null: its settings are not complete. */
  revel: { port: RevelPort; probe: RevelProbe } | null;
  /** Null: the state cannot be used; the sentence says why. */
  state: StateStore | null;
  stateProblem: AppError | null;
  /** Room on the file system that holds the path. */
  diskSpace: (path: string) => Promise<DiskSpace>;
  /** Every duration that the exclusion of two runs rests on, a line each. */
  durations: readonly string[];
  /** Looks at the bills of the coming days; null: these cannot be read. */
  unclearBilling: (() => Promise<UnclearBilling>) | null;
  sendTestMail: boolean;
  /** On the built-in simulators, which know of no mail. */
  sandbox?: boolean;
  /** The mail settings are wrong, which another check has said. */
  mailBroken: boolean;
}

/** Remembers the clock of a server from the `Date` header of an answer; within a request's duration nothing differs. */
export function noteClock(facts: Facts, server: string, answer: ProbeAnswer): void {
  if (answer.kind !== 'answer' || facts.skews.some((skew) => skew.server === server)) return;
  const date = Date.parse(answer.headers.date ?? '');
  if (Number.isNaN(date)) return;
  // The header has whole seconds.
  const [earliest, latest] = [answer.sentAt - 1_000, answer.receivedAt];
  const ms = date < earliest ? date - earliest : date > latest ? date - latest : 0;
  facts.skews.push({ server, ms });
}

/** What an error that stops a check comes from. */
export function causeOf({ exitCode }: AppError): FailureCause {
  switch (exitCode) {
    case ExitCode.config:
      return 'configuration';
    case ExitCode.credentials:
      return 'credentials';
    default:
      return 'other';
  }
}
