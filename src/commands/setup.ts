import { Argument, type Command } from 'commander';
import type { ExitCode } from '../errors.js';
import type { Surroundings } from './surroundings.js';

const SHELLS = ['bash', 'zsh', 'fish'];

/** Adds what is used to set the program up: `config`, `completion`. */
export function addSetupCommands(
  root: Command,
  around: Surroundings,
  finish: (code: ExitCode) => void,
): void {
  root
    .command('config')
    .description('the files that the program is configured by')
    .command('check')
    .description('look for mistakes in .env and the locations file, without asking anybody')
    .option('--json', 'one JSON document on stdout, nothing else there')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { configCheck } = await import('./config.js');
      finish(await configCheck({ json }, around));
    });
}

/**
 * Adds `completion <shell>`, and `complete`, which the shell asks when somebody presses the tabulator. The library that
 * answers is loaded for these alone.
 */
export async function prepareCompletion(root: Command, argv: readonly string[]): Promise<void> {
  const [asked = ''] = argv.slice(2);
  if (asked !== 'completion' && asked !== 'complete') {
    root
      .command('completion')
      .description('what to load into bash, zsh or fish so that the tabulator completes a call')
      .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS));
    return;
  }
  const { default: tab } = await import('@bomb.sh/tab/commander');
  tab(root, { completionCommandName: 'completion' });
}
