import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSignals, type SignalDeps } from '../../src/app/signals.js';
import { systemClock } from '../../src/clock.js';
import { ExitCode } from '../../src/errors.js';
import type { MailedFailure } from '../../src/state/types.js';
import { failed, report } from '../report/helpers.js';
import { type Mailbox, openMailbox } from '../report/mail/mailbox.js';

let box: Mailbox;
/** What the memory held when each mail came in. */
let rememberedBy: string[][];
let remembered: MailedFailure[];

beforeEach(async () => {
  rememberedBy = [];
  remembered = [];
  box = await openMailbox({
    onMailFrom(_address, _session, callback) {
      rememberedBy.push(remembered.map(({ subject }) => subject));
      callback();
    },
  });
});
afterEach(() => box.close());

it('remembers what one reader was told before the next one is: a run may be killed in between', async () => {
  const quiet = { debug() {}, info() {}, warn() {}, error() {}, release() {}, forRun: () => quiet };
  const shop = { name: 'Special Events', timezone: 'America/Los_Angeles', currency: null };
  const deps = {
    config: {
      smtp: { url: box.url, from: 'orders@example.com', to: ['office@example.com'], on: ['failures'] },
      chat: null,
      healthcheckUrl: null,
      metricsFile: null,
      locations: [{ ...shop, notify: ['chef@example.com'] }],
    },
    request: { dryRun: false, trigger: 'cron' },
    state: {
      mailMemory: {
        read: async () => [],
        update: async ({ mailed }: { mailed: readonly MailedFailure[] }) => {
          remembered.push(...mailed);
        },
      },
    },
    log: quiet,
    transport: async () => ({ kind: 'failure', detail: 'unused' }),
    clock: systemClock,
    stop: new AbortController().signal,
  } as unknown as SignalDeps;
  const events = [failed('1', { reason: 'UNMATCHED_ITEMS' }), failed('2', { reason: 'MISSED' })];
  await openSignals(deps).ended({ report: report(events), exit: ExitCode.eventFailed, wholeSweep: true });
  expect(box.mails.map(({ to }) => to)).toEqual([['office@example.com'], ['chef@example.com']]);
  expect(rememberedBy).toEqual([[], ['1']]);
  expect(remembered.map(({ subject }) => subject)).toEqual(['1', '2']);
});
