import { clean } from '../text/text.js';
import type { EventResult, RunReport } from './schema.js';
import { sharing } from './sharing.js';
import { noShops, type Shops } from './shops.js';
import type { OutputStyle } from './style.js';
import { byDate, byDayAndShop, renderView, type Section } from './table.js';

/** A day as text, so that days after tomorrow can be told from it. */
export interface PreviewDays {
  /** Tomorrow in the shop that is furthest ahead, `YYYY-MM-DD`. */
  tomorrow: string;
}

/**
 * What would fail on its day. An event that has no price yet is nobody's mistake before tomorrow is over: it is in the
 * list, but not among these.
 */
export function wouldFail(event: EventResult, { tomorrow }: PreviewDays): boolean {
  const reason: string | null = event.reason;
  if (reason === 'NOT_PRICED') return event.date === null || event.date <= tomorrow;
  return event.status === 'failed';
}

/** The preview for people: what would fail first, soonest first; then each day, shop by shop. */
export function renderPreview(
  report: RunReport,
  days: PreviewDays,
  style: OutputStyle,
  { sandbox, shops }: { sandbox: boolean; shops: Shops } = { sandbox: false, shops: noShops },
): Promise<string> {
  const failing = report.events.filter((event) => wouldFail(event, days)).toSorted(byDate);
  const others = report.events.filter((event) => !wouldFail(event, days));
  const failed: Section[] =
    failing.length === 0 ? [] : [{ title: 'Would fail', failed: true, events: sharing(failing) }];
  const { from, to } = report.window ?? { from: 'today', to: '' };
  return renderView(
    report,
    {
      heading: [
        `Preview, ${clean(from, 20)}${to === '' ? '' : ` to ${clean(to, 20)}`}: nothing is written`,
        '',
      ],
      sections: [...failed, ...byDayAndShop(others, shops)],
      changes: 'none',
      summary: summary(report, failing.length),
      settling: sandbox ? 'sandbox' : 'own',
    },
    style,
  );
}

function summary({ events, error, duration_ms }: RunReport, failing: number): string {
  const count = (status: EventResult['status']) => events.filter((event) => event.status === status).length;
  const standing = events.filter(({ reason }) => reason === 'ALREADY_INJECTED').length;
  const parts = [
    `${events.length} ${events.length === 1 ? 'event' : 'events'}`,
    `${failing} would fail`,
    `${count('injected') + count('repaired')} will be made`,
    ...(standing > 0 ? [`${standing} stand already`] : []),
  ];
  const seconds = (duration_ms / 1000).toFixed(1);
  return `${error === null ? '' : 'Incomplete: '}${parts.join(', ')} (${seconds} s)`;
}
