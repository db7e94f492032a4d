import { z } from 'zod';

/** What differs between accounts, or is not known, in what registers and reports make of rows; left out: the friendliest. */
export const revelSwitchesSchema = z.strictObject({
  /**
   * How a register that opens an order counts its gratuity: within `final_total`, beside it, where tips of payments
   * settle it, or not at all.
   */
  gratuity: z.enum(['in-total', 'on-top', 'dropped']).default('in-total'),
  /** What becomes then of a surcharge on the order. */
  surcharge: z.enum(['kept', 'dropped']).default('kept'),
  /** The tax of the order then: what its header has, the sum of its lines', or by the tax class of its products. */
  tax: z.enum(['header', 'lines', 'products']).default('header'),
  /** The price of a line then: what it was sold at, or that of its product. */
  prices: z.enum(['kept', 'replaced']).default('kept'),
  /** Payments of the API then: count in what is due; count, but the register's screen leaves them out; do not count. */
  payments: z.enum(['counted', 'not-shown', 'not-counted']).default('counted'),
  /** Resources whose rows registers and reports go on counting when the API has marked them deleted. */
  ignoresDeleted: z.array(z.enum(['Order', 'OrderItem', 'Payment'])).default([]),
  /** Local time at which the day of the reports begins, `HH:MM`. */
  businessDayStart: z
    .string()
    .regex(/^\d\d:\d\d$/)
    .default('00:00'),
  /** Orders dated later than now: like any other, or neither on registers nor in the reports. */
  laterDates: z.enum(['count', 'hidden']).default('count'),
});
export type RevelSwitches = z.infer<typeof revelSwitchesSchema>;
