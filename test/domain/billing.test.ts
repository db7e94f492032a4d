import { describe, expect, it } from 'vitest';
import { sortBilling } from '../../src/domain/billing.js';
import type { BillingUse } from '../../src/domain/location.js';

function sorted(name: string, configured: Record<string, BillingUse> = {}, amount?: 'negative') {
  const found = sortBilling({ name, amount: amount ?? 'positive' }, configured);
  return found.kind === 'use' ? found.use : found.kind;
}

describe('sortBilling', () => {
  it.each([
    'Tax',
    'Sales Tax',
    'Taxes',
    'State-TAX (8.25%)',
    'Tax8.25%',
    'Sales &amp; Use Tax',
    'Sales & Use',
    'SALES AND USE 8%',
    'Sale&Use',
    'GST',
    'HST 13%',
    'PST',
    'QST / TVQ 9.975%',
    'TPS',
    'VAT 20%',
    'IVA 21 %',
    'SalesTax',
    'salestax',
    'Meals Tx',
    'MealsTax 6.25%',
    'Tax on Gratuity',
    'GST on service',
    'Gratuity Tax',
    'Tip tax (8%)',
    'Service Charge Tax',
    'Tax on Food & Beverage',
    'Food & Beverage Tax',
    'VAT (included)',
    'Tax - Non-Taxable Items Excluded',
    'Discount Tax',
    'G.S.T. 5%',
    'V.A.T.',
    'P. S. T.',
    'Tax (not on gratuity)',
    'Sales tax, pre-gratuity',
    'SALES-TAX',
    'Tax: 8.375 %',
    'tax\u00a0(local)',
    'Taxe de vente',
    'Tax on Fees & Charges',
    'Sales Tax (food & service charge)',
    'Service Charge Tax & Sales Tax',
    'Saletax',
    'Mealtax 6.25%',
    'Admissiontax',
    'Coffee & Tax',
    'Charger plates & tax',
  ])('%j is tax', (name) => {
    expect(sorted(name)).toBe('tax');
  });

  it.each([
    'Gratuity',
    '20% gratuity',
    'Tip',
    'Staff tips',
    '20% Gratuity (pre-tax)',
    'Gratuity - Non-Tax',
    'Gratuity (Non Taxable)',
    'Tip (before tax)',
    'Tip before sales tax',
    'Gratuity (tax exempt)',
    'Gratuity, tax-free',
    'Grat 18%',
    'Auto-Grat',
    'AutoGrat',
    'Auto Gratuity 20%',
    'Autogratuity',
    'Propina',
    'Gratuity & Service Charge',
    'Service charge, not taxed, distributed to staff as gratuity',
    'Gratuity (excl. tax)',
    'Pretax gratuity',
    'Gratuity (after tax)',
    'GRATUITY PLUS TAX',
    'Gratuity w/o tax',
    'Gratuity (tax not included)',
    'Gratuity inc. tax',
    'Gratuity (with tax)',
    'Tip, net of tax',
    'Gratuity (ex GST)',
    'Gratuity (+ tax)',
    'Gratuity (tax extra)',
  ])('%j is gratuity', (name) => {
    expect(sorted(name)).toBe('gratuity');
  });

  it.each([
    'Taxi',
    'Stipend',
    'Syntax workshop',
    'Multiple fees',
    'Admin Fee',
    'Non-Tax Admin Fee',
    'Admin Fee (tax exempt)',
    'Taxable service charge',
    'Untaxed delivery',
    'Compass Room',
    'Tipi rental',
    'Grated cheese',
    'Privatization fee',
    'Admin Fee (not a gratuity)',
    'Service charge - this is not a tip',
    'Service Charge (in lieu of gratuity)',
    'Non-Gratuity Service Fee',
    'Staffing (gratuity not included)',
    'Room rental (+ tax)',
    'Room rental (tax extra)',
    'Room rental w/o tax',
    'Set-up, tax not included',
    'Bar minimum (excl. gratuity and tax)',
    'Cake fee (no discount)',
    'Admin Fee 3% (not distributed as tips)',
    'Service charge - is not distributed to staff as a gratuity',
    'Admin fee, does not go to tips',
    'Event fee (not part of the gratuity)',
    'Admin fee (no tax), no gratuity',
    'Room rental plus tax, plus GST',
    'Room rental (tax exempt; GST exempt)',
    'Staffing (gratuity not included; tips not included)',
    'Fingertip towels',
    'Telecomp rental',
    '',
    '--',
  ])('%j is a fee', (name) => {
    expect(sorted(name)).toBe('surcharge');
  });

  it.each([
    'Tax & Gratuity',
    'Gratuity/Tax',
    'Tips and Taxes',
    'Gratuity incl. discount',
    'Tax gratuity',
    'Bar package including tax and tip',
    'Cover charge incl. tax & gratuity',
    '18% Service Fee & Tax',
    'Taxes/Fees',
    'Service charge & tax',
    'Resort Charges + Occupancy Tax',
  ])('%j is for a person to decide', (name) => {
    expect(sorted(name)).toBe('unclear');
  });

  it.each(['Discount', 'Discounts (10%)', 'Comp', 'PROMO', 'Promotion', 'Manager comp'])(
    '%j takes from the price if the total proves it',
    (name) => {
      expect(sorted(name, {}, 'negative')).toBe('discount-word');
      expect(sorted(name)).toBe('discount-word');
    },
  );

  it.each(['Deposit', 'Prepayment', 'Waiver', 'Sales Tax', 'Gratuity'])(
    'a negative %j is for a person to decide',
    (name) => {
      expect(sorted(name, {}, 'negative')).toBe('unclear');
    },
  );

  it('goes by the configured name first, however it is spelled', () => {
    const configured = {
      'Admin Fee': 'gratuity',
      'Tax on tips': 'surcharge',
      Deposit: 'ignore',
      Delivery: { product: 991 },
    } as const;
    expect(sorted('ADMIN-FEE', configured)).toBe('gratuity');
    expect(sorted('Tax on Tips', configured)).toBe('surcharge');
    expect(sorted('deposit', configured, 'negative')).toBe('ignore');
    expect(sorted('Delivery ', configured)).toEqual({ product: 991 });
    expect(sorted('Delivery 2', configured)).toBe('surcharge');
  });

  it('takes a configured name of signs alone for what it is', () => {
    expect(sorted('%', { '%': 'discount' }, 'negative')).toBe('discount');
    expect(sorted('%', { '*': 'ignore' })).toBe('surcharge');
  });

  it('chooses between no two spellings that say different things', () => {
    const twice = {
      'Admin Fee': 'surcharge',
      'ADMIN-FEE': 'ignore',
      Fee: { product: 1 },
      FEE: { product: 1 },
    } as const;
    expect(sortBilling({ name: 'admin fee', amount: 'positive' }, twice)).toEqual({
      kind: 'unclear',
      why: expect.stringContaining('stands twice'),
    });
    expect(sorted('fee', twice)).toEqual({ product: 1 });
  });

  it('says what a name speaks of that is for a person to decide', () => {
    const why = (name: string) => sortBilling({ name, amount: 'positive' }, {});
    expect(why('Tax & Gratuity')).toEqual({ kind: 'unclear', why: 'speaks of tax and gratuity at once' });
    expect(why('Service fee & tax')).toEqual({ kind: 'unclear', why: 'speaks of tax and fee at once' });
  });

  it('lets no configured name without letters catch nameless fees', () => {
    expect(sorted('--', { '!!': 'tax' })).toBe('surcharge');
  });

  it('says what sorted a name', () => {
    const why = (name: string) => {
      const found = sortBilling({ name, amount: 'positive' }, { Fee: 'surcharge' });
      return found.kind === 'use' && found.why;
    };
    expect(['Fee', 'Tip', 'Delivery'].map(why)).toEqual(['mapping', 'word', 'rest']);
  });
});

