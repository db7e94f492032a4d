import type { CommandUnknownOpts } from '@commander-js/extra-typings';

/** What the end of a command's help says. */
interface HelpEnd {
  /** Arguments after the program's name, each with what it is for. */
  examples: readonly (readonly [args: string, what: string])[];
  /** Exit codes besides those that every command has. */
  exits: readonly (readonly [code: number, meaning: string])[];
}

const OF_ALL = [
  [64, 'wrong usage'],
  [78, 'wrong configuration'],
] as const;

const OF_RUNS = [
  [0, 'everything is as it should be'],
  [1, 'the run ended, but an event failed'],
  [69, 'a service cannot be reached'],
  [75, 'another run is at it, or the database is away'],
  [77, 'credentials were refused'],
] as const;

const DONE = [[0, 'done']] as const;

/** By the names of the command and those above it. */
const ends: Readonly<Record<string, HelpEnd>> = {
  '': {
    examples: [
      ['sync --dry-run --sandbox', 'see what it does, without any account'],
      ['init', 'write .env and locations.json from your two accounts'],
      ['doctor', 'check whether all is set up'],
      ['sync --dry-run', 'see what a sweep would do'],
    ],
    exits: [...OF_RUNS, [70, 'a bug']],
  },
  sync: {
    examples: [
      ['sync --dry-run', 'what a sweep would do'],
      ['sync --event-id 55530001 55530002', 'two events'],
      ['sync --hours-back 48 --trigger cron', 'a sweep from a schedule'],
      ['sync --dry-run --detailed-exitcode --json', 'for a CI job'],
    ],
    exits: [...OF_RUNS, [2, '--dry-run --detailed-exitcode: changes are pending, whatever else failed']],
  },
  preview: {
    examples: [
      ['preview', 'the coming week, checked in full'],
      ['preview --days 2 --location "Special Events"', 'two days more, one shop'],
    ],
    exits: [
      [0, 'all of them would be made or stand already'],
      [1, 'something would fail'],
      [69, 'nothing could be read'],
      [77, 'credentials were refused'],
    ],
  },
  resolve: {
    examples: [
      ['resolve 55530001', 'what differs, and what can be done'],
      ['resolve 55530001 --accept "guests agreed" --until 2026-12-31', 'leave it as it is'],
    ],
    exits: [
      [0, 'nothing is wrong, or it is accepted'],
      [1, 'the failure stands'],
      [69, 'a service cannot be reached'],
      [75, 'another run is at it, or the database is away'],
      [77, 'credentials were refused'],
    ],
  },
  certify: {
    examples: [
      ['certify --establishment 8 --sandbox --yes', 'see a whole session, without any account'],
      ['certify --establishment 90', 'all phases on your test establishment'],
      ['certify --continue', 'go on where it was left, also days later'],
      ['certify --phase 6', 'take away what the session under way has made'],
    ],
    exits: [
      [0, 'done, and orders with the advised books stay as they are'],
      [1, 'something is left to do, or no books hold'],
      [69, 'Revel cannot be reached, or nobody can tell what became of a write'],
      [75, 'another certify is under way'],
      [77, 'credentials were refused'],
    ],
  },
  products: {
    examples: [
      ['products', 'names of the coming two weeks that have no product'],
      ['products --days 30 --location "Special Events"', 'a month, one shop'],
    ],
    exits: [
      [0, 'every name has a product'],
      [1, 'some have none, or could not be looked at'],
      [69, 'a service cannot be reached'],
      [77, 'credentials were refused'],
    ],
  },
  billing: {
    examples: [['billing', 'billing names seen, and where each amount goes']],
    exits: [
      [0, 'each is clear'],
      [1, 'some need a mapping, or could not be looked at'],
      [69, 'a service cannot be reached'],
      [77, 'credentials were refused'],
    ],
  },
  'products map': {
    examples: [
      ['products map "O G" 579 --location "Special Events"', 'shows the change, and asks'],
      ['products map "O G" 579 --location 15691 --yes', 'without asking'],
    ],
    exits: [
      [0, 'written, or there already'],
      [1, 'not written'],
    ],
  },
  'billing map': {
    examples: [
      ['billing map "Admin Fee" surcharge --location 15691', 'shows the change, and asks'],
      ['billing map Delivery 991 --location 15691 --yes', 'sold as product 991'],
    ],
    exits: [
      [0, 'written, or there already'],
      [1, 'not written'],
    ],
  },
  doctor: {
    examples: [
      ['doctor', 'check everything; writes to neither side'],
      ['doctor --send-test-mail', 'and send a mail to EMAIL_TO'],
    ],
    exits: [
      [0, 'nothing is red'],
      [1, 'a check failed'],
      [77, 'credentials were refused'],
    ],
  },
  init: {
    examples: [
      ['init', 'ask, show both files, write them, check'],
      ['init --yes --revel-domain acme --not-before 2027-01-01', 'take what is found without asking'],
      ['init --json', 'what is found and what is missing; writes nothing'],
    ],
    exits: [
      [0, 'both files are written and checked'],
      [1, 'something is missing, or the check found something'],
      [69, 'a service cannot be reached'],
      [77, 'credentials were refused'],
    ],
  },
  'config check': {
    examples: [
      ['config check', '.env and the locations file, without asking anybody'],
      ['config check --env-file live.env --json', 'another file, for a program'],
    ],
    exits: [[0, 'no mistakes']],
  },
  'auth login': {
    examples: [
      ['auth login', 'in a browser on this machine'],
      ['auth login --paste', 'on a server: paste the address at which the browser ended'],
    ],
    exits: [
      [0, 'signed in'],
      [69, 'nobody answered, or Tripleseat cannot be reached'],
      [77, 'refused'],
    ],
  },
  'auth status': {
    examples: [['auth status', 'scopes and expiry']],
    exits: [
      [0, 'signed in, or able to by itself'],
      [77, 'somebody must sign in'],
    ],
  },
  'auth logout': { examples: [['auth logout', 'delete the stored tokens']], exits: DONE },
  history: {
    examples: [
      ['history --failed', 'what stands now'],
      ['history --event-id 55530001', 'what happened to an event'],
      ['history --since 30d --json', 'a month, for a program'],
    ],
    exits: [
      [0, 'told'],
      [1, '--failed: something stands, or no sweep is on record'],
    ],
  },
  report: {
    examples: [
      ['report --html page.html', 'the page to look at'],
      ['report --csv --from 2026-12-01 --to 2026-12-31', 'the day sheets of a month'],
    ],
    exits: DONE,
  },
  serve: {
    examples: [
      ['serve --port 8080', 'behind a proxy with TLS'],
      ['serve --sandbox --allow-unsigned', 'to try it'],
    ],
    exits: [
      [0, 'stopped by SIGTERM, with all runs ended'],
      [75, 'the state cannot be used'],
    ],
  },
  'sandbox start': { examples: [['sandbox start', 'serve both simulators until Ctrl-C']], exits: DONE },
  'sandbox reset': { examples: [['sandbox reset', 'begin anew']], exits: DONE },
  'sandbox edit': {
    examples: [
      ['sandbox edit 55530001', 'what there is: lines, guests, order'],
      ['sandbox edit 55530001 --line "Taco Bar" --quantity 40', 'more of a dish'],
      ['sandbox edit 55530001 --pay 100', 'the guest pays'],
      ['sandbox edit 55530001 --void', 'staff void the order'],
    ],
    exits: DONE,
  },
  'state migrate': {
    examples: [['state migrate', 'once, and after each upgrade']],
    exits: [
      [0, 'the tables are as this version needs them'],
      [75, 'the database is away'],
    ],
  },
  completion: {
    examples: [
      ['completion bash > ~/.ts-reconcile.bash', 'bash: source it in ~/.bashrc'],
      ['completion zsh > ~/.zfunc/_ts-reconcile', 'zsh, with ~/.zfunc in fpath'],
      ['completion fish > ~/.config/fish/completions/ts-reconcile.fish', 'fish'],
    ],
    exits: DONE,
  },
};

/** Adds examples and exit codes to the help of every command that does something, and has wrong usage lead to it. */
export function addHelp(command: CommandUnknownOpts, path: readonly string[] = []): void {
  command.showHelpAfterError(`(${['ts-reconcile', ...path].join(' ')} --help tells more)`);
  const end = ends[path.join(' ')];
  if (end !== undefined) command.addHelpText('after', helpText(end));
  for (const inner of command.commands) addHelp(inner, [...path, inner.name()]);
}

function helpText({ examples, exits }: HelpEnd): string {
  const codes = [...exits, ...OF_ALL]
    .toSorted(([one], [other]) => one - other)
    .map(([code, meaning]) => `  ${String(code).padEnd(3)} ${meaning}`);
  const lines = examples.flatMap(([args, what]) => {
    const example = `  ts-reconcile ${args}`;
    const line = `${example.padEnd(40)}  # ${what}`;
    return line.length <= 78 ? [line] : [`  # ${what}`, example];
  });
  return ['', 'Examples:', ...lines, '', 'Exit codes:', ...codes].join('\n');
}
