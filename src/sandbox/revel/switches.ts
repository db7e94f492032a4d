import { z } from 'zod';
import { resourceNames } from './types.js';

/** How far a key may go with one resource. */
const permissionSchema = z.enum(['write', 'read', 'none']);

/** The ways in which accounts of the real API differ, or in which it is not known how it behaves. */
export const revelSwitchesSchema = z.strictObject({
  /** The `local_id` filter of Order: honoured, skipped as if unknown, or answered with 400. */
  localIdFilter: z.enum(['works', 'ignored', 'refused']),
  /** The `uuid` filter of every resource. */
  uuidFilter: z.enum(['works', 'ignored', 'refused']),
  /** The `order` filter of items, payments, history and applied rows. */
  orderFilterOnChildren: z.enum(['works', 'ignored']),
  /** A second row with the same uuid in one resource: made, or answered with this status. */
  uuidPolicy: z.enum(['allow', '400', '500']),
  /** Text with characters above U+FFFF, as in a database of three bytes a character: kept, or answered so. */
  fourByteText: z.enum(['works', '400', '500']),
  /** `first-ignored`: `printed` counts from the second PATCH of an order that carries it. */
  printed: z.enum(['sticks', 'first-ignored']),
  /** False: `deleted` in a PATCH is ignored. */
  keepsDeletedMark: z.boolean(),
  /** An item that was made without a name of its own shows that of its product. */
  fillsNames: z.boolean(),
  /** What an item shows of its `special_request`: at most so many characters; null: all of it. */
  textLength: z.number().int().min(0).nullable(),
  /**
   * How a register that opens an order counts its gratuity: within `final_total`, or beside it, where tips of payments
   * settle it.
   */
  gratuity: z.enum(['in-total', 'on-top']),
  /** Filters on date fields. */
  dateFilter: z.enum(['works', 'ignored']),
  /** The `establishment` filter. */
  establishmentFilter: z.enum(['works', 'ignored']),
  /** A page after the first begins with the last row of the page before. */
  duplicatePagesRows: z.boolean(),
  /** Resources left out are writable; without permission the answer is an empty 401. */
  permissions: z.partialRecord(z.enum(resourceNames), permissionSchema),
});
export type RevelSwitches = z.infer<typeof revelSwitchesSchema>;

/** The friendliest behaviour everywhere. */
export const defaultRevelSwitches: RevelSwitches = {
  localIdFilter: 'works',
  uuidFilter: 'works',
  orderFilterOnChildren: 'works',
  uuidPolicy: 'allow',
  fourByteText: 'works',
  printed: 'sticks',
  keepsDeletedMark: true,
  fillsNames: false,
  textLength: null,
  gratuity: 'in-total',
  dateFilter: 'works',
  establishmentFilter: 'works',
  duplicatePagesRows: false,
  permissions: {},
};
