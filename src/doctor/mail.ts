import { hostname } from 'node:os';
import { escapeUTF8 } from 'entities';
import type { Check } from '../report/checks.js';
import { sendMail, tryMailServer } from '../report/mail/send.js';
import { clean } from '../text/text.js';
import { type DoctorContext, failed, ok, skipped, warning } from './types.js';

const NAME = 'Mail';
const TIMEOUT_MS = 20_000;
const HINT = 'Check SMTP_URL: host, port, smtp:// or smtps://, user and password (percent-encoded).';

/** The mail server, as far as logging in; with `sendTestMail` also a mail. */
export async function checkMail(ctx: DoctorContext): Promise<Check> {
  const { smtp } = ctx.config;
  if (ctx.mailBroken) return skipped(NAME, 'its settings are wrong, see above');
  if (smtp === null && ctx.sandbox === true) {
    const hint = 'Leave --sandbox out to try the mail of your own settings.';
    return ctx.sendTestMail
      ? failed(NAME, 'the sandbox sends no mail, so that no test mail went out', hint)
      : skipped(NAME, 'the sandbox sends none');
  }
  if (smtp === null) {
    const hint = 'Set SMTP_URL, EMAIL_FROM and EMAIL_TO to hear of failures.';
    return ctx.sendTestMail
      ? failed(NAME, 'no mail is configured', hint)
      : skipped(NAME, 'not configured', hint);
  }
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const to = smtp.to.map((address) => clean(address, 200));
  if (!ctx.sendTestMail) {
    const tried = await tryMailServer(smtp, limit);
    if (tried.kind === 'failed') return failed(NAME, `the server cannot be used: ${tried.detail}`, HINT);
    const sendsOne = '--send-test-mail sends one';
    return ok(NAME, `the server takes the log-in; mails go to ${to.join(', ')} (${sendsOne})`);
  }
  const outcome = await sendMail(smtp, testMail(clean(hostname(), 100)), limit);
  if (outcome.kind === 'failed') return failed(NAME, `the test mail was not taken: ${outcome.detail}`, HINT);
  if (outcome.refused.length === 0) return ok(NAME, `a test mail went to ${to.join(', ')}`);
  const refused = `the server took a test mail, but not for ${outcome.refused.join(', ')}`;
  return warning(NAME, refused, 'Check EMAIL_TO.');
}

function testMail(host: string) {
  const sentence = `This is the test mail that was asked for on ${host}. Reports of ts-reconcile will come the same way.`;
  return {
    subject: 'Test mail of ts-reconcile',
    text: `${sentence}\n`,
    html: `<p>${escapeUTF8(sentence)}</p>\n`,
  };
}
