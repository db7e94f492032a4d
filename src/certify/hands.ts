import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { isDate } from '../domain/dates.js';
import { AppError, ExitCode } from '../errors.js';

/** An order as a person finds it: its id, and the name that a POS shows. */
export interface ShownOrder {
  id: string;
  called: string;
}

/** What only a person can do or see. The answer to each is a text, or null: they cannot, or do not know. */
export type Question =
  /** Answer: anything but null. */
  | { kind: 'begin'; title: string }
  /** Open it on an iPad. Answer: anything but null. */
  | { kind: 'open'; order: ShownOrder; again: boolean }
  /** What the iPad says is still to be paid. Answer: an amount like `12.50`. */
  | { kind: 'balance'; order: ShownOrder }
  /** Whether it is among the orders on the iPad, where `beside` is; `marked`: still, and anywhere. Answer: `yes` or `no`. */
  | { kind: 'listed'; order: ShownOrder; beside: ShownOrder; marked: boolean }
  /** On which day of the Sales Summary it stands. Answer: `YYYY-MM-DD`, or `nowhere`. */
  | { kind: 'day'; order: ShownOrder; date: string };

/** Who answers. Throws an AppError (`ABORTED`) when they stop. */
export type Hands = (question: Question) => Promise<string | null>;

/** The sentence for the question, and how its answer is written. */
function asked(question: Question): string {
  switch (question.kind) {
    case 'begin':
      return `${question.title}: Enter to begin, q to stop here: `;
    case 'open':
      return question.again
        ? `Close order ${named(question.order)} without paying, open it once more, then press Enter (s: cannot, q: stop here): `
        : `Open order ${named(question.order)} on an iPad of the establishment. Look, change and pay nothing. Then press Enter (s: cannot, q: stop here): `;
    case 'balance':
      return `Which balance does the iPad show for ${named(question.order)}? An amount like 12.50 (Enter: do not know): `;
    case 'listed':
      return question.marked
        ? `Order ${named(question.order)} is marked deleted. Load the list anew: is it still on the iPad, where ${question.beside.called} was beside it, or in Order History of the Console? y or n (Enter: do not know): `
        : `Is order ${named(question.order)} in the list on the iPad, where ${question.beside.called} is? Do not open it; give it a minute to come. y or n (Enter: do not know): `;
    case 'day':
      return `On which day does the Sales Summary of the Console have order ${named(question.order)}? A day like ${question.date}, or none (Enter: do not know): `;
  }
}

function named({ id, called }: ShownOrder): string {
  return `${id} ("${called}")`;
}

/** What the text answers to the question; null: they do not know; `undefined`: it is no answer. */
function answerIn(question: Question, text: string): string | null | undefined {
  const word = text.trim().toLowerCase();
  switch (question.kind) {
    case 'begin':
    case 'open':
      return word === '' ? 'yes' : word === 's' && question.kind === 'open' ? null : undefined;
    case 'balance':
      if (word === '') return null;
      return /^-?\d{1,7}(?:[.,]\d{1,2})?$/.test(word) ? word.replace(',', '.') : undefined;
    case 'listed':
      if (word === '') return null;
      return /^y(?:es)?$/.test(word) ? 'yes' : /^no?$/.test(word) ? 'no' : undefined;
    case 'day':
      if (word === '') return null;
      return word === 'none' || word === 'nowhere' ? 'nowhere' : isDate(word) ? word : undefined;
  }
}

/** Nobody is there: whatever needs hands is left. */
export const noHands: Hands = async ({ kind }) => (kind === 'begin' ? 'yes' : null);

/** A person at a terminal. */
export function personAt(
  input: Readable,
  output: Writable,
  stop: AbortSignal,
): { hands: Hands; close: () => void } {
  const lines: Interface = createInterface({ input, signal: stop });
  const iterator = lines[Symbol.asyncIterator]();
  const hands: Hands = async (question) => {
    for (;;) {
      output.write(asked(question));
      const line = await iterator.next();
      if (line.done === true || /^q(?:uit)?$/i.test(line.value.trim())) {
        throw new AppError(
          'ABORTED',
          ExitCode.eventFailed,
          'Stopped here; what was found so far is kept.',
          'Go on, also days later, with: ts-reconcile certify --continue',
        );
      }
      const answer = answerIn(question, line.value);
      if (answer !== undefined) return answer;
      output.write('That is no answer to it.\n');
    }
  };
  return { hands, close: () => lines.close() };
}
