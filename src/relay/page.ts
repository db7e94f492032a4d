import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.js';
import type { Logger } from '../report/log.js';
import type { Access } from './access.js';
import type { ChildRun } from './child.js';
import type { Reply } from './http.js';
import { ending, logLines } from './run-log.js';

/** The same page is sent for so long: it shows what is on record, and that changes with runs. */
const KEPT_MS = 10_000;
const NOT_MADE: Reply = {
  status: 503,
  body: { ok: false, reason: 'PAGE_NOT_MADE' },
  headers: { 'retry-after': '10' },
};

/** What the page is sent with. */
export interface PageDeps {
  access: Access;
  /** Starts what prints the page: this process does not hold what makes it. */
  start(): ChildRun;
  clock: Clock;
  log: Logger;
}

/** The page of `report --html`, for a browser. */
export interface Page {
  /** Null: the caller is not to be answered. */
  handle(request: IncomingMessage): Promise<Reply | null>;
  /** Waits for nobody. */
  stop(): void;
}

/** See {@link Page}. One is made at a time, however many ask for it. */
export function createPage({ access, start, clock, log }: PageDeps): Page {
  let kept: { until: number; page: Promise<string | null> } | null = null;
  let running: ChildRun | null = null;

  async function make(): Promise<string | null> {
    const child = start();
    running = child;
    const finished = await child.ended;
    running = null;
    const { end, stdout } = finished;
    if (end.kind === 'exit' && end.code === 0 && stdout !== null && stdout !== '') return stdout;
    logLines(log, finished.lines);
    log.warn(`The page could not be made: the process ${ending(finished)}`);
    return null;
  }

  function latest(): Promise<string | null> {
    if (kept !== null && clock.steady() < kept.until) return kept.page;
    const fresh = { until: Number.POSITIVE_INFINITY, page: make() };
    kept = fresh;
    void fresh.page.then((page) => {
      fresh.until = page === null ? 0 : clock.steady() + KEPT_MS;
    });
    return fresh.page;
  }

  return {
    async handle(request) {
      const refused = await access.toLook(request);
      if (refused) return refused.reply;
      const page = await latest();
      return page === null ? NOT_MADE : replyWith(page);
    },
    stop: () => running?.stop(),
  };
}

/** What the page says that it may do is said once more by the answer, where more can be said. */
function replyWith(page: string): Reply {
  const [, policy = "default-src 'none'"] =
    /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page) ?? [];
  return {
    status: 200,
    body: page,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `${policy.replaceAll('&apos;', "'")}; frame-ancestors 'none'`,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    },
  };
}
