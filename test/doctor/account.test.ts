import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/types.js';
import { checkAccount } from '../../src/doctor/account.js';
import type { DoctorContext } from '../../src/doctor/types.js';
import {
  ACCOUNT_FORMAT,
  type Account,
  type Finding,
  type FindingName,
  type FindingValue,
} from '../../src/domain/account.js';
import { defaultBooks, type Location } from '../../src/domain/location.js';
import { sampleLocations } from '../helpers/settings.js';

/** Undefined: not tried. */
type Values = { [K in FindingName]?: FindingValue<K> | undefined };

const GOOD: Values = {
  gratuity: 'in-total',
  surcharge: 'kept',
  tax: 'header',
  discount: 'kept',
  prices: 'kept',
  payments: 'counted',
  books: 'confirmed',
  midnight: 'same-day',
};

function account(values: Values, certifiedAt: string | null = '2026-11-14T12:00:00.000Z'): Account {
  const findings: Partial<Record<FindingName, Finding>> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    findings[name as FindingName] = {
      value,
      certainty: 'seen',
      why: `why ${name}`,
      at: '2026-11-14T12:00:00.000Z',
    };
  }
  return {
    format: ACCOUNT_FORMAT,
    account: 'acme.revelup.com',
    establishmentId: 90,
    version: '1.2.3',
    certifiedAt,
    findings: findings as Account['findings'],
  };
}

async function checked(
  known: Account | 'other-format' | null,
  over: Partial<Location> = {},
  paymentPolicy: Config['paymentPolicy'] = 'paid',
) {
  const [first] = sampleLocations;
  const locations = first ? [{ ...first, ...over }] : [];
  const ctx = {
    config: { locations, paymentPolicy, revel: { baseUrl: 'https://acme.revelup.com' } },
    state: { account: { read: async (name: string) => (name === 'acme.revelup.com' ? known : null) } },
  } as unknown as DoctorContext;
  return (await checkAccount(ctx)).map(({ name, status, message, details }) => [
    name,
    status,
    message,
    ...details,
  ]);
}

describe('whether the account was certified', () => {
  it('warns while it was not, or is not understood, or not ended', async () => {
    expect(await checked(null)).toMatchObject([['Certified', 'warning', expect.stringContaining('never')]]);
    expect(await checked('other-format')).toMatchObject([
      ['Certified', 'warning', expect.stringContaining('does not understand')],
    ]);
    expect(await checked(account({ gratuity: 'in-total' }, null))).toMatchObject([
      ['Certified', 'warning', expect.stringContaining('not ended: 1 findings')],
    ]);
  });

  it('says when, where and by which version', async () => {
    expect(await checked(account(GOOD))).toEqual([
      ['Certified', 'ok', 'on 2026-11-14 on establishment 90 with version 1.2.3'],
      ['Books', 'ok', 'as certified'],
    ]);
    // The evening before where the shop is.
    expect(await checked(account(GOOD, '2026-11-14T06:00:00.000Z'))).toMatchObject([
      ['Certified', 'ok', expect.stringContaining('on 2026-11-13 on')],
      expect.anything(),
    ]);
  });

  it('warns where no books hold, with why', async () => {
    expect(await checked(account({ ...GOOD, tax: 'products', books: 'contradicted' }))).toMatchObject([
      ['Certified', 'warning', expect.stringContaining('no books hold: why books')],
      ['Books', 'warning', expect.anything(), expect.stringContaining('no way of books.tax survives')],
    ]);
  });

  it.each<[string, Values, Partial<Location>, Config['paymentPolicy'], string | null]>([
    [
      'gratuity',
      { gratuity: 'on-top' },
      {},
      'paid',
      'books.gratuity is in-total; the account was found to need on-top',
    ],
    [
      'gratuity that is dropped',
      { gratuity: 'dropped' },
      {},
      'paid',
      'books.gratuity is in-total; the account was found to need product',
    ],
    [
      'fees',
      { surcharge: 'dropped' },
      {},
      'paid',
      'books.fees is surcharge; the account was found to need product',
    ],
    ['tax', { tax: 'lines' }, {}, 'paid', 'books.tax is header; the account was found to need lines'],
    [
      'the day',
      { midnight: 'day-before' },
      {},
      'paid',
      'businessDayStart is 00:00; the account was found to need later than 00:00',
    ],
    [
      'the day',
      {},
      { businessDayStart: '04:00' },
      'paid',
      'businessDayStart is 04:00; the account was found to need 00:00',
    ],
    [
      'dates ahead',
      { laterDate: 'harms' },
      { orderTime: 'noon' },
      'paid',
      'orderTime is noon; the account was found to need now',
    ],
    [
      'payments',
      { payments: 'not-counted' },
      {},
      'paid',
      'PAYMENT_POLICY is paid; the account was found to need none',
    ],
    [
      'balance',
      { balance: 'other' },
      {},
      'paid',
      'PAYMENT_POLICY is paid; the account was found to need none',
    ],
    [
      'gratuity that is dropped where lines do not keep their prices',
      { gratuity: 'dropped', prices: 'replaced' },
      {},
      'paid',
      'no way of books.gratuity survives a POS there',
    ],
    [
      'gratuity that is dropped where lines were not tried',
      { gratuity: 'dropped', prices: undefined },
      {},
      'paid',
      null,
    ],
    ['dates ahead, where none is made', { laterDate: 'harms' }, { orderTime: 'now' }, 'paid', null],
    ['dates ahead that count', { laterDate: 'counts' }, { orderTime: 'noon' }, 'paid', null],
    ['dates ahead that nobody has tried', {}, { orderTime: 'noon' }, 'paid', null],
    ['fees as a line without need', {}, { books: { ...defaultBooks, fees: { product: 1 } } }, 'paid', null],
    ['prices', { prices: 'replaced' }, {}, 'paid', "a POS there puts the product's own price"],
    ['payments left out', { payments: 'not-counted' }, {}, 'none', null],
    [
      'everything sold as a line',
      { gratuity: 'on-top', surcharge: 'dropped' },
      { books: { gratuity: { product: 1 }, fees: { product: 1 }, tax: 'lines' } },
      'paid',
      null,
    ],
  ])('says what of the configuration goes against it: %s', async (_, values, over, policy, sentence) => {
    const [, books] = await checked(account({ ...GOOD, ...values }), over, policy);
    expect(books?.slice(0, 2)).toEqual(['Books', sentence === null ? 'ok' : 'warning']);
    if (sentence !== null) expect(books?.slice(3).join('\n')).toContain(sentence);
  });
});
