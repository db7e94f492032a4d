import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { AppError, ExitCode } from '../../src/errors.js';
import { connect } from '../../src/state/postgres/connect.js';
import { databaseError } from '../../src/state/postgres/failure.js';

function judged(message: string, code?: string): unknown {
  return databaseError(
    code === undefined ? new Error(message) : Object.assign(new Error(message), { code }),
    'It failed',
  );
}

describe('databaseError', () => {
  it.each([
    ['no pg_hba.conf entry', '28000', 'it refuses the user or the password'],
    ['password authentication failed', '28P01', 'it refuses the user or the password'],
    ['permission denied for schema', '42501', 'the user lacks a permission'],
    ['The server does not support SSL connections', undefined, 'it has no TLS'],
    ['self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is not to be trusted'],
    ['self-signed certificate in chain', 'SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is not to be trusted'],
    ['unable to verify', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate is not to be trusted'],
    ['unable to get', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its certificate is not to be trusted'],
    ['character with byte sequence 0xf0', '22P05', 'its encoding has no room for some letters'],
    ['expired', 'CERT_HAS_EXPIRED', 'its certificate is not to be trusted'],
    ['names', 'ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is not to be trusted'],
  ])('wants somebody to change something: %s (%s)', (message, code, why) => {
    expect(judged(message, code)).toMatchObject({
      code: 'STATE',
      exitCode: ExitCode.config,
      message: `It failed: ${why}.`,
      hint: expect.stringMatching(/\.$/),
    });
  });

  it.each([
    ['connect ECONNREFUSED', 'ECONNREFUSED', 'nothing listens there'],
    ['getaddrinfo', 'ENOTFOUND', 'its host name is not known'],
    ['too many', '53300', 'it has no connection to spare'],
    ['the database system is starting up', '57P03', 'it is just starting or stopping'],
    ['Connection terminated unexpectedly', undefined, 'Connection terminated unexpectedly'],
    ['MaxClientsInSessionMode: max clients reached', 'XX000', 'MaxClientsInSessionMode: max clients reached'],
    ['invalid page in block 7', 'XX001', 'invalid page in block 7'],
    ['terminating connection due to transaction timeout', '25P04', 'it ended what took too long'],
  ])('may pass by itself: %s (%s)', (message, code, why) => {
    expect(judged(message, code)).toMatchObject({ exitCode: ExitCode.locked, message: `It failed: ${why}.` });
  });

  it('leaves alone what can only be a bug, and what was explained before', () => {
    const bug = Object.assign(new Error('syntax error'), { code: '42601' });
    expect(databaseError(bug, 'It failed')).toBe(bug);
    const known = new AppError('STATE', ExitCode.config, 'Known.');
    expect(databaseError(known, 'It failed')).toBe(known);
  });
});

/** Asks for the password in clear text, and refuses with a sentence that holds it. */
async function echoing(sentence: (password: string) => string) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
      socket.once('data', (answer) => {
        const password = answer.toString('utf8', 5, answer.length - 1);
        const fields = Buffer.from(`SFATAL\0C08P01\0M${sentence(password)}\0\0`);
        const head = Buffer.alloc(5, 'E');
        head.writeInt32BE(fields.length + 4, 1);
        socket.end(Buffer.concat([head, fields]));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { host: `127.0.0.1:${address.port}`, server };
}

describe('a server that throws the password back', () => {
  it.each([0, 185])('has none of it shown, not even half of it (behind %i characters)', async (before) => {
    const { host, server } = await echoing((password) => `${'x'.repeat(before)} ${password} is wrong`);
    const refused = await connect(`postgres://app:canary%21canary%22canary@${host}/state`).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ code: 'STATE', message: expect.stringContaining('***') });
    expect(String(refused)).not.toContain('canary');
    server.close();
  });
});
