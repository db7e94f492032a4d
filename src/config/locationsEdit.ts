import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { applyEdits, type Edit, findNodeAtLocation, getNodeValue, type Node, parseTree } from 'jsonc-parser';
import { nameKey } from '../domain/names.js';

/** One entry of a mapping of one location. */
export interface MappingChange {
  /** Place of the location in the file, from 0. */
  location: number;
  section: 'products' | 'billing';
  /** The name as people write it. */
  name: string;
  value: string | number | { product: number };
}

/** The text with the change, and the lines that differ. */
export type EditedText =
  | { kind: 'changed'; text: string; removed: string[]; added: string[] }
  /** It says so already. */
  | { kind: 'same' }
  /** The text is not what it was when it was checked. */
  | { kind: 'unusable' };

/**
 * Writes one entry of a mapping into the text of a locations file. Everything else stays as it is, to the letter:
 * comments, spaces, line ends, the order of keys. An entry of the same name, however it is spelled, gets the value.
 */
export function editMapping(text: string, change: MappingChange): EditedText {
  const edits = editsFor(text, change);
  if (edits === null) return { kind: 'unusable' };
  const edited = applyEdits(text, edits);
  if (edited === text) return { kind: 'same' };
  return { kind: 'changed', text: edited, ...differenceOf(text, edited) };
}

function editsFor(text: string, { location, section, name, value }: MappingChange): Edit[] | null {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const entry = root && findNodeAtLocation(root, ['locations', location]);
  if (entry?.type !== 'object') return null;
  const mapping = findNodeAtLocation(entry, [section]);
  const written = JSON.stringify(value);
  if (!mapping) {
    return insertProperty(text, entry, section, `{ ${JSON.stringify(name)}: ${spaced(written)} }`);
  }
  if (mapping.type !== 'object') return null;
  const key = nameKey(name);
  const same = (mapping.children ?? []).filter(({ children }) => {
    const known = String(children?.[0] && getNodeValue(children[0]));
    return known === name || nameKey(known) === key;
  });
  if (same.length === 0) return insertProperty(text, mapping, name, spaced(written));
  return same.flatMap(({ children }) => {
    const node = children?.[1];
    if (!node || JSON.stringify(getNodeValue(node)) === written) return [];
    return [{ offset: node.offset, length: node.length, content: spaced(written) }];
  });
}

/** `{ "product": 991 }` rather than `{"product":991}`. */
function spaced(json: string): string {
  return json.replace(/^\{(.*)\}$/, '{ $1 }').replace('":', '": ');
}

function insertProperty(text: string, object: Node, name: string, value: string): Edit[] {
  const { eol, isSpread } = layoutOf(text, object);
  const last = object.children?.at(-1);
  const key = JSON.stringify(name);
  if (!last) {
    const outer = indentAt(text, object.offset);
    const inner = `${outer}${unitOf(text, object)}`;
    const inside = text.slice(object.offset + 1, object.offset + object.length - 1);
    const content = isSpread
      ? `${inside.trimEnd()}${eol}${inner}${key}: ${value}${eol}${outer}`
      : `${inside.trimEnd()} ${key}: ${value} `;
    return [{ offset: object.offset + 1, length: inside.length, content }];
  }
  const end = last.offset + last.length;
  const after = afterValue(text, end, object.offset + object.length - 1);
  const comma = after.hasComma ? [] : [{ offset: end, length: 0, content: ',' }];
  const indent = indentAt(text, last.offset);
  const isOwnLine = isSpread && text.slice(lineStart(text, last.offset), last.offset).trim() === '';
  const trailing = after.hasComma ? ',' : '';
  const property = `${key}: ${value}${trailing}`;
  if (!isOwnLine) {
    const offset = after.hasComma ? after.commaEnd : end;
    return after.hasComma
      ? [{ offset, length: 0, content: ` ${property}` }]
      : [{ offset, length: 0, content: `, ${property}` }];
  }
  return [...comma, { offset: after.lineEnd, length: 0, content: `${eol}${indent}${property}` }];
}

/** What follows a value: a comma of its own, and the end of its line with the comment that belongs to it. */
function afterValue(text: string, end: number, limit: number) {
  let at = end;
  let commaEnd = -1;
  let lineEnd = end;
  while (at < limit) {
    const rest = text.slice(at, limit);
    const comment = /^\/\/[^\r\n]*|^\/\*[\s\S]*?\*\//.exec(rest)?.[0];
    if (comment !== undefined) {
      at += comment.length;
      lineEnd = at;
    } else if (rest.startsWith(',') && commaEnd < 0) {
      at += 1;
      commaEnd = at;
      lineEnd = at;
    } else if (/^[ \t]/.test(rest)) at += 1;
    else break;
  }
  return { hasComma: commaEnd >= 0, commaEnd, lineEnd };
}

function layoutOf(text: string, node: Node): { eol: string; isSpread: boolean } {
  return {
    eol: text.includes('\r\n') ? '\r\n' : '\n',
    isSpread: text.slice(node.offset, node.offset + node.length).includes('\n'),
  };
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? '';
}

/** What one level is indented by, as far as the object shows it. */
function unitOf(text: string, object: Node): string {
  const outer = indentAt(text, object.offset);
  const child = object.children?.[0];
  const inner = child ? indentAt(text, child.offset) : '';
  if (inner.length > outer.length) return inner.slice(outer.length);
  return /^\t/m.test(text) ? '\t' : '  ';
}

/** The lines that only one of the texts has. */
function differenceOf(before: string, after: string): { removed: string[]; added: string[] } {
  const [old, fresh] = [before, after].map((text) => text.split(/\r?\n/)) as [string[], string[]];
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start += 1;
  let end = 0;
  while (
    end < old.length - start &&
    end < fresh.length - start &&
    old[old.length - 1 - end] === fresh[fresh.length - 1 - end]
  ) {
    end += 1;
  }
  return { removed: old.slice(start, old.length - end), added: fresh.slice(start, fresh.length - end) };
}

/**
 * Puts a text in the place of a file, in one step and with its owner and permissions: a reader sees the old one or the
 * new one, a crash leaves the old one. A symbolic link goes on pointing to it.
 */
export function replaceFile(path: string, text: string): void {
  const target = realpathSync(path);
  const temporary = join(dirname(target), `.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const { mode, uid, gid } = statSync(target);
    const file = openSync(temporary, 'wx', mode & 0o777);
    try {
      // Not writeSync, which may write a part: what is cut off must not take the place of the whole.
      writeFileSync(file, text);
      keepOwner(file, uid, gid);
      // The umask of whoever calls has taken its part of them.
      fchmodSync(file, mode & 0o777);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(dirname(target));
}

/** The file is in its place by then: a directory that this user may not read, or that cannot be synced, undoes nothing. */
function syncDirectory(path: string): void {
  try {
    const directory = openSync(path, 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  } catch {
    // As durable as the file system makes it.
  }
}

/** What root writes would else be root's, and the runs of another user could not read it any more. */
function keepOwner(file: number, uid: number, gid: number): void {
  try {
    fchownSync(file, uid, gid);
  } catch {
    // Who is not root gives no file away.
  }
}
