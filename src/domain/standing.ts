import { createHash } from 'node:crypto';
import { compareItems, cutOf } from './compare.js';
import type { Difference } from './differences.js';
import { lineAsText } from './kitchenText.js';
import { zero } from './money.js';
import { type Cut, compareNames, compareTexts, normaliseName, shownName } from './names.js';
import { revisionIn } from './notes.js';
import type { Contents, FoundItem, FoundOrder } from './order.js';
import { mappedIds } from './products.js';
import { noProduct, numbered } from './wantedLines.js';
import type { WantedItem, WantedOrder } from './wantedOrder.js';

/** An order that staff can see, ready to be compared, without regard to the menu as it is now. */
export interface Standing {
  /** The order as its event wants it, in terms of the products and names that it was made with. */
  wanted: WantedOrder;
  contents: Contents;
  texts: Difference[];
}

/**
 * An order that stands is judged without the menu: a product that was renamed, deactivated or doubled since, or one
 * that is new, changes nothing about it. So each line that the order does not have under today's product is looked
 * for by the name that was written with it, in the same quantity and at the same price.
 */
export function asMade(wanted: WantedOrder, order: FoundOrder, contents: Contents): Standing {
  const rows = contents.items.filter(({ deleted }) => !deleted).sort((a, b) => Number(a.id) - Number(b.id));
  const gone = contents.items.filter(({ deleted }) => deleted);
  const found = madeBefore(wanted, order, rows) ?? byName(wanted, rows, gone, cutOf(wanted, order));
  const made = isTaxedAsAWhole(wanted, order, rows) ? { ...found, items: found.items.map(untaxed) } : found;
  const plain = { ...contents, items: contents.items.map((row) => ({ ...row, text: '' })) };
  return {
    wanted: { ...wanted, items: made.items.map((item) => ({ ...item, text: '' })) },
    contents: plain,
    texts: made.texts,
  };
}

/**
 * Whether the order was made before its shop had the tax stand on lines: none of them shows any, and its revision, which
 * tells of such taxes, is another one.
 */
function isTaxedAsAWhole(wanted: WantedOrder, { notes }: FoundOrder, rows: readonly FoundItem[]): boolean {
  return revisionIn(notes) !== wanted.revision && rows.every(({ tax }) => (tax ?? zero) === zero);
}

function untaxed({ tax: _, ...item }: WantedItem): WantedItem {
  return item;
}

interface Made {
  items: WantedItem[];
  texts: Difference[];
}

/**
 * By the names that were written with the rows. Who bears the very name comes before one whose name a POS has cut, and a
 * product that the locations file names for a line is one of its names.
 */
