/** What a shell takes for something else within double quotes. */
const SPECIAL = /["$`\\!]/;

/** A text from outside as one word of a call that is made to be pasted into a shell: nothing in it is carried out. */
export function shellWord(text: string): string {
  return SPECIAL.test(text) ? shellText(text) : `"${text}"`;
}

/** A text as a POSIX shell takes it to the letter, in quotes only where it needs them. */
export function shellText(text: string): string {
  return /^[\w./:,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

// Blanks between the words may have become the end of a line.
const COMMANDS = String.raw`sync|resolve|certify|preview|products\s+map|products|billing\s+map|billing|history|report|doctor|auth\s+(?:login|status|logout)`;
const WORD = String.raw`--[a-z-]+|\d+|"[^"]*"|'(?:[^']|'\\'')*'|<[^<>]*>`;
const CALL = new RegExp(String.raw`\bts-reconcile\s+(?:${COMMANDS})(?:\s+(?:${WORD}))*(?![\w-])`, 'g');

/** The same text with calls of this program that work on the sandbox, as whoever reads it has called it on the sandbox. */
export function onSandbox(text: string): string {
  return text.replaceAll(CALL, (call) => (call.includes('--sandbox') ? call : `${call} --sandbox`));
}
