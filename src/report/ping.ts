import type { Clock } from '../clock.js';
import type { HttpTransport } from '../http/transport.js';
import { runTag } from './messages.js';
import type { RunReport } from './schema.js';

const TIMEOUT_MS = 5000;
/** Waits before the second and the third attempt. */
const RETRY_AFTER_MS: readonly number[] = [1000, 2000];
/** Such services keep the last 10 KB of a body. */
const MAX_BODY = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** What a ping is sent with. */
export interface PingOptions {
  /** HEALTHCHECK_URL. */
  url: string;
  /** UUID that marks all pings of one run. */
  runId: string;
  transport: HttpTransport;
  clock: Clock;
  /** Aborted: there is no more than one attempt. */
  stop: AbortSignal;
}

/**
 * Sends one ping: POST to the URL with `signal` (`start`, `log`, an exit code) added to its path and `?rid=`. Three
 * attempts of 5 seconds; never rejects.
 *
 * @returns null: it got through; otherwise why not, in a few words without the URL
 */
export async function ping(options: PingOptions, signal: string, body: string): Promise<string | null> {
  const { clock, stop } = options;
  let failure = await attempt(options, signal, body);
  for (const wait of RETRY_AFTER_MS) {
    if (failure === null || !failure.again || stop.aborted) break;
    await clock.sleep(wait, stop);
    failure = await attempt(options, signal, body);
  }
  return failure === null ? null : failure.why;
}

async function attempt(
  { url, runId, transport }: PingOptions,
  signal: string,
  body: string,
): Promise<{ why: string; again: boolean } | null> {
  const answer = await transport({
    method: 'POST',
    url: pingUrl(url, signal, runId),
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: lastBytes(body),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
  });
  if (answer.kind === 'failure') return { why: answer.detail, again: true };
  if (answer.status >= 200 && answer.status < 300) return null;
  return { why: `it answered ${answer.status}`, again: answer.status === 429 || answer.status >= 500 };
}

function pingUrl(base: string, signal: string, runId: string): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${signal}`;
  url.searchParams.set('rid', runId);
  return url.href;
}

/** The end of a text, at most so many bytes, not beginning within a character. */
function lastBytes(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_BODY) return text;
  return bytes
    .subarray(-MAX_BODY)
    .toString('utf8')
    .replace(/^\ufffd+/, '');
}

/** A run in a few lines without personal data: codes, ids and counts. What matters most comes last. */
export function pingBody(report: RunReport, exit: number): string {
  const { summary } = report;
  const failed = report.events.filter(({ status }) => status === 'failed');
  const lines = [
    ...failed.map(({ id, reason }) => `event ${id} failed: ${reason}`),
    ...(report.error === null ? [] : [`run failed: ${report.error.code}`]),
    `requests: Tripleseat ${report.requests.tripleseat}, Revel ${report.requests.revel}`,
    `queried ${summary.queried}, injected ${summary.injected}, repaired ${summary.repaired}, skipped ${summary.skipped}, failed ${summary.failed}`,
    `${runTag(report.trigger, report.correlation_id)} exit ${exit} after ${(report.duration_ms / 1000).toFixed(1)} s`,
  ];
  return `${lines.join('\n')}\n`;
}