function byName(wanted: WantedOrder, rows: readonly FoundItem[], gone: readonly FoundItem[], cut: Cut): Made {
  const silent = rows.map((row) => ({ ...row, text: '' }));
  const { missing, extra } = compareItems(
    wanted.items.map((item) => ({ ...item, text: '' })),
    silent,
    cut,
  );
  const take = takingFrom(extra);
  const isMapped = ({ productId, name }: WantedItem, row: FoundItem) =>
    productId === noProduct && mappedIds(wanted.location.products, name).some((id) => id === row.productId);
  const ways: readonly ((item: WantedItem, row: FoundItem) => boolean)[] = [
    (item, row) => nameOn(row, cut, item.name, item.shownName) === 'same',
    isMapped,
    (item, row) => nameOn(row, cut, item.name, item.shownName) === 'cut',
  ];
  const lacking = new Set(missing.map(keyOf));
  const paired = new Map<WantedItem, FoundItem>();
  const isNameless = (item: WantedItem, row: FoundItem) =>
    item.productId === noProduct && row.nameOverride === null;
  for (const is of [...ways, isNameless]) {
    for (const item of wanted.items) {
      if (!lacking.has(keyOf(item)) || paired.has(item)) continue;
      const row = take((each) => isSameSale(item, each) && is(item, each));
      if (row) paired.set(item, row);
    }
  }
  const isCarried = wanted.location.textLines !== 'leave-out';
  // What was left out has left no row, not even one that staff has removed since.
  const wasText = ({ productId, name, shownName }: WantedItem) =>
    isCarried
      ? rows.some(({ text }) => hasText(text, name))
      : !gone.some((each) => each.productId === productId || bearsName(each, cut, name, shownName));
  const asText: WantedItem[] = [];
  const items = wanted.items.flatMap((item) => {
    if (!lacking.has(keyOf(item))) return [item];
    // In another quantity or at another price it is the same dish all the same.
    const isThere = rows.some(({ productId }) => productId === item.productId);
    const isOpen = (row: FoundItem) =>
      item.unitPrice !== zero || ![...paired.values()].some(({ id }) => id === row.id);
    const like = ways.flatMap((is) => (isThere ? [] : rows.filter((each) => isOpen(each) && is(item, each))));
    const row = paired.get(item) ?? like[0];
    // A product that the menu has got since for what was only text when the order was made.
    if (!row && item.unitPrice === zero && wasText(item)) {
      asText.push(item);
      return [];
    }
    return [row ? { ...item, productId: row.productId ?? noProduct, nameOverride: row.nameOverride } : item];
  });
  // What was sold as a free open item, and is text now.
  const asRows: WantedItem[] = [];
  const free = wanted.unsold.flatMap((line) => {
    const isOfLine = (row: FoundItem) => line.sold.some(({ quantity }) => quantity === row.quantity);
    const row = take((each) => each.price === zero && isOfLine(each) && bearsName(each, cut, line.name));
    if (!row) return [];
    const item = asItem(row, line.name);
    asRows.push(item);
    return [item];
  });
  const all = [...items, ...free];
  if (!isCarried) return { items: all, texts: textDifferences(items, rows, cut) };
  // With what is text, and what carries it, texts have come to stand with other lines.
  const now = partsOf([...items.map(({ text }) => text), ...asText.map(lineAsText)]);
  const then = partsOf([...rows.map(({ text }) => text ?? ''), ...asRows.map(lineAsText)]);
  if (asText.length + asRows.length > 0 && isSameSet(now, then)) return { items: all, texts: [] };
  const wantedTexts = items.map((item) => ({ ...item, text: without(item.text, asRows) }));
  const texts = rows.map((row) => ({ ...row, text: without(row.text ?? '', asText) }));
  return { items: all, texts: textDifferences(wantedTexts, texts, cut) };
}

/** What texts say, whichever line says it, and whatever it is said of. */
function partsOf(texts: readonly string[]): Set<string> {
  return new Set(texts.flatMap((text) => text.split(/; |: /)).map(normaliseName));
}

function isSameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const rest = (each: ReadonlySet<string>, minus: ReadonlySet<string>) =>
    [...each].filter((part) => part !== '' && !minus.has(part));
  return rest(one, other).length + rest(other, one).length === 0;
}

/** Takes the first row that fits, each at most once; null: none is left. */
function takingFrom(rows: readonly FoundItem[]): (is: (row: FoundItem) => boolean) => FoundItem | null {
  const open = [...rows];
  return (is) => {
    const at = open.findIndex(is);
    return at < 0 ? null : (open.splice(at, 1)[0] ?? null);
  };
}

const keyOf = ({ productId, quantity, unitPrice, occurrence }: WantedItem) =>
  `${productId} ${quantity} ${unitPrice} ${occurrence}`;

function isSameSale({ quantity, unitPrice }: WantedItem, row: FoundItem): boolean {
  return row.quantity === quantity && row.price === unitPrice;
}

/** What the name on a row is to these. */
function nameOn({ nameOverride }: FoundItem, cut: Cut, ...names: string[]): 'same' | 'cut' | 'other' {
  if (nameOverride === null) return 'other';
  const shown = shownName(nameOverride);
  const found = names.map((name) => compareNames(shownName(name), shown, cut));
  return found.find((each) => each === 'same') ?? found.find((each) => each === 'cut') ?? 'other';
}

function bearsName(row: FoundItem, cut: Cut, ...names: string[]): boolean {
  return nameOn(row, cut, ...names) !== 'other';
}

