/**
 * How sure a finding is: `seen` in Revel's own rows before and after, or `told` by the person who looked at an iPad or the
 * Console. What nobody could say is no finding.
 */
export const certainties = ['seen', 'told'] as const;
export type Certainty = (typeof certainties)[number];

/**
 * What an account can be found to be: each question with its possible answers. How a POS keeps money is judged by an
 * order that a POS has opened.
 */
export const findingValues = {
  /** How Order's filters take a value that no order has, and one that an order has. */
  localIdFilter: ['works', 'ignored', 'refused'],
  localIdList: ['works', 'ignored', 'refused'],
  uuidFilter: ['works', 'ignored', 'refused'],
  orderFilter: ['works', 'ignored', 'refused'],
  /** Whether CustomPaymentType can be read. */
  paymentTypes: ['listed', 'not-listed'],
  /** Whether the account serves the reference of its API. */
  apidoc: ['served', 'not-served'],
  /** What is read back right after it was written. */
  figures: ['as-written', 'changed'],
  paymentTip: ['kept', 'changed'],
  /** Whether a payment alone makes Revel reckon `remaining_due` anew. */
  dueAfterPayment: ['left', 'reckoned'],
  serviceFees: ['writable', 'not-writable'],
  /** Gratuity of the header: within `final_total`, beside it, or gone. */
  gratuity: ['in-total', 'on-top', 'dropped'],
  surcharge: ['kept', 'dropped'],
  /** Tax of the order: as on its header, the sum of its lines', or reckoned from the products. */
  tax: ['header', 'lines', 'products'],
  discount: ['kept', 'dropped'],
  /** Whether a line keeps the price that it was sold at. */
  prices: ['kept', 'replaced'],
  /** Whether what was paid counts in what the POS says is due. */
  payments: ['counted', 'not-counted'],
  /** Whether the iPad shows the balance that Revel then tells. */
  balance: ['as-told', 'other'],
  /** The ways that this account keeps, tried together on an unpaid, a part-paid and a paid order. */
  books: ['confirmed', 'contradicted'],
  /** A second row with a uuid that is there already. */
  orderUuid: ['unique', 'repeatable'],
  itemUuid: ['unique', 'repeatable'],
  paymentUuid: ['unique', 'repeatable'],
  /** `deleted: true` on a row of an order that no POS has opened: gone for staff, still there, or not kept at all. */
  deletedOrders: ['honoured', 'still-there', 'not-kept'],
  deletedItems: ['honoured', 'still-there', 'not-kept'],
  deletedPayments: ['honoured', 'still-there', 'not-kept'],
  /** The same where a POS has opened the order before: the order itself, and an item of it. */
  deletedOpened: ['honoured', 'still-there', 'not-kept'],
  deletedItemsOpened: ['honoured', 'still-there', 'not-kept'],
  /** A payment with a negative amount, on an order that no POS has opened. */
  negativePayments: ['counted', 'not-counted'],
  /** The day that an order of 00:00 counts for: its own, or the day before. */
  midnight: ['same-day', 'day-before'],
  /** An order dated later than now: in its day's report and on the iPad, or not. */
  laterDate: ['counts', 'harms'],
} as const satisfies Record<string, readonly string[]>;

/** A question that an account can answer. */
export type FindingName = keyof typeof findingValues;
/** The answers to it. */
export type FindingValue<N extends FindingName> = (typeof findingValues)[N][number];
export const findingNames = Object.keys(findingValues) as FindingName[];

/** An answer. */
export interface Finding<N extends FindingName = FindingName> {
  value: FindingValue<N>;
  certainty: Certainty;
  /** What it rests on, as a sentence. */
  why: string;
  /** ISO 8601 in UTC. */
  at: string;
}

/** The form of what is kept about an account; another version's is not understood. */
export const ACCOUNT_FORMAT = 1;

/** What one account has been found to be; no secret, and no guest. */
export interface Account {
  format: typeof ACCOUNT_FORMAT;
  /** Host of the account; see {@link accountName}. */
  account: string;
  /** Where it was tried. */
  establishmentId: number;
  /** Version of the program that found the latest of it. */
  version: string;
  /** When the last session of it ended with nothing left to do, ISO 8601 in UTC; null: none has. */
  certifiedAt: string | null;
  findings: { readonly [N in FindingName]?: Finding<N> };
}

/** What tells accounts apart: the host of their API. A port tells nothing: a simulator has another one each time. */
export function accountName(revelBaseUrl: string): string {
  return new URL(revelBaseUrl).hostname;
}

/** What the account answers to the question; null: unknown. */
export function answerOf<N extends FindingName>(account: Account | null, name: N): FindingValue<N> | null {
  return account?.findings[name]?.value ?? null;
}

/** How orders can be looked for: by a filter that Revel obeys, else by reading all orders of the days. */
export type FindMode = 'local_id' | 'uuid' | 'scan';

/**
 * The way to begin with: a filter that the account was found not to obey needs no asking, since it would come to nothing.
 * Each way that is left looks more closely, and is itself probed; so a finding that is wrong costs requests, and no more.
 */
export function firstLookUp(account: Account | null): FindMode {
  const isUseless = (name: 'localIdList' | 'uuidFilter') =>
    ['ignored', 'refused'].includes(answerOf(account, name) ?? '');
  if (!isUseless('localIdList')) return 'local_id';
  return isUseless('uuidFilter') ? 'scan' : 'uuid';
}

/** Whether an order that is marked deleted is gone for staff there; `unknown` where that was not tried. */
export function deletedMarksHonoured(account: Account | null): boolean | 'unknown' {
  const value = answerOf(account, 'deletedOrders');
  return value === null ? 'unknown' : value === 'honoured';
}

/**
 * How the payments of an order that is taken away can be taken back there: marked deleted, given back by a negative
 * payment, neither, or unknown.
 */
export function paymentsTakenBack(account: Account | null): 'mark' | 'negative' | 'neither' | 'unknown' {
  const marked = answerOf(account, 'deletedPayments');
  const negative = answerOf(account, 'negativePayments');
  if (marked === 'honoured') return 'mark';
  if (negative === 'counted') return 'negative';
  return marked === null || negative === null ? 'unknown' : 'neither';
}
