import { describe, expect, test } from 'vitest';
import { type CaseResult, calmRun, casesOf, faults, tally, tryAll } from '../helpers/boundary.js';
import { forgetfulness, lateHeader, outage, supersededHeader } from '../helpers/hardship.js';
import type { WorldOptions } from '../helpers/world.js';

/** One case of so many is played, for a pipeline whose time is short. */
const ONE_OF = Number(process.env.BOUNDARIES ?? 1);

/** For the cases that keep the machine busy, and for those that mostly wait. */
const LANES = { busy: 4, waiting: 10 };

/** What a case came to, when it is not right. */
function wrong(results: readonly CaseResult[]): string[] {
  return results.flatMap(({ case: { fault, server, index }, torn, doubled, missing, other }) =>
    [...torn, ...doubled, ...missing, ...other].map(
      (problem) => `${fault.name} at request ${index} of ${server}: ${problem}`,
    ),
  );
}

async function check(
  title: string,
  some: typeof faults,
  lanes: number,
  options: WorldOptions,
): Promise<void> {
  const startedAt = performance.now();
  const { methods, result } = await calmRun({ ...options, revel: {} });
  expect(result.code).toBe(0);

  const cases = casesOf(methods, some).filter((_, n) => n % ONE_OF === 0);
  const { results, disturbed } = await tryAll(cases, lanes, options);

  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  const requests = methods.tripleseat.length + methods.revel.length;
  console.log(
    `${title}: ${requests} requests (${methods.revel.length} to Revel), ${some.length} faults, ` +
      `${cases.length} cases, ${seconds} s\n${tally(results)}`,
  );
  expect(wrong(results)).toEqual([]);
  expect(disturbed).toEqual([]);
  expect(results).toHaveLength(cases.length);
  // The faults did their work: a run that is killed leaves something to do.
  expect(results.some(({ left }) => left !== 'right')).toBe(true);
}

describe('a fault at each request of a run leaves exactly one right order after the next run', () => {
  test('when lists are up to date', { timeout: 1_200_000 }, () =>
    check(
      'Lists up to date',
      faults.filter(({ holdMs }) => holdMs === undefined),
      LANES.busy,
      {},
    ),
  );

  // The next run starts at once and has looked long before what was written shows.
  test('when lists lag behind', { timeout: 1_200_000 }, () =>
    check(
      'Lists 900 ms behind',
      faults.filter(({ kill, writesOnly }) => kill && writesOnly),
      LANES.waiting,
      { revel: { listLagMs: 900 }, settleSeconds: 3 },
    ),
  );
});

test('a header that a dead run sent off becomes no second order', async () => {
  expect(await lateHeader()).toEqual([]);
});

test('a header that lost a race is disregarded', async () => {
  expect(await supersededHeader()).toEqual([]);
});

describe('a run whose look-ups all fail', () => {
  test.each(['reset-before', 'hang-before', '500-before', '502-html', 'html-200', 'bad-json'] as const)(
    'writes nothing and says so: %s',
    { timeout: 120_000 },
    async (kind) => {
      expect(await outage({ kind }, { HTTP_TIMEOUT_MS: '500' })).toEqual([]);
    },
  );
});

describe('a write that Revel accepts and forgets', () => {
  test.each([
    ['POST', '/resources/Order/'],
    ['POST', '/resources/OrderItem/'],
    ['PATCH', '/resources/Order/'],
    ['POST', '/resources/Payment/'],
    ['POST', '/resources/OrderHistory/'],
  ])('is made up for or reported: %s %s', { timeout: 120_000 }, async (method, path) => {
    expect(await forgetfulness(method, path)).toEqual([]);
  });

  test('is reported as long as it is missing: the payment of an order that a sweep made', {
    timeout: 120_000,
  }, async () => {
    expect(await forgetfulness('POST', '/resources/Payment/', 'sweep')).toEqual([]);
  });
});
