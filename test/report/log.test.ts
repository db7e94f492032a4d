import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogger, type LogOptions } from '../../src/report/log.js';
import {
  eventFailed,
  eventPlanned,
  eventSkipped,
  eventSynced,
  runCompleted,
  runStarted,
  runTag,
  webhookProcessed,
} from '../../src/report/messages.js';
import { createRedactor } from '../../src/text/redact.js';
import { anyCharacter } from '../helpers/anyText.js';
import { CONTROL, hostileNames } from './helpers.js';

function logTo(options: Partial<LogOptions> = {}) {
  const written: string[] = [];
  const logger = createLogger({
    sink: { write: (text: string) => written.push(text) },
    clock: { now: () => Date.UTC(2026, 10, 14, 20) },
    level: 'info',
    format: 'text',
    run: 'sync-1a2b3c4d',
    redact: (text) => text,
    quiet: false,
    ...options,
  });
  return { logger, written, text: () => written.join('') };
}

describe('text lines', () => {
  it('are those that monitors look for', () => {
    const { logger, written } = logTo();
    const summary = { queried: 5, injected: 2, repaired: 0, skipped: 3, failed: 0 };
    logger.forRun(runTag('cron', '1a2b3c4d')).info(runStarted('cron'));
    logger.info(eventSynced('55521609', '10684001'));
    logger.info(runCompleted(summary));
    logger.error(eventFailed('55521609', 'It has no line items.'));
    logger.forRun(runTag('webhook', '1a2b3c4d')).info(webhookProcessed);
    expect(written).toEqual([
      '[scheduled-1a2b3c4d] Starting scheduled sync task\n',
      '[sync-1a2b3c4d] Event 55521609 synced successfully - Revel Order: 10684001\n',
      '[sync-1a2b3c4d] Sync completed - Queried: 5, Injected: 2, Skipped: 3, Failed: 0\n',
      'ERROR [sync-1a2b3c4d] Failed to process event 55521609: It has no line items.\n',
      '[req-1a2b3c4d] Webhook processed successfully\n',
    ]);
  });

  it('carry the time before them where that is wanted, and are the same behind it', () => {
    const { logger, written } = logTo({ format: 'timed' });
    logger.error(eventFailed('55521609', 'It has no line items.'));
    expect(written).toEqual([
      '2026-11-14T20:00:00.000Z ERROR [sync-1a2b3c4d] Failed to process event 55521609: It has no line items.\n',
    ]);
  });

  it('have words for the rest', () => {
    expect([runStarted('manual'), runStarted('webhook')]).toEqual([
      'Starting sync task',
      'Starting webhook sync task',
    ]);
    expect(eventPlanned('1', 'injected')).toBe('Event 1 would be injected (dry run)');
    expect(eventSkipped('1', 'TOO_EARLY')).toBe('Event 1 skipped - TOO_EARLY');
    expect(runCompleted({ queried: 4, injected: 1, repaired: 2, skipped: 0, failed: 1 })).toBe(
      'Sync completed - Queried: 4, Injected: 1, Skipped: 0, Failed: 1, Repaired: 2',
    );
    expect(runTag('manual', '00000000')).toBe('sync-00000000');
  });

  it('name every level but info, and the run if there is one', () => {
    const { logger, written } = logTo({ level: 'debug', run: null });
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    logger.error('d');
    expect(written).toEqual(['DEBUG a\n', 'b\n', 'WARN c\n', 'ERROR d\n']);
  });

  it.each([
    ['debug', ['DEBUG a\n', 'b\n', 'WARN c\n', 'ERROR d\n']],
    ['info', ['b\n', 'WARN c\n', 'ERROR d\n']],
    ['warn', ['WARN c\n', 'ERROR d\n']],
    ['error', ['ERROR d\n']],
  ] as const)('from level %s up', (level, lines) => {
    const { logger, written } = logTo({ level, run: null });
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    logger.error('d');
    expect(written).toEqual(lines);
  });
});

it('json lines hold one object each', () => {
  const { logger, written } = logTo({ format: 'json' });
  logger.info('Event 1 synced', { event: '1' });
  logger.warn('careful\n"');
  expect(written).toEqual([
    '{"time":"2026-11-14T20:00:00.000Z","level":"info","run":"sync-1a2b3c4d","event":"1","msg":"Event 1 synced"}\n',
    '{"time":"2026-11-14T20:00:00.000Z","level":"warn","run":"sync-1a2b3c4d","event":null,"msg":"careful \\""}\n',
  ]);
});

describe('one record, one line', () => {
  it.each(['text', 'json'] as const)('%s, whatever the data', (format) => {
    const message = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.constantFrom(...hostileNames.map(([, name]) => name.slice(0, 1000))),
    );
    fc.assert(
      fc.property(message, message, (text, event) => {
        const { logger, written } = logTo({ format });
        logger.error(eventFailed('1', text), { event });
        expect(written).toHaveLength(1);
        const [line = ''] = written;
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(line).not.toMatch(CONTROL);
        expect(line.length).toBeLessThan(20_000);
        if (format === 'json') expect(Object.keys(JSON.parse(line))).toHaveLength(5);
        else expect(line.startsWith('ERROR [sync-1a2b3c4d] Failed to process event 1:')).toBe(true);
      }),
    );
  });
});

describe('secrets', () => {
  const canary = 'canary-7f3a-7f3a-7f3a';
  const redact = createRedactor([canary]);

  it.each(['text', 'json'] as const)('stay out of %s lines', (format) => {
    const { logger, text } = logTo({ format, redact, level: 'debug', quiet: true });
    for (const log of [logger.debug, logger.info, logger.warn, logger.error]) {
      log(`before ${canary} after`, { event: canary });
      log(canary.replace('7f3a', '7f\u001b[0m3a'));
      log('x'.repeat(3990) + canary);
      log('x'.repeat(15_990) + canary);
    }
    logger.release();
    expect(text()).toContain('before *** after');
    expect(text()).not.toMatch(/7f3a|canary/);
  });
});

describe('quiet', () => {
  it('prints nothing of a run that changed nothing', () => {
    const { logger, written } = logTo({ quiet: true });
    logger.info(runStarted('cron'));
    logger.info(runCompleted({ queried: 1, injected: 0, repaired: 0, skipped: 1, failed: 0 }));
    expect(written).toEqual([]);
  });

  it('prints all of it, in order, once released', () => {
    const { logger, written } = logTo({ quiet: true });
    logger.info('one');
    logger.forRun('req-0').info('two');
    logger.release();
    logger.info('three');
    logger.release();
    expect(written).toEqual(['[sync-1a2b3c4d] one\n', '[req-0] two\n', '[sync-1a2b3c4d] three\n']);
  });

  it.each(['warn', 'error'] as const)('ends with a line of level %s', (level) => {
    const { logger, written } = logTo({ quiet: true, run: null });
    logger.info('one');
    logger[level]('two');
    logger.info('three');
    expect(written).toEqual(['one\n', `${level.toUpperCase()} two\n`, 'three\n']);
  });

  it('holds back a bounded number of lines and says how many it dropped', () => {
    const { logger, written } = logTo({ quiet: true, run: null });
    for (let count = 1; count <= 5003; count += 1) logger.info(`line ${count}`);
    logger.release();
    expect(written).toHaveLength(5001);
    expect(written.slice(0, 2)).toEqual(['WARN 3 earlier log lines were dropped\n', 'line 4\n']);
  });
});
