import { execFileSync } from 'node:child_process';
import { lstat, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putFile } from '../../src/report/putFile.js';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ts-reconcile-put-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('putting a file', () => {
  it('takes the place of the old one, whole', async () => {
    const path = join(dir, 'page.html');
    await writeFile(path, 'old and longer');
    await putFile(path, 'new', 0o644);
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await lstat(path)).mode & 0o777).toBe(0o644);
    expect(await readdir(dir)).toEqual(['page.html']);
  });

  it('leaves a link where it is, and puts the file where it leads', async () => {
    await writeFile(join(dir, 'real.html'), 'old');
    await symlink(join(dir, 'real.html'), join(dir, 'link.html'));
    await putFile(join(dir, 'link.html'), 'new');
    expect((await lstat(join(dir, 'link.html'))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(dir, 'real.html'), 'utf8')).toBe('new');
  });

  it.each([
    ['a pipe', (pipe: string) => pipe],
    ['a link to a pipe, as /dev/stdout is one', (pipe: string) => `${pipe}.link`],
  ])('writes into %s, and puts nothing in its place', async (_, pathOf) => {
    const pipe = join(dir, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await symlink(pipe, `${pipe}.link`);
    // Open for both, so that nobody waits for the other end.
    const reader = await open(pipe, 'r+');
    try {
      await putFile(pathOf(pipe), 'new');
      expect((await lstat(pipe)).isFIFO()).toBe(true);
      expect((await lstat(`${pipe}.link`)).isSymbolicLink()).toBe(true);
      expect((await reader.read(Buffer.alloc(10), 0, 10)).buffer.toString('utf8', 0, 3)).toBe('new');
    } finally {
      await reader.close();
    }
  });

  it('of two processes with one number, as those of two containers, ends with either text', async () => {
    const path = join(dir, 'page.html');
    const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(200_000));
    await Promise.all(texts.map((text) => putFile(path, text)));
    expect(texts).toContain(await readFile(path, 'utf8'));
    expect(await readdir(dir)).toEqual(['page.html']);
  });
});
