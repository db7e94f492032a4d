import { Desk } from '../../sync/desk.js';
import type { Figure, Part } from '../figure.js';

const EVENTS = 200;
const HOUR = 3_600_000;
const RATES = { tripleseat: 8, revel: 5 };

/** A desk with events of today that have no order yet, at the default request budgets. */
export function freshDesk(count: number): { desk: Desk; lines: number } {
  const desk = new Desk('2026-11-14T20:05:30Z', false, true);
  desk.rates = { ...RATES };
  let lines = 0;
  for (let each = 0; each < count; each += 1) {
    const event = desk.add({ updatedAt: desk.clock.now() - (100 + each / 100) * HOUR });
    lines = countLines(event);
  }
  return { desk, lines };
}

function countLines(event: unknown): number {
  const { documents } = event as { documents: { line_items: { price: string | null }[] }[] };
  return documents[0]?.line_items.filter(({ price }) => price !== null).length ?? 0;
}

/**
 * A sweep in which every order has to be made, in one process on simulated time: what it sends, and how much of
 * the request budget it uses while each request takes `latency` milliseconds.
 */
export const fresh: Part = async (say) => {
  const figures: Figure[] = [];
  for (const latency of [20, 100, 500]) {
    say(`${EVENTS} new orders, ${latency} ms a request`);
    const { desk, lines } = freshDesk(EVENTS);
    desk.strike = () => ({ kind: 'delay', ms: latency });
    const startedAt = desk.clock.now();
    const run = await desk.sweep({ force: true });
    const seconds = (desk.clock.now() - startedAt) / 1_000;
    if (run.results.some(({ status }) => status !== 'injected')) throw new Error('not all were injected');
    const of = (upstream: string) => run.sent.filter((sent) => sent.upstream === upstream).length;
    const orders = run.sent.filter(({ path }) => /^\/v1\/events\/\d/.test(path)).length;
    figures.push(
      {
        name: `fresh sweep, ${latency} ms: requests to Revel per event (${lines} lines), shared ones included`,
        value: of('revel') / EVENTS,
        unit: '',
        limit: lines + 8,
      },
      { name: '… to Tripleseat besides search pages', value: orders / EVENTS, unit: '', limit: 1 },
      {
        name: '… elapsed ÷ (requests ÷ budget)',
        value: (seconds * RATES.revel) / of('revel'),
        unit: '×',
        limit: 1.1,
      },
    );
  }
  const { desk } = freshDesk(0);
  const event = desk.add();
  const run = await desk.single([event]);
  const sent = run.sent.filter(({ upstream, path }) => upstream === 'revel' && !path.endsWith('/Product/'));
  figures.push({
    name: `single run: requests to Revel (${countLines(event)} lines), but for products and the look-up that probes`,
    value: sent.length - 1,
    unit: '',
    limit: countLines(event) + 10,
  });
  return figures;
};
