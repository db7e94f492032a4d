import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Clock, systemClock } from '../../src/clock.js';
import type { Acceptance } from '../../src/domain/acceptance.js';
import { ACCOUNT_FORMAT, type Account } from '../../src/domain/account.js';
import type { EventId } from '../../src/domain/ids.js';
import { keep } from '../../src/state/kept.js';
import type { Delivery, Queue, Taken } from '../../src/state/primitives.js';
import type { StateStore } from '../../src/state/types.js';
import { collect, eventId, eventRecord, jumpingClock, mailed, runEnd, runStart, tokens } from './support.js';

/** One state, fresh for a test, that several stores can be opened on. */
export interface StateSetup {
  /** A store as another process would open it. */
  open(options?: { clock?: Clock; readOnly?: boolean }): Promise<StateStore>;
  dispose(): Promise<void>;
}

/** What every implementation of {@link StateStore} must do. */
export function stateContract(name: string, setUp: () => Promise<StateSetup>): void {
  describe(name, () => {
    let setup: StateSetup;
    let opened: StateStore[];

    beforeEach(async () => {
      setup = await setUp();
      opened = [];
    });
    afterEach(async () => {
      for (const store of opened) await store.close();
      await setup.dispose();
    });

    async function open(options?: { clock?: Clock; readOnly?: boolean }): Promise<StateStore> {
      const store = await setup.open(options);
      opened.push(store);
      return store;
    }

    describe('locks', () => {
      it('has one holder, in one store and across stores', async () => {
        const [a, b] = [await open(), await open()];
        const lock = await a.locks.tryLock('event-1');
        expect(lock).not.toBeNull();
        expect(await a.locks.tryLock('event-1')).toBeNull();
        expect(await b.locks.tryLock('event-1')).toBeNull();
        expect(await b.locks.tryLock('event-2')).not.toBeNull();

        await lock?.release();
        expect(await b.locks.tryLock('event-1')).not.toBeNull();
      });

      it('takes a second release for nothing', async () => {
        const [a, b] = [await open(), await open()];
        const first = await a.locks.tryLock('sweep');
        await first?.release();
        const second = await b.locks.tryLock('sweep');
        await first?.release();
        expect(second).not.toBeNull();
        expect(await a.locks.tryLock('sweep')).toBeNull();
      });

      it('has one winner of many at once', async () => {
        const stores = await Promise.all(Array.from({ length: 8 }, () => open()));
        const taken = await Promise.all(stores.map((store) => store.locks.tryLock('sweep')));
        expect(taken.filter((lock) => lock !== null)).toHaveLength(1);
      });

      it('gives back what is held when the store closes', async () => {
        const [a, b] = [await open(), await open()];
        await a.locks.tryLock('sweep');
        await a.close();
        expect(await b.locks.tryLock('sweep')).not.toBeNull();
      });

      it('takes any text for a name', async () => {
        const store = await open();
        const name = `../\0${'x'.repeat(5000)}`;
        expect(await store.locks.tryLock(name)).not.toBeNull();
        expect(await store.locks.tryLock(name)).toBeNull();
        expect(await store.locks.tryLock(`${name}y`)).not.toBeNull();
      });

      it('say who shares them, and can be asked whether they are held', async () => {
        const other = await setUp();
        const elsewhere = await other.open();
        try {
          const a = await open();
          await a.locks.tryLock('sweep');
          await elsewhere.locks.tryLock('sweep');
          const b = await open({ readOnly: true });
          expect(a.locks.reach).toBe(b.locks.reach);
          expect(elsewhere.locks.reach).not.toBe(a.locks.reach);
          await a.locks.confirm();
          expect(a.locks.lost.aborted).toBe(false);
        } finally {
          await elsewhere.close();
          await other.dispose();
        }
      });

      it('is apart from the locks of another state', async () => {
        const other = await setUp();
        const elsewhere = await other.open();
        try {
          await (await open()).locks.tryLock('sweep');
          expect(await elsewhere.locks.tryLock('sweep')).not.toBeNull();
        } finally {
          await elsewhere.close();
          await other.dispose();
        }
      });
    });

    describe('tokens', () => {
      it('keeps the last pair written, for every store', async () => {
        const [a, b] = [await open(), await open()];
        expect(await a.tokens.read()).toBeNull();
        await a.tokens.write(tokens());
        expect(await b.tokens.read()).toEqual(tokens());
        const next = tokens({ accessToken: 'access-2', refreshToken: null, scope: null });
        await b.tokens.write(next);
        expect(await a.tokens.read()).toEqual(next);
      });

      it('stay as they are when it is tried whether they could be written', async () => {
        const store = await open();
        await store.tokens.clear();
        await store.tokens.probe();
        expect(await store.tokens.read()).toBeNull();
        await store.tokens.write(tokens());
        await store.tokens.probe();
        expect(await store.tokens.read()).toEqual(tokens());
      });

      it('forgets them', async () => {
        const store = await open();
        await store.tokens.clear();
        await store.tokens.write(tokens());
        await store.tokens.clear();
        expect(await store.tokens.read()).toBeNull();
      });

      it('lets one at a time refresh', async () => {
        const clock = jumpingClock();
        const stores = await Promise.all([open({ clock }), open({ clock }), open({ clock })]);
        await stores[0]?.tokens.write(tokens({ expiresAt: 0 }));
        const bump = (store: StateStore) =>
          store.tokens.exclusive(1e12, async () => {
            const before = await store.tokens.read();
            await new Promise((resolve) => setImmediate(resolve));
            await store.tokens.write(tokens({ expiresAt: (before?.expiresAt ?? 0) + 1 }));
          });
        await Promise.all([...stores, ...stores, ...stores].map(bump));
        expect((await stores[0]?.tokens.read())?.expiresAt).toBe(9);
      });

      it('passes on what the work returns or throws, and is free again', async () => {
        const [a, b] = [await open(), await open()];
        expect(await a.tokens.exclusive(0, async () => 'done')).toBe('done');
        await expect(a.tokens.exclusive(0, () => Promise.reject(new Error('refused')))).rejects.toThrow(
          'refused',
        );
        expect(await b.tokens.exclusive(0, async () => 'again')).toBe('again');
      });

      it('gives up with LOCKED after the time it was given', async () => {
        const clock = jumpingClock();
        const [a, b] = [await open({ clock }), await open({ clock })];
        const begun = clock.now();
        await a.tokens.exclusive(0, async () => {
          await expect(b.tokens.exclusive(5000, async () => 'never')).rejects.toMatchObject({
            code: 'LOCKED',
            exitCode: 75,
          });
        });
        expect(clock.now() - begun).toBeGreaterThanOrEqual(5000);
        expect(clock.now() - begun).toBeLessThan(5200);
      });
    });

    describe('journal', () => {
      it('reads back what every store appended, oldest first', async () => {
        const [a, b] = [await open(), await open()];
        expect(await collect(a.journal.read())).toEqual([]);
        const records = [
          runStart('aaaaaaaa', '2026-11-14T12:00:00.000Z'),
          eventRecord('61000001'),
          eventRecord('61000002', {
            status: 'failed',
            reason: 'DRIFT',
            error: 'Totals differ.',
            order: null,
          }),
          runEnd('aaaaaaaa', '2026-11-14T12:01:00.000Z', { exit: 1 }),
        ];
        await a.journal.append(records.slice(0, 2));
        await a.journal.append([]);
        await b.journal.append(records.slice(2));
        expect(await collect(a.journal.read())).toEqual(records);
        expect(await collect(b.journal.read())).toEqual(records);
      });

      it('keeps any text as it is, and cuts only what is far too long', async () => {
        const store = await open();
        const odd = 'a\n"b"\u001b[31m\u0000\u0085\u202e🎉';
        await store.journal.append([
          eventRecord('61000001', { name: odd }),
          eventRecord('61000002', { name: '🎉'.repeat(40_000), error: '\u0000'.repeat(40_000) }),
        ]);
        const [first, second] = await collect(store.journal.read());
        expect(first).toEqual(eventRecord('61000001', { name: odd }));
        expect(second).toMatchObject({ type: 'event', id: '61000002', status: 'injected', total: '1472.00' });
        expect(second?.type === 'event' && second.name).toMatch(/^🎉{100,}…$/u);
      });

      it('can be left in the middle of reading', async () => {
        const store = await open();
        await store.journal.append([eventRecord('61000001'), eventRecord('61000002')]);
        for await (const record of store.journal.read()) {
          expect(record).toMatchObject({ id: '61000001' });
          break;
        }
        expect(await collect(store.journal.read())).toHaveLength(2);
      });

      it('knows when the newest complete sweep began', async () => {
        const [a, b] = [await open(), await open()];
        expect(await a.journal.lastGoodSweep()).toBeNull();
        await a.journal.append([
          runStart('aaaaaaaa', '2026-11-14T01:00:00.000Z'),
          runEnd('aaaaaaaa', '2026-11-14T01:10:00.000Z'),
          runStart('bbbbbbbb', '2026-11-14T02:00:00.000Z'),
          runStart('cccccccc', '2026-11-14T02:05:00.000Z', 'single'),
          runEnd('cccccccc', '2026-11-14T02:06:00.000Z', { mode: 'single' }),
          eventRecord('61000001', { run: 'bbbbbbbb', status: 'failed' }),
          runEnd('bbbbbbbb', '2026-11-14T02:10:00.000Z', { exit: 1 }),
          runStart('dddddddd', '2026-11-14T03:00:00.000Z'),
          runEnd('dddddddd', '2026-11-14T03:10:00.000Z', { complete: false, exit: 69 }),
          runStart('eeeeeeee', '2026-11-14T04:00:00.000Z'),
          runStart('ffffffff', '2026-11-14T05:00:00.000Z', 'single'),
          runEnd('ffffffff', '2026-11-14T05:01:00.000Z', { mode: 'single' }),
        ]);
        expect(await b.journal.lastGoodSweep()).toBe('2026-11-14T02:00:00.000Z');
      });

      it('counts shards once all of them were swept', async () => {
        const store = await open();
        const swept = (run: string, hour: string, index: number) => {
          const shard = { index, count: 2 };
          return [
            { ...runStart(run, `2026-11-14T${hour}:00:00.000Z`), shard },
            { ...runEnd(run, `2026-11-14T${hour}:10:00.000Z`), shard },
          ];
        };
        await store.journal.append(swept('aaaaaaaa', '01', 1));
        expect(await store.journal.lastGoodSweep()).toBeNull();
        expect(await store.journal.lastGoodSweep({ index: 1, count: 2 })).toBe('2026-11-14T01:00:00.000Z');
        await store.journal.append(swept('bbbbbbbb', '02', 2));
        expect(await store.journal.lastGoodSweep()).toBe('2026-11-14T01:00:00.000Z');
      });

      it('takes no run of single events for a sweep', async () => {
        const store = await open();
        await store.journal.append([
          runStart('aaaaaaaa', '2026-11-14T01:00:00.000Z', 'single'),
          runEnd('aaaaaaaa', '2026-11-14T01:10:00.000Z', { mode: 'single' }),
        ]);
        expect(await store.journal.lastGoodSweep()).toBeNull();
      });
    });

    describe('cache', () => {
      it('remembers within a store at once and for others after a flush', async () => {
        const [a, b] = [await open(), await open()];
        expect(await a.cache.get('products:8')).toBeUndefined();
        await a.cache.set('products:8', { rows: [1, 'two', null] });
        expect(await a.cache.get('products:8')).toEqual({ rows: [1, 'two', null] });
        expect(await b.cache.get('products:8')).toBeUndefined();
        await a.cache.flush();
        expect(await (await open()).cache.get('products:8')).toEqual({ rows: [1, 'two', null] });
      });

      it('merges with what another store wrote, the last writer of a key winning', async () => {
        const [a, b] = [await open(), await open()];
        await a.cache.set('mine', 1);
        await a.cache.set('both', 1);
        await b.cache.set('yours', 2);
        await b.cache.set('both', 2);
        await a.cache.flush();
        await b.cache.flush();
        const fresh = (await open()).cache;
        expect([await fresh.get('mine'), await fresh.get('yours'), await fresh.get('both')]).toEqual([
          1, 2, 2,
        ]);
      });

      it('hands out copies', async () => {
        const store = await open();
        const value = { rows: [1] };
        await store.cache.set('k', value);
        value.rows.push(2);
        expect(await store.cache.get('k')).toEqual({ rows: [1] });
        expect(await store.cache.get('k')).not.toBe(await store.cache.get('k'));
      });

      it('forgets a key that is set to undefined', async () => {
        const store = await open();
        await store.cache.set('k', 1);
        await store.cache.flush();
        await store.cache.set('k', undefined);
        expect(await store.cache.get('k')).toBeUndefined();
        await store.cache.flush();
        expect(await (await open()).cache.get('k')).toBeUndefined();
      });
    });

    describe('what people have accepted', () => {
      it('is one entry for each event, across stores', async () => {
        const [a, b] = [await open(), await open()];
        expect(await a.acceptances.read()).toEqual([]);
        await a.acceptances.put(accepted('1', 'first'));
        await b.acceptances.put(accepted('2', 'second'));
        await b.acceptances.put(accepted('1', 'third'));
        expect(await a.acceptances.read()).toEqual([accepted('2', 'second'), accepted('1', 'third')]);
      });
    });

    describe('what the account was found to be', () => {
      it('is kept for its account alone, across stores', async () => {
        const [a, b] = [await open(), await open()];
        expect(await a.account.read('acme.revelup.com')).toBeNull();
        await a.account.change('acme.revelup.com', () => account('acme.revelup.com'));
        await b.account.change('acme.revelup.com', (known) => ({
          ...account('acme.revelup.com'),
          establishmentId: (known?.establishmentId ?? 0) + 1,
        }));
        expect(await a.account.read('acme.revelup.com')).toEqual({
          ...account('acme.revelup.com'),
          establishmentId: 91,
        });
        expect(await a.account.read('other.revelup.com')).toBeNull();
        await a.account.change('other.revelup.com', (known) => {
          expect(known).toBeNull();
          return account('other.revelup.com');
        });
        expect(await b.account.read('acme.revelup.com')).toBeNull();
      });

      it('passes over what it does not know, and says when it is of another format', async () => {
        const store = await open();
        const odd = {
          ...account('acme.revelup.com'),
          findings: { ...account('').findings, tax: { value: 'sideways' }, colour: { value: 'red' } },
        };
        await store.documents.put('account', JSON.stringify(odd));
        expect(await store.account.read('acme.revelup.com')).toEqual(account('acme.revelup.com'));
        await store.documents.put('account', JSON.stringify({ ...odd, format: 2 }));
        expect(await store.account.read('acme.revelup.com')).toBe('other-format');
        await store.documents.put('account', '{"torn');
        expect(await store.account.read('acme.revelup.com')).toBeNull();
      });
    });

    describe('mail memory', () => {
      it('adds, replaces and forgets single entries, across stores', async () => {
        const [a, b] = [await open(), await open()];
        expect(await a.mailMemory.read()).toEqual([]);
        await a.mailMemory.update({ mailed: [mailed('1'), mailed('2'), mailed('run')], forget: [] });
        await b.mailMemory.update({
          mailed: [mailed('2', { mailedAt: 7 }), mailed('2', { reason: 'MISSED' })],
          forget: [
            { subject: '1', reason: 'DRIFT' },
            { subject: 'run', reason: 'MISSED' },
          ],
        });
        const left = (await a.mailMemory.read()).sort((x, y) => compareText(key(x), key(y)));
        expect(left).toEqual([
          mailed('2', { mailedAt: 7 }),
          mailed('2', { reason: 'MISSED' }),
          mailed('run'),
        ]);
      });

      it('lets one tell at a time, and waits for nobody longer than it is to', async () => {
        const [a, b] = [await open(), await open()];
        const order: string[] = [];
        await a.mailMemory.inTurn(1000, async () => {
          void b.mailMemory.inTurn(60_000, async () => void order.push('b'));
          await a.mailMemory.inTurn(0, async () => void order.push('did not wait'));
          order.push('a');
        });
        await expect.poll(() => order).toEqual(['did not wait', 'a', 'b']);
      });

      it('is bounded, in entries and in text', async () => {
        const store = await open();
        const many = Array.from({ length: 2500 }, (_, index) => mailed(String(index)));
        await store.mailMemory.update({ mailed: many, forget: [] });
        await store.mailMemory.update({ mailed: [mailed('last', { name: 'x'.repeat(5000) })], forget: [] });
        const kept = await store.mailMemory.read();
        expect(kept).toHaveLength(2000);
        expect(kept.find(({ subject }) => subject === 'last')?.name).toHaveLength(200);
        expect(kept.some(({ subject }) => subject === '0')).toBe(false);
      });
    });

    describe('documents', () => {
      it('are put, replaced, moved and deleted by name', async () => {
        const [a, b] = [await open(), await open()];
        expect(await a.documents.get('accepted/1')).toEqual({ kind: 'none' });
        await a.documents.put('accepted/1', 'one');
        await a.documents.put('accepted/2', 'two');
        await b.documents.put('accepted/1', 'three');
        expect(await a.documents.get('accepted/1')).toMatchObject({ kind: 'text', text: 'three' });
        await a.documents.move('accepted/1', 'accepted/2');
        expect(await b.documents.get('accepted/2')).toMatchObject({ kind: 'text', text: 'three' });
        expect(await b.documents.get('accepted/1')).toEqual({ kind: 'none' });
        await b.documents.delete('accepted/2');
        await b.documents.delete('accepted/2');
        await b.documents.move('accepted/1', 'accepted/2');
        expect(await a.documents.get('accepted/2')).toEqual({ kind: 'none' });
      });

      it('hold values that several writers change, none losing the change of another', async () => {
        const stores = await Promise.all([open(), open(), open()]);
        const counts = stores.map(({ documents, locks }) =>
          keep({ documents, locks, clock: systemClock, random: Math.random }, 'count', z.number(), 0),
        );
        await Promise.all([...counts, ...counts].map((count) => count.change((value) => value + 1)));
        expect(await counts[0]?.read()).toBe(6);
      });
    });

    describe('the queue', () => {
      const [first, second] = [eventId('61000001'), eventId('61000002')];
      const delivery = (event: EventId, run: string, at = 5): Delivery => ({ event, run, at });

      /** Opened as one relay after another would. */
      async function relay(): Promise<Queue> {
        const queue = await (await open()).openQueue();
        if (!queue) throw new Error('the queue is taken');
        return queue;
      }

      async function take(queue: Queue, event: EventId): Promise<Taken> {
        const taken = await queue.take(event);
        if (taken === null || taken === 'busy') throw new Error(`${event} cannot be taken`);
        return taken;
      }

      it('owes one run for each event, oldest first, to whoever comes next', async () => {
        const queue = await relay();
        await queue.push([delivery(second, '00000001', 9)]);
        await queue.push([delivery(first, '00000002', 3), delivery(second, '00000003', 4)]);
        await queue.check();
        await queue.close();
        const next = await relay();
        expect(await next.owed()).toMatchObject([
          { event: first, run: '00000002', at: 3, starts: 0 },
          { event: second, run: '00000003', at: 9, starts: 0 },
        ]);
        await next.close();
      });

      it('is done with a run that no delivery came during, and owes another one after one that did', async () => {
        const queue = await relay();
        await queue.push([delivery(first, '00000001')]);
        const taken = await take(queue, first);
        await queue.push([delivery(first, '00000002')]);
        expect(await queue.done(taken)).toBe(true);
        expect(await queue.owed()).toMatchObject([{ event: first, run: '00000002', starts: 0 }]);
        expect(await queue.done(await take(queue, first))).toBe(false);
        expect(await queue.owed()).toEqual([]);
        expect(await queue.take(first)).toBeNull();
        await queue.push([delivery(first, '00000003')]);
        await queue.close();
        const next = await relay();
        expect(await next.owed()).toMatchObject([{ run: '00000003' }]);
        await next.close();
      });

      it('counts starts, also of relays that died, until a run comes to an end', async () => {
        for (let start = 1; start <= 3; start += 1) {
          const queue = await relay();
          if (start === 1) await queue.push([delivery(first, '00000001')]);
          expect(await take(queue, first)).toMatchObject({ starts: start });
          await queue.close();
        }
        const queue = await relay();
        await queue.later(await take(queue, first), 0, true);
        await queue.later(await take(queue, first), 0, false);
        expect(await take(queue, first)).toMatchObject({ starts: 1 });
        await queue.close();
      });

      it('keeps the last word of what is asked for at once', async () => {
        const queue = await relay();
        const runs = Array.from({ length: 200 }, (_, index) => (index + 1).toString(16).padStart(8, '0'));
        await Promise.all(runs.map((run) => queue.push([delivery(first, run)])));
        expect(await queue.owed()).toMatchObject([{ event: first, run: runs.at(-1) }]);
        await queue.close();
      });
    });

    describe('read-only', () => {
      it('reads what is there and changes nothing but tokens', async () => {
        const writer = await open();
        await writer.documents.put('kept/1', 'one');
        await writer.journal.append([eventRecord('61000001')]);
        await writer.cache.set('k', 1);
        await writer.cache.flush();
        await writer.tokens.write(tokens());
        await writer.mailMemory.update({ mailed: [mailed('1')], forget: [] });

        const reader = await open({ readOnly: true });
        expect(await reader.documents.get('kept/1')).toMatchObject({ text: 'one' });
        expect(await collect(reader.journal.read())).toEqual([eventRecord('61000001')]);
        expect(await reader.cache.get('k')).toBe(1);
        expect(await reader.tokens.read()).toEqual(tokens());

        await reader.documents.delete('kept/1');
        await reader.documents.put('kept/2', 'two');
        await reader.journal.append([eventRecord('61000002')]);
        await reader.cache.set('k', 2);
        await reader.cache.flush();
        await reader.tokens.write(tokens({ accessToken: 'access-2' }));
        await reader.mailMemory.update({
          mailed: [mailed('2')],
          forget: [{ subject: '1', reason: 'DRIFT' }],
        });

        const after = await open();
        expect(await after.mailMemory.read()).toEqual([mailed('1')]);
        expect(await after.documents.get('kept/1')).toMatchObject({ text: 'one' });
        expect(await after.documents.get('kept/2')).toEqual({ kind: 'none' });
        expect(await collect(after.journal.read())).toEqual([eventRecord('61000001')]);
        expect(await after.cache.get('k')).toBe(1);
        expect(await after.tokens.read()).toEqual(tokens({ accessToken: 'access-2' }));
      });

      it('takes locks like any other', async () => {
        const [writer, reader] = [await open(), await open({ readOnly: true })];
        await writer.locks.tryLock('event-1');
        expect(await reader.locks.tryLock('event-1')).toBeNull();
        const lock = await reader.locks.tryLock('sweep');
        expect(lock).not.toBeNull();
        expect(await writer.locks.tryLock('sweep')).toBeNull();
      });
    });
  });
}

function key({ subject, reason }: { subject: string; reason: string }): string {
  return `${subject} ${reason}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function accepted(id: string, why: string): Acceptance {
  const event = eventId(id);
  const differences = [{ field: 'total', name: null, event: '1.00', order: null }] as const;
  return {
    event,
    reason: 'DRIFT',
    differences: [...differences],
    sentence: 's',
    why,
    by: 'sam',
    at: 1,
    until: null,
  };
}

function account(name: string): Account {
  return {
    format: ACCOUNT_FORMAT,
    account: name,
    establishmentId: 90,
    version: '1.0.0',
    certifiedAt: null,
    findings: {
      deletedOrders: {
        value: 'honoured',
        certainty: 'told',
        why: 'Order 1 was not on the iPad any more.',
        at: '2026-11-14T12:00:00.000Z',
      },
    },
  };
}
