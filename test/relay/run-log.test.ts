import { describe, expect, it } from 'vitest';
import type { FinishedRun } from '../../src/relay/child.js';
import { ending, endLabel, givenUp, logEnd, logLines, parseReport } from '../../src/relay/run-log.js';
import { createThrottle } from '../../src/relay/throttle.js';
import { createLogger, type Logger } from '../../src/report/log.js';

function logTo(lines: string[]): Logger {
  return createLogger({
    sink: { write: (text) => lines.push(text.trimEnd()) },
    clock: { now: () => 0 },
    level: 'debug',
    format: 'text',
    run: 'req-1a2b3c4d',
    redact: (text) => text.replaceAll('secret', '***'),
    quiet: false,
  });
}

function finished(over: Partial<FinishedRun> = {}): FinishedRun {
  return { end: { kind: 'exit', code: 0 }, durationMs: 812, stdout: null, lines: [], ...over };
}

const report = {
  success: true,
  mode: 'single',
  dry_run: false,
  trigger: 'webhook',
  correlation_id: '1a2b3c4d',
  started_at: '2026-11-14T12:00:00.000Z',
  duration_ms: 812,
  window: null,
  summary: { queried: 1, injected: 0, repaired: 0, skipped: 1, failed: 0 },
  events: [
    {
      id: '5',
      name: null,
      date: null,
      location: null,
      revel_order_id: null,
      links: { event: null, order: null },
      total: null,
      error: null,
      differences: [],
      orders: [],
      notes: [],
      changes: [],
      status: 'skipped',
      reason: 'IGNORED',
    },
  ],
  error: null,
  requests: { tripleseat: 1, revel: 0 },
};

describe('logLines', () => {
  it('keeps the level of each line, drops its tag, and lets no secret or escape through', () => {
    const lines: string[] = [];
    logLines(logTo(lines), [
      '[req-00000000] Event 5 synced successfully - Revel Order: 7',
      'ERROR [req-00000000] Failed with secret \u001b[2J',
      'WARN no tag',
      'DEBUG [req-00000000] [req-00000000] twice',
      'WARNING is no level',
    ]);
    expect(lines).toEqual([
      '[req-1a2b3c4d] Event 5 synced successfully - Revel Order: 7',
      'ERROR [req-1a2b3c4d] Failed with ***',
      'WARN [req-1a2b3c4d] no tag',
      'DEBUG [req-1a2b3c4d] [req-00000000] twice',
      '[req-1a2b3c4d] WARNING is no level',
    ]);
  });
});

describe('logEnd', () => {
  const said = (run: FinishedRun, verdict: Parameters<typeof logEnd>[3]) => {
    const lines: string[] = [];
    logEnd(logTo(lines), '5', run, verdict);
    return lines.join('\n').replace('[req-1a2b3c4d] Run for event 5 ', '');
  };

  it('says how it ended, and what follows', () => {
    expect(said(finished({ stdout: JSON.stringify(report) }), { kind: 'done' })).toBe(
      'ended with exit code 0 after 0.8 s: skipped IGNORED.',
    );
    expect(said(finished(), { kind: 'again' })).toBe(
      'ended with exit code 0 after 0.8 s. Deliveries came meanwhile: it is run once more.',
    );
    expect(
      said(finished({ end: { kind: 'exit', code: 75 } }), { kind: 'retry', delayMs: 4200, stuck: false }),
    ).toBe('WARN ended with exit code 75 after 0.8 s. Next try in 5 s.');
    expect(said(finished({ end: { kind: 'killed', signal: 'SIGTERM' } }), { kind: 'keep' })).toBe(
      'WARN was killed (SIGTERM) after 0.8 s. The next start of the relay runs it again.',
    );
    expect(said(finished({ end: { kind: 'timeout' } }), { kind: 'done' })).toBe(
      'ERROR was stopped after 0.8 s: it took too long. The next sweep sees to it.',
    );
    expect(
      said(finished({ end: { kind: 'unstarted', reason: 'EAGAIN' } }), {
        kind: 'retry',
        delayMs: 5000,
        stuck: false,
      }),
    ).toBe('WARN could not be started (EAGAIN). Next try in 5 s.');
  });

  it('labels ends for the metrics', () => {
    expect(endLabel({ kind: 'exit', code: 69 })).toBe('69');
    expect(endLabel({ kind: 'timeout' })).toBe('timeout');
  });
});

