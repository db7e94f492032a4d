import type { FindingName } from '../domain/account.js';

/** A part of a session that ends by itself. */
export interface Phase {
  number: number;
  title: string;
  /** What it writes, a sentence; said before it begins. */
  writes: string;
  /** What a person does in it, a sentence; null: it needs no hands. */
  hands: string | null;
  /** What it can find. */
  finds: readonly FindingName[];
}

/** The phases in their order; each may be stopped at any point, and goes on where it was. */
export const phases: readonly Phase[] = [
  {
    number: 1,
    title: 'Look-ups',
    writes:
      'Writes nothing: asks filters for what cannot be there, and for payment types and the reference of the API.',
    hands: null,
    finds: ['localIdFilter', 'localIdList', 'uuidFilter', 'paymentTypes', 'apidoc'],
  },
  {
    number: 2,
    title: 'Ways of keeping books',
    writes:
      'Writes three orders of 41.91 that staff can see (unpaid, paid, part-paid), in which each way of keeping books occurs, and one hidden order that is given the figures of all 36 combinations, one after the other.',
    hands: null,
    finds: ['orderFilter', 'figures', 'dueAfterPayment', 'serviceFees'],
  },
  {
    number: 3,
    title: 'What a POS makes of them',
    writes: 'Writes up to three more orders, of the ways that have survived.',
    hands: 'You open each order on an iPad, look at its balance, and change nothing.',
    finds: [
      'gratuity',
      'surcharge',
      'tax',
      'discount',
      'prices',
      'payments',
      'paymentTip',
      'balance',
      'books',
    ],
  },
  {
    number: 4,
    title: 'The same uuid, and deleted marks',
    writes:
      'Writes two orders that staff can see and a hidden one, marks an item, payments and an order deleted, and tries to make rows with a uuid that is there.',
    hands:
      'You open one of them, say whether the other is in the list, and, once it is marked, whether it still is, and open the first once more.',
    finds: [
      'orderUuid',
      'itemUuid',
      'paymentUuid',
      'deletedItems',
      'deletedPayments',
      'negativePayments',
      'deletedItemsOpened',
      'deletedOrders',
    ],
  },
  {
    number: 5,
    title: 'The day of the books',
    writes: 'Writes two paid orders of 12.40, dated today at 00:00 and at 23:00.',
    hands:
      'You say whether the second is on the iPad before its time, and on which day each of them stands in the Sales Summary of the Console.',
    finds: ['midnight', 'laterDate'],
  },
  {
    number: 6,
    title: 'Clearing away',
    writes:
      'Marks all of these orders and their payments deleted, but those on which somebody else has paid, and lists those that staff have to void.',
    hands: 'You say whether one that you have opened is still there.',
    finds: ['deletedOpened'],
  },
];
