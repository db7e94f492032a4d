import { describe, expect, it } from 'vitest';
import { ACCOUNT_FORMAT, type Account, findingNames, findingValues } from '../../src/domain/account.js';
import { wrongWith } from '../helpers/check.js';
import { Desk } from './desk.js';
import { addStrangers, makeLegacy } from './others.js';

const NOW = '2026-11-14T20:00:00Z';
const answers = ['works', 'ignored', 'refused'] as const;
const switches = answers.flatMap((localIdFilter) =>
  answers.map((uuidFilter) => ({ localIdFilter, uuidFilter })),
);
/** An account of which each question was answered with the value of that number, or the last one, but for the filters. */
function saying(number: number, { localIdFilter, uuidFilter }: (typeof switches)[number]): Account {
  const said = (value: string) => ({ value, certainty: 'seen', why: 'invented', at: NOW });
  const all = findingNames.map((name) => {
    const values = findingValues[name];
    return [name, said(values[Math.min(number % 3, values.length - 1)] ?? '')] as const;
  });
  return {
    format: ACCOUNT_FORMAT,
    account: 'revel.test',
    establishmentId: 90,
    version: '1.0.0',
    certifiedAt: NOW,
    findings: {
      ...Object.fromEntries(all),
      localIdList: said(localIdFilter),
      uuidFilter: said(uuidFilter),
    } as Account['findings'],
  };
}

describe.each(switches)('what an account was found to be, rightly or wrongly, where it is %j', (own) => {
  it.each(switches)('leads to no wrong order: %j', async (said) => {
    const desk = new Desk(NOW);
    addStrangers(desk);
    desk.revel.configure(own);
    const [fresh, legacy, removed] = [desk.add(), desk.add(), desk.add()];
    await desk.single([legacy, removed]);
    makeLegacy(desk, legacy.id);
    const gone = desk.revel.orders().find(({ local_id }) => local_id === `Triple Seat_${removed.id}`);
    desk.revel.control('pos-delete', { orderId: gone?.id }, desk.clock.now());
    const before = desk.revel.orders().length;
    desk.account = saying(switches.indexOf(said), said);
    const run = await desk.sweep();
    expect(run.of(fresh.id)).toMatchObject({ status: 'injected' });
    expect(run.of(legacy.id)).toMatchObject({ status: 'skipped', reason: 'ALREADY_INJECTED' });
    expect(run.of(removed.id)).toMatchObject({ reason: 'REMOVED_BY_STAFF' });
    expect(wrongWith(desk.revel, fresh)).toEqual([]);
    expect(desk.revel.orders()).toHaveLength(before + 1);
    expect((await desk.sweep()).writes).toEqual([]);
  });
});

describe('a filter that certify found useless', () => {
  it.each([
    ['works', 'works', true, false],
    ['ignored', 'works', false, true],
    ['ignored', 'ignored', false, false],
  ] as const)('is not asked (local_id %s, uuid %s)', async (localIdFilter, uuidFilter, byLocalId, byUuid) => {
    const desk = new Desk(NOW);
    addStrangers(desk);
    desk.revel.configure({ localIdFilter, uuidFilter });
    desk.account = saying(0, { localIdFilter, uuidFilter });
    desk.add();
    const { sent } = await desk.sweep({ dryRun: true });
    const asked = (filter: string) => sent.some(({ query }) => query.has(filter));
    expect([asked('local_id__in'), asked('uuid__in')]).toEqual([byLocalId, byUuid]);
  });
});