describe('ending', () => {
  const [event] = report.events;
  const sweep = {
    ...report,
    mode: 'bulk',
    success: false,
    summary: { queried: 3, injected: 1, repaired: 0, skipped: 1, failed: 1 },
    events: [
      { ...event, id: '4', status: 'injected', reason: null },
      event,
      { ...event, id: '6', status: 'failed', reason: 'EVENT_NOT_FOUND' },
    ],
  };
  const said = (what: object) => ending(finished({ stdout: JSON.stringify({ ...sweep, ...what }) }));

  it('counts the events of a sweep in place of naming the first', () => {
    expect(said({})).toBe(
      'ended with exit code 0 after 0.8 s: 3 queried, 1 injected, 0 repaired, 1 skipped, 1 failed.',
    );
    expect(said({ ...report, mode: 'bulk' })).toContain(': 1 queried, 0 injected,');
    const none = { queried: 0, injected: 0, repaired: 0, skipped: 0, failed: 0 };
    expect(said({ success: true, events: [], summary: none })).toContain(': 0 queried,');
  });

  it('counts nothing for a run that never came to its events', () => {
    const none = { queried: 0, injected: 0, repaired: 0, skipped: 0, failed: 0 };
    const error = { code: 'LOCKED', message: 'x', hint: null };
    expect(said({ events: [], summary: none, error })).toBe('ended with exit code 0 after 0.8 s.');
  });
});

describe('parseReport', () => {
  it('takes reports and nothing else', () => {
    expect(parseReport(`${JSON.stringify(report)}\n`)).toMatchObject({ correlation_id: '1a2b3c4d' });
    for (const text of [null, '', '{}', '[]', 'x', JSON.stringify({ ...report, extra: 1 })]) {
      expect(parseReport(text)).toBeNull();
    }
  });
});

describe('createThrottle', () => {
  it('lets one of a kind through at a time, and counts the others', () => {
    let now = 0;
    const said: string[] = [];
    const throttle = createThrottle({ steady: () => now }, 1000);
    const say = (kind: string) => throttle(kind, (leftOut) => said.push(`${kind}${leftOut}`));
    for (const at of [0, 1, 2, 999, 1000, 1500, 5000]) {
      now = at;
      say('a');
    }
    say('b');
    expect(said).toEqual(['a', 'a (and 3 more like it before)', 'a (and 1 more like it before)', 'b']);
  });
});

describe('givenUp', () => {
  const done = { kind: 'done' } as const;
  const withReport = JSON.stringify(report);

  it('says so of runs that ended without telling what became of the event', () => {
    expect(givenUp('5', finished({ end: { kind: 'killed', signal: 'SIGKILL' } }), done)).toBe(
      'The run for a webhook of event 5 was killed (SIGKILL) after 0.8 s. The next sweep looks at it, if its day is not over; or run: ts-reconcile sync --event-id 5',
    );
    const stillborn = JSON.stringify({ ...report, events: [] });
    for (const code of [70, 78]) {
      expect(givenUp('5', finished({ end: { kind: 'exit', code }, stdout: stillborn }), done)).toMatch(
        /exit code/,
      );
    }
    expect(givenUp('5', finished({ end: { kind: 'timeout' } }), done)).toMatch(/took too long/);
  });

  it('says nothing while another run follows, or when a run could tell', () => {
    const killed = finished({ end: { kind: 'killed', signal: 'SIGKILL' } });
    for (const verdict of [
      { kind: 'again' },
      { kind: 'keep' },
      { kind: 'retry', delayMs: 5, stuck: false },
    ] as const) {
      expect(givenUp('5', killed, verdict)).toBeNull();
    }
    for (const code of [0, 1])
      expect(givenUp('5', finished({ end: { kind: 'exit', code } }), done)).toBeNull();
    const told = { end: { kind: 'exit', code: 77 }, stdout: withReport } as const;
    expect(givenUp('5', finished(told), done)).toBeNull();
  });
});
