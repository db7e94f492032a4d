import { createHash } from 'node:crypto';
import { localDateTime } from '../../domain/zones.js';
import { type LinkPatterns, linksOf, noLinks } from '../../text/links.js';
import { plural } from '../../text/text.js';
import { agoText, dayText, spanText } from '../../text/time.js';
import { moneyText, titleOf } from '../shops.js';
import type { FactTable } from '../tables.js';
import type { Card, CardState, OpenItem, PageData, RunDay } from './data.js';
import { type Html, type HtmlValue, html, trusted } from './html.js';
import type { Plots } from './plots.js';
import { SCRIPT, STYLE } from './style.js';

/** What the page may do: show its own style and run its own script, and reach nobody. */
export const POLICY = [
  "default-src 'none'",
  `style-src '${hashOf(STYLE)}'`,
  `script-src '${hashOf(SCRIPT)}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The whole page: one file that needs nobody else. */
export function renderPage(data: PageData, plots: Plots): string {
  const counts = {
    failing: data.open.filter(({ since }) => since !== null).length,
    coming: data.open.filter(({ since }) => since === null).length,
  };
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no, date=no, address=no">
<title>ts-reconcile: ${headline(counts, data)}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<header>
<h1>Events and orders</h1>
<p><strong>${headline(counts, data)}</strong></p>
<ul class="facts">
<li>Made ${timeText(data.at, data.zone)} (${data.zone})
<li>${sweepText(data)}
<li>${previewText(data)}
</ul>
<form hidden role="search"><label for="q">Find an event</label>
<div><input id="q" type="search" autocomplete="off" placeholder="name, shop, id or reason"> <span role="status"></span></div></form>
</header>
<main>
${stripSection(data)}
${openSection(data)}
${daySections(data, 'Today and the coming days', (date) => date >= data.today)}
${daySections(data, 'The days before', (date) => date !== '' && date < data.today)}
${runSections(data, plots)}
</main>
<footer>
<p>From the journal and the last preview; neither service was asked. Times are those of ${data.zone}. More about an event: ${code('ts-reconcile history --event-id')} and its id.</p>
</footer>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

function code(text: string): Html {
  return html`<code>${text}</code>`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** `2026-11-14 12:05`. */
function timeText(at: number, zone: string): string {
  return localDateTime(at, zone).slice(0, 16).replace('T', ' ');
}

function headline(
  { failing, coming }: { failing: number; coming: number },
  { moreOpen, lastSweep }: PageData,
): string {
  if (failing + coming === 0) {
    return lastSweep === null ? 'Whether anything is open is not known' : 'Nothing is open';
  }
  const parts = [
    ...(failing > 0 ? [`${plural(failing, 'event')} ${failing === 1 ? 'fails' : 'fail'}`] : []),
    ...(coming > 0 ? [`${failing > 0 ? `${coming} more` : plural(coming, 'event')} would fail`] : []),
    ...(moreOpen > 0 ? [`${moreOpen} more ${moreOpen === 1 ? 'is' : 'are'} not shown`] : []),
  ];
  return parts.join(', ');
}

function sweepText({ lastSweep, at, zone }: PageData): string {
  if (lastSweep === null)
    return 'No sweep that covered everything is on record, so whether something fails is not known';
  return `Last sweep that covered everything ${timeText(lastSweep, zone)}, ${agoText(at - lastSweep)}`;
}

function previewText({ preview, at, zone }: PageData): Html {
  if (preview === null)
    return html`No look at the coming days is kept: ${code('ts-reconcile preview')} takes one`;
  const part = preview.isComplete ? '' : ', not complete';
  return html`Coming days as of ${timeText(preview.at, zone)}, ${agoText(at - preview.at)}${part}`;
}

function openSection(data: PageData): Html {
  const { open, moreOpen, lastSweep } = data;
  const nothing =
    lastSweep === null
      ? 'Nothing is on record.'
      : 'Nothing: every event of the last complete sweep is as it should be.';
  return html`<section aria-labelledby="open"><h2 id="open">What stands open</h2>
${open.length === 0 ? html`<p>${nothing}</p>` : null}${open.length === 0 ? null : html`<div class="items">${open.map((item) => openItem(item, data))}</div>`}${
  moreOpen > 0 ? html`<p>And ${moreOpen} more: ${code('ts-reconcile history --failed')}</p>` : null
}</section>`;
}

function openItem(item: OpenItem, { at, links, currencies }: PageData): Html {
  const pages = linksOf(links, item.id, item.order);
  const facts: HtmlValue[] = [
    dayText(item.date) || 'no date',
    item.shop || 'no location',
    linked(`event ${item.id}`, pages.event),
    ...(item.order === null ? [] : [linked(`order ${item.order}`, pages.order)]),
    ...(item.total === null ? [] : [moneyText(item.total, item.shop, { currencies })]),
  ];
  return html`<article class="item" id="o${item.id}"><h3>${item.name}</h3>
<p><strong>${item.reason ?? 'failed'}</strong> · ${dotted(facts)}</p>
<p class="soft">${sinceText(item, at)}</p>
${item.sentence === '' ? null : html`<p>${prose(item.sentence)}</p>`}${item.tables.map((table) => factTable(table, item.name))}
<p>${item.settling.when}:</p><pre tabindex="0" aria-label="command"><code>${item.settling.command}</code></pre></article>
`;
}

/** Something that leads to a page, where its address is known. */
function linked(text: string, address: string | null): HtmlValue {
  return address === null ? text : html`<a href="${address}">${text}</a>`;
}

function dotted(facts: readonly HtmlValue[]): HtmlValue {
  return facts.map((fact, at) => (at === 0 ? fact : html` · ${fact}`));
}

/** A sentence in which no word of a command is broken at its hyphens. */
function prose(sentence: string): HtmlValue {
  return sentence
    .split(/(?<![\w-])(--[a-z][a-z-]*|ts-reconcile)/)
    .map((part, at) => (at % 2 === 1 ? html`<span class="word">${part}</span>` : part));
}

function sinceText({ since, runs, passedOver }: OpenItem, now: number): string {
  if (since === null) return 'Would fail on its day.';
  const age = now - since;
  const long = age < 0 ? '' : ` for ${spanText(age)}`;
  const seen = `Failing${long}, in ${plural(runs, 'run')}.`;
  return passedOver
    ? `${seen} The newest complete sweep did not come across it: put right by hand, or its day is behind the sweeps.`
    : seen;
}

function factTable({ title, columns, rows, more }: FactTable, name: string): Html {
  const heads = columns.map(({ head }) => html`<th scope="col">${head || title.toLowerCase()}</th>`);
  const body = rows.map(([what, ...values]) => {
    const others = values.map(({ text, link }) => html`<td>${linked(text, link)}</td>`);
    return html`<tr><th scope="row">${linked(what?.text ?? '', what?.link ?? null)}</th>${others}</tr>`;
  });
  const rest = more > 0 ? html`<p class="soft">and ${more} more</p>` : null;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}: ${name}"><table><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table></div>${rest}`;
}

