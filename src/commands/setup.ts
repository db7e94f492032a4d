import { Argument, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { Command as PlainCommand } from 'commander';
import type { Surroundings } from '../app/surroundings.js';
import type { VariableName } from '../config/variables.js';
import type { ExitCode } from '../errors.js';
import { discount, idPairs, placePairs, revelId, zonePairs } from './arguments.js';

const SHELLS = ['bash', 'zsh', 'fish'];

/** Adds what is used to set the program up: `init`, `config`. */
export function addSetupCommands(
  root: CommandUnknownOpts,
  around: Surroundings,
  finish: (code: ExitCode) => void,
): void {
  root
    .command('init')
    .description('read both accounts, write .env and locations.json, check them, and make a first dry run')
    .option(
      '--tripleseat-client-id <id>',
      'TRIPLESEAT_CLIENT_ID; secrets are asked, or taken from the environment',
    )
    .option('--revel-domain <domain>', 'REVEL_DOMAIN')
    .option('--not-before <date>', 'the go-live day, INJECT_NOT_BEFORE (proposed: today)')
    .option(
      '--map <location=shop...>',
      'where a Tripleseat location goes, by their ids; =none leaves it out',
      placePairs,
    )
    .option(
      '--station <shop=station...>',
      'the station that orders of a shop (establishment) are made at',
      idPairs,
    )
    .option('--timezone <shop=zone...>', 'its IANA time zone, where neither service says it', zonePairs)
    .option('--user <id>', 'the Revel user that the orders belong to', revelId)
    .option('--dining-option <id>', 'the dining option of the orders', revelId)
    .option('--payment-type <id>', 'the payment type of what Tripleseat was paid', revelId)
    .option('--discount <id>', 'the discount that carries those of events; none: there is none', discount)
    .addOption(
      new Option('--gratuity <way>', 'within the total, on top of it, or a line').choices([
        'in-total',
        'on-top',
        'product',
      ]),
    )
    .option('--gratuity-product <shop=product...>', 'the product of that line', idPairs)
    .addOption(
      new Option('--fees <way>', 'in the field for surcharges, or a line each').choices([
        'surcharge',
        'product',
      ]),
    )
    .option('--fees-product <shop=product...>', 'the product of those lines', idPairs)
    .addOption(
      new Option('--tax <way>', 'on the order alone, or also on the lines').choices(['header', 'lines']),
    )
    .option('--yes', 'take what is proposed, without asking')
    .option('--dry-run', 'end with a dry run, without asking')
    .option('--no-dry-run', 'end without one')
    .option('--replace', 'replace files that are there; the old ones are kept as .old')
    .option('--json', 'print what is found and what is missing, write nothing')
    .action(async (flags) => {
      const { initCommand } = await import('./init.js');
      const given: [VariableName, string | undefined][] = [
        ['TRIPLESEAT_CLIENT_ID', flags.tripleseatClientId],
        ['REVEL_DOMAIN', flags.revelDomain],
        ['INJECT_NOT_BEFORE', flags.notBefore],
      ];
      const { gratuity, fees, tax } = flags;
      const said = {
        pairs: flags.map ?? new Map(),
        stations: flags.station ?? new Map(),
        timezones: flags.timezone ?? new Map(),
        sold: { gratuity: flags.gratuityProduct ?? new Map(), fees: flags.feesProduct ?? new Map() },
        userId: flags.user ?? null,
        diningOption: flags.diningOption ?? null,
        paymentType: flags.paymentType ?? null,
        discountId: flags.discount === 'none' ? null : flags.discount,
        books: { ...(gratuity && { gratuity }), ...(fees && { fees }), ...(tax && { tax }) },
      };
      const options = {
        values: Object.fromEntries(given.filter(([, value]) => value !== undefined)),
        said,
        yes: flags.yes ?? false,
        dryRun: flags.dryRun ?? null,
        json: flags.json ?? false,
        replace: flags.replace ?? false,
        terminal: process.stdin.isTTY === true && around.stdout.isTTY === true,
      };
      finish(await initCommand(options, around));
    });
  root
    .command('config')
    .description('the files that the program is configured by')
    .command('check')
    .description('look for mistakes in .env and the locations file, without asking anybody')
    .option('--json', 'one JSON document on stdout, nothing else there')
    .action(async ({ json = false }) => {
      const { configCheck } = await import('./config.js');
      finish(await configCheck({ json }, around));
    });
}

/** What the script for bash takes from the package bash-completion, for machines without it. */
const BASH_WORDS = `declare -F _get_comp_words_by_ref > /dev/null || _get_comp_words_by_ref() {
    cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
}
`;

/**
 * Adds `completion <shell>`, and `complete`, which the shell asks when somebody presses the tabulator. The library that
 * answers is loaded for these alone.
 */
export async function prepareCompletion(
  root: CommandUnknownOpts,
  argv: readonly string[],
  { stdout }: Surroundings,
): Promise<void> {
  const [asked = '', shell = ''] = argv.slice(2);
  if (asked !== 'completion' && asked !== 'complete') {
    root
      .command('completion')
      .description('what to load into bash, zsh or fish so that the tabulator completes a call')
      .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS));
    return;
  }
  const { default: tab } = await import('@bomb.sh/tab/commander');
  if (asked === 'completion' && shell === 'bash') stdout.write(BASH_WORDS);
  // The very same class; that library knows it by the types that come with it.
  if (root instanceof PlainCommand) tab(root, { completionCommandName: 'completion' });
}
