import { expect, it } from 'vitest';
import { allWays, paidStates, trialOrder } from '../../src/certify/orders.js';
import { phases } from '../../src/certify/phases.js';
import { findingNames, findingValues } from '../../src/domain/account.js';
import { formatCents } from '../../src/domain/money.js';
import { codesIn, rowsIn, section } from './pages.js';

const page = 'docs/certify.md';

it('the table of formulas says what is written, in each combination', () => {
  const shown = rowsIn(section(page, 'The formulas')).map((cells) =>
    cells.map((cell) => cell.replaceAll('`', '')),
  );
  const wanted = allWays
    .filter(({ tax }) => tax === 'header')
    .flatMap((ways) =>
      paidStates.map((paid) => {
        const { figures } = trialOrder({ ways, paid }, true);
        const { subtotal, surcharge, gratuity, finalTotal, payment, tip, remainingDue } = figures;
        const amounts = [subtotal, surcharge, gratuity, finalTotal, payment, tip, remainingDue];
        return [ways.gratuity, ways.fees, paid, ...amounts.map(formatCents)];
      }),
    );
  expect(shown).toEqual(wanted);
});

it('tax on the lines changes nothing of these figures', () => {
  for (const ways of allWays) {
    for (const paid of paidStates) {
      const onLines = trialOrder({ ways: { ...ways, tax: 'lines' }, paid }, true);
      expect(onLines.figures).toEqual(trialOrder({ ways: { ...ways, tax: 'header' }, paid }, true).figures);
      expect(onLines.lines.reduce((sum, { tax }) => sum + tax, 0)).toBe(onLines.figures.tax);
    }
  }
});

it('every answer to every question has what to do', () => {
  const said = new Map<string, Set<string>>();
  for (const [questions = '', answers = '', remedy = '', certainty = ''] of rowsIn(
    section(page, 'What to do with each conclusion'),
  )) {
    expect(remedy, questions).not.toBe('');
    expect(certainty, questions).toMatch(/^(?:seen|told|told, seen)$/);
    for (const name of codesIn(questions)) {
      const known = said.get(name) ?? new Set<string>();
      for (const answer of codesIn(answers)) known.add(answer);
      said.set(name, known);
    }
  }
  expect([...said.keys()].toSorted()).toEqual([...findingNames].toSorted());
  for (const name of findingNames) {
    expect([...(said.get(name) ?? [])].toSorted(), name).toEqual([...findingValues[name]].toSorted());
  }
});

it('the phases are those of the program, and every question belongs to one of them', () => {
  expect(rowsIn(section(page, 'The phases')).map(([title]) => title)).toEqual(
    phases.map(({ number, title }) => `${number} ${title}`),
  );
  expect(phases.flatMap(({ finds }) => finds).toSorted()).toEqual([...findingNames].toSorted());
});
