import { describe, expect, it } from 'vitest';
import { classifyBilling } from '../../src/domain/billing.js';
import { billing } from './builders.js';

describe('classifyBilling', () => {
  it.each([
    ['Tax', 'tax'],
    ['Sales Tax', 'tax'],
    ['Taxes', 'tax'],
    ['State-TAX (8.25%)', 'tax'],
    ['Tax8.25%', 'tax'],
    ['Sales &amp; Use Tax', 'tax'],
    ['Gratuity', 'gratuity'],
    ['20% gratuity', 'gratuity'],
    ['Tip', 'gratuity'],
    ['Staff tips', 'gratuity'],
    ['Taxi', 'surcharge'],
    ['Stipend', 'surcharge'],
    ['Multiple fees', 'surcharge'],
    ['Admin Fee', 'surcharge'],
    ['', 'surcharge'],
  ])('%j is %s', (name, field) => {
    expect(classifyBilling(billing([name, '1.00']), {})).toEqual({
      tax: 0,
      gratuity: 0,
      surcharge: 0,
      [field]: 100,
    });
  });

  it('goes by the configured name first, however it is spelled', () => {
    const configured = { 'Admin Fee': 'gratuity', 'Tax on tips': 'surcharge' } as const;
    expect(classifyBilling(billing(['ADMIN-FEE', '1.00'], ['Tax on Tips', '2.00']), configured)).toEqual({
      tax: 0,
      gratuity: 100,
      surcharge: 200,
    });
  });

  it('lets no configured name without letters catch nameless fees', () => {
    expect(classifyBilling(billing(['--', '1.00']), { '!!': 'tax' }).surcharge).toBe(100);
  });

  it('adds up what falls together', () => {
    expect(
      classifyBilling(
        billing(['State Tax', '0.10'], ['City Tax', '0.20'], ['Fee', '3'], ['Waiver', '-1']),
        {},
      ),
    ).toEqual({ tax: 30, gratuity: 0, surcharge: 200 });
  });
});
