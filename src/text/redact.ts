/** Shorter texts are no secrets worth the name, and would tear holes into ordinary words. */
const MIN_LENGTH = 6;

/**
 * A function that puts `***` in place of each secret of at least 6 characters, also of percent-encoded ones, as a form
 * and as JSON have them, and of those within a text in base64, as `Authorization: Basic` and mail servers have them.
 */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < MIN_LENGTH) continue;
    forms.add(secret);
    forms.add(encodeURIComponent(secret));
    forms.add(new URLSearchParams([['', secret]]).toString().slice(1));
    forms.add(JSON.stringify(secret).slice(1, -1));
    for (const form of base64Forms(secret)) forms.add(form);
  }
  // Longest first: a secret may hold another one, and the rest of it must not stay.
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((result, form) => result.replaceAll(form, '***'), text);
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