function hasText(text: string | null, name: string): boolean {
  const isOfParts = name.includes('; ') && (text ?? '').includes(name);
  return isOfParts || (text ?? '').split('; ').some((part) => tells(part, name));
}

/** Whether a part of a text is a line of that name: `40 × Table linens: white`. */
function tells(part: string, name: string): boolean {
  const line = part.replace(/^\S+ × /, '');
  return compareTexts(name, line, 'anywhere') || line.startsWith(`${name}: `);
}

/** The text without the lines of these names. */
function without(text: string, lines: readonly WantedItem[]): string {
  const parts = text.split('; ').filter((part) => !lines.some(({ name }) => tells(part, name)));
  return parts.join('; ');
}

/** The row as what it was made from. */
function asItem(row: FoundItem, name: string): WantedItem {
  const quantity = row.quantity ?? ('0' as WantedItem['quantity']);
  return {
    productId: row.productId ?? noProduct,
    name,
    nameOverride: row.nameOverride,
    shownName: row.nameOverride ?? name,
    text: '',
    quantity,
    unitPrice: row.price ?? zero,
    total: row.price ?? zero,
    occurrence: 1,
  };
}

/**
 * Text that differs, line by line. Rows without a name were made before any text was written (each row has had a name
 * since), so that nothing is missing from an order of theirs.
 */
function textDifferences(items: readonly WantedItem[], rows: readonly FoundItem[], cut: Cut): Difference[] {
  const isOld = rows.some(({ nameOverride }) => nameOverride === null);
  const take = takingFrom(rows);
  const isLine = (item: WantedItem) => (row: FoundItem) =>
    isSameSale(item, row) &&
    (row.productId === item.productId || bearsName(row, cut, item.name, item.shownName)) &&
    (item.nameOverride === null || row.nameOverride === null || bearsName(row, cut, item.nameOverride));
  const rest = items.filter(
    (item) => !take((row) => isLine(item)(row) && compareTexts(item.text, row.text ?? '', cut)),
  );
  return rest.flatMap((item): Difference[] => {
    const row = take(isLine(item));
    // The line itself is missing, which is told as such.
    if (!row) return [];
    const shown = row.text ?? '';
    if (shown === '' && isOld) return [];
    return [{ field: 'text', name: item.name, event: item.text || null, order: shown || null }];
  });
}

/**
 * An order of a version that wrote no text and whose revision was made of product ids: whether it was made from just
 * this event, by the products that its own rows have. Null: it was not, or that cannot be told.
 */
function madeBefore(wanted: WantedOrder, order: FoundOrder, rows: readonly FoundItem[]): Made | null {
  const revision = revisionIn(order.notes);
  if (revision === null) return null;
  const lines = [
    ...wanted.items,
    ...wanted.unsold.flatMap(({ name, sold }) => sold.map((each) => ({ name, ...each }))),
  ];
  const open = [...rows];
  const items: WantedItem[] = [];
  for (const line of lines) {
    const at = open.findIndex((row) => row.quantity === line.quantity && row.price === line.unitPrice);
    const [row] = at < 0 ? [] : open.splice(at, 1);
    if (!row) return null;
    const isOpenItem = row.productId === wanted.location.revel.openItemProductId;
    items.push({ ...asItem(row, line.name), nameOverride: isOpenItem ? line.name : null, total: line.total });
  }
  if (open.length > 0 || formerRevision(wanted, numbered(items)) !== revision) return null;
  return { items: items.map((item) => ({ ...item, nameOverride: null })), texts: [] };
}

/** The revision as it was before it was made of names and figures. */
function formerRevision(wanted: WantedOrder, items: readonly WantedItem[]): string {
  const content = [
    wanted.localId,
    wanted.establishmentId,
    wanted.date,
    items
      .map((item) =>
        JSON.stringify([
          item.productId,
          item.nameOverride,
          item.quantity,
          item.unitPrice,
          item.total,
          item.occurrence,
        ]),
      )
      .sort(),
    wanted.discount,
    wanted.tax,
    wanted.gratuity,
    wanted.surcharge,
    wanted.finalTotal,
    wanted.payment,
    wanted.callName,
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 8);
}
