import { type Variable, type VariableName, variableGroups, variables } from './variables.js';

/** `value` as `.env` files hold it: in quotes where it would be read as something else. */
function quoted(value: string): string {
  if (/^[^\s#'"`\\]*$/.test(value)) return value;
  // In double quotes \n and \r mean something else.
  const marks = value.includes('\\') ? ["'", '`'] : ['"', "'", '`'];
  const quote = marks.find((mark) => !value.includes(mark)) ?? (value.includes('\\') ? '' : '"');
  return `${quote}${value}${quote}`;
}

function entryText(
  { name, default: fallback = '', without, meaning, required }: Variable & { name: VariableName },
  value: string | undefined,
): string {
  const rule = without === undefined ? '' : ` (default: ${without})`;
  const line = `${name}=${quoted(value ?? fallback)}`;
  return `# ${meaning}${rule}\n${value !== undefined || required ? line : `#${line}`}\n`;
}

/**
 * The text of a `.env` with these values; every other variable stands in it as a comment, with its default.
 *
 * @param kept what else a file before it has set: names of files with secrets, variables of other programs
 */
export function envFileText(
  intro: readonly string[],
  values: Partial<Record<VariableName, string>>,
  kept: Readonly<Record<string, string>> = {},
): string {
  const secrets = variables.filter(({ secret }) => secret).map(({ name }) => `#   ${name}`);
  const groups = Object.entries(variableGroups).map(([group, heading]) => {
    const entries = variables.filter((entry) => entry.group === group);
    return `# ---- ${heading} ----\n\n${entries.map((entry) => entryText(entry, values[entry.name])).join('\n')}`;
  });
  const head = [
    ...intro,
    '# Lines that start with #NAME= show the default. Put a value that holds # or blanks in double quotes.',
    '# These can also be read from a file, say NAME_FILE=/run/secrets/name:',
    ...secrets,
  ];
  const others = Object.entries(kept).map(([key, value]) => `${key}=${quoted(value)}\n`);
  if (others.length > 0) groups.push(`# ---- Kept from the file before ----\n\n${others.join('')}`);
  return `${head.join('\n')}\n\n${groups.join('\n')}`;
}
