import { clean } from '../../text/text.js';
import { type PreviewDays, wouldFail } from '../preview.js';
import type { EventResult, RunReport } from '../schema.js';
import { sharing } from '../sharing.js';
import type { Shops } from '../shops.js';
import { eachOnce, failureItem, MAX_ITEMS, type MailContent } from './content.js';

/** What would fail, soonest first. */
export function failingOf(report: RunReport, days: PreviewDays): EventResult[] {
  return report.events
    .filter((event) => wouldFail(event, days))
    .toSorted((a, b) => (a.date ?? '').localeCompare(b.date ?? '') || Number(a.id) - Number(b.id));
}

/**
 * The mail of a preview: what would fail and concerns its readers, soonest first, each with what to do.
 *
 * @param shop name of the shop whose people read it; null: the office
 * @param host name of the machine the run was on
 */
export function previewContent(
  report: RunReport,
  { failing, shop }: { failing: readonly EventResult[]; shop: string | null },
  host: string,
  shops: Shops,
): MailContent {
  const { from, to } = report.window ?? { from: '', to: '' };
  const all = shop === null ? report.events : report.events.filter(({ location }) => location === shop);
  const at = shop === null ? '' : ` at ${clean(shop, 100)}`;
  const what = `${failing.length} of ${all.length} coming events${at} would fail`;
  const period = from === '' ? '' : ` (${clean(from, 20)} to ${clean(to, 20)})`;
  return {
    subject: `ts-reconcile: ${what}`,
    headline: `${what}${period}.`,
    sections: [
      {
        title: `Would fail (${failing.length})`,
        tone: 'bad',
        intro: 'Put these right before their day, and nobody will notice.',
        items: eachOnce(
          sharing(failing)
            .slice(0, MAX_ITEMS)
            .map((event) => failureItem({ event, since: null }, shops)),
        ),
        more: Math.max(failing.length - MAX_ITEMS, 0),
      },
    ],
    footer: [`Preview on ${clean(host, 100)}.`, 'All of the coming events: ts-reconcile preview'],
  };
}
