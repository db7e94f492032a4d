import { expect, it } from 'vitest';
import { openStateDir } from '../../src/state/files/open.js';
import { jumpingClock, temporaryDirectory } from './support.js';

it('what is too large for the cache drives nothing else out of it', async () => {
  const dir = await temporaryDirectory();
  const cache = { maxEntries: 16_000, maxBytes: 16 * 4_000 };
  const open = () => openStateDir({ dir, clock: jumpingClock(), random: Math.random, cache });
  const keys = Array.from({ length: 160 }, (_, at) => `small/${at}`);
  const store = await open();
  for (const key of keys) await store.cache.set(key, key);
  await store.cache.set('preview', 'fits');
  await store.cache.flush();
  await store.cache.set('preview', 'x'.repeat(5_000));
  await store.close();

  const later = await open();
  const left = await Promise.all(keys.map((key) => later.cache.get(key)));
  expect(left).toEqual(keys);
  // Nor is an older one taken for it.
  expect(await later.cache.get('preview')).toBeUndefined();
  await later.close();
});
