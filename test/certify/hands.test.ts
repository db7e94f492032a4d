import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { personAt, type Question } from '../../src/certify/hands.js';
import { phases } from '../../src/certify/phases.js';
import { adviceLines, unknownLines } from '../../src/certify/render.js';
import {
  ACCOUNT_FORMAT,
  type Account,
  type FindingName,
  type FindingValue,
} from '../../src/domain/account.js';
import { type Advice, adviceOf } from '../../src/domain/advice.js';

type Values = { [K in FindingName]?: FindingValue<K> };

const order = { id: '10684001', called: 'Certify 1' };
const questions: Readonly<Record<Question['kind'], Question>> = {
  begin: { kind: 'begin', title: 'Phase 1' },
  open: { kind: 'open', order, again: false },
  balance: { kind: 'balance', order },
  listed: { kind: 'listed', order, beside: { id: '10684002', called: 'Certify 2' }, marked: true },
  day: { kind: 'day', order, date: '2026-11-14' },
};

async function answered(
  kind: Question['kind'],
  typed: string,
): Promise<{ answer: string | null; said: string }> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const person = personAt(input, output, new AbortController().signal);
  input.end(typed);
  const answer = await person.hands(questions[kind]);
  person.close();
  return { answer, said: String(output.read()) };
}

describe('a person at a terminal', () => {
  it.each([
    ['begin', '\n', 'yes'],
    ['open', '\n', 'yes'],
    ['open', 's\n', null],
    ['balance', '41,9\n', '41.9'],
    ['balance', '\n', null],
    ['balance', 'about forty\n41.91\n', '41.91'],
    ['listed', 'Y\n', 'yes'],
    ['listed', 'no\n', 'no'],
    ['listed', 'perhaps\n\n', null],
    ['day', '2026-11-13\n', '2026-11-13'],
    ['day', '2026-13-40\nnone\n', 'nowhere'],
    ['day', '\n', null],
  ] as const)('%s, typing %j, answers %j', async (kind, typed, answer) => {
    expect((await answered(kind, typed)).answer).toBe(answer);
  });

  it.each(['q\n', 'quit\n', ''])('stops with %j, and is told how to go on', async (typed) => {
    await expect(answered('open', typed)).rejects.toMatchObject({
      code: 'ABORTED',
      hint: expect.stringContaining('certify --continue'),
    });
  });

  it('is told which order to open, and that nothing is to be paid', async () => {
    const { said } = await answered('open', '\n');
    expect(said).toContain('10684001 ("Certify 1")');
    expect(said).toContain('change and pay nothing');
  });
});

/** An account of which this was found. */
function found(values: Values): Account {
  const findings = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      { value, certainty: 'seen', why: '', at: '2026-11-14T12:00:00.000Z' },
    ]),
  ) as Account['findings'];
  const known = { account: 'acme.revelup.com', establishmentId: 90, version: '1.2.3', certifiedAt: null };
  return { format: ACCOUNT_FORMAT, ...known, findings };
}

describe('what is said at the end', () => {
  it('names every question that is open, with what hangs on it', () => {
    const count = phases.flatMap(({ finds }) => finds).length;
    expect(unknownLines({}, 200)).toHaveLength(count + 1);
  });

  it('advises nothing that was not found', () => {
    expect(adviceLines(adviceOf(null), {}, 80)).toEqual([]);
  });

  it.each<[string, Values, string, boolean]>([
    ['fees in their field', { surcharge: 'kept' }, '"books": {"fees":"surcharge"}', true],
    ['fees that were not tried', {}, 'fees', false],
    ['no line for a gratuity where lines were not tried', { gratuity: 'dropped' }, 'gratuity', false],
    ['any time', { laterDate: 'counts' }, '"orderTime" may be event-start or noon', true],
    ['the time now', { laterDate: 'harms' }, 'Leave "orderTime" at now', true],
    ['no payments', { payments: 'not-counted' }, 'Set PAYMENT_POLICY=none', true],
    ['nothing of payments that count', { payments: 'counted' }, 'PAYMENT_POLICY', false],
  ])('advises %s', (_, values, text, isSaid) => {
    const account = found(values);
    expect(adviceLines(adviceOf(account), account.findings, 200).join('\n').includes(text)).toBe(isSaid);
  });

  it.each<[Values, Partial<Advice>]>([
    [{}, { paymentPolicy: 'unknown', orderTime: 'unknown', fees: 'unknown' }],
    [{ payments: 'counted' }, { paymentPolicy: 'any' }],
    [{ payments: 'counted', balance: 'other' }, { paymentPolicy: 'no-payments' }],
  ])('tells apart in its data what was found and what was not tried: %j', (values, advice) => {
    expect(adviceOf(found(values))).toMatchObject(advice);
  });
});
