import { type Answers, isAgreed } from '../app/agree.js';
import { type ConfigSource, withConfigSource } from '../app/source.js';
import type { Surroundings } from '../app/surroundings.js';
import { readTextFile } from '../config/files.js';
import { loadConfig, locationsPath, needsOf } from '../config/load.js';
import { MAX_LOCATIONS_BYTES, parseLocations } from '../config/locations.js';
import { editMapping, replaceFile } from '../config/locationsEdit.js';
import type { ConfigProblem } from '../config/problems.js';
import { AppError, ExitCode } from '../errors.js';
import { writeAll } from '../report/output.js';
import { unwritten } from '../state/failure.js';
import { clean } from '../text/text.js';
import type { MappedValue } from './arguments.js';

/** `products map` and `billing map` as asked for on the command line. */
export interface MapOptions {
  section: 'products' | 'billing';
  name: string;
  value: MappedValue;
  /** Name or site id. */
  location: string;
  /** Write without asking. */
  yes: boolean;
  sandbox: boolean;
  /** Where the answer comes from. */
  input: Answers;
}

/**
 * Writes one entry of a mapping into the locations file, and nothing else. Shows the difference, and asks on a
 * terminal; elsewhere nothing is written without `--yes` (exit 64).
 */
export function mapCommand(options: MapOptions, around: Surroundings): Promise<ExitCode> {
  return withConfigSource(options.sandbox, around, (source) => map(options, source, around));
}

async function map(options: MapOptions, from: ConfigSource, around: Surroundings): Promise<ExitCode> {
  const { locations } = loadConfig({ ...from, needs: needsOf.mapping });
  const path = locationsPath(from);
  const named = locations.flatMap((location, index) =>
    String(location.tripleseat.siteId) === options.location ||
    location.name.toLowerCase() === options.location.toLowerCase()
      ? [{ location, index }]
      : [],
  );
  const [target, second] = named;
  if (!target || second) {
    throw new AppError(
      'USAGE',
      ExitCode.usage,
      target
        ? `--location: several locations have the site ${clean(options.location, 100)}.`
        : `--location: there is no location ${clean(options.location, 100)}.`,
      `Write one of these names: ${(target ? named.map(({ location }) => location) : locations).map(({ name }) => name).join(', ')}.`,
    );
  }
  const before = textOf(path);
  const edit = editMapping(before, {
    location: target.index,
    section: options.section,
    name: options.name,
    value: options.value,
  });
  if (edit.kind === 'same') {
    await writeAll(around.stdout, `${clean(path, 300)} says so already.\n`);
    return ExitCode.ok;
  }
  if (edit.kind === 'unusable') throw unusable(null);
  const [problem] = problemsIn(edit.text, path, locations.length);
  if (problem !== undefined) throw unusable(problem);
  const difference = [
    clean(path, 300),
    ...edit.removed.map((line) => `- ${clean(line, 300)}`),
    ...edit.added.map((line) => `+ ${clean(line, 300)}`),
  ];
  await writeAll(around.stdout, `${difference.join('\n')}\n`);
  if (!options.yes && !(await isAgreed('Write this?', options.input, around))) {
    await writeAll(around.stderr, 'Nothing was written.\n');
    return ExitCode.eventFailed;
  }
  if (textOf(path) !== before) {
    throw new AppError(
      'ABORTED',
      ExitCode.eventFailed,
      'Somebody has changed the locations file meanwhile, so that nothing was written.',
      'Run the command again.',
    );
  }
  try {
    replaceFile(path, edit.text);
  } catch (error) {
    throw unwritten(error, {
      what: `The locations file ${clean(path, 300)}`,
      left: 'It is as it was.',
      hint: 'It is replaced as a whole: this user must be able to write its directory, with room on the disk. Or write the entry by hand.',
    });
  }
  await writeAll(around.stdout, 'Written.\n');
  return ExitCode.ok;
}

function textOf(path: string): string {
  const file = readTextFile(path, MAX_LOCATIONS_BYTES);
  if (file.kind === 'ok') return file.text;
  throw new AppError(
    'CONFIG',
    ExitCode.config,
    `The locations file ${clean(path, 300)} ${file.kind === 'absent' ? 'does not exist' : file.reason}.`,
    'Correct LOCATIONS_FILE.',
  );
}

/** What is wrong with the text as a locations file of so many entries. */
function problemsIn(text: string, path: string, count: number): string[] {
  const problems: ConfigProblem[] = [];
  const found = parseLocations(text, path, problems).length;
  if (problems.length === 0 && found !== count) return [`${path} has ${found} locations then`];
  return problems.map(({ where, problem }) => `${where} ${problem}`);
}

function unusable(problem: string | null): AppError {
  return new AppError(
    'USAGE',
    ExitCode.usage,
    problem === null
      ? 'The locations file is laid out in a way that cannot be changed without harm.'
      : `That cannot be written: ${problem}.`,
    'Write the entry by hand.',
  );
}