const STATES: Readonly<Record<CardState, string>> = {
  failed: 'needs a person',
  coming: 'will be made',
  stands: 'stands',
  service: 'in service',
  accepted: 'accepted as it is',
  unpriced: 'not priced yet',
  none: 'no order',
};

function stripSection(data: PageData): Html {
  if (data.cards.length === 0) return html``;
  const heads = data.days.map(
    (day) =>
      html`<th scope="col"${day === data.today ? trusted(' class="now" aria-current="date"') : null}>${shortDay(day)}</th>`,
  );
  const rows = data.shops.map(
    (
      shop,
      at,
    ) => html`<tr><th scope="row">${shop || 'no location'}</th>${data.days.map((day) => stripCell(data, day, shop, at))}</tr>
`,
  );
  const { omitted } = data;
  const left =
    omitted > 0
      ? ` ${omitted} more ${omitted === 1 ? 'event is' : 'events are'} neither shown nor counted on this page.`
      : '';
  return html`<section aria-labelledby="days"><h2 id="days">Days and shops</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Events of each day and shop"><table class="strip"><thead><tr><th scope="col">shop</th>${heads}</tr></thead><tbody>${rows}</tbody></table></div>
<p class="soft">The number of events; an exclamation mark: one needs a person.${left}</p></section>`;
}

