import { escapeUTF8 } from 'entities';
import { type FactTable, tableLines } from '../tables.js';
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
  for (const [at, item] of items.entries()) {
    if (startsPlace(items, at)) lines.push('', item.place);
    lines.push('', itemText(item));
  }
  if (more > 0) lines.push('', moreText(more));
  return lines.join('\n');
}

/** Whether day and shop are others than those of the item before. */
function startsPlace(items: readonly MailItem[], at: number): boolean {
  const place = items[at]?.place ?? '';
  return place !== '' && place !== items[at - 1]?.place;
}

function itemText({ title, facts, links, text, tables, settling }: MailItem): string {
  return [
    `* ${title}`,
    ...facts.map((fact) => `  ${fact}`),
    ...pagesOf(links).map(([what, address]) => `  ${what}: ${address}`),
    ...(text === null ? [] : [`  ${text}`]),
    ...tableLines(tables, '    ', TEXT_COLUMNS),
    ...(settling === null ? [] : [`  ${settling.when}:`, `    ${settling.command}`]),
  ].join('\n');
}

/** What can be opened, with its address. */
function pagesOf({ event, order }: MailItem['links']): [string, string][] {
  return [
    ...(event === null ? [] : [['Event in Tripleseat', event] satisfies [string, string]]),
    ...(order === null ? [] : [['Order in Revel', order] satisfies [string, string]]),
  ];
}

function moreText(more: number): string {
  return `and ${more} more: see ts-reconcile history`;
}

/**
 * Colours on white, and those that take their place on black: each pair has a contrast of at least 4.5. Mail programs
 * that know nothing of the second kind show the first on its own ground.
 */
const COLOURS: Readonly<Record<Tone | 'text' | 'soft' | 'link', { light: string; dark: string }>> = {
  text: { light: '#1b1f24', dark: '#e6edf3' },
  soft: { light: '#57606a', dark: '#9da7b3' },
  link: { light: '#0550ae', dark: '#79c0ff' },
  alarm: { light: '#a40e26', dark: '#ff9a94' },
  bad: { light: '#8a4600', dark: '#ffb366' },
  good: { light: '#116329', dark: '#6fdd8b' },
  calm: { light: '#57606a', dark: '#9da7b3' },
};
const GROUND = { light: '#ffffff', dark: '#0d1117' };
const BOX = { light: '#f6f8fa', dark: '#161b22' };

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const MONO = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'Courier New',monospace";

const DARK = [
  `body,.g{background:${GROUND.dark}!important}`,
  `.b{background:${BOX.dark}!important}`,
  ...Object.entries(COLOURS).map(
    ([name, { dark }]) => `.${name}{color:${dark}!important;border-color:${dark}!important}`,
  ),
].join('');

