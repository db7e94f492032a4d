import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as a server got it. */
interface ReceivedMail {
  from: string;
  to: string[];
  /** As sent. */
  raw: string;
  /** Names in lower case, values unfolded, encoded words still encoded. */
  headers: [name: string, value: string][];
  subject: string;
  /** Decoded. */
  text: string;
  html: string;
}

/** An SMTP server that keeps what it gets. */
export interface Mailbox {
  port: number;
  /** `smtp://127.0.0.1:port`. */
  url: string;
  mails: ReceivedMail[];
  close(): Promise<void>;
}

/** Starts one on a free port; any log-in or none will do, and there is no STARTTLS, unless the options say so. */
export async function openMailbox(options: SMTPServerOptions = {}): Promise<Mailbox> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: (_auth, _session, callback) => callback(null, { user: 'anybody' }),
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        mails.push(read(Buffer.concat(chunks).toString('utf8'), from, rcptTo));
        callback();
      });
    },
    ...options,
  });
  // Clients that break off are part of the tests.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function read(raw: string, from: string, to: readonly { address: string }[]): ReceivedMail {
  const { headers, body } = split(raw);
  const boundary = /boundary="?([^";]+)"?/.exec(headerIn(headers, 'content-type'))?.[1] ?? '';
  const parts = body.split(`--${boundary}`).map((part) => split(part.replace(/^\r\n/, '')));
  const part = (type: string) => {
    const found = parts.find((each) => headerIn(each.headers, 'content-type').startsWith(type));
    return found ? decode(found.body, headerIn(found.headers, 'content-transfer-encoding')) : '';
  };
  return {
    from,
    to: to.map(({ address }) => address),
    raw,
    headers,
    subject: words(headerIn(headers, 'subject')),
    text: part('text/plain'),
    html: part('text/html'),
  };
}

function split(text: string): { headers: [string, string][]; body: string } {
  const end = text.indexOf('\r\n\r\n');
  const head = (end < 0 ? text : text.slice(0, end)).replace(/\r\n[ \t]+/g, ' ');
  const headers = head.split('\r\n').map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { headers, body: end < 0 ? '' : text.slice(end + 4) };
}

function headerIn(headers: readonly [string, string][], name: string): string {
  return headers.find(([key]) => key === name)?.[1] ?? '';
}

function decode(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  const text = body.replace(/\r\n/g, '\n').replace(/\n$/, '');
  if (encoding !== 'quoted-printable') return text;
  return quoted(text.replace(/=\n/g, ''));
}

function quoted(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function words(header: string): string {
  return header
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString('utf8')
        : quoted(text.replace(/_/g, ' ')),
    );
}
