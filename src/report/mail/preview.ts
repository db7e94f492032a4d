import { clean } from '../../text/text.js';
import { type PreviewDays, wouldFail } from '../preview.js';
import type { EventResult, RunReport } from '../schema.js';
import { sharing } from '../sharing.js';
import { eachOnce, failureItem, MAX_ITEMS, type MailContent, type MailItem } from './content.js';

/**
 * The mail of a preview: what would fail, soonest first, each with what to do. Null: nothing would.
 *
 * @param host name of the machine the run was on
 */
export function previewContent(report: RunReport, days: PreviewDays, host: string): MailContent | null {
  const failing = report.events
    .filter((event) => wouldFail(event, days))
    .toSorted((a, b) => (a.date ?? '').localeCompare(b.date ?? '') || Number(a.id) - Number(b.id));
  if (failing.length === 0) return null;
  const { from, to } = report.window ?? { from: '', to: '' };
  const what = `${failing.length} of ${report.events.length} coming events would fail`;
  const period = from === '' ? '' : ` (${clean(from, 20)} to ${clean(to, 20)})`;
  return {
    subject: `ts-reconcile: ${what}`,
    headline: `${what}${period}.`,
    sections: [
      {
        title: `Would fail (${failing.length})`,
        tone: 'bad',
        intro: 'Put these right before their day, and nobody will notice.',
        items: eachOnce(sharing(failing).slice(0, MAX_ITEMS).map(itemOf)),
        more: Math.max(failing.length - MAX_ITEMS, 0),
      },
    ],
    footer: [`Preview on ${clean(host, 100)}.`, 'All of the coming events: ts-reconcile preview'],
  };
}

function itemOf(event: EventResult): MailItem {
  return failureItem({ event, since: null });
}
