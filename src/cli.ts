import { resolve } from 'node:path';
import { Command, CommanderError, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { isLeft, left } from './app/agree.js';
import type { Surroundings } from './app/surroundings.js';
import {
  correlationId,
  eventId,
  host,
  hoursBack,
  shownWords,
  triggers,
  whole,
  withName,
} from './commands/arguments.js';
import { addHelp } from './commands/help.js';
import { addOperatorCommands } from './commands/operator.js';
import { addSandboxCommands } from './commands/sandbox-commands.js';
import { addSetupCommands, prepareCompletion } from './commands/setup.js';
import { version } from './commands/version.js';
import { ENV_FILE } from './config/envFileName.js';
import { parseEventId } from './domain/ids.js';
import { MAX_SHARDS, parseShard, type Shard } from './domain/shard.js';
import { AppError, ExitCode, errorText } from './errors.js';
import { writeAll } from './report/output.js';
import { stopSignal } from './signals.js';
import { errnoOf } from './state/failure.js';

const DEFAULT_HOURS = 48;
/** How long a relay that has stopped, and a command that failed, wait for whoever reads what they say. */
const LAST_LINES_MS = 2000;

/** The command line. `finish` takes the exit code of the command that ran, `tell` what help and version say. */
function program(
  around: Surroundings,
  finish: (code: ExitCode) => void,
  tell: (text: string) => void,
): CommandUnknownOpts {
  const root = new Command('ts-reconcile')
    .description('Keeps exactly one correct Revel order for every Tripleseat event.')
    .version(version())
    .option('--no-color', 'plain text even on a terminal')
    .option('--env-file <file>', 'read variables from this file in place of .env')
    .hook('preAction', (command) => {
      const { envFile, color } = command.opts();
      if (!color) around.env = { ...around.env, NO_COLOR: '1' };
      // The runs that a relay starts are to read it, too.
      if (envFile !== undefined) around.env = { ...around.env, [ENV_FILE]: resolve(around.cwd, envFile) };
    })
    .exitOverride()
    .configureOutput({
      writeOut: tell,
      writeErr: (text) => around.stderr.write(plain(text)),
    });

  root
    .command('sync')
    .description('reconcile one or more events, or sweep over all that are due (the default: 48 hours back)')
    .addOption(
      new Option('--event-id <id...>', 'these events only').argParser(eventId).conflicts('hoursBack'),
    )
    .option(
      '--hours-back <n>',
      'events whose day lies, or that were updated, within the last n hours',
      hoursBack,
    )
    .addOption(
      new Option(
        '--shard <i/n>',
        'sweep over the i-th of n parts of the events; auto/n: i is JOB_COMPLETION_INDEX + 1',
      ).conflicts('eventId'),
    )
    .option('--dry-run', 'plan and report, write nothing anywhere')
    .option('--detailed-exitcode', 'with --dry-run: exit 2 when changes are pending')
    .option('--json', 'one JSON document on stdout, nothing else there')
    .option('--late', 'also inject events whose window has passed')
    .option('--force', 'go past MAX_CREATES_PER_RUN')
    .option('--location <location...>', 'only these locations (name or site id)')
    .option(
      '--only <what...>',
      'of the table: changes, failures, a status or a reason; counts the rest',
      shownWords,
    )
    .addOption(new Option('--trigger <who>', 'who started the run').choices(triggers).default('manual'))
    .option('--correlation-id <hex>', '8 hex digits that mark the run everywhere', correlationId)
    .option('--wait', 'wait for a run that is in the way, in place of ending with 75')
    .option('--sandbox', 'against the built-in simulators')
    .action(async (flags, command) => {
      const { eventId: ids, hoursBack = DEFAULT_HOURS } = flags;
      const shard =
        flags.shard === undefined ? null : shardOf(flags.shard, command, around.env.JOB_COMPLETION_INDEX);
      if (!ids) await keepSmall();
      const { syncCommand } = await import('./commands/sync.js');
      const options = {
        target: ids ? ({ kind: 'events', ids } as const) : ({ kind: 'sweep', hoursBack, shard } as const),
        dryRun: flags.dryRun ?? false,
        detailedExitCode: flags.detailedExitcode ?? false,
        json: flags.json ?? false,
        late: flags.late ?? false,
        force: flags.force ?? false,
        wait: flags.wait ?? false,
        locations: flags.location ?? null,
        only: flags.only ?? null,
        trigger: flags.trigger,
        correlationId: flags.correlationId ?? null,
        sandbox: flags.sandbox ?? false,
      };
      finish(await syncCommand(options, around));
    });

  addSetupCommands(root, around, finish);
  addOperatorCommands(root, around, finish);

  root
    .command('serve')
    .description('take webhooks from Tripleseat and start a run for each event they name')
    .option('--host <address>', 'address to listen on', host, '127.0.0.1')
    .option('--port <n>', 'port to listen on; 0: any free one', whole('port', 0, 65_535), 8080)
    .option('--max-runs <n>', 'runs at once', whole('number of runs', 1, 32), 2)
    .option(
      '--max-queue <n>',
      'events that may wait for a run',
      whole('number of events', 1, 100_000),
      20_000,
    )
    .option(
      '--grace <seconds>',
      'time for runs to finish after SIGTERM',
      whole('number of seconds', 0, 3600),
      60,
    )
    .option('--allow-unsigned', 'also take webhooks without a signature')
    .option('--body-signatures', 'also take webhooks whose signature is of the body alone, without a time')
    .option('--sandbox', 'with runs against the built-in simulators')
    .action(async (flags) => {
      const { serveCommand } = await import('./commands/serve.js');
      const { grace: graceSeconds, allowUnsigned = false, sandbox = false, ...rest } = flags;
      const code = await serveCommand({ ...rest, graceSeconds, allowUnsigned, sandbox }, around);
      finish(code);
      // What its log still holds goes out, unless its reader stands still.
      endWith(code);
    });

  addSandboxCommands(root, around, finish);
  root
    .command('state')
    .description('the state that several hosts share (STATE_URL)')
    .command('migrate')
    .description('make the tables of the database, or bring them up to this version')
    .action(async () => {
      const { migrateCommand } = await import('./commands/state.js');
      finish(await migrateCommand(around));
    });
  return root;
}

/** Nothing that is still open keeps the process for long. */
function endWith(code: ExitCode): void {
  setTimeout(() => process.exit(code), LAST_LINES_MS).unref();
}

/**
 * A sweep of thousands of events mostly makes garbage and waits for its turn to ask: V8 would rather let the heap
 * grow to twice its size than collect more often.
 */
async function keepSmall(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--optimize-for-size');
}

function shardOf(text: string, command: CommandUnknownOpts, completionIndex: string | undefined): Shard {
  const shard = parseShard(text, completionIndex);
  if (shard) return shard;
  const what = text.startsWith('auto/')
    ? '--shard auto/n needs JOB_COMPLETION_INDEX, a whole number below n.'
    : '--shard names no part of the events.';
  return command.error(
    `error: ${what} Write i/n with 1 ≤ i ≤ n ≤ ${MAX_SHARDS}, e.g. 2/8, or auto/8 in a Kubernetes job with completion indexes.`,
  );
}

/** Arguments and paths are repeated in messages; they must not steer the terminal. */
function plain(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, '');
}

