import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { personAt, type Question } from '../../src/certify/hands.js';
import { phases } from '../../src/certify/phases.js';
import { adviceLines, unknownLines } from '../../src/certify/render.js';
import { adviceOf } from '../../src/domain/advice.js';

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

describe('what is said at the end', () => {
  it('names every question that is open, with what hangs on it', () => {
    const count = phases.flatMap(({ finds }) => finds).length;
    expect(unknownLines({}, 200)).toHaveLength(count + 1);
  });

  it('advises nothing that was not found', () => {
    expect(adviceLines(adviceOf(null), {}, 80)).toEqual([]);
  });
});
