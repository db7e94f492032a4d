import { expect, it } from 'vitest';
import { Slots } from '../../src/sync/slots.js';

/** Something to wait for, and its end. */
function gate(): { open: () => void; passed: Promise<void> } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}

/** Lets everything go on that can. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

it('lets so many work at once, first come first served', async () => {
  const slots = new Slots(2);
  const gates = [gate(), gate(), gate()];
  const started: number[] = [];
  const done = gates.map(({ passed }, index) =>
    slots.run(async () => {
      started.push(index);
      await passed;
    }),
  );
  await settle();
  expect(started).toEqual([0, 1]);
  gates[1]?.open();
  await settle();
  expect(started).toEqual([0, 1, 2]);
  for (const { open } of gates) open();
  await Promise.all(done);
  expect(slots.busy).toBe(0);
});

it.each([
  [1, 'paused', ['starts', 'next', 'paused']],
  [2, 'paused', ['starts', 'paused', 'next']],
])('with at most %i at work, who %s goes on before who starts', async (most, _, order) => {
  const slots = new Slots(1, most);
  const [pause, work] = [gate(), gate()];
  const went: string[] = [];
  const done = [
    slots.run(async () => {
      await slots.park(() => pause.passed);
      went.push('paused');
    }),
    slots.run(async () => {
      went.push('starts');
      await work.passed;
      if (most === 1) went.push('next');
    }),
    slots.run(async () => {
      if (most > 1) went.push('next');
    }),
  ];
  await settle();
  pause.open();
  await settle();
  expect(slots.busy).toBeLessThanOrEqual(most);
  work.open();
  await Promise.all(done);
  expect(went).toEqual(order);
});

it('tells when all slots are free and nobody waits for one', async () => {
  const slots = new Slots(1, 2);
  const told: number[] = [];
  slots.onIdle(() => told.push(slots.busy));
  const pause = gate();
  const done = slots.run(() => slots.park(() => pause.passed));
  await settle();
  expect(told).toEqual([0]);
  pause.open();
  await done;
  expect(told).toEqual([0, 0]);
});
