import type { Config } from '../../config/types.js';
import { clean } from '../../text/text.js';

/** Connecting, and each silence of the server, may take this long, in milliseconds. */
const CONNECT_MS = 8000;
const SILENCE_MS = 10_000;

/** A mail ready to go. */
export interface MailMessage {
  subject: string;
  text: string;
  html: string;
}

/** `detail`: a few words for a person, free of credentials. */
interface MailFailure {
  kind: 'failed';
  detail: string;
}

/** What became of a mail. `refused`: recipients that the server did not take, though it took others. */
export type MailOutcome = { kind: 'sent'; refused: string[] } | MailFailure;

type SmtpSettings = NonNullable<Config['smtp']>;

/**
 * Sends one mail over SMTP; never rejects. With a password in SMTP_URL the connection must be encrypted (smtps, or
 * STARTTLS) unless the server is on this machine or the URL says `?requireTLS=false`.
 *
 * @param signal ends it, wherever it is
 */
export async function sendMail(
  smtp: Pick<SmtpSettings, 'url' | 'from' | 'to'>,
  message: MailMessage,
  signal: AbortSignal,
): Promise<MailOutcome> {
  try {
    const transport = await openTransport(smtp.url);
    const info = await transport.sendMail({
      from: smtp.from,
      to: smtp.to,
      subject: message.subject,
      text: message.text,
      html: message.html,
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      signal,
    });
    return { kind: 'sent', refused: info.rejected.map((address) => clean(String(address), 200)) };
  } catch (error) {
    return { kind: 'failed', detail: signal.aborted ? TOO_LONG : detailOf(error) };
  }
}

/** Connects as {@link sendMail} does, logs in and sends nothing; never rejects. `signal`: nothing waits any longer. */
export async function tryMailServer(
  { url }: Pick<SmtpSettings, 'url'>,
  signal: AbortSignal,
): Promise<{ kind: 'ok' } | MailFailure> {
  const transport = await openTransport(url);
  const tried = transport.verify().then(
    () => ({ kind: 'ok' }) as const,
    (error: unknown): MailFailure => ({ kind: 'failed', detail: detailOf(error) }),
  );
  const given = new Promise<MailFailure>((resolve) => {
    const up = () => resolve({ kind: 'failed', detail: TOO_LONG });
    if (signal.aborted) up();
    else signal.addEventListener('abort', up, { once: true });
  });
  return Promise.race([tried, given]);
}

const TOO_LONG = 'it took too long';

async function openTransport(url: string) {
  // Loaded here: most runs send nothing.
  const { createTransport } = await import('nodemailer');
  return createTransport({
    // The URL's own settings go last, so that they count.
    ...(mustEncrypt(url) ? { requireTLS: true } : {}),
    url,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    socketCloseTimeout: 0,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function mustEncrypt(url: string): boolean {
  const { password, hostname, searchParams } = new URL(url);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return password !== '' && !local && !searchParams.has('requireTLS') && !searchParams.has('ignoreTLS');
}

/** A server's answer may repeat what it was sent, so that of a log-in is left out. */
function detailOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const status =
    'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : null;
  const answer = 'response' in error && typeof error.response === 'string' ? error.response : null;
  if (code === 'EAUTH') return `the server refused the log-in${status === null ? '' : ` (${status})`}`;
  if (code === 'ETLS' && answer !== null)
    return 'the server offers no encryption (STARTTLS), so no password was sent';
  if (answer !== null) return `the server answered: ${clean(answer, 300)}`;
  return clean(error.message, 300) || clean(code, 40);
}
