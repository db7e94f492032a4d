import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSignals, type SignalDeps } from '../../src/app/signals.js';
import { systemClock } from '../../src/clock.js';
import { ExitCode } from '../../src/errors.js';
import type { Logger } from '../../src/report/log.js';
import { openStateDir } from '../../src/state/files/open.js';
import type { MailedFailure, StateStore } from '../../src/state/types.js';
import { failed, report } from '../report/helpers.js';
import { type Mailbox, openMailbox } from '../report/mail/mailbox.js';
import { temporaryDirectory } from '../state/support.js';

let box: Mailbox;
/** What the memory held when each mail came in. */
let rememberedBy: string[][];
let remembered: MailedFailure[];

beforeEach(async () => {
  rememberedBy = [];
  remembered = [];
  warnings = [];
  box = await openMailbox({
    onMailFrom(_address, _session, callback) {
      rememberedBy.push(remembered.map(({ subject }) => subject));
      callback();
    },
    onRcptTo({ address }, _session, callback) {
      callback(address.startsWith('gone@') ? new Error('no such mailbox') : null);
    },
  });
});
afterEach(() => box.close());

let warnings: string[];
const log: Logger = {
  debug() {},
  info() {},
  warn: (message) => warnings.push(message),
  error() {},
  release() {},
  forRun: () => log,
};

/** What a run sends with, to the office; `state` as far as signals use it. */
function depsWith(state: Pick<StateStore, 'mailMemory'>, to = ['office@example.com']): SignalDeps {
  const shop = { name: 'Special Events', timezone: 'America/Los_Angeles', currency: null };
  return {
    config: {
      smtp: { url: box.url, from: 'orders@example.com', to, on: ['failures'] },
      chat: null,
      healthcheckUrl: null,
      metricsFile: null,
      locations: [{ ...shop, notify: ['chef@example.com'] }],
    },
    request: { dryRun: false, trigger: 'cron' },
    state,
    log,
    transport: async () => ({ kind: 'failure', detail: 'unused' }),
    clock: systemClock,
    stop: new AbortController().signal,
  } as unknown as SignalDeps;
}

const forgetful: Pick<StateStore, 'mailMemory'> = {
  mailMemory: { read: async () => [], update: async () => undefined, inTurn: (_timeoutMs, work) => work() },
};

it('remembers what one reader was told before the next one is: a run may be killed in between', async () => {
  const deps = depsWith({
    mailMemory: {
      ...forgetful.mailMemory,
      update: async ({ mailed }) => {
        remembered.push(...mailed);
      },
    },
  });
  const events = [failed('1', { reason: 'UNMATCHED_ITEMS' }), failed('2', { reason: 'MISSED' })];
  await openSignals(deps).ended({ report: report(events), exit: ExitCode.eventFailed, wholeSweep: true });
  expect(box.mails.map(({ to }) => to)).toEqual([['office@example.com'], ['chef@example.com']]);
  expect(rememberedBy).toEqual([[], ['1']]);
  expect(remembered.map(({ subject }) => subject)).toEqual(['1', '2']);
});

it('tells once what two runs that end at the same moment have found', async () => {
  const dir = await temporaryDirectory();
  const open = () => openStateDir({ dir, clock: systemClock, random: Math.random });
  const stores = [await open(), await open()];
  const run = {
    report: report([failed('1', { reason: 'UNMATCHED_ITEMS' })]),
    exit: ExitCode.eventFailed,
    wholeSweep: false,
  };
  await Promise.all(stores.map((state) => openSignals(depsWith(state)).ended(run)));
  expect(box.mails.map(({ to }) => to)).toEqual([['office@example.com']]);
  await Promise.all(stores.map((state) => state.close()));
});

it('says who was refused beside others that were told: nobody tells them later', async () => {
  const deps = depsWith(forgetful, ['office@example.com', 'gone@example.com']);
  const events = [failed('1', { reason: 'UNMATCHED_ITEMS' })];
  await openSignals(deps).ended({ report: report(events), exit: ExitCode.eventFailed, wholeSweep: true });
  expect(box.mails.map(({ to }) => to)).toEqual([['office@example.com']]);
  expect(warnings).toEqual([
    'The mail went to others, but not to gone@example.com: the mail server refused that, and it is not sent again. Check EMAIL_TO and notify.email.',
  ]);
});