/** Flags that a call with event ids has already, or that do not go with them. */
const NOT_WITH_IDS = ['--event-id', '--hours-back', '--shard'];

/** What needs no quotes in a shell. */
const isPlain = (text: string): boolean => /^[\w./:,=-]+$/.test(text);

/** The call that names events as they must be named, for one that names them in another way. */
function meantCall(args: readonly string[], error: unknown, root: CommandUnknownOpts): string | null {
  if (!(error instanceof CommanderError) || error.exitCode === 0) return null;
  const [first, flag, id, ...rest] = args;
  if (first === 'resolve' && flag === '--event-id') {
    const one = id !== undefined && parseEventId(id) !== null && rest[0]?.startsWith('-') !== false;
    return one && rest.every(isPlain) ? ['ts-reconcile resolve', id, ...rest].join(' ') : null;
  }
  const takingIds = root.commands.filter(({ options }) => options.some(({ long }) => long === '--event-id'));
  const named = takingIds.find((command) => command.name() === first);
  const options = [...root.options, ...(named ?? takingIds[0] ?? root).options];
  const ids: string[] = [];
  const flags: string[] = [];
  // What follows a flag that takes a value is that value, be it a number like an id.
  let taking: { variadic: boolean } | null = null;
  for (const text of named === undefined ? args : args.slice(1)) {
    if (text.startsWith('-')) {
      const [flag = ''] = text.split('=');
      const option = options.find(({ long, short }) => flag === long || flag === short);
      if (option === undefined || NOT_WITH_IDS.includes(flag)) return null;
      taking = (option.required || option.optional) && flag === text ? option : null;
      flags.push(text);
    } else if (taking !== null) {
      flags.push(text);
      if (!taking.variadic) taking = null;
    } else if (parseEventId(text) !== null) ids.push(text);
    else return null;
  }
  if (ids.length === 0 || !flags.every(isPlain)) return null;
  return [`ts-reconcile ${named?.name() ?? 'sync'} --event-id`, ...ids, ...flags].join(' ');
}

