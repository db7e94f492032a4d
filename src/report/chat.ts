import type { HttpTransport } from '../http/transport.js';
import type { MailedFailure } from '../state/types.js';
import { noLinks } from '../text/links.js';
import { clean } from '../text/text.js';
import { dayText } from '../text/time.js';
import { mailSubject } from './mail/content.js';
import type { Digest } from './mail/digest.js';
import type { EventResult } from './schema.js';
import { settlingOf } from './settling.js';

const TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 64 * 1024;
/** Events of one message; the rest is a number. */
const MAX_LINES = 10;

/** A digest in a few lines. Texts are clean, and not yet escaped for anybody. */
export interface ChatMessage {
  headline: string;
  lines: {
    id: string;
    what: string;
    name: string;
    facts: string[];
    links: EventResult['links'];
    command: string | null;
  }[];
  /** Events that are left out. */
  more: number;
}

/** What is worth a word in a chat: failures, what was made, and why a run did not do its work. */
export function chatMessage(digest: Digest): ChatMessage {
  // As in the mail: what nobody has cooked for yet comes first, and is never among those that are left out.
  const missed = digest.failures.filter(({ event }) => event.reason === 'MISSED');
  const others = digest.failures.filter(({ event }) => event.reason !== 'MISSED');
  const failing = [...missed, ...others].map(({ event }) => failingLine(event));
  const untold = digest.untold.map((event) => ({ ...lineOf(event), what: 'For the kitchen', command: null }));
  const made = digest.changes.map((event) => ({ ...lineOf(event), command: null }));
  const { error } = digest;
  const why = error === null ? '' : ` ${clean(error.message, 500)} ${clean(error.hint ?? '', 300)}`.trimEnd();
  const over = digest.resolved.filter(({ subject }) => /^\d+$/.test(subject)).map(resolvedLine);
  return messageOf(`${mailSubject(digest)}.${why}`, [...failing, ...untold, ...made, ...over]);
}

/** What would fail in the coming days. */
export function previewMessage(headline: string, failing: readonly EventResult[]): ChatMessage {
  return messageOf(headline, failing.map(failingLine));
}

function messageOf(headline: string, lines: ChatMessage['lines']): ChatMessage {
  return { headline, lines: lines.slice(0, MAX_LINES), more: Math.max(lines.length - MAX_LINES, 0) };
}

function failingLine(event: EventResult): ChatMessage['lines'][number] {
  return { ...lineOf(event), command: settlingOf(event.reason, event.id, false).command };
}

function resolvedLine({ subject, reason, ...rest }: MailedFailure): ChatMessage['lines'][number] {
  const was = {
    ...rest,
    id: subject,
    status: 'resolved',
    reason: null,
    revel_order_id: null,
    links: noLinks,
  };
  return { ...lineOf(was), facts: [...lineOf(was).facts, `was ${clean(reason, 40)}`], command: null };
}

function lineOf({
  id,
  name,
  status,
  reason,
  date,
  location,
  revel_order_id: order,
  links,
}: Pick<EventResult, 'id' | 'name' | 'reason' | 'date' | 'location' | 'revel_order_id' | 'links'> & {
  status: string;
}) {
  const facts = [
    dayText(clean(date ?? '', 20)),
    clean(location ?? '', 100),
    `event ${clean(id, 18)}`,
    ...(order === null ? [] : [`order ${clean(order, 20)}`]),
  ];
  return {
    id: clean(id, 18),
    what: reason ?? status,
    name: clean(name ?? '', 120) || `Event ${clean(id, 18)}`,
    facts: facts.filter((fact) => fact !== ''),
    links,
  };
}

/** Where the webhooks of Teams are: of its connectors, and of the workflows that have followed them. */
const TEAMS = ['webhook.office.com', 'logic.azure.com', 'api.powerplatform.com'];

/**
 * The message as its receiver takes it. Slack and whoever does as Slack does read `text`, in which Slack knows three
 * characters and some marks; others get the same as plain text, in which no name calls for anybody or leads anywhere,
 * whatever marks they know, and the events as data beside it. Google Chat refuses keys that it does not know, Teams
 * shows nothing but cards.
 */
export function chatBody(url: string, message: ChatMessage): string {
  const { hostname } = new URL(url);
  const isOf = (host: string) => hostname === host || hostname.endsWith(`.${host}`);
  if (isOf('slack.com')) return JSON.stringify({ text: textOf(message, slack) });
  if (isOf('chat.googleapis.com')) return JSON.stringify({ text: textOf(message, plain) });
  if (TEAMS.some(isOf)) return JSON.stringify(cardOf(textOf(message, teams)));
  const { headline, lines, more } = message;
  return JSON.stringify({ text: textOf(message, plain), headline, events: lines, more });
}

/** A card with a block for each line. */
function cardOf(text: string) {
  const content = {
    type: 'AdaptiveCard',
    version: '1.4',
    body: text.split('\n').map((line) => ({ type: 'TextBlock', text: line, wrap: true })),
  };
  const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', content }];
  return { type: 'message', attachments };
}

/** How a receiver writes what is said. */
interface Marks {
  escaped(text: string): string;
  strong(text: string): string;
  code(text: string): string;
  link(what: string, address: string): string;
}

const slack: Marks = {
  escaped: slackText,
  strong: (text) => `*${text}*`,
  code: (text) => `\`${text}\``,
  link: (what, address) =>
    `<${address.replaceAll(/[<>|]/g, encodeURIComponent).replaceAll('&', '&amp;')}|${what}>`,
};
const same = (text: string) => text;
const plain: Marks = {
  escaped: plainText,
  strong: same,
  code: same,
  link: (what, address) => `${what}: ${address}`,
};
const teams: Marks = {
  ...plain,
  strong: (text) => `**${text}**`,
  link: (what, address) => `[${what}](${address.replace(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'))})`,
};

function textOf({ headline, lines, more }: ChatMessage, { escaped, strong, code, link }: Marks): string {
  return [
    strong(escaped(headline)),
    ...lines.map(({ what, name, facts, links, command }) =>
      [
        `• ${what}: ${escaped(name)} (${escaped(facts.join(', '))})`,
        ...(links.event === null ? [] : [link('event', links.event)]),
        ...(links.order === null ? [] : [link('order', links.order)]),
        ...(command === null ? [] : [code(escaped(command))]),
      ].join(' '),
    ),
    ...(more > 0 ? [`and ${more} more: ${code('ts-reconcile history')}`] : []),
  ].join('\n');
}

/** Slack's own three, so that nothing is a link or calls for everybody; and its marks lose their meaning. */
function slackText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/(?<=[*_~`])|(?=[*_~`])/g, '\u200b');
}

/** What begins a call (`@all`, `<users/all>`) or a link (`[here](…)`) in one chat or another is parted from the rest. */
function plainText(text: string): string {
  return text.replace(/(?<=[@<[\]])(?=\S)/g, '\u200b');
}

/**
 * Sends a message; never rejects.
 *
 * @param url CHAT_WEBHOOK_URL, a secret
 * @returns null: it got through; otherwise why not, in a few words without the URL
 */
export async function sendChat(
  url: string,
  message: ChatMessage,
  transport: HttpTransport,
): Promise<string | null> {
  const answer = await transport({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: chatBody(url, message),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
  });
  if (answer.kind === 'failure') return answer.detail;
  return answer.status >= 200 && answer.status < 300 ? null : `it answered ${answer.status}`;
}
