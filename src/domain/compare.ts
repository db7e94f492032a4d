import { isFiledUnder } from './businessDay.js';
import type { Difference } from './differences.js';
import { type Cents, cents, formatCents, sumCents, zero } from './money.js';
import { type Cut, compareNames, compareTexts, plainText, type ShownName, shownName } from './names.js';
import { claimIn, revisionIn } from './notes.js';
import type { Contents, FoundItem, FoundOrder, FoundPayment } from './order.js';
import type { WantedItem, WantedOrder } from './wantedOrder.js';

/** Header fields that carry money, with their names for people. */
const MONEY = [
  ['subtotal', 'subtotal'],
  ['discount', 'discount'],
  ['tax', 'tax'],
  ['gratuity', 'gratuity'],
  ['surcharge', 'surcharge'],
  ['finalTotal', 'total'],
  ['remainingDue', 'remaining due'],
] as const;

/** Fields that Revel answers as null when nobody set them. */
const NULL_IS_ZERO: ReadonlySet<string> = new Set(['discount', 'gratuity', 'surcharge']);

function same(field: string, wanted: Cents, found: Cents | null): boolean {
  return found === null ? NULL_IS_ZERO.has(field) && wanted === zero : found === wanted;
}

/** What in the header's money differs from the event. Empty: equal to the cent. */
export function compareMoney(wanted: WantedOrder, found: FoundOrder): Difference[] {
  return MONEY.filter(([field]) => !same(field, wanted[field], found[field])).map(([field, shown]) => ({
    field: shown,
    name: null,
    event: formatCents(wanted[field]),
    order: amountText(found[field]),
  }));
}

/** `710.66`, or that nobody can read it. */
function amountText(amount: Cents | null): string {
  return amount === null ? 'unreadable' : formatCents(amount);
}

/**
 * The store day an order of ours is filed under, when it is not the event's day. Orders without a revision were
 * made by something else, whose dates we do not know the meaning of.
 */
export function compareDay(wanted: WantedOrder, found: FoundOrder): Difference[] {
  if (revisionIn(found.notes) === null) return [];
  const order = found.createdDate?.slice(0, 10) ?? 'unreadable';
  return isFiledUnder(found.createdDate, wanted)
    ? []
    : [{ field: 'day', name: null, event: wanted.date, order }];
}

/**
 * What the texts of an order that staff can see may have been cut to: anywhere, where its notes say that it was made from
 * just this. Those of a claim may name what another run wants.
 */
export function cutOf({ revision }: WantedOrder, { notes }: FoundOrder): Cut {
  return revisionIn(notes) === revision && claimIn(notes) === null ? 'anywhere' : 'within-a-word';
}

/** Which wanted lines are not there, and which rows nobody wants. */
export interface ItemComparison {
  missing: WantedItem[];
  extra: FoundItem[];
  /** Each line that is there, with its row. */
  pairs: { item: WantedItem; row: FoundItem }[];
}

/** A row that no line has been found for yet. */
interface Open {
  row: FoundItem;
  name: ShownName | null;
}

/** Which of the open rows of its content a line takes; undefined: none. */
type Choice = (name: ShownName | null, rows: readonly Open[], cut: Cut) => Open | undefined;

/**
 * How lines find their rows, the surest way first. A row whose name is not told stands for any line; a line that
 * bears the product's own name is what its product is, whatever is shown.
 */
const choices: readonly Choice[] = [
  (name, rows, cut) => rows.find((row) => relation(name, row, cut) === 'same'),
  (name, rows, cut) => longest(rows.filter((row) => relation(name, row, cut) === 'cut')),
  (name, rows) => (name ? undefined : rows.find((row) => !row.name)),
  (name, rows) => (name ? rows.find((row) => !row.name) : undefined),
  (name, rows) => (name ? undefined : rows[0]),
];

function relation(name: ShownName | null, row: Open, cut: Cut): 'same' | 'cut' | 'other' {
  return name && row.name ? compareNames(name, row.name, cut) : 'other';
}

