import { afterEach, beforeEach, expect, it } from 'vitest';
import { addDays, localDate } from '../../src/domain/zones.js';
import { places } from '../../src/sandbox/world/places.js';
import { runCli } from '../helpers/cli.js';
import { TestWorld } from '../helpers/world.js';

let world: TestWorld;
beforeEach(async () => {
  world = await TestWorld.start();
});
afterEach(() => world.close());

const times = (text: string, part: string) => text.split(part).length - 1;

it('thirty events of which twelve fail for three reasons: each sentence once, and the next sweep is quiet', async () => {
  const before = addDays(localDate(Date.now(), places.west.zone), -2);
  const repeat = (count: number, add: () => unknown) => Array.from({ length: count }, add);
  repeat(18, () => world.addEvent());
  repeat(4, () => world.addEvent({ status: 'CONFIRMED' }));
  repeat(4, () => world.addEvent({ documents: [{ lines: [{ name: 'Unicorn Steak', price: 1000 }] }] }));
  repeat(4, () => world.addEvent({ date: before }));
  const env = world.env(world.newStateDir());
  const sweep = () => runCli(['sync', '--trigger', 'cron'], env);

  const first = await sweep();
  expect(first.code).toBe(1);
  expect(first.stdout).toContain('30 queried, 18 injected, 0 repaired, 0 skipped, 12 failed');
  for (const [reason, count] of [
    ['STATUS_UNKNOWN', 4],
    ['UNMATCHED_ITEMS', 4],
    ['MISSED', 4],
  ] as const) {
    expect(times(first.stdout, ` ${reason} `), reason).toBe(count);
  }
  // One sentence for the status, whatever the number of its events, in the table and in the log.
  expect(times(first.stdout, '"CONFIRMED"')).toBe(1);
  expect(times(first.stderr, '"CONFIRMED"')).toBe(1);
  expect(times(first.stderr, 'as said of event')).toBeGreaterThanOrEqual(3);

  const again = await sweep();
  expect([again.code, again.stdout, again.stderr]).toEqual([1, '', '']);

  // Something new is told in full, what has stood before in a line each.
  world.addEvent({ name: 'Cedar Gala' });
  const third = await sweep();
  expect(third.stdout).toContain('1 injected');
  expect(third.stdout).toContain('Failing as before');
  expect(third.stdout).not.toContain('"CONFIRMED"');
  expect(third.stdout).not.toContain('Unicorn Steak');
  const section = third.stdout.slice(third.stdout.indexOf('Failing as before\n')).split('\n\n')[0] ?? '';
  expect(section.split('\n')).toHaveLength(13);

  // By hand all of it is told again, each sentence once.
  const byHand = await runCli(['sync'], env);
  expect(times(byHand.stdout, '"CONFIRMED"')).toBe(1);
  // In the sentence, and in the command that maps it.
  expect(times(byHand.stdout, 'Unicorn Steak')).toBe(2);
});
