import type { Clock } from '../clock.js';
import { clean } from '../text/text.js';
import { spanText } from '../text/time.js';
import { wrap } from '../text/width.js';
import type { LogSink } from './log.js';
import type { OutputStream } from './output.js';

/** Redraw at most this often, and at least this often while something is being done. */
const INTERVAL_MS = 100;
const TICK_MS = 1_000;

/** On a terminal that takes no more than text, a line of its own this often. */
const PLAIN_INTERVAL_MS = 10_000;
/** How much of a step must be done before its rate says anything. */
const LEAST_MS = 2_000;

const CLEAR_LINE = '\r\u001b[2K';

/** What is being done, and how far it is; a total of 0, or none, is not known. */
interface Step {
  what: string;
  done?: number;
  total?: number;
}

/** One line that keeps being rewritten. */
export interface Progress {
  update(step: Step): void;
  /** A request has gone out: those of the current step are counted. */
  requested(): void;
  /** Takes the line away; call it when the work ends. */
  clear(): void;
  /** For log lines: writes above the line, so that the two don't run into each other. */
  sink: LogSink;
}

/**
 * A progress line on `stream`, if that is a terminal: step, done of total, rate, time spent and left. It moves every
 * second until it is cleared. With TERM=dumb, which cannot rewrite a line, there is a new one every ten seconds.
 */
export function createProgress(
  stream: OutputStream & LogSink,
  clock: Pick<Clock, 'steady' | 'sleep'>,
  env: Readonly<Record<string, string | undefined>>,
): Progress {
  if (stream.isTTY !== true) {
    return { update: () => {}, requested: () => {}, clear: () => {}, sink: stream };
  }
  const isPlain = env.TERM === 'dumb';
  let step: Required<Step> & { since: number; from: number } = {
    what: '',
    done: 0,
    total: 0,
    since: 0,
    from: 0,
  };
  let requests = 0;
  let shown = '';
  let drawnAt = isPlain ? clock.steady() : Number.NEGATIVE_INFINITY;
  let ticking: AbortController | null = null;

  const draw = () => {
    const now = clock.steady();
    if (now - drawnAt < (isPlain ? PLAIN_INTERVAL_MS : INTERVAL_MS)) return;
    drawnAt = now;
    const room = Math.max((stream.columns || 80) - 1, 1);
    const [line = ''] = wrap(clean(lineOf(step, requests, now), 400), '', room, true);
    shown = line;
    stream.write(isPlain ? `${line}\n` : CLEAR_LINE + line);
  };
  const tick = async ({ signal }: AbortController) => {
    while (!signal.aborted) {
      await clock.sleep(TICK_MS, signal);
      if (!signal.aborted) draw();
    }
  };
  return {
    update({ what, done = 0, total = 0 }) {
      if (what !== step.what || done < step.done) {
        step = { what, done, total, since: clock.steady(), from: done };
        requests = 0;
      } else step = { ...step, done, total };
      draw();
      if (ticking === null) {
        ticking = new AbortController();
        void tick(ticking);
      }
    },
    requested() {
      requests += 1;
    },
    clear() {
      ticking?.abort();
      ticking = null;
      if (shown !== '' && !isPlain) stream.write(CLEAR_LINE);
      shown = '';
      step = { ...step, what: '' };
      drawnAt = isPlain ? clock.steady() : Number.NEGATIVE_INFINITY;
    },
    sink: {
      write(text) {
        if (shown === '' || isPlain) return stream.write(text);
        return stream.write(`${CLEAR_LINE}${text}${shown}`);
      },
    },
  };
}

/** `events: 14 of 301, 0.8/s, 18 s spent, 5 min left, 43 requests`. */
function lineOf(
  { what, done, total, since, from }: Required<Step> & { since: number; from: number },
  requests: number,
  now: number,
): string {
  const spent = now - since;
  const counted = total > 0 ? `: ${done} of ${total}` : done > 0 ? `: ${done} so far` : '';
  const parts = [what + counted];
  const perMs = (done - from) / spent;
  if (spent >= LEAST_MS && perMs > 0) {
    const rate = perMs * 1_000;
    parts.push(rate < 0.1 ? `${(rate * 60).toFixed(1)}/min` : `${rate.toFixed(1)}/s`);
  }
  if (spent >= TICK_MS) parts.push(`${spanText(spent)} spent`);
  if (spent >= LEAST_MS && perMs > 0 && total > done) parts.push(`${spanText((total - done) / perMs)} left`);
  if (requests > 0) parts.push(`${requests} ${requests === 1 ? 'request' : 'requests'}`);
  return parts.join(', ');
}