/** The longer ones fit fewer lines. */
function longest(rows: readonly Open[]): Open | undefined {
  return [...rows].sort((a, b) => (b.name?.text.length ?? 0) - (a.name?.text.length ?? 0))[0];
}

/**
 * The rows that may stand for a line, those that show its text first: one without text may not tell it. Of equal ones
 * those with its tax come first; another tax makes it no other line.
 */
function fitting({ text, tax }: WantedItem, rows: readonly Open[], cut: Cut): Open[] {
  const shows = rows.filter(({ row }) => row.text && compareTexts(text, row.text, cut));
  const rest = rows.filter(({ row }) => !row.text);
  return [shows, rest].flatMap((each) => [
    ...each.filter(({ row }) => row.tax === tax),
    ...each.filter(({ row }) => row.tax !== tax),
  ]);
}

/**
 * Compares lines by content (product, quantity, unit price, the name where it is not the product's own, and the text),
 * as a multiset: ids and uuids say nothing about what a kitchen would cook. Of several equal rows the oldest ones are
 * kept. Deleted rows don't count.
 */
export function compareItems(
  wanted: readonly WantedItem[],
  found: readonly FoundItem[],
  cut: Cut = 'anywhere',
): ItemComparison {
  let rows = byId(found.filter(({ deleted }) => !deleted)).map(
    (row): Open => ({ row, name: row.nameOverride === null ? null : shownName(row.nameOverride) }),
  );
  let lines = wanted.map((item) => ({
    item,
    name: item.nameOverride === null ? null : shownName(item.nameOverride),
  }));
  const pairs: ItemComparison['pairs'] = [];
  for (const choose of choices) {
    // The first choice is by name; with it in the key, a menu of one price is not gone through for each of its lines.
    const nameKey = (name: ShownName | null) => (choose === choices[0] ? (name?.key ?? null) : '');
    const open = new Map<string, Open[]>();
    const gone = new Set<Open>();
    for (const one of rows) {
      const { productId, quantity, price } = one.row;
      const key = `${productId}|${quantity}|${price}|${nameKey(one.name)}`;
      const group = open.get(key);
      if (group) group.push(one);
      else open.set(key, [one]);
    }
    lines = lines.filter(({ item, name }) => {
      const key = `${item.productId}|${item.quantity}|${item.unitPrice}|${nameKey(name)}`;
      const group = open.get(key) ?? [];
      const taken = choose(name, fitting(item, group, cut), cut);
      if (!taken) return true;
      group.splice(group.indexOf(taken), 1);
      gone.add(taken);
      pairs.push({ item, row: taken.row });
      return false;
    });
    rows = rows.filter((one) => !gone.has(one));
  }
  return { pairs, missing: lines.map(({ item }) => item), extra: rows.map(({ row }) => row) };
}

/**
 * What of the tax that stands on lines is not as the event has it. A line whose books keep its tax on the order alone
 * has none to compare.
 */
export function compareLineTaxes(pairs: ItemComparison['pairs']): Difference[] {
  return pairs.flatMap(({ item, row }): Difference[] =>
    item.tax === undefined || row.tax === undefined || row.tax === item.tax
      ? []
      : [{ field: 'tax', name: item.name, event: formatCents(item.tax), order: amountText(row.tax) }],
  );
}

/** The payment the event wants and the rows that stand there. */
export interface PaymentComparison {
  /** Zero: nothing is missing. */
  missing: Cents;
  extra: FoundPayment[];
}

/**
 * Compares payments of an order that nobody but us has written to: one row of the wanted amount, or several that come
 * to it, as where more was paid after the order had been made.
 */
export function comparePayments(wanted: WantedOrder, found: readonly FoundPayment[]): PaymentComparison {
  const short = paidShort(wanted, found);
  if (short && short.amount === zero && short.tip === zero) return { missing: zero, extra: [] };
  const rows = byId(found.filter((row) => !row.deleted));
  const ours = rows.find(
    (row) =>
      row.amount === wanted.payment &&
      (row.tip ?? zero) === wanted.tip &&
      row.paymentType === wanted.location.revel.paymentType,
  );
  return { missing: ours ? zero : wanted.payment, extra: rows.filter((row) => row !== ours) };
}

