import { cents, sumCents, zero } from '../domain/money.js';
import { figures, isOpenedSince, moneyOf, type Put, shown } from './readings.js';
import type { RawFields, RawOrder, Session } from './session.js';

/** The rows of the order on which marks are tried: which item is marked, and what is paid and given back on it. */
export const marks = {
  extra: cents(815),
  kept: cents(417),
  marked: cents(731),
  negative: cents(-123),
} as const;

/** What has become of rows with a uuid that was there already, and of what was marked deleted. */
export function concludeMarks(session: Session, put: Put): void {
  const { rows, raw, told } = session;
  for (const [name, resource] of [
    ['orderUuid', 'Order'],
    ['itemUuid', 'OrderItem'],
    ['paymentUuid', 'Payment'],
  ] as const) {
    const twin = rows[`twin:${resource}`];
    if (twin?.state === 'made')
      put(name, 'repeatable', 'seen', `Another ${resource} with the same uuid was made: ${twin.id}.`);
    if (twin?.state === 'refused')
      put(name, 'unique', 'seen', `Another ${resource} with the same uuid: ${twin.detail}.`);
  }
  const [marked, opened, again] = [raw['marks@marked'], raw['marks@opened'], raw['marks@again']];
  const rowOf = (list: readonly RawFields[] | undefined, name: string) =>
    list?.find(({ id }) => String(id) === rows[name]?.id);
  if (marked) {
    const item = rowOf(marked.items, 'marks/extra');
    const payment = rowOf(marked.payments, 'marks/marked');
    const order = rows.marks?.id;
    if (item && item.deleted !== true)
      put('deletedItems', 'not-kept', 'seen', `Order ${order}: the item was read back without the mark.`);
    if (payment && payment.deleted !== true)
      put(
        'deletedPayments',
        'not-kept',
        'seen',
        `Order ${order}: the payment was read back without the mark.`,
      );
    if (opened) concludeMarked(session, { item, payment, opened }, put);
  }
  if (opened && again) {
    const item = rowOf(again.items, 'marks/line');
    const was = figures(opened).subtotal;
    const { subtotal } = figures(again);
    const gone = moneyOf(item?.price) ?? zero;
    const value =
      item?.deleted !== true
        ? 'not-kept'
        : subtotal === was - gone
          ? 'honoured'
          : subtotal === was
            ? 'still-there'
            : null;
    put(
      'deletedItemsOpened',
      value,
      'seen',
      `Order ${rows.marks?.id}, opened again: subtotal ${shown(was)} → ${shown(subtotal)}.`,
    );
  }
  const [gone, shownGone] = [raw['gone@marked'], raw['gone@written']];
  // Only of an order that an iPad has had in its list, and that nobody has opened, can it be told what a mark does to it.
  if (gone && shownGone && told['listed:gone@written'] === 'yes' && !isOpenedSince(shownGone, gone))
    putListed('deletedOrders', 'gone', gone);
  putListed('deletedOpened', 'opened', raw['opened@marked']);

  function putListed(name: 'deletedOrders' | 'deletedOpened', what: string, read: RawOrder | undefined) {
    if (!read) return;
    const listed = told[`listed:${what}`];
    if (read.order.deleted !== true)
      put(name, 'not-kept', 'seen', 'The order was read back without the mark.');
    else if (listed === 'no' || listed === 'yes')
      put(
        name,
        listed === 'no' ? 'honoured' : 'still-there',
        'told',
        listed === 'no'
          ? 'The marked order, which had been there before, was not on the iPad any more.'
          : 'The marked order was still on the iPad.',
      );
  }
}

function concludeMarked(
  session: Session,
  {
    item,
    payment,
    opened,
  }: { item: RawFields | undefined; payment: RawFields | undefined; opened: RawOrder },
  put: Put,
): void {
  const order = session.rows.marks?.id;
  const is = figures(opened);
  const asked = is.subtotal - is.discount + is.tax + is.surcharge;
  const goods = sumCents(
    opened.items
      .filter(({ id }) => String(id) !== session.rows['marks/extra']?.id)
      .map(({ price, quantity }) => cents((moneyOf(price) ?? 0) * Number(quantity))),
  );
  if (item?.deleted === true) {
    const extra = moneyOf(item.price) ?? zero;
    const value = is.subtotal === goods ? 'honoured' : is.subtotal === goods + extra ? 'still-there' : null;
    put(
      'deletedItems',
      value,
      'seen',
      `Order ${order}, opened: subtotal ${shown(is.subtotal)} of ${shown(goods)} without the marked item.`,
    );
  }
  const paid = asked - is.remainingDue;
  const sums = [true, false].flatMap((withMarked) =>
    [true, false].map((withNegative) => ({
      withMarked,
      withNegative,
      sum: marks.kept + (withMarked ? marks.marked : 0) + (withNegative ? marks.negative : 0),
    })),
  );
  const counted = sums.find(({ sum }) => sum === paid);
  if (counted === undefined) return;
  const why = `Order ${order}, opened: ${shown(cents(paid))} counted as paid, of ${shown(marks.kept)}, ${shown(marks.marked)} (marked deleted) and ${shown(marks.negative)}.`;
  if (payment?.deleted === true)
    put('deletedPayments', counted.withMarked ? 'still-there' : 'honoured', 'seen', why);
  put('negativePayments', counted.withNegative ? 'counted' : 'not-counted', 'seen', why);
}
