import { type CaseResult, calmRun, casesOf, faults, tryAll } from '../../helpers/boundary.js';
import { wrongWith } from '../../helpers/check.js';
import { runCli, syncArgs } from '../../helpers/cli.js';
import { forgetfulness, lateHeader, outage, standstill, supersededHeader } from '../../helpers/hardship.js';
import { farBehind, fiveHosts, type Race, runRaces } from '../../helpers/race.js';
import { TestWorld, type WorldOptions } from '../../helpers/world.js';

/** A small part of what the tests of boundaries and races do, in order of cost; the first problem found ends it. */
const checks: readonly (() => Promise<string[]>)[] = [
  () => singleRun({}),
  () => singleRun({ revel: { printed: 'first-ignored' } }),
  () => singleRun({ revel: { localIdFilter: 'ignored', uuidFilter: 'ignored' } }),
  () => outage({ kind: 'reset-before' }),
  () => forgetfulness('POST', '/resources/OrderItem/'),
  () => forgetfulness('POST', '/resources/Payment/'),
  () => forgetfulness('POST', '/resources/Payment/', 'sweep'),
  () => lateHeader(),
  () => supersededHeader(),
  () => standstill(),
  () => races([farBehind, fiveHosts({ latencyMs: 300 })]),
  () =>
    races([
      fiveHosts({ start: 'together' }),
      fiveHosts({ start: 'together', deletedMark: 'dropped', localId: 'refused', uuid: 'refused' }),
    ]),
  () => boundaries(['SIGKILL, late commit'], { revel: { listLagMs: 900 }, settleSeconds: 3 }),
  () => races([fiveHosts({ before: 'torn' })]),
  () => boundaries(['500 after commit'], { revel: { listLagMs: 900 }, settleSeconds: 1.5 }),
];

/** Two runs without faults: the first makes the order, the second finds it. */
async function singleRun(options: WorldOptions): Promise<string[]> {
  const world = await TestWorld.start(options);
  try {
    const event = world.addEvent();
    const first = await runCli(syncArgs(event), world.env(world.newStateDir()));
    const second = await runCli(syncArgs(event), world.env(world.newStateDir()));
    const codes = [first.code, second.code].filter((code) => code !== 0);
    return [...codes.map((code) => `a calm run ended with ${code}`), ...wrongWith(world.revel, event)];
  } finally {
    await world.close();
  }
}

async function boundaries(names: readonly string[], options: WorldOptions): Promise<string[]> {
  const { methods } = await calmRun({ ...options, revel: {} });
  const some = faults.filter(({ name }) => names.includes(name));
  const { results, disturbed } = await tryAll(casesOf(methods, some), 6, options);
  return [...results.flatMap(problemsOf), ...disturbed];
}

function problemsOf({ case: { fault, server, index }, torn, doubled, missing, other }: CaseResult): string[] {
  return [...torn, ...doubled, ...missing, ...other].map(
    (problem) => `${fault.name} at request ${index} of ${server}: ${problem}`,
  );
}

async function races(some: readonly Race[]): Promise<string[]> {
  const results = await runRaces(some, some.length, () => {});
  return results.flatMap(({ problems }) => problems.map((problem) => `race: ${problem}`));
}

for (const check of checks) {
  const [first] = await check();
  if (first === undefined) continue;
  console.log(first);
  process.exitCode = 1;
  break;
}
