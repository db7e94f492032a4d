/** Shorter texts are no secrets worth the name, and would tear holes into ordinary words. */
const MIN_LENGTH = 6;

/** A function that puts `***` in place of each secret of at least 6 characters, also percent-encoded ones. */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < MIN_LENGTH) continue;
    forms.add(secret);
    forms.add(encodeURIComponent(secret));
  }
  // Longest first: a secret may hold another one, and the rest of it must not stay.
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((result, form) => result.replaceAll(form, '***'), text);
}
