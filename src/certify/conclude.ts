import {
  ACCOUNT_FORMAT,
  type Account,
  type Certainty,
  type Finding,
  type FindingName,
  type FindingValue,
} from '../domain/account.js';
import { type Advice, adviceOf } from '../domain/advice.js';
import { type Cents, formatCents, sumCents, zero } from '../domain/money.js';
import { localDateTime } from '../domain/zones.js';
import { concludeMarks } from './marks.js';
import { allWays, LATER, paidStates, type Trial, trialName, trialOrder, type Ways } from './orders.js';
import { figures, isWorkedOn, moneyOf, type Put, shown } from './readings.js';
import type { RawOrder, Session } from './session.js';

/** The figures of an order that a way of keeping books says something about, and what they are read from. */
const FIGURES = {
  subtotal: 'subtotal',
  discount: 'discount_amount',
  tax: 'tax',
  gratuity: 'gratuity',
  surcharge: 'surcharge',
  finalTotal: 'final_total',
  remainingDue: 'remaining_due',
} as const;

/** What of an order is not as the formulas have it: `final_total 34.76 → 40.96`, each. */
export function unlike(trial: Trial, session: Session, raw: Pick<RawOrder, 'order'>): string[] {
  const { figures } = trialOrder(trial, session.setup.discountId !== null);
  return (Object.keys(FIGURES) as (keyof typeof FIGURES)[]).flatMap((name) => {
    const read = moneyOf(raw.order[FIGURES[name]]) ?? zero;
    return read === figures[name]
      ? []
      : [`${FIGURES[name]} ${formatCents(figures[name])} → ${formatCents(read)}`];
  });
}

/** One opened order of the session, before and after. */
interface Opened {
  trial: Trial;
  name: string;
  written: RawOrder;
  opened: RawOrder;
}

const allTrials: readonly Trial[] = allWays.flatMap((ways) => paidStates.map((paid) => ({ ways, paid })));

function openedOf({ raw }: Session): Opened[] {
  return allTrials.flatMap((trial) => {
    const name = trialName(trial);
    const [written, opened] = [raw[`${name}@written`], raw[`${name}@opened`]];
    // What people have changed says nothing of what the POS makes of an order.
    return written && opened && !isWorkedOn(written, opened) ? [{ trial, name, written, opened }] : [];
  });
}

/** The one answer that all of them give; null: none, or they contradict each other. */
function agreed<T>(answers: readonly (T | null)[]): T | null {
  const [first = null, ...others] = answers;
  return others.every((other) => other === first) ? first : null;
}

/** All that can be said of the account by what the session has seen and been told. Pure: the same session, the same findings. */
export function conclude(session: Session, now: number): Account['findings'] {
  const found: Partial<Record<FindingName, Finding>> = {};
  const at = new Date(now).toISOString();
  const put = <N extends FindingName>(
    name: N,
    value: FindingValue<N> | null | undefined,
    certainty: Certainty,
    why: string,
  ) => {
    if (value !== null && value !== undefined) found[name] = { value, certainty, why, at };
  };
  const { told, rows, raw } = session;
  const asProbed = <N extends FindingName>(name: N, values: readonly FindingValue<N>[], why: string) =>
    put(
      name,
      values.find((value) => value === told[`probe:${name}`]),
      'seen',
      why,
    );

  const filters = ['works', 'ignored', 'refused'] as const;
  asProbed(
    'localIdFilter',
    filters,
    'Asked for a local_id that no order has, and for one that an order has.',
  );
  asProbed('localIdList', filters, 'The same with local_id__in.');
  asProbed('uuidFilter', filters, 'Asked for a uuid that no order has, and for one that an order has.');
  asProbed(
    'orderFilter',
    filters,
    'Asked for the items of an order that there is not, and of one that there is.',
  );
  asProbed('paymentTypes', ['listed', 'not-listed'], 'Asked for the list of CustomPaymentType.');
  asProbed('apidoc', ['served', 'not-served'], 'Asked for /apidoc/Order/detail/.');

  const ledger = Object.entries(told).filter(([key]) => key.startsWith('ledger:'));
  if (ledger.length === allTrials.length) {
    const off = ledger.filter(([, answer]) => answer !== 'as-written');
    const [first] = off;
    put(
      'figures',
      first === undefined ? 'as-written' : 'changed',
      'seen',
      first === undefined
        ? `The figures of all ${allTrials.length} combinations were read back as they were written.`
        : `${off.length} of ${allTrials.length} combinations were read back otherwise: ${first[0].slice(7)}: ${first[1]}.`,
    );
  }
  const fee = rows['service-fee'];
  if (fee?.state === 'made')
    put('serviceFees', 'writable', 'seen', 'A POST of AppliedServiceFee made a row.');
  if (fee?.state === 'refused') put('serviceFees', 'not-writable', 'seen', fee.detail ?? 'It was refused.');

  const [before, after] = [raw['due@before'], raw['due@after']];
  if (before && after) {
    const [was, is] = [moneyOf(before.order.remaining_due), moneyOf(after.order.remaining_due)];
    const paid = sumCents(after.payments.map((payment) => moneyOf(payment.amount) ?? zero));
    const value = is === was ? 'left' : was !== null && is === was - paid ? 'reckoned' : null;
    put(
      'dueAfterPayment',
      value,
      'seen',
      `remaining_due was ${shown(was)} before a payment of ${shown(paid)}, ${shown(is)} after it.`,
    );
  }
  concludeOpened(session, put);
  concludeMarks(session, put);
  concludeDays(session, put);
  concludeBooks(session, found as Account['findings'], put);
  return found as Account['findings'];
}

