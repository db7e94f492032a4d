import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { editMapping, type MappingChange, replaceFile } from '../../src/config/locationsEdit.js';

const file = `{
  // The shops.
  "locations": [
    {
      "name": "A", /* first */
      "billing": { "Admin Fee": "surcharge" }, // as the books have it
      "products": {
        "O G": 579, // house name
        "Salad": 580 // the small one
      }
    },
    { "name": "B" }
  ]
}
`;

const at = (
  location: number,
  section: MappingChange['section'],
  name: string,
  value: MappingChange['value'],
) => ({
  location,
  section,
  name,
  value,
});

function edited(text: string, change: MappingChange): string {
  const result = editMapping(text, change);
  if (result.kind !== 'changed') throw new Error(result.kind);
  return result.text;
}

describe('editMapping', () => {
  it.each<[string, MappingChange, string, string]>([
    [
      'a new entry on one line',
      at(0, 'billing', 'Deposit', 'ignore'),
      '{ "Admin Fee": "surcharge" }',
      '{ "Admin Fee": "surcharge", "Deposit": "ignore" }',
    ],
    [
      'a new entry on a line of its own, after the comment of the last',
      at(0, 'products', 'Taco', 7),
      '"Salad": 580 // the small one\n',
      '"Salad": 580, // the small one\n        "Taco": 7\n',
    ],
    ['another value', at(0, 'products', 'O G', 600), '"O G": 579,', '"O G": 600,'],
    [
      'another value of a name that is spelled otherwise',
      at(0, 'billing', 'ADMIN-FEE', { product: 991 }),
      '"Admin Fee": "surcharge"',
      '"Admin Fee": { "product": 991 }',
    ],
    [
      'a mapping that is not there yet',
      at(1, 'billing', 'Tip "18%"', 'gratuity'),
      '{ "name": "B" }',
      '{ "name": "B", "billing": { "Tip \\"18%\\"": "gratuity" } }',
    ],
  ])('writes %s and leaves the rest to the letter', (_, change, before, after) => {
    expect(edited(file, change)).toBe(file.replace(before, () => after));
  });

  it('says when nothing changes, or when there is no such place', () => {
    expect(editMapping(file, at(0, 'products', 'o.g.', 579)).kind).toBe('same');
    expect(editMapping(file, at(2, 'products', 'O G', 579)).kind).toBe('unusable');
    expect(editMapping('no file', at(0, 'products', 'O G', 579)).kind).toBe('unusable');
  });

  it('keeps line ends, tabs, a byte order mark and commas at ends', () => {
    const odd =
      '\ufeff{"locations": [\r\n\t{\r\n\t\t"name": "A",\r\n\t\t"products": {\r\n\t\t\t"X": 1,\r\n\t\t},\r\n\t},\r\n]}\r\n';
    const text = edited(odd, at(0, 'products', 'Y', 2));
    expect(text).toBe(odd.replace('"X": 1,\r\n', '"X": 1,\r\n\t\t\t"Y": 2,\r\n'));
  });

  it('shows the lines that differ', () => {
    expect(editMapping(file, at(0, 'products', 'O G', 600))).toMatchObject({
      removed: ['        "O G": 579, // house name'],
      added: ['        "O G": 600, // house name'],
    });
  });

  it('writes what a reader of the file finds, in an empty mapping too', () => {
    for (const mapping of ['{}', '{ }', '{\n}', '{ /* none */ }']) {
      const text = edited(`{"locations": [{"billing": ${mapping}}]}`, at(0, 'billing', 'Fee', 'tax'));
      expect(parse(text)).toEqual({ locations: [{ billing: { Fee: 'tax' } }] });
    }
  });
});

describe('replaceFile', () => {
  it('keeps permissions, whatever the umask, and the link, and leaves nothing behind', () => {
    const dir = mkdtempSync(join(tmpdir(), 'locations-'));
    const path = join(dir, 'real.json');
    writeFileSync(path, 'old');
    chmodSync(path, 0o666);
    symlinkSync(path, join(dir, 'link.json'));
    replaceFile(join(dir, 'link.json'), 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o666);
    expect(readdirSync(dir).sort()).toEqual(['link.json', 'real.json']);
  });

  it.skipIf(process.getuid?.() !== 0)('leaves the file to its owner', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'locations-')), 'real.json');
    writeFileSync(path, 'old', { mode: 0o640 });
    chownSync(path, 65_534, 65_533);
    replaceFile(path, 'new');
    expect(statSync(path)).toMatchObject({ uid: 65_534, gid: 65_533 });
    expect(readFileSync(path, 'utf8')).toBe('new');
  });
});
