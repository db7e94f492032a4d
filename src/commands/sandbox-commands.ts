import { Argument, type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import type { Surroundings } from '../app/surroundings.js';
import { isDate } from '../domain/dates.js';
import type { ExitCode } from '../errors.js';
import { oneEventId, revelId, whole } from './arguments.js';
import type { SandboxCommandOptions } from './sandbox.js';

/** Adds `sandbox start`, `sandbox reset` and `sandbox edit`. */
export function addSandboxCommands(
  root: CommandUnknownOpts,
  around: Surroundings,
  finish: (code: ExitCode) => void,
): void {
  const sandbox = root.command('sandbox').description('the built-in simulators of both services');
  sandbox
    .command('start')
    .description('serve them until Ctrl-C')
    .option(
      '--port <n>',
      "port of the Tripleseat simulator; Revel's is the next one",
      whole('port', 1, 65_534),
    )
    .action(async ({ port }) => {
      const { sandboxStart } = await import('./sandbox.js');
      finish(await sandboxStart(await optionsFor(around), around.stop, port));
    });
  sandbox
    .command('reset')
    .description('delete their data')
    .action(async () => {
      const { sandboxReset } = await import('./sandbox.js');
      finish(await sandboxReset(await optionsFor(around)));
    });
  sandbox
    .command('edit')
    .description('change an event there, or its order as staff would; without options: see what there is')
    .addArgument(new Argument('<event-id>', 'the event').argParser(oneEventId))
    .option('--guests <n>', 'how many are expected', whole('number of guests', 0, 100_000))
    .option('--line <name>', 'the line of the bill that the next three are about; added where there is none')
    .option('--quantity <n>', 'its quantity; 0 takes it away', amount)
    .option('--price <amount>', 'its price', amount)
    .option('--rename <name>', 'its name from now on')
    .option('--pay <amount>', 'a payment comes in', amount)
    .option('--status <status>', 'DEFINITE, LOST, …', (text) => text.trim().toUpperCase())
    .option('--delete', 'delete the event')
    .option('--date <day>', 'move it: a day like 2026-12-31, or days from today, e.g. -2', dayOrDays)
    .option('--location <name>', 'move it to another location')
    .option('--open', 'open its order on a register')
    .option('--ring-up <product>', 'open it, and add one of a product of the shop')
    .option('--void', 'void its order')
    .option('--duplicate', 'have another program make the same order once more')
    .option('--order <id>', 'which of several orders the last four are about', revelId)
    .action(async (event, flags, command) => {
      const { guests, line: name, quantity, price, rename, pay, status, date, location, order } = flags;
      const ofLine = given({ quantity, price, rename });
      if ((name === undefined) !== (Object.keys(ofLine).length === 0)) {
        command.error(
          'error: --line goes with at least one of --quantity, --price and --rename, and they with it.',
        );
      }
      const { open, ringUp, void: isVoided, duplicate, delete: isDeleted } = flags;
      const revel = given({ open, ringUp, void: isVoided, duplicate });
      if (order !== undefined && Object.keys(revel).length === 0) {
        command.error('error: --order goes with --open, --ring-up, --void or --duplicate.');
      }
      const line = name === undefined ? undefined : { name, ...ofLine };
      const edit = {
        tripleseat: given({ guests, line, pay, status, delete: isDeleted, date, location }),
        revel: { ...revel, ...given({ order }) },
      };
      const { sandboxEdit } = await import('./sandbox.js');
      finish(await sandboxEdit(event, edit, await optionsFor(around)));
    });
}

/** The fields that have a value. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function amount(text: string): string {
  if (!/^\d{1,7}(?:\.\d{1,4})?$/.test(text))
    throw new InvalidArgumentError('Write a number like 40 or 12.50.');
  return text;
}

function dayOrDays(text: string): string {
  if (!isDate(text) && !/^[+-]?\d{1,4}$/.test(text)) {
    throw new InvalidArgumentError('Write a day like 2026-12-31, or days from today: 0, 2, -2.');
  }
  return text;
}

async function optionsFor({ env, cwd, stdout }: Surroundings): Promise<SandboxCommandOptions> {
  const { loadConfig, needsOf } = await import('../config/load.js');
  const { systemClock } = await import('../clock.js');
  const { stateDir } = loadConfig({ env, cwd, needs: needsOf.sandbox });
  return { stateDir, clock: systemClock, stdout: (text) => stdout.write(text) };
}
