import { type Account, type Finding, type FindingName, findingNames } from '../domain/account.js';
import type { Advice } from '../domain/advice.js';
import { wrap } from '../text/width.js';

/** What each question is called, and what an answer to it decides. */
const QUESTIONS: Readonly<Record<FindingName, [label: string, decides: string]>> = {
  localIdFilter: ['filter local_id', 'how orders are looked up'],
  localIdList: ['filter local_id__in', 'how many orders are looked up at once'],
  uuidFilter: ['filter uuid', 'how orders are looked up where local_id does not help'],
  orderFilter: ['filter order', 'how lines and payments are read'],
  paymentTypes: ['payment types', 'whether doctor can check the payment type'],
  apidoc: ['reference of the API', 'where to read what else the account allows'],
  figures: ['figures as written', 'whether what is written stands until a POS opens it'],
  paymentTip: ['tip on a payment', 'books.gratuity on-top'],
  dueAfterPayment: ['due after a payment', 'nothing: it is written again after each payment'],
  serviceFees: ['service-fee rows', 'nothing yet: this program does not write them'],
  gratuity: ['gratuity', 'books.gratuity'],
  surcharge: ['surcharge', 'books.fees'],
  tax: ['tax', 'books.tax'],
  discount: ['discount', 'whether orders with a discount stay as they are'],
  prices: ['prices of lines', 'whether any order stays as it is'],
  payments: ['payments', 'PAYMENT_POLICY'],
  balance: ['balance on the iPad', 'PAYMENT_POLICY'],
  books: ['the ways together', 'whether the advised books hold'],
  orderUuid: ['uuid of an order twice', 'nothing: it is looked for before it is made, either way'],
  itemUuid: ['uuid of an item twice', 'nothing: it is looked for before it is made, either way'],
  paymentUuid: ['uuid of a payment twice', 'nothing: it is looked for before it is made, either way'],
  deletedOrders: ['orders marked deleted', 'resolve --replace, --void and --keep'],
  deletedItems: [
    'items marked deleted',
    'whether a line can be taken away before a POS has opened the order',
  ],
  deletedPayments: ['payments marked deleted', 'how resolve takes payments back'],
  deletedOpened: ['opened orders marked', 'nothing: an opened order is never written to'],
  deletedItemsOpened: ['items of opened orders', 'nothing: an opened order is never written to'],
  negativePayments: ['negative payments', 'how resolve takes payments back'],
  midnight: ['an order of 00:00', 'businessDayStart'],
  laterDate: ['an order dated ahead', 'orderTime'],
};

const INDENT = '    ';

/** One finding: what it is, what was found, how sure that is, and what it rests on. */
export function findingLines(name: FindingName, { value, certainty, why }: Finding, width: number): string[] {
  const [label] = QUESTIONS[name];
  return [`  ${label.padEnd(24)} ${value} (${certainty})`, ...wrap(why, INDENT, width)];
}

/** What nobody knows yet, and what hangs on it. */
export function unknownLines(findings: Account['findings'], width: number): string[] {
  const unknown = findingNames.filter((name) => findings[name] === undefined);
  if (unknown.length === 0) return [];
  return [
    'Still unknown:',
    ...unknown.flatMap((name) => {
      const [label, decides] = QUESTIONS[name];
      return wrap(`${label}: decides ${decides}`, '  ', width);
    }),
  ];
}

/** The keys to put into the locations file, as far as they are known; products are to be named by hand. */
export function advisedKeys({ gratuity, fees, tax, businessDayStart }: Advice): Record<string, unknown> {
  const product = { product: 'the id of a product for it' };
  const way = (advised: string) => (advised === 'product' ? product : advised);
  const books = Object.entries({ gratuity, fees, tax }).filter(
    ([, advised]) => advised !== 'unknown' && advised !== 'none',
  );
  return {
    ...(books.length === 0 ? {} : { books: Object.fromEntries(books.map(([key, one]) => [key, way(one)])) }),
    ...(businessDayStart === '00:00' ? { businessDayStart } : {}),
  };
}

/** What to do, in the words of a person who is about to write it into the files. */
export function adviceLines(advice: Advice, findings: Account['findings'], width: number): string[] {
  const keys = Object.entries(advisedKeys(advice));
  const say = (text: string) => wrap(text, '  ', width);
  const hopeless = (['gratuity', 'fees', 'tax'] as const).filter((kind) => advice[kind] === 'none');
  return [
    ...(keys.length === 0
      ? []
      : [
          'Write into "defaults" of the locations file, or into the entries of the shops:',
          ...keys.map(([key, value]) => `  "${key}": ${JSON.stringify(value)}`),
        ]),
    ...(hopeless.length > 0 ||
    findings.books?.value === 'contradicted' ||
    findings.prices?.value === 'replaced'
      ? [
          ...say('No books keep this account as it is: orders change when a POS opens them.'),
          ...(hopeless.includes('tax')
            ? say(
                'Tax is reckoned from the tax class of products: make those that are sold for events tax-exempt, and certify again.',
              )
            : []),
          ...(findings.prices?.value === 'replaced'
            ? say(
                "Ask Revel how an order can keep a price of its own; until then events at other prices than the menu's are wrong on the POS.",
              )
            : []),
        ]
      : []),
    ...(advice.businessDayStart === 'by-hand'
      ? say(
          'The day of the books begins some time after 00:00: write that time, as the Console has it, as "businessDayStart".',
        )
      : []),
    ...(advice.orderTime === 'any'
      ? say('"orderTime" may be event-start or noon; now is the default.')
      : advice.orderTime === 'now'
        ? say('Leave "orderTime" at now: an order dated ahead does not count, or is not on the iPad.')
        : []),
    ...(advice.paymentPolicy === 'no-payments'
      ? say(
          'Set PAYMENT_POLICY=none: the POS asks for what has been paid already. Staff take what Tripleseat says was paid off by hand.',
        )
      : []),
  ];
}
