import { describe, expect, it } from 'vitest';
import {
  applyFault,
  createFaultEngine,
  type FaultDecision,
  type FaultRule,
  faultRulesSchema,
} from '../../../src/sandbox/host/faults.js';
import { createRateLimiter } from '../../../src/sandbox/host/rate.js';

const GET = { method: 'GET', path: '/a/' };
const POST = { method: 'POST', path: '/b/' };

/** Which of a row of requests a rule strikes. */
function struck(rules: FaultRule[], requests = Array.from({ length: 6 }, () => GET)): number[] {
  const engine = createFaultEngine(rules);
  return requests.flatMap((request, index) => (engine.decide(request, index).kind === 'none' ? [] : [index]));
}

describe('when a rule strikes', () => {
  it.each<[string, FaultRule, number[]]>([
    ['always', { kind: 'refuse' }, [0, 1, 2, 3, 4, 5]],
    ['the k-th request once', { kind: 'refuse', index: 2 }, [2]],
    ['n times from the k-th', { kind: 'refuse', index: 2, times: 3 }, [2, 3, 4]],
    ['the first n', { kind: 'refuse', times: 2 }, [0, 1]],
    ['never at no chance', { kind: 'refuse', probability: 0 }, []],
    ['always at full chance', { kind: 'refuse', probability: 1, times: 2 }, [0, 1]],
    ['only its method', { kind: 'refuse', method: '^POST$' }, []],
  ])('%s', (_, rule, wanted) => {
    expect(struck([rule])).toEqual(wanted);
  });

  it('counts only the requests that it matches', () => {
    const requests = [GET, POST, GET, POST, POST];
    expect(struck([{ kind: 'refuse', index: 1, method: 'POST' }], requests)).toEqual([3]);
    expect(struck([{ kind: 'refuse', index: 1, path: '^/a/$' }], requests)).toEqual([2]);
  });

  it('the first rule decides, the others go on counting', () => {
    const engine = createFaultEngine([
      { kind: '502-html', index: 0 },
      { kind: 'refuse', index: 1 },
    ]);
    expect([0, 1, 2].map((index) => engine.decide(GET, index).kind)).toEqual(['502-html', 'refuse', 'none']);
    engine.reset();
    expect(engine.decide(GET, 0).kind).toBe('502-html');
    engine.replace([{ kind: 'html-200' }]);
    expect(engine.decide(GET, 0).kind).toBe('html-200');
  });

  it('chance follows the seed and the rate', () => {
    const requests = Array.from({ length: 4000 }, () => GET);
    const first = struck([{ kind: 'refuse', probability: 0.25, seed: 7 }], requests);
    expect(struck([{ kind: 'refuse', probability: 0.25, seed: 7 }], requests)).toEqual(first);
    expect(struck([{ kind: 'refuse', probability: 0.25, seed: 8 }], requests)).not.toEqual(first);
    expect(first.length).toBeGreaterThan(900);
    expect(first.length).toBeLessThan(1100);
  });

  it('refuses rules that are none', () => {
    expect(faultRulesSchema.safeParse([{ kind: 'refuse', index: -1 }]).success).toBe(false);
    expect(faultRulesSchema.safeParse([{ kind: 'explode' }]).success).toBe(false);
    expect(faultRulesSchema.safeParse([{ kind: 'refuse', typo: 1 }]).success).toBe(false);
    expect(faultRulesSchema.safeParse([{ kind: 'delay' }]).success).toBe(false);
    expect(() => createFaultEngine([{ kind: 'refuse', path: '(' }])).toThrow(SyntaxError);
  });
});

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

it('a rate limiter lets so many through in any second', () => {
  const limiter = createRateLimiter(2);
  const admitted = [0, 10, 20, 999, 1000, 1005, 1010, 1011].map((at) => limiter.admit(at));
  expect(admitted).toEqual([true, true, false, false, true, false, true, false]);
});
