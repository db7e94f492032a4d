import { describe, expect, it } from 'vitest';
import { applyFault, type FaultDecision } from './faults.js';

describe('what a fault does', () => {
  const now = Date.UTC(2026, 10, 14, 12);
  const run = (decision: FaultDecision) => {
    let handled = 0;
    const outcome = applyFault(
      decision,
      () => {
        handled++;
        return { status: 201, headers: {}, body: '{"id":1}' };
      },
      now,
    );
    return { handled, outcome };
  };

  it.each<[FaultDecision, number, unknown]>([
    [{ kind: 'none' }, 1, { kind: 'response', response: { status: 201, body: '{"id":1}' }, delayMs: 0 }],
    [{ kind: 'refuse' }, 0, { kind: 'cut', refused: true }],
    [{ kind: 'reset-before' }, 0, { kind: 'cut', refused: false }],
    [{ kind: 'reset-after' }, 1, { kind: 'cut', refused: false }],
    [{ kind: 'hang-before' }, 0, { kind: 'hang' }],
    [{ kind: 'hang-after' }, 1, { kind: 'hang' }],
    [{ kind: '500-before' }, 0, { response: { status: 500 } }],
    [{ kind: '500-after' }, 1, { response: { status: 500 } }],
    [
      { kind: '502-html' },
      0,
      { response: { status: 502, headers: { 'content-type': expect.stringMatching('html') } } },
    ],
    [{ kind: 'html-200' }, 0, { response: { status: 200, body: expect.stringContaining('Log in') } }],
    [{ kind: '429', retryAfter: 'none' }, 0, { response: { status: 429, headers: {}, body: '' } }],
    [{ kind: '429', retryAfter: { seconds: 3 } }, 0, { response: { headers: { 'retry-after': '3' } } }],
    [
      { kind: '429', retryAfter: { dateInSeconds: 90 } },
      0,
      { response: { headers: { 'retry-after': 'Sat, 14 Nov 2026 12:01:30 GMT' } } },
    ],
    [{ kind: 'delay', ms: 50 }, 1, { delayMs: 50, response: { status: 201 } }],
    [
      { kind: 'oversize', bytes: 1000 },
      1,
      { response: { status: 201, body: `{"id":1}${' '.repeat(1000)}` } },
    ],
  ])('%o', (decision, handled, outcome) => {
    const result = run(decision);
    expect(result.handled).toBe(handled);
    expect(result.outcome).toMatchObject(outcome as object);
  });

  it('bad-json handles the request and breaks its answer', () => {
    const { handled, outcome } = run({ kind: 'bad-json' });
    expect(handled).toBe(1);
    expect(outcome).toMatchObject({ kind: 'response', response: { status: 201 } });
    const body = outcome.kind === 'response' ? outcome.response.body : '{}';
    expect(() => JSON.parse(body)).toThrow(SyntaxError);
  });
});
