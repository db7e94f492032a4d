import { type Variable, type VariableName, variableGroups, variables } from './variables.js';

/** `value` as `.env` files hold it: in quotes where it would be read as something else. */
function quoted(value: string): string {
  if (/^[^\s#'"`\\]*$/.test(value)) return value;
  const quote = ['"', "'", '`'].find((mark) => !value.includes(mark)) ?? '"';
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

/** The text of a `.env` with these values; every other variable stands in it as a comment, with its default. */
export function envFileText(intro: readonly string[], values: Partial<Record<VariableName, string>>): string {
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
  return `${head.join('\n')}\n\n${groups.join('\n')}`;
}
