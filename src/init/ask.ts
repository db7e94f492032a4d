import type { confirm, input, password, select } from '@inquirer/prompts';
import { didYouMean } from '../config/nearest.js';
import { isDate } from '../domain/dates.js';
import { isZone } from '../domain/zones.js';
import type { Accounts, Option } from './accounts.js';
import { type Pair, type Proposal, pairOf, type Said, stationsOf } from './propose.js';

/** How a person is asked; each rejects when they leave. */
export interface Prompts {
  select<const Value>(config: Parameters<typeof select<Value>>[0]): Promise<Value>;
  input(config: Parameters<typeof input>[0]): Promise<string>;
  password(config: Parameters<typeof password>[0]): Promise<string>;
  confirm(config: Parameters<typeof confirm>[0]): Promise<boolean>;
}

/** Goes through what is proposed but for what was said already; the proposal is changed to what was chosen. */
export async function askShops(
  proposal: Proposal,
  accounts: Accounts,
  said: Said,
  prompts: Prompts,
): Promise<void> {
  proposal.pairs = await askPairs(proposal.pairs, accounts, said, prompts);
  const homes = new Set(proposal.pairs.map(({ establishment }) => establishment?.id));
  const here = (options: Option[]) =>
    options.filter(({ establishmentId }) => establishmentId === null || homes.has(establishmentId));
  const { users, diningOptions, paymentTypes, discounts } = accounts;
  proposal.userId =
    said.userId ?? (await choose(prompts, 'Revel user of the integration alone', users, proposal.userId));
  proposal.diningOption =
    said.diningOption ??
    (await choose(prompts, 'Dining option of the orders', here(diningOptions), proposal.diningOption));
  proposal.paymentType =
    said.paymentType ??
    (await choose(
      prompts,
      'Payment type of what Tripleseat was paid',
      here(paymentTypes),
      proposal.paymentType,
    ));
  if (discounts.length > 0 && said.discountId === undefined) {
    proposal.discountId = await prompts.select({
      message: 'Discount that carries those of events',
      choices: [...choicesOf(here(discounts)), { name: 'none: events with a discount fail', value: null }],
      default: proposal.discountId,
    });
  }
}

async function askPairs(
  pairs: readonly Pair[],
  accounts: Accounts,
  said: Said,
  prompts: Prompts,
): Promise<Pair[]> {
  const chosen: Pair[] = [];
  for (const pair of pairs) {
    const { place } = pair;
    const site = place.siteName === '' || place.siteName === place.name ? '' : ` (${place.siteName})`;
    const told = said.pairs.has(place.id) && pair.establishment !== null;
    const establishment = told
      ? pair.establishment
      : await prompts.select({
          message: `${place.name}${site} goes to`,
          choices: [
            ...accounts.establishments.map((each) => ({
              name: `${each.name}${each.city === '' ? '' : `, ${each.city}`} (${each.id})`,
              value: each,
            })),
            { name: 'no shop: leave it out', value: null },
          ],
          default: pair.establishment,
        });
    if (establishment === null) continue;
    const next = pairOf(accounts, place, establishment, said);
    next.stationId ??= await choose(
      prompts,
      `Station of ${establishment.name}`,
      stationsOf(accounts, establishment),
      null,
    );
    next.timezone ??= await prompts.input({
      message: `Time zone of ${establishment.name}`,
      validate: (text) =>
        isZone(text) ||
        `Write an IANA time zone, e.g. America/Los_Angeles${didYouMean(text, Intl.supportedValuesOf('timeZone'))}`,
    });
    chosen.push(next);
  }
  return chosen;
}

/** How the money of events stands in their orders, but for what was said already. */
export async function askBooks(proposal: Proposal, said: Said, prompts: Prompts): Promise<void> {
  const { books } = proposal;
  books.gratuity =
    said.books.gratuity ??
    (await prompts.select({
      message: 'Gratuity of an event stands in its order',
      choices: [
        { name: 'in the field for it, within the total', value: 'in-total' },
        { name: 'in the field for it, on top of the total', value: 'on-top' },
        { name: 'as a line, sold as a product', value: 'product' },
      ],
      default: books.gratuity,
    }));
  await askSold('gratuity', 'Product of gratuity', proposal, prompts);
  books.fees =
    said.books.fees ??
    (await prompts.select({
      message: 'Fees of an event stand in its order',
      choices: [
        { name: 'in the field for surcharges', value: 'surcharge' },
        { name: 'as a line each, sold as a product', value: 'product' },
      ],
      default: books.fees,
    }));
  await askSold('fees', 'Product of fees', proposal, prompts);
  books.tax =
    said.books.tax ??
    (await prompts.select({
      message: 'Tax of an event stands in its order',
      choices: [
        { name: 'on the order alone', value: 'header' },
        { name: 'also on the lines, to the cent', value: 'lines' },
      ],
      default: books.tax,
    }));
}

/** Products belong to an establishment, so that each shop has its own. */
async function askSold(
  what: 'gratuity' | 'fees',
  message: string,
  { books, pairs }: Proposal,
  prompts: Prompts,
): Promise<void> {
  if (books[what] !== 'product') return;
  const known = new Map<number, number>();
  for (const { establishment, sold } of pairs) {
    if (establishment === null) continue;
    sold[what] ??=
      known.get(establishment.id) ?? (await choose(prompts, `${message} at ${establishment.name}`, [], null));
    known.set(establishment.id, sold[what]);
  }
}

/** The go-live day, `YYYY-MM-DD`. */
export async function askGoLive(today: string, prompts: Prompts): Promise<string> {
  const day = await prompts.input({
    message: 'Go-live day (earlier events never get an order)',
    default: today,
    validate: (text) => isDate(text.trim()) || 'Write a day as YYYY-MM-DD.',
  });
  return day.trim();
}

function choicesOf(options: readonly Option[]) {
  return options.map(({ id, name }) => ({ name: `${name} (${id})`, value: id }));
}

/** One of the options; where none could be read, its number. */
async function choose(
  prompts: Prompts,
  message: string,
  options: readonly Option[],
  likely: number | null,
): Promise<number> {
  if (options.length > 0) {
    return prompts.select({
      message,
      choices: choicesOf(options),
      ...(likely === null ? {} : { default: likely }),
    });
  }
  const validate = (text: string) => /^[1-9]\d{0,8}$/.test(text.trim()) || 'Write its number, digits only.';
  const told = likely === null ? {} : { default: String(likely) };
  return Number(await prompts.input({ message: `${message}: its number in Revel`, validate, ...told }));
}
