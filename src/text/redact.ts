/** Shorter texts are no secrets worth the name, and would tear holes into ordinary words. */
const MIN_LENGTH = 6;

/**
 * A function that puts `***` in place of each secret of at least 6 characters, also of percent-encoded ones, as
 * whatever a server is written in has URLs, forms and JSON, and of those within a text in base64, as
 * `Authorization: Basic` and mail servers have them.
 */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const forms = new Set<string>();
  const long = [...secrets].filter((secret) => secret.length >= MIN_LENGTH);
  // Longest first: a secret may hold another one, and the rest of it must not stay.
  for (const secret of long.sort((a, b) => b.length - a.length)) {
    for (const form of base64Forms(secret)) forms.add(literal(form));
    forms.add(spelt(secret, inUrl));
    forms.add(spelt(secret, inJson));
  }
  const patterns = [...forms].map((form) => new RegExp(form, 'g'));
  return (text) => patterns.reduce((result, pattern) => result.replace(pattern, '***'), text);
}

/** The pattern of a text of which every letter and digit stands as it is, and all else as `spell` says. */
function spelt(text: string, spell: (char: string) => string): string {
  return [...text].map((char) => (/^[A-Za-z0-9]$/.test(char) ? char : `(?:${spell(char)})`)).join('');
}

/** Which characters are left as they are, and how hex digits look, is another matter with each who encodes. */
function inUrl(char: string): string {
  const bytes = [...Buffer.from(char)].map((byte) => `%${hex(byte, 2)}`);
  return [literal(char), bytes.join(''), ...(char === ' ' ? ['\\+'] : [])].join('|');
}

function inJson(char: string): string {
  const units = char.split('').map((unit) => `\\\\u${hex(unit.charCodeAt(0), 4)}`);
  const bare = char === '"' || char === '\\' ? [] : [literal(char)];
  return [...bare, `\\\\${literal(char)}`, units.join('')].join('|');
}

function hex(value: number, digits: number): string {
  const text = value.toString(16).padStart(digits, '0');
  return `(?:${text}|${text.toUpperCase()})`;
}

function literal(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}

/**
 * What base64 makes of a text, whatever stands before and after it: each character of it is six bits, so that there
 * are three ways for the text to begin, and those characters count that hold bits of nothing else.
 */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((whole.length * 8) / 6)];
    return (['base64', 'base64url'] as const).map((form) => whole.toString(form).slice(from, to));
  });
}