/** The HTML part: one column, no images, styles inline since many mail programs drop others. */
export function renderHtml({ subject, headline, sections, footer }: MailContent): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no">
<title>${escapeUTF8(subject)}</title>
<style>:root{color-scheme:light dark}@media (prefers-color-scheme:dark){${DARK}}</style>
</head>
<body style="margin:0;padding:16px;background:${GROUND.light};${FONT};font-size:16px;line-height:1.4">
<div class="g" role="main" style="max-width:640px;margin:0 auto;background:${GROUND.light}">
<h1 ${styled('text', 'margin:0 0 16px;font-size:18px;font-weight:600')}>${inline(headline)}</h1>
${sections.map(sectionHtml).join('\n')}
<p ${styled('soft', 'margin:24px 0 0;font-size:13px')}>${footer.map(inline).join('<br>')}</p>
</div>
</body>
</html>
`;
}

/** Colour and style of an element, for both grounds. */
function styled(colour: keyof typeof COLOURS, style: string): string {
  return `class="${colour}" style="${style};color:${COLOURS[colour].light}"`;
}

function sectionHtml({ title, tone, intro, items, more }: MailSection): string {
  return [
    `<h2 ${styled(tone, 'margin:24px 0 8px;font-size:17px')}>${inline(title)}</h2>`,
    ...(intro === null
      ? []
      : [`<p ${styled('text', 'margin:0 0 8px;overflow-wrap:anywhere')}>${inline(intro)}</p>`]),
    ...items.flatMap((item, at) => [
      ...(startsPlace(items, at)
        ? [`<h3 ${styled('text', 'margin:16px 0 6px;font-size:15px')}>${inline(item.place)}</h3>`]
        : []),
      itemHtml(item, tone),
    ]),
    ...(more > 0 ? [`<p ${styled('text', 'margin:0')}>${inline(moreText(more))}</p>`] : []),
  ].join('\n');
}

function itemHtml({ title, facts, links, text, tables, settling }: MailItem, tone: Tone): string {
  const border = `border-left:4px solid ${COLOURS[tone].light}`;
  const block = `margin:0 0 12px;padding:4px 0 4px 12px;${border};overflow-wrap:anywhere`;
  return [
    `<div class="${tone}" style="${block}">`,
    `<div ${styled('text', 'font-weight:600')}>${inline(title)}</div>`,
    ...facts.map((fact) => `<div ${styled('soft', 'font-size:14px')}>${inline(fact)}</div>`),
    ...pagesHtml(links),
    ...(text === null ? [] : [`<div ${styled('text', 'margin-top:4px')}>${inline(text)}</div>`]),
    ...tables.map((table) => tableHtml(table, title)),
    ...(settling === null
      ? []
      : [
          `<div ${styled('text', 'margin-top:4px')}>${inline(`${settling.when}:`)}</div>`,
          commandHtml(settling.command),
        ]),
    '</div>',
  ].join('\n');
}

function pagesHtml(links: MailItem['links']): string[] {
  const pages = pagesOf(links).map(
    ([what, address]) => `<a ${styled('link', '')} href="${escapeUTF8(address)}">${what}</a>`,
  );
  return pages.length === 0
    ? []
    : [`<div ${styled('soft', 'margin-top:2px;font-size:14px')}>${pages.join(' · ')}</div>`];
}

/** On one line, whatever the width: what is broken inside of an option cannot be copied. */
function commandHtml(command: string): string {
  const style = `margin:4px 0 0;padding:6px 8px;background:${BOX.light};overflow-x:auto;white-space:pre;${MONO};font-size:14px`;
  return `<pre tabindex="0" class="b text" style="${style};color:${COLOURS.text.light}">${inline(command)}</pre>`;
}

/** `name`: of what it is about. */
function tableHtml({ title, columns, rows, more }: FactTable, name: string): string {
  // As wide as its words: of an id or an amount that goes on in a second line there are two.
  const cell = 'padding:2px 12px 2px 0;text-align:left;vertical-align:top;overflow-wrap:break-word';
  const head = columns.map(
    ({ head }) =>
      `<th scope="col" ${styled('soft', `${cell};font-weight:400`)}>${inline(head || title.toLowerCase())}</th>`,
  );
  const body = rows.map((row) => {
    const [what = '', ...values] = row.map(({ text, link }) =>
      link === null
        ? inline(text)
        : `<a ${styled('link', '')} href="${escapeUTF8(link)}">${inline(text)}</a>`,
    );
    const others = values.map((value) => `<td ${styled('text', cell)}>${value}</td>`).join('');
    return `<tr><th scope="row" ${styled('text', `${cell};font-weight:400`)}>${what}</th>${others}</tr>`;
  });
  const rest = more > 0 ? `<div ${styled('soft', '')}>${inline(`and ${more} more`)}</div>` : '';
  const style = 'margin-top:6px;border-collapse:collapse;font-size:14px';
  const label = escapeUTF8(`${title}: ${name}`);
  return `<div style="overflow-x:auto" tabindex="0" role="region" aria-label="${label}"><table style="${style}"><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>${rest}`;
}

/** Text as HTML whose direction does not spill over to what follows, and in which no word of a command is broken. */
function inline(text: string): string {
  const escaped = escapeUTF8(text).replace(
    /(?<![\w-])(?:--[a-z][a-z-]*|ts-reconcile)/g,
    (word) => `<span style="white-space:nowrap">${word}</span>`,
  );
  return `<bdi>${escaped}</bdi>`;
}
