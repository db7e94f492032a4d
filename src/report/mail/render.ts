import { escapeUTF8 } from 'entities';
import { TABLE_HEAD, tableLines } from '../differences.js';
import type { MailContent, MailItem, MailSection, Tone } from './content.js';

/** Columns of a table in the plain text part. */
const TEXT_COLUMNS = 78;

/** The plain text part. Lines are not broken: mail programs do that to their own width. */
export function renderText({ headline, sections, footer }: MailContent): string {
  const parts = [headline, ...sections.map(sectionText), ['-- ', ...footer].join('\n')];
  return `${parts.join('\n\n')}\n`;
}

function sectionText({ title, tone, intro, items, more }: MailSection): string {
  const heading = tone === 'alarm' ? title.toUpperCase() : title;
  const lines = [heading, '='.repeat(Math.min([...heading].length, 60))];
  if (intro !== null) lines.push(intro);
  for (const item of items) lines.push('', itemText(item));
  if (more > 0) lines.push('', moreText(more));
  return lines.join('\n');
}

function itemText({ title, facts, text, table }: MailItem): string {
  return [
    `* ${title}`,
    ...facts.map((fact) => `  ${fact}`),
    ...(text === null ? [] : [`  ${text}`]),
    ...tableLines(table, '    ', TEXT_COLUMNS),
  ].join('\n');
}

function moreText(more: number): string {
  return `and ${more} more: see ts-reconcile history`;
}

const COLOURS: Readonly<Record<Tone, string>> = {
  alarm: '#b3001b',
  bad: '#b35900',
  good: '#1a7f37',
  calm: '#57606a',
};

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/** The HTML part: one column, no images, no links, styles inline since mail programs drop others. */
export function renderHtml({ subject, headline, sections, footer }: MailContent): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no">
<title>${escapeUTF8(subject)}</title>
</head>
<body style="margin:0;padding:16px;${FONT};font-size:16px;line-height:1.4">
<div style="max-width:600px;margin:0 auto">
<p style="margin:0 0 16px;font-size:18px;font-weight:600">${inline(headline)}</p>
${sections.map(sectionHtml).join('\n')}
<p style="margin:24px 0 0;font-size:13px;color:#6e7781">${footer.map(inline).join('<br>')}</p>
</div>
</body>
</html>
`;
}

function sectionHtml({ title, tone, intro, items, more }: MailSection): string {
  const colour = COLOURS[tone];
  return [
    `<h2 style="margin:24px 0 8px;font-size:17px;color:${colour}">${inline(title)}</h2>`,
    ...(intro === null ? [] : [`<p style="margin:0 0 8px;overflow-wrap:anywhere">${inline(intro)}</p>`]),
    ...items.map((item) => itemHtml(item, colour)),
    ...(more > 0 ? [`<p style="margin:0">${inline(moreText(more))}</p>`] : []),
  ].join('\n');
}

function itemHtml({ title, facts, text, table }: MailItem, colour: string): string {
  const block = `margin:0 0 12px;padding:4px 0 4px 12px;border-left:4px solid ${colour};overflow-wrap:anywhere`;
  return [
    `<div style="${block}">`,
    `<div style="font-weight:600">${inline(title)}</div>`,
    ...facts.map((fact) => `<div style="font-size:14px;color:#6e7781">${inline(fact)}</div>`),
    ...(text === null ? [] : [`<div style="margin-top:4px">${inline(text)}</div>`]),
    ...(table.length === 0 ? [] : [tableHtml(table)]),
    '</div>',
  ].join('\n');
}

function tableHtml(table: MailItem['table']): string {
  const cell = 'padding:2px 12px 2px 0;text-align:left;vertical-align:top';
  const head = TABLE_HEAD.map((text) => `<th scope="col" style="${cell};color:#6e7781">${inline(text)}</th>`);
  const rows = table.map(([what, event, order]) => {
    const values = [event, order].map((text) => `<td style="${cell}">${inline(text)}</td>`).join('');
    return `<tr><th scope="row" style="${cell};font-weight:400">${inline(what)}</th>${values}</tr>`;
  });
  const style = 'margin-top:6px;border-collapse:collapse;font-size:14px';
  return `<table style="${style}"><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** Text as HTML whose direction does not spill over to what follows. */
function inline(text: string): string {
  return `<bdi>${escapeUTF8(text)}</bdi>`;
}
