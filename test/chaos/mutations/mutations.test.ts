import { describe, expect, it } from 'vitest';
import { HEART } from '../exhaustive/scope.js';
import { DIRECTED } from './directed.js';
import { inScopes, inSituations } from './find.js';
import { WITHOUT } from './mutations.js';

/** Far more than any of them takes; a busy machine is no failure. */
const PATIENCE = { timeout: 300_000 };

/** The scope that finds it soonest, for rules that nothing simpler needs. */
const SCOPES: Readonly<Record<string, string>> = {
  settleLostWrite: 'one lock, two lines, one of anything',
  readOther: 'a deed of staff',
  removeLines: 'an edit',
  removePayments: 'an edit',
  confirmLines: 'a line or a payment that Revel does not keep',
  confirmPayment: 'a line or a payment that Revel does not keep',
  leaveTouched: 'replaced, and a deed of staff',
  confirmRetired: 'replaced, and a mark that is not kept',
  clearRetired: 'replaced by one of two persons',
  retireOthers: 'one of two kept, one of anything',
  confirmAdded: 'a payment added by one of two persons',
  addPaid: 'a payment added by one of two persons',
  writeDue: 'a payment added by one of two persons',
  retireReplaced: 'replaced by one of two persons',
};

it.each(Object.entries(DIRECTED))('%s', PATIENCE, (_, check) => {
  expect(check(HEART)).toBeNull();
});

describe('each rule of the protocol is needed', () => {
  it.each(WITHOUT)('$of', PATIENCE, ({ of, heart }) => {
    expect(inSituations(heart) ?? inScopes(heart, [SCOPES[of] ?? 'nothing fails'])).not.toBeNull();
  });
});
