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

describe('an id', () => {
  it.each([-1, 1.5, '-1', '', 'abc', null])('is never %j', (id) => {
    expect(orderSchema.safeParse({ id }).success).toBe(false);
    expect(productSchema.safeParse({ id, name: 'Taco Bar', price: 1, active: true }).success).toBe(false);
  });

  it('of another row that makes no sense counts as not told', () => {
    expect(orderSchema.parse({ id: 1, establishment: -8, updated_by: -2 })).toMatchObject({
      establishmentId: null,
      updatedBy: null,
    });
  });
});
