import { hostname } from 'node:os';
import { errorText } from '../errors.js';
import { clean } from '../report/text.js';
import { type Check, type DoctorContext, failed, ok, skipped } from './types.js';

const NAME = 'Mail';
const TIMEOUT_MS = 15_000;
const HINT = 'Check SMTP_URL: host, port, smtp:// or smtps://, user and password (percent-encoded).';

/** The mail server, as far as logging in; with `sendTestMail` also a mail. */
export async function checkMail(ctx: DoctorContext): Promise<Check> {
  const { smtp } = ctx.config;
  if (ctx.mailBroken) return skipped(NAME, 'its settings are wrong, see above');
  if (smtp === null) {
    const hint = 'Set SMTP_URL, EMAIL_FROM and EMAIL_TO to hear of failures.';
    return ctx.sendTestMail
      ? failed(NAME, 'no mail is configured', hint)
      : skipped(NAME, 'not configured', hint);
  }
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    url: smtp.url,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    dnsTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const to = smtp.to.map((address) => clean(address, 200)).join(', ');
  try {
    if (!ctx.sendTestMail) {
      await transport.verify();
      return ok(NAME, `the server takes the log-in; mails go to ${to} (--send-test-mail sends one)`);
    }
    await transport.sendMail({
      from: smtp.from,
      to: smtp.to,
      subject: 'Test mail of ts-reconcile',
      text: `This is the test mail that was asked for on ${hostname()}. Reports of ts-reconcile will come the same way.\n`,
    });
    return ok(NAME, `a test mail went to ${to}`);
  } catch (error) {
    const what = ctx.sendTestMail ? 'the test mail was not taken' : 'the server cannot be used';
    return failed(NAME, `${what}: ${clean(errorText(error), 400)}`, HINT);
  } finally {
    transport.close();
  }
}
