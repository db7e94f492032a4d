import { Argument, type Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import type { Surroundings } from '../app/surroundings.js';
import type { ExitCode } from '../errors.js';
import {
  billingUse,
  day,
  days,
  eventId,
  type MappedValue,
  oneEventId,
  oneOrderId,
  productId,
  redirectUri,
  revelId,
  since,
  sourceName,
  whole,
  words,
} from './arguments.js';
import { meanings } from './meanings.js';
import type { ResolveAction } from './resolve.js';

const DEFAULT_DAYS = 14;
const DEFAULT_BACK = 30;
const PREVIEW_DAYS = 7;
const JSON_HELP = 'one JSON document on stdout, nothing else there';
const SANDBOX_HELP = 'against the built-in simulators';

/** Adds what an operator works with besides `sync`: `auth`, `doctor`, `preview`, `resolve`, `certify`, `products`, `billing`, `history`, `report`. */
export function addOperatorCommands(
  root: CommandUnknownOpts,
  around: Surroundings,
  finish: (code: ExitCode) => void,
): void {
  addAuth(root, around, finish);
  addReport(root, around, finish);

  root
    .command('doctor')
    .description(
      'check configuration, credentials, permissions, clock, mapping and filters; writes to neither side',
    )
    .option('--send-test-mail', 'send a test mail to EMAIL_TO')
    .option('--json', JSON_HELP)
    .option('--sandbox', SANDBOX_HELP)
    .action(async ({ json = false, sandbox = false, sendTestMail = false }) => {
      const { doctorCommand } = await import('./doctor.js');
      finish(await doctorCommand({ json, sandbox, sendTestMail }, around));
    });

  root
    .command('preview')
    .description(
      'the events of the coming days, checked as their day will check them; writes to neither side',
    )
    .option('--days <n>', 'so many days besides today', days, PREVIEW_DAYS)
    .option('--location <location...>', 'only these locations (name or site id)')
    .option('--json', JSON_HELP)
    .option('--sandbox', SANDBOX_HELP)
    .action(async (flags) => {
      const { previewCommand } = await import('./preview.js');
      const { json = false, sandbox = false, location: locations = null } = flags;
      finish(await previewCommand({ days: flags.days, locations, json, sandbox }, around));
    });

  root
    .command('resolve')
    .description('show an event, its order and what differs, and settle what only a person may decide')
    .addArgument(new Argument('<event-id>', 'the event').argParser(oneEventId))
    .option('--replace', meanings.replace)
    .option('--recreate', meanings.recreate)
    .option('--keep <order>', meanings.keep, oneOrderId)
    .option('--void', meanings.void)
    .option('--payment', meanings.payment)
    .option('--uncertified', 'also where it is not known whether the account keeps deleted marks')
    .option('--accept <why>', 'leave it as it is: not reported until it changes', words)
    .option('--until <date>', 'with --accept: last day on which that counts', day)
    .option('--yes', 'do not ask')
    .option('--dry-run', 'say what would be done, write nothing anywhere')
    .option('--json', JSON_HELP)
    .option('--sandbox', SANDBOX_HELP)
    .action(async (event, flags, command) => {
      const { keep, accept, until = null, yes = false, dryRun = false, uncertified = false } = flags;
      const actions: ResolveAction[] = [
        ...(flags.replace ? [{ kind: 'replace' } as const] : []),
        ...(flags.recreate ? [{ kind: 'recreate' } as const] : []),
        ...(keep === undefined ? [] : [{ kind: 'keep', order: keep } as const]),
        ...(flags.void ? [{ kind: 'void' } as const] : []),
        ...(flags.payment ? [{ kind: 'payment' } as const] : []),
        ...(accept === undefined ? [] : [{ kind: 'accept', why: accept, until } as const]),
      ];
      const [action = null, second] = actions;
      if (second)
        command.error(
          'error: one of --replace, --recreate, --keep, --void, --payment and --accept at a time.',
        );
      if (action === null && (yes || dryRun)) {
        command.error('error: --yes and --dry-run go with what is to be done, e.g. --accept "<why>".');
      }
      if (until !== null && action?.kind !== 'accept') {
        command.error('error: --until goes with --accept "<why>".');
      }
      const { resolveCommand } = await import('./resolve.js');
      const { json = false, sandbox = false } = flags;
      const what = { event, action, uncertified, yes, dryRun, json, sandbox };
      finish(await resolveCommand({ ...what, input: process.stdin }, around));
    });

  root
    .command('certify')
    .description('find out on a test establishment how the account keeps its books, with a person beside it')
    .option('--establishment <id>', 'the test establishment', revelId)
    .option('--continue', 'go on with the session under way')
    .option('--phase <n>', 'this phase alone', whole('phase', 1, 6))
    .option('--yes', 'ask nobody: leave what needs hands')
    .option('--live-shop', 'on a shop of the locations file, where the orders stand among its sales')
    .option('--json', JSON_HELP)
    .option('--sandbox', 'against the built-in simulators, whose staff do what is asked')
    .action(async (flags) => {
      const { certifyCommand } = await import('./certify.js');
      const options = {
        establishment: flags.establishment ?? null,
        resume: flags.continue ?? false,
        phase: flags.phase ?? null,
        yes: flags.yes ?? false,
        liveShop: flags.liveShop ?? false,
        json: flags.json ?? false,
        sandbox: flags.sandbox ?? false,
      };
      finish(await certifyCommand({ ...options, input: process.stdin }, around));
    });

  const products = root
    .command('products')
    .description('which line names of the coming events have no Revel product, with suggestions')
    .option('--days <n>', 'so many days ahead', days, DEFAULT_DAYS)
    .option('--location <location...>', 'only these locations (name or site id)')
    .option('--json', JSON_HELP)
    .option('--sandbox', SANDBOX_HELP)
    .action(async (flags) => {
      const { productsCommand } = await import('./products.js');
      const { json = false, sandbox = false, location: locations = null } = flags;
      const options = { days: flags.days, locations, json, sandbox };
      finish(await productsCommand(options, around));
    });

  addMap(products, around, finish, {
    section: 'products',
    argument: ['<productId>', 'id of the Revel product of the establishment', productId],
    description: 'write into the locations file which product a line name is',
  });

  const billing = root
    .command('billing')
    .description(
      'names of rows of the bill (taxes, fees, tips) of past and coming events, and where each amount goes',
    )
    .option('--back <n>', 'so many days back', days, DEFAULT_BACK)
    .option('--days <n>', 'so many days ahead', days, DEFAULT_DAYS)
    .option('--location <location...>', 'only these locations (name or site id)')
    .option('--json', JSON_HELP)
    .option('--sandbox', SANDBOX_HELP)
    .action(async (flags) => {
      const { billingCommand } = await import('./billing.js');
      const { json = false, sandbox = false, location: locations = null } = flags;
      const options = { back: flags.back, days: flags.days, locations, json, sandbox };
      finish(await billingCommand(options, around));
    });
  addMap(billing, around, finish, {
    section: 'billing',
    argument: [
      '<use>',
      'tax, gratuity, surcharge, discount, ignore (no part of the sale), included (in the prices), or a product id',
      billingUse,
    ],
    description: 'write into the locations file what a row of the bill is',
  });

  root
    .command('history')
    .description('what past runs did, from the journal (the last 7 days)')
    .addOption(new Option('--event-id <id...>', 'what happened to these events').argParser(eventId))
    .option('--since <when>', '12h, 7d, or a date like 2026-11-14', since)
    .option('--failed', 'failures that stand now')
    .option('--json', JSON_HELP)
    .option('--sandbox', 'of the runs against the built-in simulators')
    .action(async (flags) => {
      const { historyCommand } = await import('./history.js');
      const { json = false, sandbox = false, failed = false } = flags;
      const which = { eventIds: flags.eventId ?? null, since: flags.since ?? null, failed };
      finish(await historyCommand({ ...which, json, sandbox }, around));
    });
}

function addReport(root: CommandUnknownOpts, around: Surroundings, finish: (code: ExitCode) => void): void {
  root
    .command('report')
    .description('the page to look at, or the day sheet for the books, from journal and state')
    .addOption(
      new Option('--html [file]', 'the page, into this file or to stdout (the default)').conflicts('csv'),
    )
    .option('--csv', 'the day sheet: by day and shop, what events and their orders come to')
    .option('--from <date>', 'with --csv: first day (seven days ago)', day)
    .option('--to <date>', 'with --csv: last day (today)', day)
    .option('--sandbox', 'of the runs against the built-in simulators')
    .action(async (flags, command) => {
      const { csv = false, from = null, to = null, sandbox = false } = flags;
      // A dash is stdout, as everywhere.
      const file = flags.html === undefined || flags.html === true || flags.html === '-' ? null : flags.html;
      if (!csv && (from !== null || to !== null)) command.error('error: --from and --to go with --csv.');
      if (from !== null && to !== null && from > to) command.error('error: --from lies after --to.');
      if (!csv && file === null && around.stdout.isTTY === true) {
        command.error('error: Name a file for the page: ts-reconcile report --html page.html');
      }
      const { reportCommand } = await import('./report.js');
      const page = { kind: 'page', file } as const;
      const what = csv ? ({ kind: 'sheet', from, to } as const) : page;
      finish(await reportCommand({ what, sandbox }, around));
    });
}

function addMap(
  parent: Command<[], Readonly<{ location?: string[]; sandbox?: true }>>,
  around: Surroundings,
  finish: (code: ExitCode) => void,
  how: {
    section: 'products' | 'billing';
    argument: [flags: string, description: string, parse: (text: string) => MappedValue];
    description: string;
  },
): void {
  const [flags, description, parse] = how.argument;
  parent
    .command('map')
    .description(how.description)
    .argument('<name>', 'the name as Tripleseat has it', sourceName)
    .addArgument(new Argument(flags, description).argParser(parse))
    .option('--location <location>', 'whose mapping (name or site id)')
    .option('--yes', 'write without asking')
    .option('--sandbox', "in the sandbox's own locations file")
    .action(async (name, value, { yes = false }, command) => {
      const { mapCommand } = await import('./map.js');
      // These options are the list's, too, which takes them wherever they stand.
      const { location = [], sandbox = false } = parent.opts();
      const [only, second] = location;
      if (only === undefined || second !== undefined) {
        return command.error('error: --location must name one location, behind the other arguments.');
      }
      const { section } = how;
      const options = { section, name, value, location: only, yes, sandbox, input: process.stdin };
      finish(await mapCommand(options, around));
    });
}

function addAuth(root: CommandUnknownOpts, around: Surroundings, finish: (code: ExitCode) => void): void {
  const auth = root.command('auth').description('Tripleseat OAuth 2.0');
  auth
    .command('login')
    .description('sign in as an admin of the Tripleseat customer, and store the tokens')
    .option('--paste', 'paste the answer instead of listening for it (for servers)')
    .option('--port <n>', 'port of the callback on 127.0.0.1 (default: 8917)', whole('port', 1, 65_535))
    .option('--redirect-uri <uri>', 'with --paste: another registered redirect URI', redirectUri)
    .option('--sandbox', SANDBOX_HELP)
    .action(async (flags, command) => {
      if (flags.redirectUri !== undefined && !flags.paste) {
        command.error('error: --redirect-uri needs --paste: nothing listens there.');
      }
      const { authLogin, DEFAULT_CALLBACK_PORT } = await import('./auth.js');
      const options = {
        paste: flags.paste ?? false,
        port: flags.port ?? DEFAULT_CALLBACK_PORT,
        redirectUri: flags.redirectUri ?? null,
        input: process.stdin,
        sandbox: flags.sandbox ?? false,
      };
      finish(await authLogin(options, around));
    });
  auth
    .command('status')
    .description('scopes and expiry of the stored tokens, never the tokens')
    .option('--json', JSON_HELP)
    .option('--sandbox', SANDBOX_HELP)
    .action(async ({ json = false, sandbox = false }) => {
      const { authStatus } = await import('./auth-tokens.js');
      finish(await authStatus({ json, sandbox }, around));
    });
  auth
    .command('logout')
    .description('delete the stored tokens')
    .option('--sandbox', SANDBOX_HELP)
    .action(async ({ sandbox = false }) => {
      const { authLogout } = await import('./auth-tokens.js');
      finish(await authLogout({ sandbox }, around));
    });
}