describe('what only says how a row stands to tax or gratuity', () => {
  const use = (name: string) => {
    const found = sortBilling({ name, amount: 'positive' }, {});
    return found.kind === 'use' ? found.use : found.kind;
  };

  it.each([
    'Room Hire (incl. 20% VAT)',
    'Service Charge (excl. 20% VAT)',
    'Room rental (plus 8.375% sales tax)',
    'Room rental (subject to 8.25% sales tax)',
    'Venue fee plus applicable taxes',
    'Room rental inclusive of all taxes',
    'Delivery (includes tax)',
    'Service Charge (does not include tax)',
  ])('%j is no tax', (name) => {
    expect(use(name)).not.toBe('tax');
  });

  it.each([
    'Gratuity 20% (before 8% tax)',
    'Gratuity - 20% of total before 8.875% tax',
    'Gratuity (20% incl. 13% HST)',
  ])('%j is no tax, it is a gratuity', (name) => {
    expect(['gratuity', 'unclear']).toContain(use(name));
  });

  it.each([
    'Admin Fee (does not include gratuity)',
    'Service Fee (gratuity is additional)',
    'Event Fee - gratuity is at your discretion',
    'Admin Fee (this fee is not the gratuity)',
    'Service Fee (is not purported to be a gratuity)',
    'Admin fee (no portion is distributed to staff as a gratuity)',
  ])('%j is no gratuity', (name) => {
    expect(use(name)).not.toBe('gratuity');
  });

  it.each([
    ['State Tax (included)', 'tax'],
    ['Tax (does not include gratuity)', 'tax'],
    ['Staff gratuity is optional', 'gratuity'],
    ['Gratuity (20% of food)', 'gratuity'],
    ['Service Charge (includes gratuity)', 'gratuity'],
  ])('%j is %s', (name, what) => {
    expect(use(name)).toBe(what);
  });
});