function stripCell({ cards }: PageData, day: string, shop: string, at: number): Html {
  const here = cards.filter((card) => card.date === day && card.shop === shop);
  if (here.length === 0) return html`<td></td>`;
  const failing = here.filter(({ state }) => state === 'failed').length;
  const mark = failing > 0 ? '!' : '';
  const said = failing > 0 ? html`<span class="unseen">, ${failing} to settle</span>` : null;
  return html`<td${failing > 0 ? trusted(' class="bad"') : null}><a href="#d${day}-${at}">${here.length}${mark}${said}</a></td>`;
}

/** `Sat 14`. */
function shortDay(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  return `${date.toLocaleDateString('en-US', { weekday: 'short', timeZone: 'UTC' })} ${date.getUTCDate()}`;
}

/** Bytes of addresses on cards: all links of many events would make the page too large to be mailed. */
const LINK_BYTES = 70_000;

/** The cards that lead to the pages of their event and order: those nearest to today, as far as there is room. */
function linkedCards({ cards, links, today }: PageData): ReadonlySet<string> {
  const away = ({ date }: Card) => Math.abs(Date.parse(date) - Date.parse(today)) || 0;
  const found = new Set<string>();
  let room = LINK_BYTES;
  for (const { id, order } of cards.toSorted((a, b) => away(a) - away(b))) {
    const { event, order: ofOrder } = linksOf(links, id, order);
    room -= (event?.length ?? 0) + (ofOrder?.length ?? 0);
    if (room < 0) break;
    found.add(id);
  }
  return found;
}

function daySections(data: PageData, title: string, isOf: (date: string) => boolean): Html {
  const withLinks = linkedCards(data);
  const groups: Card[][] = [];
  for (const card of data.cards.filter(({ date }) => isOf(date))) {
    const last = groups.at(-1);
    if (last?.[0]?.date === card.date && last[0].shop === card.shop) last.push(card);
    else groups.push([card]);
  }
  if (groups.length === 0) return html`<section><h2>${title}</h2><p>No event is known.</p></section>`;
  return html`<section><h2>${title}</h2>${groups.map((cards) => dayGroup(data, cards, withLinks))}</section>`;
}

function dayGroup(
  { shops, open, links, currencies }: PageData,
  cards: readonly Card[],
  withLinks: ReadonlySet<string>,
): Html {
  const [{ date, shop } = { date: '', shop: '' }] = cards;
  const ids = new Set(open.map(({ id }) => id));
  const title = titleOf(
    cards.map((card) => ({ ...card, location: card.shop })),
    { currencies },
  );
  return html`<section class="day" id="d${date}-${shops.indexOf(shop)}"><h3>${title}</h3>
<ul class="cards">${cards.map((card) => cardItem(card, ids.has(card.id), withLinks.has(card.id) ? links : noLinks))}
</ul></section>
`;
}

