import { describe, expect, it } from 'vitest';
import { productSchema } from '../../src/revel/schema.js';

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