function concludeOpened(session: Session, put: Put): void {
  const all = openedOf(session);
  if (all.length === 0) return;
  const pairs = all.map((one) => ({ ...one, was: figures(one.written), is: figures(one.opened) }));
  type One = (typeof pairs)[number];
  const ids = (some: readonly One[]) => some.map(({ name }) => session.rows[name]?.id ?? '?').join(', ');
  const judge = <N extends FindingName>(
    name: N,
    some: readonly One[],
    answer: (one: One) => FindingValue<N> | null,
    figure: (one: One) => string,
  ) => {
    const [first] = some;
    if (first === undefined) return;
    put(name, agreed(some.map(answer)), 'seen', `Order ${ids(some)}: ${figure(first)}.`);
  };

  judge(
    'gratuity',
    pairs.filter(({ was }) => was.gratuity > 0),
    ({ was, is }) => {
      const within = is.finalTotal - (is.subtotal - is.discount + is.tax + is.surcharge);
      if (is.gratuity === 0 && within === 0) return 'dropped';
      if (is.gratuity !== was.gratuity) return null;
      return within === is.gratuity ? 'in-total' : within === 0 ? 'on-top' : null;
    },
    ({ was, is }) =>
      `gratuity ${shown(was.gratuity)} → ${shown(is.gratuity)}, final_total ${shown(was.finalTotal)} → ${shown(is.finalTotal)}`,
  );
  judge(
    'surcharge',
    pairs.filter(({ was }) => was.surcharge > 0),
    ({ was, is }) => (is.surcharge === was.surcharge ? 'kept' : is.surcharge === 0 ? 'dropped' : null),
    ({ was, is }) => `surcharge ${shown(was.surcharge)} → ${shown(is.surcharge)}`,
  );
  put(
    'tax',
    taxOf(
      pairs.map(({ trial, was, is }) => ({ onLines: trial.ways.tax === 'lines', was: was.tax, is: is.tax })),
    ),
    'seen',
    `Order ${ids(pairs)}: tax ${pairs.map(({ trial, was, is }) => `${shown(was.tax)} → ${shown(is.tax)} (${trial.ways.tax})`).join(', ')}.`,
  );
  judge(
    'discount',
    pairs.filter(({ was }) => was.discount > 0),
    ({ was, is }) => (is.discount === was.discount ? 'kept' : is.discount === 0 ? 'dropped' : null),
    ({ was, is }) => `discount_amount ${shown(was.discount)} → ${shown(is.discount)}`,
  );
  judge(
    'prices',
    pairs,
    ({ written, opened }) => (pricesOf(written) === pricesOf(opened) ? 'kept' : 'replaced'),
    ({ written, opened }) => `prices ${pricesOf(written)} → ${pricesOf(opened)}`,
  );
  judge(
    'payments',
    pairs.filter(({ written }) => written.payments.length > 0),
    ({ opened, is }) => {
      const amount = paidBy(opened, 'amount');
      const tip = paidBy(opened, 'tip');
      for (const asked of [is.finalTotal, is.finalTotal + is.gratuity]) {
        const counted = [asked - amount, asked - amount - tip].includes(is.remainingDue);
        if (counted) return 'counted';
      }
      return [is.finalTotal, is.finalTotal + is.gratuity].includes(is.remainingDue) ? 'not-counted' : null;
    },
    ({ opened, is }) =>
      `final_total ${shown(is.finalTotal)}, paid ${shown(paidBy(opened, 'amount'))}, remaining_due ${shown(is.remainingDue)}`,
  );
  judge(
    'paymentTip',
    pairs.filter(({ trial }) => trial.ways.gratuity === 'on-top' && trial.paid === 'paid'),
    ({ trial, opened }) =>
      paidBy(opened, 'tip') === trialOrder(trial, session.setup.discountId !== null).figures.tip
        ? 'kept'
        : 'changed',
    ({ opened }) => `tip ${shown(paidBy(opened, 'tip'))} on the payment`,
  );
  const balances = pairs.flatMap((one) => {
    const said = session.told[`balance:${one.name}`];
    return said === undefined ? [] : [{ ...one, said: moneyOf(said) }];
  });
  const off = balances.filter(({ said, is }) => said !== is.remainingDue);
  // What an iPad says of an order without a payment tells nothing of payments: it may show gratuity apart.
  const other = off.find(({ written }) => written.payments.length > 0);
  const [some] = other === undefined ? (off.length > 0 ? [] : balances) : [other];
  if (some !== undefined) {
    const why = `Order ${session.rows[some.name]?.id}: the iPad said ${shown(some.said)}, Revel remaining_due ${shown(some.is.remainingDue)}.`;
    put('balance', other === undefined ? 'as-told' : 'other', 'told', why);
  }
}

