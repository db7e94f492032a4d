import { describe, expect, it } from 'vitest';
import {
  ACCOUNT_FORMAT,
  type Account,
  accountName,
  deletedMarksHonoured,
  type Finding,
  type FindingName,
  type FindingValue,
  firstLookUp,
  paymentsTakenBack,
} from '../../src/domain/account.js';

function found<N extends FindingName>(values: { [K in N]: FindingValue<K> }): Account {
  const findings: Partial<Record<FindingName, Finding>> = {};
  for (const name of Object.keys(values) as N[]) {
    findings[name] = { value: values[name], certainty: 'seen', why: 'w', at: '2026-11-14T12:00:00.000Z' };
  }
  return {
    format: ACCOUNT_FORMAT,
    account: 'acme.revelup.com',
    establishmentId: 90,
    version: '1.0.0',
    certifiedAt: null,
    findings: findings as Account['findings'],
  };
}

describe('what rests on an account', () => {
  it('honours deleted marks only where that was found', () => {
    expect(deletedMarksHonoured(null)).toBe('unknown');
    expect(deletedMarksHonoured(found({ deletedItems: 'honoured' }))).toBe('unknown');
    expect(deletedMarksHonoured(found({ deletedOrders: 'honoured' }))).toBe(true);
    expect(deletedMarksHonoured(found({ deletedOrders: 'still-there' }))).toBe(false);
    expect(deletedMarksHonoured(found({ deletedOrders: 'not-kept' }))).toBe(false);
  });

  it('takes payments back by the mark, else by a negative one, and never where neither was tried', () => {
    expect(paymentsTakenBack(null)).toBe('unknown');
    expect(paymentsTakenBack(found({ deletedPayments: 'honoured' }))).toBe('mark');
    expect(paymentsTakenBack(found({ deletedPayments: 'still-there' }))).toBe('unknown');
    expect(paymentsTakenBack(found({ deletedPayments: 'still-there', negativePayments: 'counted' }))).toBe(
      'negative',
    );
    expect(paymentsTakenBack(found({ deletedPayments: 'honoured', negativePayments: 'counted' }))).toBe(
      'mark',
    );
    expect(paymentsTakenBack(found({ negativePayments: 'counted' }))).toBe('negative');
    expect(paymentsTakenBack(found({ negativePayments: 'not-counted' }))).toBe('unknown');
    expect(paymentsTakenBack(found({ deletedPayments: 'not-kept', negativePayments: 'not-counted' }))).toBe(
      'neither',
    );
  });

  it.each<[string, Account | null, ReturnType<typeof firstLookUp>]>([
    ['their local ids, where nobody has tried the account', null, 'local_id'],
    ['their local ids, where those were not tried', found({ uuidFilter: 'ignored' }), 'local_id'],
    ['their local ids, where that works', found({ localIdList: 'works', uuidFilter: 'works' }), 'local_id'],
    [
      'their local ids, whatever a filter by a single one does',
      found({ localIdFilter: 'ignored' }),
      'local_id',
    ],
    ['their uuids, where a list of local ids is ignored', found({ localIdList: 'ignored' }), 'uuid'],
    ['their uuids, where it is refused', found({ localIdList: 'refused', uuidFilter: 'works' }), 'uuid'],
    ['their days, where both are ignored', found({ localIdList: 'ignored', uuidFilter: 'ignored' }), 'scan'],
    ['their days, where both are refused', found({ localIdList: 'refused', uuidFilter: 'refused' }), 'scan'],
  ])('looks for orders by %s', (_, account, way) => {
    expect(firstLookUp(account)).toBe(way);
  });

  it('is known by its host, whatever the port', () => {
    expect(accountName('https://acme.revelup.com')).toBe('acme.revelup.com');
    expect(accountName('http://127.0.0.1:40001')).toBe(accountName('http://127.0.0.1:40002'));
  });
});
