import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { mutations } from './list.js';

it.each(mutations)('there is still something to break: $name', async ({ file, find }) => {
  const text = await readFile(new URL(`../../../${file}`, import.meta.url), 'utf8');
  expect(text.split(find).length - 1).toBe(1);
});
