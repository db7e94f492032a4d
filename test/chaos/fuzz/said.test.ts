import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Answers, isAgreed } from '../../../src/app/agree.js';
import { personAt, type Question } from '../../../src/certify/hands.js';
import * as parsers from '../../../src/commands/arguments.js';
import { loadConfig } from '../../../src/config/load.js';
import { AppError } from '../../../src/errors.js';
import { type Accounts, readAccounts } from '../../../src/init/accounts.js';
import { askBooks, askGoLive, askShops, type Prompts } from '../../../src/init/ask.js';
import { locationsText } from '../../../src/init/files.js';
import { propose, type Said } from '../../../src/init/propose.js';
import { readPasted } from '../../../src/tripleseat/sign-in.js';
import { Terminal } from '../../commands/terminal.js';
import { credentials } from '../../config/helpers.js';
import { anyCharacter } from '../../helpers/anyText.js';
import { Desk } from '../../sync/desk.js';
import { fuzz, orRefusal, TIMEOUT } from './fuzz.js';
import { changes, changeText } from './mutate.js';

const STATE = 'state-of-this-sign-in';
const PASTED = `http://127.0.0.1:8917/callback?code=a-code&state=${STATE}`;

/** What people do write somewhere. */
const RIGHT = [
  ...['55521609', '10684001,10684002', '2026-12-31', '12h', '2026-11-14T08:00Z', '12.50', 'yes', 'none'],
  ...['8=4', '26059=none', '8=America/Chicago', 'America/Los_Angeles', '1a2b3c4d', '127.0.0.1', 'tax', '0.5'],
  ...[PASTED, `code=a-code&state=${STATE}`, `a-code ${STATE}`, 'https://example.com/callback', '1/4', '7d'],
];
const text = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(...RIGHT), changes).map(([right, list]) => changeText(right, list)),
  },
  fc.string({ unit: anyCharacter, maxLength: 60 }),
  fc.constantFrom(...RIGHT),
);

const ORDER = { id: '10684001', called: 'Ada Alder' };
const QUESTIONS: readonly Question[] = [
  { kind: 'begin', title: 'Phase 1' },
  { kind: 'open', order: ORDER, again: false },
  { kind: 'balance', order: ORDER },
  { kind: 'listed', order: ORDER, beside: ORDER, marked: false },
  { kind: 'listed', order: ORDER, beside: ORDER, marked: true },
  { kind: 'day', order: ORDER, date: '2026-11-14' },
];
const FORMS = {
  begin: /^yes$/,
  open: /^yes$/,
  balance: /^-?\d+(\.\d+)?$/,
  listed: /^(yes|no)$/,
  day: /^nowhere$|^\d{4}-\d\d-\d\d$/,
};

/** Somebody who writes these lines and goes. */
function writing(lines: readonly string[]): Answers {
  const input: Answers = new PassThrough();
  input.isTTY = true;
  (input as PassThrough).end(lines.map((line) => `${line}\n`).join(''));
  return input;
}

async function certifies(lines: readonly string[]): Promise<void> {
  const screen = new PassThrough();
  const { hands, close } = personAt(writing(lines), screen, new AbortController().signal);
  try {
    for (const question of QUESTIONS) {
      const answer = await hands(question);
      if (answer !== null) expect(answer).toMatch(FORMS[question.kind]);
    }
  } finally {
    close();
  }
}

/** One argument, as each option reads it. */
function argues(argument: string): void {
  const { whole, withName, ...others } = parsers;
  expect(withName(['products', 'map', argument])).toHaveLength(3);
  for (const parse of [...Object.values(others), whole('number', 1, 9)]) {
    if (typeof parse !== 'function') continue;
    try {
      (parse as (text: string) => unknown)(argument);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidArgumentError);
    }
  }
}

const NOTHING: Said = {
  pairs: new Map(),
  stations: new Map(),
  timezones: new Map(),
  sold: { gratuity: new Map(), fees: new Map() },
  userId: null,
  diningOption: null,
  paymentType: null,
  discountId: undefined,
  books: {},
};

/** Somebody who writes these texts one after the other until one is taken, and picks what comes. */
function answering(texts: readonly string[], picks: readonly number[]): Prompts {
  let [said, picked] = [0, 0];
  const input = async ({ validate }: { validate?: (text: string) => unknown }) => {
    for (const each of [...texts.slice(said), '7', '2026-12-01', 'UTC']) {
      said += 1;
      if (!validate || (await validate(each)) === true) return each;
    }
    throw new Error('nothing is taken');
  };
  const select = async ({ choices }: { choices: readonly { value: unknown }[] }) => {
    picked += 1;
    return choices[(picks[picked % picks.length] ?? 0) % choices.length]?.value;
  };
  return { input, select } as unknown as Prompts;
}

/** Whatever a person answers to `init`: what it takes makes a file that can be loaded. */
async function sitsThrough(
  accounts: Accounts,
  texts: readonly string[],
  picks: readonly number[],
): Promise<void> {
  const prompts = answering(texts, picks);
  const proposal = propose(accounts, NOTHING);
  await askShops(proposal, accounts, NOTHING, prompts);
  await askBooks(proposal, NOTHING, prompts);
  const day = await askGoLive('2026-11-14', prompts);
  if (proposal.pairs.length === 0) return;
  const dir = await mkdtemp(join(tmpdir(), 'ts-reconcile-fuzz-'));
  try {
    await writeFile(join(dir, 'locations.json'), locationsText(proposal));
    const env = { ...credentials, INJECT_NOT_BEFORE: day };
    expect(
      loadConfig({ env, cwd: dir, needs: ['tripleseat', 'revel', 'locations', 'sync'] }).locations,
    ).toHaveLength(proposal.pairs.length);
  } finally {
    await rm(dir, { recursive: true });
  }
}

it('what a person answers', { timeout: TIMEOUT }, async () => {
  const { tripleseat, revel } = new Desk('2026-11-14T20:00:00Z').connect(new AbortController().signal);
  const accounts = await readAccounts(tripleseat.probe, revel.probe);
  const cases = fc.record({
    texts: fc.array(text, { minLength: 1, maxLength: 8 }),
    picks: fc.array(fc.nat(20), { minLength: 1, maxLength: 12 }),
    /** Lists that the key may not read: their numbers are asked for. */
    unread: fc.subarray(['stations', 'users', 'diningOptions', 'discounts', 'paymentTypes'] as const),
  });
  await fuzz('what a person answers', cases, async ({ texts, picks, unread }) => {
    for (const each of texts) {
      const pasted = readPasted(each, STATE);
      if (pasted.kind === 'code') expect(each).toContain(STATE);
      argues(each);
    }
    await certifies(texts).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      expect(error.code).toBe('ABORTED');
    });
    await orRefusal(async () => {
      const agreed = await isAgreed('Write this?', writing(texts), new Terminal({}).around);
      expect(agreed).toBe(/^\s*y(es)?\s*$/i.test(texts[0]?.split(/\r\n|[\n\r\u2028\u2029]/)[0] ?? ''));
    });
    const less = Object.fromEntries(unread.map((name) => [name, []]));
    await sitsThrough({ ...accounts, ...less }, texts, picks);
  });
});
