import { describe, expect, it } from 'vitest';
import { orderSchema, productSchema } from '../../src/revel/schema.js';

describe('a product', () => {
  it.each([500, '500'])('has the id %j as a number', (id) => {
    const row = {
      id,
      name: 'Taco Bar',
      price: '8.24',
      active: true,
      establishment: '/enterprise/Establishment/8/',
    };
    expect(productSchema.parse(row)).toEqual({
      id: 500,
      name: 'Taco Bar',
      price: 824,
      active: true,
      establishmentId: 8,
    });
  });
});

describe('money of an order', () => {
  it.each([
    ['as it was computed in binary', 0.1 + 0.2, 30],
    ['as text', '0.300000', 30],
    ['with a fraction of a cent', 1137.685, null],
    ['absent', null, null],
  ])('%s', (_, subtotal, amount) => {
    expect(orderSchema.parse({ id: 1, subtotal, gratuity: subtotal })).toMatchObject({
      subtotal: amount,
      gratuity: amount,
    });
  });
});