function cardItem(
  { id, name, state, reason, order, total, accepted }: Card,
  isOpen: boolean,
  patterns: LinkPatterns,
): Html {
  const pages = linksOf(patterns, id, order);
  const facts = [
    linked(id, pages.event),
    ...(order === null ? [] : [linked(`order ${order}`, pages.order)]),
    ...(total === null ? [] : [total]),
  ];
  const why = reason === null || state === 'stands' || state === 'coming' ? '' : `: ${reason}`;
  const shown = isOpen ? html`<a href="#o${id}">${STATES[state]}${why}</a>` : html`${STATES[state]}${why}`;
  return html`
<li class="${state}"><b>${name}</b> <i>${shown}</i> <small>${dotted(facts)}</small>${accepted === null ? null : html`<small>${accepted}</small>`}`;
}

function runSections(data: PageData, plots: Plots): Html {
  return html`${runSection('Sweeps', 'sweeps', data.sweeps, plots, true)}
${data.relay.some(({ runs }) => runs > 0) ? runSection('Runs for webhooks', 'runs', data.relay, plots, false) : html`<section><h2>Runs for webhooks</h2><p>None in these weeks.</p></section>`}`;
}

function runSection(
  title: string,
  what: string,
  days: readonly RunDay[],
  plots: Plots,
  withRequests: boolean,
): Html {
  const ran = days.reduce((sum, { runs }) => sum + runs, 0);
  const broken = days.reduce((sum, each) => sum + each.broken, 0);
  const head = html`<h2>${title}</h2><p>${plural(ran, 'run')} in ${days.length} days, of which ${broken} did not do their work.</p>`;
  if (ran === 0) return html`<section><h2>${title}</h2><p>None in these weeks.</p></section>`;
  const figure = (caption: string, key: Html | null, drawn: Html) =>
    html`<figure><figcaption>${caption}</figcaption>${key === null ? null : html`<p class="soft">${key}</p>`}${drawn}</figure>`;
  const longest = Math.max(...days.map(({ seconds }) => seconds?.most ?? 0));
  const labels = {
    durations: `How long ${what} took in ${days.length} days; the longest ${longest.toFixed(1)} s. The table below has the numbers.`,
    requests: `Requests of a run to each service, day by day. The table below has the numbers.`,
    outcomes: `Orders made and repaired, and events that failed, day by day. The table below has the numbers.`,
    counts: `Runs of each day, and those that did not do their work. The table below has the numbers.`,
  };
  return html`<section>${head}<div class="plots">
${figure('How long they took', html`the shortest, the one in the middle, the longest`, plots.durations(days, labels.durations))}
${withRequests ? figure('Requests of a run', html`<span class="k1"></span>Revel <span class="k2"></span>Tripleseat (dashed)`, plots.requests(days, labels.requests)) : figure('How many', html`<span class="k2"></span>did their work <span class="k3"></span>did not`, plots.counts(days, labels.counts))}
${figure('What came of them', html`<span class="k2"></span>made <span class="k1"></span>repaired <span class="k3"></span>failed (the most in one run)`, plots.outcomes(days, labels.outcomes))}
</div>${runTable(title, days)}</section>`;
}

function runTable(title: string, days: readonly RunDay[]): Html {
  const used = days.filter(({ runs }) => runs > 0).toReversed();
  const rows = used.map(
    (d) => html`
<tr><th scope="row">${d.day}</th><td>${d.runs}</td><td>${d.broken}</td><td>${seconds(d.seconds?.median)}</td><td>${seconds(d.seconds?.most)}</td><td>${average(d.requests?.tripleseat)}</td><td>${average(d.requests?.revel)}</td><td>${d.made}</td><td>${d.repaired}</td><td>${d.failed}</td></tr>`,
  );
  const names = [
    'day',
    'runs',
    'broken',
    'median s',
    'longest s',
    'Tripleseat',
    'Revel',
    'made',
    'repaired',
    'failed',
  ];
  return html`<details><summary>${title}: the numbers</summary><div class="scroll" tabindex="0" role="region" aria-label="${title}: the numbers"><table><thead><tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div></details>`;
}

function seconds(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(1);
}

function average(value: number | undefined): string {
  return value === undefined ? '-' : String(Math.round(value));
}
