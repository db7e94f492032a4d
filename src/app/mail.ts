import type { Config } from '../config/types.js';
import type { Logger } from '../report/log.js';
import type { MailContent } from '../report/mail/content.js';

/**
 * Sends a mail. False: no server took it, which the log says.
 *
 * @param what the mail, as the sentence about it begins, e.g. `The mail`
 */
export async function post(
  smtp: NonNullable<Config['smtp']>,
  content: MailContent,
  { what, limit, log }: { what: string; limit: AbortSignal; log: Logger },
): Promise<boolean> {
  const { renderHtml, renderText } = await import('../report/mail/render.js');
  const { sendMail } = await import('../report/mail/send.js');
  const message = { subject: content.subject, text: renderText(content), html: renderHtml(content) };
  const outcome = await sendMail(smtp, message, limit);
  if (outcome.kind === 'failed') {
    log.warn(`${what} was not sent: ${outcome.detail}. Check SMTP_URL, EMAIL_FROM and EMAIL_TO.`);
    return false;
  }
  const { refused } = outcome;
  if (refused.length > 0)
    log.warn(
      `${what} went to others, but not to ${refused.join(', ')}: the mail server refused that, and it is not sent again. Check EMAIL_TO and notify.email.`,
    );
  return true;
}
