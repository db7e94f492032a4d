import fc from 'fast-check';

/** One change of a text; `at` says where, from 0 to below 1. */
export interface Change {
  at: number;
  what: number;
  n: number;
}

/** A few changes. */
export const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
    what: fc.nat(1000),
    n: fc.nat(0xffff),
  }),
  { minLength: 1, maxLength: 4 },
);

type Container = Record<string | number, unknown>;

/** Values that somebody has not thought of. */
const STRANGE: readonly ((n: number, old: unknown) => unknown)[] = [
  () => null,
  () => '',
  () => [],
  () => ({}),
  (n) => n,
  (n) => -n - 0.005,
  () => 1e308,
  () => -0,
  (n) => String(n),
  () => '1e400',
  () => '-0.00',
  () => ' 12,345.67 ',
  () => 'NaN',
  () => '2026-02-30T25:61:00',
  () => '13/32/2026 99:99 PM',
  (n) => 'x'.repeat(n),
  () => '\u0000\u001b[2J\u202e\ud800',
  () => '<script>alert(1)</script>\r\nSet-Cookie: a=b',
  () => '/resources/Order/../../1/',
  () => true,
  (n, old) => Array.from({ length: n % 3000 }, () => old),
  (n, old) => nested(n % 3000, old),
  () => JSON.parse('{"__proto__":{"id":1},"constructor":{"prototype":{}}}'),
  (_, old) => (typeof old === 'number' ? String(old) : Number(old)),
  (_, old) => [old],
];

function nested(depth: number, core: unknown): unknown {
  let value = core;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Every place of a value, as the container and the key in it. */
function placesIn(
  value: unknown,
  found: [Container, string | number][] = [],
): [Container, string | number][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    if (found.length >= 5000) break;
    found.push([value as Container, key]);
    placesIn((value as Container)[key], found);
  }
  return found;
}

/** JSON with other values in it, or another text if it is none. */
export function changeJson(text: string, list: readonly Change[]): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return changeText(text, list);
  }
  for (const { at, what, n } of list) {
    const places = placesIn(value);
    const [container, key] = places[Math.floor(at * places.length)] ?? [];
    if (container === undefined || key === undefined || what % 40 === 39) return changeText(text, list);
    const strange = STRANGE[what % (STRANGE.length + 3)];
    if (strange) container[key] = strange(n, container[key]);
    else if (Array.isArray(container)) container.splice(Number(key), 1);
    else delete container[key];
  }
  return JSON.stringify(value);
}

const PIECES = [
  '\u0000',
  '\n',
  '\r\n\r\n',
  '"',
  '{',
  '}',
  '[',
  ',',
  '\\u',
  '=',
  '#',
  '\ufeff',
  '…',
  '-',
  '9',
];

/** The text with a few characters more, fewer, others, or twice. */
export function changeText(text: string, list: readonly Change[]): string {
  let result = text;
  for (const { at, what, n } of list) {
    const place = Math.floor(at * result.length);
    const [before, after] = [result.slice(0, place), result.slice(place)];
    switch (what % 6) {
      case 0:
        result = before;
        break;
      case 1:
        result = before + after.slice(1 + (n % 20));
        break;
      case 2:
        result = before + (PIECES[n % PIECES.length] ?? '') + after;
        break;
      case 3:
        result = before + String.fromCharCode(n) + after.slice(1);
        break;
      case 4:
        result = before + after.slice(0, n % 500) + after;
        break;
      default:
        result = before + (PIECES[n % PIECES.length] ?? '').repeat(n % 2000) + after;
    }
  }
  return result;
}