function pricesOf({ items }: RawOrder): string {
  return items
    .map(({ id, price }) => [Number(id), shown(moneyOf(price))] as const)
    .sort(([one], [two]) => one - two)
    .map(([, price]) => price)
    .join(' + ');
}

function paidBy({ payments }: RawOrder, field: 'amount' | 'tip'): Cents {
  return sumCents(payments.map((payment) => moneyOf(payment[field]) ?? zero));
}

/**
 * How a POS came to the tax of orders: with the tax on the header alone, it shows which of the two it is; with the tax on
 * the lines as well, both come to the same.
 */
function taxOf(orders: readonly { onLines: boolean; was: Cents; is: Cents }[]): FindingValue<'tax'> | null {
  const header = orders.filter(({ onLines }) => !onLines);
  const lines = orders.filter(({ onLines }) => onLines);
  const isKept = ({ was, is }: (typeof orders)[number]) => was === is;
  if (header.length > 0 && header.every(isKept)) return lines.every(isKept) ? 'header' : null;
  if (lines.some((order) => !isKept(order)) || header.some(({ is }) => is !== 0)) return 'products';
  return header.length > 0 && lines.length > 0 ? 'lines' : null;
}

function concludeDays({ told, rows, setup }: Session, put: Put): void {
  const date = told['day:date'];
  if (date === undefined) return;
  const midnight = told['day:midnight'];
  if (midnight !== undefined) {
    const before = told['day:before'];
    const value = midnight === date ? 'same-day' : midnight === before ? 'day-before' : null;
    put('midnight', value, 'told', `An order dated ${date} 00:00 stands on ${midnight}.`);
  }
  const later = rows.later;
  // Sent late, after an interruption, it was not ahead of anything.
  if (later === undefined || localDateTime(later.at, setup.timezone) >= `${date}T${LATER}`) return;
  const [day, listed] = [told['day:later'], told['listed:later']];
  const how = `An order dated ${date} ${LATER.slice(0, 5)}, ahead of when it was made,`;
  if (listed === 'no') put('laterDate', 'harms', 'told', `${how} was not on the iPad.`);
  else if (day !== undefined && day !== date) put('laterDate', 'harms', 'told', `${how} stands on ${day}.`);
  else if (day === date && listed === 'yes')
    put('laterDate', 'counts', 'told', `${how} was on the iPad and stands on ${day}.`);
}

/** The ways that the account keeps, where there is one of each kind; else null. */
export function advisedWays({ gratuity, fees, tax }: Advice): Ways | null {
  if (gratuity === 'unknown' || gratuity === 'none' || fees === 'unknown' || fees === 'none') return null;
  return tax === 'unknown' || tax === 'none' ? null : { gratuity, fees, tax };
}

/** What a session's findings would advise. */
export function adviceOfFindings(findings: Account['findings'], session: Session): Advice {
  const { account, establishmentId, version } = session;
  return adviceOf({ format: ACCOUNT_FORMAT, account, establishmentId, version, certifiedAt: null, findings });
}

/** The states of payment that the advised ways are to be tried in: none is paid where payments do not count. */
export function statesToConfirm({ paymentPolicy }: Advice): readonly Trial['paid'][] {
  return paymentPolicy === 'no-payments' ? ['unpaid'] : paidStates;
}

function concludeBooks(session: Session, findings: Account['findings'], put: Put): void {
  const advice = adviceOfFindings(findings, session);
  const hopeless = (['gratuity', 'fees', 'tax'] as const).filter((kind) => advice[kind] === 'none');
  if (
    hopeless.length > 0 ||
    findings.prices?.value === 'replaced' ||
    findings.discount?.value === 'dropped'
  ) {
    const what = [
      ...hopeless,
      ...(findings.prices?.value === 'replaced' ? ['prices'] : []),
      ...(findings.discount?.value === 'dropped' ? ['discount'] : []),
    ];
    put('books', 'contradicted', 'seen', `No way that this program has keeps there: ${what.join(', ')}.`);
    return;
  }
  const ways = advisedWays(advice);
  if (ways === null) return;
  const tried = statesToConfirm(advice).map((paid) => {
    const trial = { ways, paid };
    const one = openedOf(session).find(({ name }) => name === trialName(trial));
    return one ? unlike(trial, session, one.opened) : null;
  });
  const off = tried.find((one) => one !== null && one.length > 0);
  const named = `gratuity ${ways.gratuity}, fees ${ways.fees}, tax ${ways.tax}`;
  if (off)
    put(
      'books',
      'contradicted',
      'seen',
      `Orders with ${named} changed when they were opened: ${off.join(', ')}.`,
    );
  else if (tried.every((one) => one !== null)) {
    put(
      'books',
      'confirmed',
      'seen',
      `Orders with ${named}, ${statesToConfirm(advice).join(', ')}, were opened and stayed as they were.`,
    );
  }
}