/** The system gives no file handle more, not even for a part of the program, or for a connection. */
function isOutOfFiles(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = errnoOf(error);
  return code === 'EMFILE' || code === 'ENFILE' || isOutOfFiles(error.cause);
}

/** The exit code for what a command threw; says it on stderr. */
function explain(error: unknown, around: Surroundings): ExitCode {
  if (error instanceof CommanderError) return ExitCode.usage;
  if (error instanceof AppError) {
    const hint = error.hint === null ? '' : `${error.hint}\n`;
    around.stderr.write(plain(`ts-reconcile: ${error.message}\n${hint}`));
    return error.exitCode;
  }
  if (isLeft(error)) return explain(left(around.stop), around);
  if (isOutOfFiles(error)) {
    around.stderr.write(
      'ts-reconcile: Cannot go on: too many files are open. Raise the limit on open files (ulimit -n); 256 are enough.\n',
    );
    return ExitCode.config;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  around.stderr.write(`ts-reconcile: this is a bug, please report it.\n${stack}\n`);
  return ExitCode.bug;
}

/** A deployment may have removed it under a shell or a service that is still there. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new AppError(
      'CONFIG',
      ExitCode.config,
      `The working directory cannot be read (${errnoOf(error) ?? errorText(error)}): it was removed, or this user may not enter it. \`.env\` and relative paths start there.`,
      'Go to a directory that exists, for example with cd, or set the WorkingDirectory of the service, then run again.',
    );
  }
}

/** Runs the program; the one place that sets the exit code. */
async function main(): Promise<void> {
  // Where nothing is left to wait for, Node.js ends, be the work done or not, and would call it well done.
  process.exitCode = ExitCode.bug;
  process.once('exit', tellUndone);
  const stop = stopSignal(process.env);
  // Whoever reads along may go away, and a disk may be full: neither ends a run in the middle of its writes.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const around: Surroundings = {
    env: process.env,
    // Asked for when a command needs it: help and version do not.
    get cwd() {
      return workingDirectory();
    },
    stdout: process.stdout,
    stderr: process.stderr,
    stop,
  };
  process.exitCode = await run(around, process.argv);
  process.off('exit', tellUndone);
}

/** A bug that nobody threw: something was waited for that cannot come any more. */
function tellUndone(code: number): void {
  if (code !== ExitCode.bug) return;
  process.stderr.write('ts-reconcile: this is a bug, please report it: it ended before its work was done.\n');
}

/** The document of a run that wrong usage has kept from beginning, where there is one. */
async function tellUsage(
  args: readonly string[],
  error: unknown,
  commands: readonly string[],
  { stdout }: Surroundings,
): Promise<void> {
  const { usageReport } = await import('./commands/usage.js');
  const report = await usageReport(args, error, commands);
  if (report === null) return;
  const { writeJson } = await import('./report/json.js');
  await writeJson(stdout, report);
}

async function run(around: Surroundings, argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = ExitCode.ok;
  let told = '';
  const root = program(
    around,
    (result) => {
      code = result;
    },
    (text) => {
      told += text;
    },
  );
  try {
    await prepareCompletion(root, argv, around);
    addHelp(root);
    await root.parseAsync(withName(argv));
  } catch (error) {
    // Help and version alone go to stdout, asked for in whichever way.
    code = told !== '' ? ExitCode.ok : explain(error, around);
    // What failed half-way may have left something open (where there are no file handles, closing fails as well).
    endWith(code);
    const meant = meantCall(argv.slice(2), error, root);
    if (meant !== null) around.stderr.write(`Did you mean \`${meant}\`?\n`);
    try {
      if (told !== '') await writeAll(around.stdout, told);
      const names = root.commands.map((command) => command.name());
      if (argv.includes('--json')) await tellUsage(argv.slice(2), error, names, around);
    } catch (unwritten) {
      code = explain(unwritten, around);
    }
  }
  return code;
}

void main();
