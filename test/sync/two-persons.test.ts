import { expect, it } from 'vitest';
import { orderId } from '../../src/domain/ids.js';
import { Desk } from './desk.js';
import { givesBack, Late } from './others.js';

const NOW = '2026-11-14T18:00:00Z';
const taco = { name: 'Taco Bar', price: 824, quantity: '2.0' };

it('two persons who replace the same order from two hosts give its payment back once', async () => {
  const desk = new Desk(NOW, false, true);
  desk.account = givesBack(NOW);
  const payments = [{ amount: 600 }];
  const event = desk.add({ documents: [{ lines: [taco], payments }] });
  const old = (await desk.single([event])).of(event.id).orderId ?? '';
  await desk.clock.sleep(600_000);
  const lines = [{ ...taco, quantity: '3.0' }];
  desk.tripleseat.store.putEvent(
    new Desk(desk.clock.now()).add({ id: event.id, documents: [{ lines, payments }] }),
  );
  const replace = { decision: { kind: 'replace', order: orderId(old) } } as const;
  const late = new Late(desk);
  let other: ReturnType<Desk['single']> | null = null;
  let retires = 0;
  let backs = 0;
  desk.revel.handle = (request, now) => {
    late.carryOut(now);
    const body = request.body ?? '';
    const isRetire =
      request.method === 'PATCH' && request.path.includes(old) && body.includes('"deleted":true');
    if (isRetire && retires === 0) {
      retires += 1;
      other = desk.single([event], { ...replace, correlationId: 'bbbbbbbb' });
      return late.hold(request, now + 25_000);
    }
    if (
      request.method === 'POST' &&
      request.path === '/resources/Payment/' &&
      body.includes('"-') &&
      backs === 0
    ) {
      backs += 1;
      return late.hold(request, now + 29_000);
    }
    return late.handle(request, now);
  };
  // Time goes in small steps, so that each run gets its turn.
  const ticks = (async () => {
    for (let n = 0; n < 600; n += 1) await late.pass(250);
  })();
  await desk.elsewhere(() => desk.single([event], { ...replace, correlationId: 'aaaaaaaa' }));
  await other;
  await ticks;
  await desk.clock.sleep(600_000);
  await desk.single([event]);
  const rows = desk.revel.payments(Number(old)).filter(({ deleted }) => !deleted);
  const sum = rows.reduce((all, { amount }) => all + Number(amount), 0);
  expect(sum).toBe(0);
});
