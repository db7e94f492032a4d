import { type Node, type ParseError, parseTree, printParseErrorCode, stripComments } from 'jsonc-parser';

/** A place in a text file; both count from 1. */
export interface Place {
  line: number;
  column: number;
}

/** What is wrong with the text itself; `problem` continues a sentence that starts with the file. */
interface JsonProblem {
  at: Place;
  problem: string;
  /** What to write; a sentence. */
  write: string;
}

/** Where keys and values stand in the text. */
export interface JsonText {
  /** As `JSON.parse` has it; undefined: the text is no JSON. */
  value: unknown;
  problems: JsonProblem[];
  /** Where the value under the path stands, or the nearest one above it that is there. */
  placeOf(path: readonly PropertyKey[]): Place;
  /** The same, of the key. */
  placeOfKey(path: readonly PropertyKey[]): Place;
}

/** Values within each other; those of a locations file come to six. */
const MAX_DEPTH = 100;

/** What the parser's codes mean. */
const errors: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a word that JSON does not know: text stands in double quotes',
  InvalidNumberFormat: 'a number that JSON does not know',
  PropertyNameExpected: 'a key in double quotes is missing, or there is a comma too many before this',
  ValueExpected: 'a value is missing, or there is a comma too many before this',
  ColonExpected: 'a colon is missing before this',
  CommaExpected: 'a comma is missing before this',
  CloseBraceExpected: 'a } is missing before this',
  CloseBracketExpected: 'a ] is missing before this',
  EndOfFileExpected: 'nothing may follow here',
  UnexpectedEndOfComment: 'a comment is not closed',
  UnexpectedEndOfString: 'a closing double quote is missing',
  UnexpectedEndOfNumber: 'a number breaks off',
  InvalidUnicode: 'an escape that JSON does not know: \\u takes four hex digits',
  InvalidEscapeCharacter: 'an escape that JSON does not know: a backslash is written twice',
  InvalidCharacter: 'a control character in a text',
};

/** JSON with comments, of which it remembers where everything stands. What cannot be read is said once for each line. */
export function readJson(source: string): JsonText {
  const text = source.replace(/^\ufeff/, '');
  const deep = tooDeepAt(text);
  if (deep !== null) {
    const place = placeAt(text, deep);
    const problem = `has more than ${MAX_DEPTH} values within each other`;
    const problems = [{ at: place, problem, write: 'Take them out: none is meant to.' }];
    return { value: undefined, problems, placeOf: () => place, placeOfKey: () => place };
  }
  const found: ParseError[] = [];
  const tree = parseTree(text, found, { allowEmptyContent: false });
  const at = (offset: number) => placeAt(text, offset);
  const node = (path: readonly PropertyKey[]) => nearest(tree, path);
  const problems = found
    .map(({ error, offset }) => {
      const what = errors[printParseErrorCode(error)] ?? 'something that is not JSON';
      return { at: at(offset), problem: `is not JSON: ${what}`, write: 'Correct the syntax.' };
    })
    .filter((each, index, all) => all[index - 1]?.at.line !== each.at.line);
  return {
    value: problems.length > 0 ? undefined : JSON.parse(stripComments(text)),
    problems: problems.length > 0 ? problems : duplicatesOf(tree, at),
    placeOf: (path) => at(node(path)?.offset ?? 0),
    placeOfKey: (path) => {
      const value = node(path);
      return at((value?.parent?.type === 'property' ? value.parent : value)?.offset ?? 0);
    },
  };
}

/** The offset at which a text is deeper than anybody's, so that reading it would take all of the stack; null: nowhere. */
function tooDeepAt(text: string): number | null {
  const blank = (part: string) => ' '.repeat(part.length);
  // Brackets in texts and comments are none.
  const bare = stripComments(text, ' ').replace(/"(?:[^"\\\n]|\\.)*"/g, blank);
  let depth = 0;
  for (let offset = 0; offset < bare.length; offset += 1) {
    const character = bare[offset];
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > MAX_DEPTH) return offset;
  }
  return null;
}

/** Where the character at an offset stands. */
export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

/** The node under the path, as far as there is one. */
function nearest(tree: Node | undefined, path: readonly PropertyKey[]): Node | undefined {
  let node = tree;
  for (const part of path) {
    const child: Node | undefined =
      node?.type === 'array'
        ? node.children?.[Number(part)]
        : // Of a key that stands twice the last one counts.
          node?.children?.findLast(({ children }) => children?.[0]?.value === part)?.children?.[1];
    if (child === undefined) return node;
    node = child;
  }
  return node;
}

function duplicatesOf(node: Node | undefined, at: (offset: number) => Place): JsonProblem[] {
  const own: JsonProblem[] = [];
  if (node?.type === 'object') {
    const first = new Map<unknown, number>();
    for (const { offset, children } of node.children ?? []) {
      const key: unknown = children?.[0]?.value;
      const before = first.get(key);
      if (before === undefined) first.set(key, offset);
      else {
        const problem = `has the key ${JSON.stringify(key)} twice: first in line ${at(before).line}`;
        own.push({ at: at(offset), problem, write: 'Keep one of them.' });
      }
    }
  }
  return [...own, ...(node?.children ?? []).flatMap((child) => duplicatesOf(child, at))];
}
