import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeKeeping } from '../../src/init/files.js';

const folder = () => mkdtempSync(join(tmpdir(), 'init-files-'));

describe('writeKeeping', () => {
  it('keeps what is there, and what was kept before', () => {
    const dir = folder();
    const path = join(dir, 'file');
    for (const text of ['first', 'second', 'third', 'fourth']) writeKeeping([{ path, text, mode: 0o600 }]);
    const texts = readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]);
    expect(Object.fromEntries(texts)).toEqual({
      file: 'fourth',
      'file.old': 'first',
      'file.old.2': 'second',
      'file.old.3': 'third',
    });
  });

  it('writes no file where one of them cannot be, says which, and leaves nothing behind', () => {
    const dir = folder();
    const missing = join(dir, 'missing', 'other');
    writeFileSync(join(dir, 'file'), 'mine');
    const files = [join(dir, 'file'), missing].map((path) => ({ path, text: 'new', mode: 0o600 }));
    expect(() => writeKeeping(files)).toThrow(
      expect.objectContaining({ code: 'OUTPUT', message: expect.stringContaining(missing) }),
    );
    expect(readdirSync(dir)).toEqual(['file']);
    expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('mine');
  });

  it('moves a directory of that name out of the way, too', () => {
    const dir = folder();
    mkdirSync(join(dir, 'file'));
    writeKeeping([{ path: join(dir, 'file'), text: 'new', mode: 0o600 }]);
    expect(readdirSync(dir).sort()).toEqual(['file', 'file.old']);
  });
});