/**
 * How much less stands paid on the order than its event has been paid, and of the tip; negative: it is more. Null: not
 * all of it are payments of our kind.
 */
export function paidShort(
  { payment, tip, location }: WantedOrder,
  found: readonly FoundPayment[],
): { amount: Cents; tip: Cents } | null {
  const isOurs = ({ deleted, amount, paymentType }: FoundPayment) =>
    deleted || (amount !== null && paymentType === location.revel.paymentType);
  if (!found.every(isOurs)) return null;
  const paid = balanceOf(found);
  return { amount: cents(payment - paid.amount), tip: cents(tip - paid.tip) };
}

/** What payments come to, in cents: refunds, which are negative rows, are taken off. */
export function balanceOf(payments: readonly FoundPayment[]): { amount: Cents; tip: Cents } {
  const live = payments.filter(({ deleted }) => !deleted);
  return {
    amount: sumCents(live.map(({ amount }) => amount ?? zero)),
    tip: sumCents(live.map(({ tip }) => tip ?? zero)),
  };
}

function byId<T extends { id: string }>(rows: readonly T[]): T[] {
  return [...rows].sort((a, b) => Number(a.id) - Number(b.id));
}

/** Line by line, what in the contents differs: what was changed beside what it was. */
export function describeContents(
  wanted: WantedOrder,
  contents: Contents,
  cut: Cut = 'anywhere',
): Difference[] {
  const items = compareItems(wanted.items, contents.items, cut);
  const payments = comparePayments(wanted, contents.payments);
  const open = [...items.extra];
  const lines = items.missing.map((item): Difference => {
    const at = open.findIndex((row) => isSameThing(item, row));
    const [row] = at < 0 ? [] : open.splice(at, 1);
    return { field: 'line', name: item.name, event: wantedText(item), order: row ? rowText(row) : null };
  });
  return [
    ...lines,
    ...open.map((row) => extraLine(wanted, row)),
    ...compareLineTaxes(items.pairs),
    ...(payments.missing === zero && payments.extra.length === 0
      ? []
      : [paymentDifference(wanted, contents.payments)]),
  ];
}

/** What the event has been paid beside each payment that stands there. */
function paymentDifference({ payment, tip }: WantedOrder, found: readonly FoundPayment[]): Difference {
  const rows = byId(found.filter((row) => !row.deleted)).map((row) => paidText(row.amount, row.tip ?? zero));
  return {
    field: 'payment',
    name: null,
    event: payment === zero ? null : paidText(payment, tip),
    order: rows.length === 0 ? null : rows.join(' + '),
  };
}

/** `110.00`, or `110.00 with a tip of 20.00`. */
function paidText(amount: Cents | null, tip: Cents): string {
  return tip === zero ? amountText(amount) : `${amountText(amount)} with a tip of ${formatCents(tip)}`;
}

/** Whether a row may be the line with another quantity or price: the same product under the same name. */
export function isSameThing(item: WantedItem, row: FoundItem): boolean {
  if (item.productId !== row.productId) return false;
  if (item.nameOverride === null || row.nameOverride === null) return true;
  return compareNames(shownName(item.nameOverride), shownName(row.nameOverride), 'anywhere') !== 'other';
}

/** A row that no line of the event stands for. */
export function extraLine(wanted: WantedOrder, row: FoundItem): Difference {
  return { field: 'line', name: rowName(wanted, row), event: null, order: rowText(row) };
}

/** `30 × 8.24` */
export function wantedText({ quantity, unitPrice }: Pick<WantedItem, 'quantity' | 'unitPrice'>): string {
  return `${quantity} × ${formatCents(unitPrice)}`;
}

/** `24 × 8.24` */
export function rowText({ quantity, price }: FoundItem): string {
  return `${quantity ?? '?'} × ${amountText(price)}`;
}

function rowName({ items }: WantedOrder, { productId, nameOverride }: FoundItem): string {
  const shown = plainText(nameOverride ?? '');
  if (shown !== '') return shown;
  const known = items.find((item) => item.productId === productId && item.nameOverride === null);
  return known?.name ?? `product ${productId ?? '?'}`;
}
