import { AppError, ExitCode, errorText } from '../../errors.js';
import { clean } from '../../text/text.js';
import { errnoOf } from '../failure.js';

/** What a person can do about a refusal of the server, by its SQLSTATE or the first two letters of it. */
const REFUSALS: Readonly<Record<string, { why: string; hint: string }>> = {
  '28': {
    why: 'it refuses the user or the password',
    hint: 'Check the user and the password in STATE_URL, and whether the server wants TLS (?sslmode=verify-full).',
  },
  '3D': { why: 'the database does not exist', hint: 'Create it, or correct its name in STATE_URL.' },
  '22P05': {
    why: 'its encoding has no room for some letters',
    hint: "Create a database with ENCODING 'UTF8', and put its name into STATE_URL.",
  },
  '42501': {
    why: 'the user lacks a permission',
    hint: 'Make the user the owner of the schema ts_reconcile, or grant it CREATE on the database before `ts-reconcile state migrate`.',
  },
  '42P01': { why: 'a table is missing', hint: 'Run `ts-reconcile state migrate`.' },
  '3F': { why: 'the schema ts_reconcile is missing', hint: 'Run `ts-reconcile state migrate`.' },
};

/** What a person can do about a connection that cannot be encrypted as STATE_URL asks. */
const TLS_REFUSALS: readonly { is: RegExp; why: string; hint: string }[] = [
  {
    is: /does not support SSL/,
    why: 'it has no TLS',
    hint: 'Switch TLS on there, or leave sslmode out of STATE_URL if the network between is private.',
  },
  {
    is: /^(?:\w*SELF_SIGNED\w*|UNABLE_TO_\w*(?:CERT|SIGNATURE)\w*|CERT_\w+|ERR_TLS_CERT_ALTNAME_INVALID)$/,
    why: 'its certificate is not to be trusted',
    hint: 'Name its CA in STATE_URL (&sslrootcert=FILE) and the host as the certificate has it. sslmode=no-verify encrypts without checking.',
  },
];

/**
 * SQLSTATEs of a server that cannot serve at the moment: connections, resources, shutdown, conflicts, and what it calls an
 * internal error, as poolers of hosted databases do when they are full.
 */
const PASSING = /^(?:08|25006|25P03|25P04|40|53|55|57|58|XX)/;

/**
 * Whatever talking to the database threw, as an AppError (`STATE`): exit 75 when it may pass by itself, 78 when
 * somebody must change something. What can only be a bug comes back as it is. Holds nothing of STATE_URL.
 *
 * @param what the beginning of the sentence, e.g. `The state database did not answer`
 * @param redact takes out of the server's words what was sent to it in confidence
 */
export function databaseError(
  error: unknown,
  what: string,
  redact = (text: string): string => text,
): unknown {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  const refusal = REFUSALS[code] ?? REFUSALS[code.slice(0, 2)] ?? tlsRefusal(error, code);
  if (refusal) return new AppError('STATE', ExitCode.config, `${what}: ${refusal.why}.`, refusal.hint);
  if (isSqlState(code) && !PASSING.test(code)) return error;
  return new AppError(
    'STATE',
    ExitCode.locked,
    `${what}: ${reasonOf(error, code, redact)}.`,
    'It is tried again at the next run. If this goes on, check the database and STATE_URL.',
  );
}

function tlsRefusal(error: unknown, code: string) {
  return TLS_REFUSALS.find(({ is }) => is.test(code === '' ? errorText(error) : code));
}

function reasonOf(error: unknown, code: string, redact: (text: string) => string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its host name is not known';
    case '53300':
      return 'it has no connection to spare';
    case '57P03':
      return 'it is just starting or stopping';
    case '25006':
      return 'it is read-only at the moment, perhaps a standby';
    case '57014':
      return 'the statement took too long';
    case '25P04':
      return 'it ended what took too long';
    default:
      // Texts of the server, the driver and TLS; none of them quotes a statement's values.
      return clean(redact(errorText(error)), 200).replace(/\.$/, '');
  }
}

/** SQLSTATE of the server or code of the system; '' when there is none. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return errnoOf(error) ?? '';
}

function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E');
}
