import type { Cents } from './money.js';

/** An active Revel product of the establishment that the order goes to. */
export interface Product {
  id: number;
  name: string;
  /** Null: an open-price product, or one whose price cannot be read. */
  price: Cents | null;
}
