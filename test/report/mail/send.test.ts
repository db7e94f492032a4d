import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { sendMail } from '../../../src/report/mail/send.js';
import { hostileNames } from '../helpers.js';
import { type Mailbox, openMailbox } from './mailbox.js';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

async function mailbox(options?: Parameters<typeof openMailbox>[0]): Promise<Mailbox> {
  const box = await openMailbox(options);
  opened.push(box);
  return box;
}

/** A server that talks like this and is no mail server otherwise. */
async function listener(talk: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    talk(socket);
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : 0);
    });
  });
  opened.push({
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  });
  return `smtp://127.0.0.1:${port}`;
}

const message = { subject: 'ts-reconcile: 1 injected', text: 'One.\n', html: '<p>One.</p>' };
const addresses = { from: 'Orders <orders@example.com>', to: ['a@example.com', 'B <b@example.com>'] };
const never = new AbortController().signal;

function send(url: string, signal = never, changes: Partial<typeof message> = {}) {
  return sendMail({ url, ...addresses }, { ...message, ...changes }, signal);
}

it('delivers both parts to everybody, marked as machine-made', async () => {
  const box = await mailbox();
  expect(await send(box.url)).toEqual({ kind: 'sent', refused: [] });
  const [mail] = box.mails;
  expect(mail).toMatchObject({
    from: 'orders@example.com',
    to: ['a@example.com', 'b@example.com'],
    subject: 'ts-reconcile: 1 injected',
    html: '<p>One.</p>',
  });
  expect(mail?.text.trim()).toBe('One.');
  expect(mail?.headers).toContainEqual(['auto-submitted', 'auto-generated']);
});

it('logs in with the user and password of the URL', async () => {
  const seen: unknown[] = [];
  const box = await mailbox({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth(auth, _, callback) {
      seen.push([auth.username, auth.password]);
      callback(null, { user: 'ok' });
    },
  });
  const url = box.url.replace('//', '//mailer%40example.com:p%20ss%2Fword@');
  expect(await send(url)).toEqual({ kind: 'sent', refused: [] });
  expect(seen).toEqual([['mailer@example.com', 'p ss/word']]);
});

it('tells which recipients were refused when others were not', async () => {
  const box = await mailbox({
    onRcptTo({ address }, _, callback) {
      callback(address.startsWith('b') ? new Error('no such user') : null);
    },
  });
  expect(await send(box.url)).toEqual({ kind: 'sent', refused: ['b@example.com'] });
});

it.each(hostileNames)('puts no header into a mail because of a subject with %s', async (_, name) => {
  const box = await mailbox();
  await send(box.url, never, { subject: `Injected ${name}\r\nBcc: everybody@example.com` });
  const [mail] = box.mails;
  expect(mail?.to).toHaveLength(2);
  expect(mail?.headers.map(([header]) => header).sort()).toEqual([
    'auto-submitted',
    'content-type',
    'date',
    'from',
    'message-id',
    'mime-version',
    'subject',
    'to',
    'x-auto-response-suppress',
  ]);
});

describe('a mail that fails', () => {
  const SECRET = 'c4n4ry-password';

  it('is told when nobody listens', async () => {
    const box = await openMailbox();
    await box.close();
    const outcome = await send(box.url);
    expect(outcome).toMatchObject({ kind: 'failed', detail: expect.stringContaining('ECONNREFUSED') });
  });

  it('is told without what was sent when the log-in is refused', async () => {
    const box = await mailbox({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (auth, _, callback) => callback(new Error(`wrong: ${auth.password}`)),
    });
    expect(await send(box.url.replace('//', `//mailer:${SECRET}@`))).toEqual({
      kind: 'failed',
      detail: 'the server refused the log-in (535)',
    });
  });

  it('is told when the certificate is not to be trusted', async () => {
    const box = await mailbox({ secure: true });
    const outcome = await send(box.url.replace('smtp:', 'smtps:'));
    expect(outcome).toMatchObject({ kind: 'failed', detail: expect.stringMatching(/certificate/) });
  });

  it('does not send a password in the clear to another machine', async () => {
    const seen: string[] = [];
    const url = await listener((socket) => {
      socket.write('220 mail\r\n');
      socket.on('data', (chunk) => {
        seen.push(String(chunk));
        socket.write(
          String(chunk).startsWith('EHLO') ? '250-mail\r\n250 AUTH PLAIN LOGIN\r\n' : '502 no\r\n',
        );
      });
    });
    await send(url.replace('//', `//mailer:${SECRET}@`));
    expect(seen.join('')).toMatch(/AUTH PLAIN/);
    seen.length = 0;
    // The same machine under a name that does not say so.
    const far = await send(url.replace('//127.0.0.1', `//mailer:${SECRET}@0x7f.1`));
    expect(far.kind).toBe('failed');
    expect(seen.join('')).toMatch(/STARTTLS/);
    expect(seen.join('')).not.toMatch(/AUTH/);
  });

  it('is told with the answer of a server that does not take it', async () => {
    const box = await mailbox({
      onMailFrom: (_address, _session, callback) =>
        callback(Object.assign(new Error('relay\u001b[31m denied'), { responseCode: 550 })),
    });
    const outcome = await send(box.url);
    expect(outcome).toMatchObject({
      kind: 'failed',
      detail: expect.stringMatching(/^the server answered: 550 /),
    });
    expect(JSON.stringify(outcome)).not.toMatch(/u001b/);
  });

  it('is given up when the server hangs, or drips', async () => {
    const silent = await listener(() => undefined);
    const dripping = await listener((socket) => {
      const timer = setInterval(() => socket.write('2'), 5);
      socket.on('close', () => clearInterval(timer));
    });
    for (const url of [silent, dripping]) {
      const outcome = await send(url, AbortSignal.timeout(200));
      expect(outcome).toEqual({ kind: 'failed', detail: 'it took too long' });
    }
  });

  it('is given up at once when the time is over before', async () => {
    const box = await mailbox();
    expect(await send(box.url, AbortSignal.abort())).toEqual({ kind: 'failed', detail: 'it took too long' });
    expect(box.mails).toEqual([]);
  });
});
