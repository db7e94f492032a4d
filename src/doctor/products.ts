import type { Location } from '../domain/location.js';
import { normaliseName, plainText } from '../domain/names.js';
import type { Product } from '../domain/products.js';
import { AppError } from '../errors.js';
import type { Check } from '../report/checks.js';
import { plural } from '../text/text.js';
import { type DoctorContext, failed, ok, skipped, warning } from './types.js';

const OF_DOUBLED =
  'Of a name that several bear, rename or deactivate one in Revel, or map the name in the locations file.';
const NAME = 'Products';

/** Products of each establishment: readable, unique by name, and there where the locations file names them. */
export async function checkProducts(ctx: DoctorContext): Promise<Check> {
  const { revel, facts, config } = ctx;
  if (revel === null || facts.readable === null) return skipped(NAME, 'without a Revel key');
  if (!facts.readable.has('Product')) return skipped(NAME, 'Product may not be read with this key');
  if (config.locations.length === 0) return skipped(NAME, 'no locations are configured');
  const wrong: string[] = [];
  const doubled: string[] = [];
  let total = 0;
  for (const [establishmentId, locations] of byEstablishment(ctx)) {
    const read = await productsOf(ctx, establishmentId);
    if (typeof read === 'string') {
      wrong.push(`Establishment ${establishmentId}: ${read}`);
      continue;
    }
    total += read.length;
    if (read.length === 0) wrong.push(`Establishment ${establishmentId} has no active products.`);
    else wrong.push(...locations.flatMap((location) => unknownIds(location, read, config.unmatchedPolicy)));
    doubled.push(...sameNames(establishmentId, read));
  }
  if (wrong.length > 0) {
    const hint = 'Correct the ids in the locations file, or activate the products in Revel.';
    const all = [...wrong, ...doubled];
    return failed(
      NAME,
      `${plural(all.length, 'problem')}: lines of these names fail`,
      doubled.length > 0 ? `${hint} ${OF_DOUBLED}` : hint,
      all,
    );
  }
  if (doubled.length > 0) {
    return warning(
      NAME,
      `${total} active; ${plural(doubled.length, 'name')} borne by several: lines of such a name fail (AMBIGUOUS_PRODUCT)`,
      OF_DOUBLED,
      doubled,
    );
  }
  return ok(NAME, `${total} active, each name once`);
}

/** The products, or why they cannot be had, as the rest of a sentence. */
async function productsOf({ revel }: DoctorContext, establishmentId: number): Promise<Product[] | string> {
  try {
    const read = await revel?.port.products(establishmentId);
    return read?.kind === 'ok' ? read.value : (read?.detail ?? 'not read');
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

function byEstablishment({ config }: DoctorContext): Map<number, Location[]> {
  const groups = new Map<number, Location[]>();
  for (const location of config.locations) {
    const id = config.testEstablishmentId ?? location.revel.establishmentId;
    groups.set(id, [...(groups.get(id) ?? []), location]);
  }
  return groups;
}

function unknownIds(location: Location, products: readonly Product[], policy: string): string[] {
  const known = new Set(products.map(({ id }) => id));
  const mapped = Object.entries(location.products)
    .filter(([, id]) => !known.has(id))
    .map(
      ([name, id]) =>
        `"${location.name}": "${plainText(name, 100)}" is mapped to ${id}, no active product there.`,
    );
  const sold = soldAs(location)
    .filter(([, id]) => !known.has(id))
    .map(([what, id]) => `"${location.name}": ${what} is sold as ${id}, no active product there.`);
  const wrong = [...mapped, ...sold];
  const { openItemProductId } = location.revel;
  if (policy !== 'open-item' || openItemProductId === null || known.has(openItemProductId)) return wrong;
  return [...wrong, `"${location.name}": the open item ${openItemProductId} is no active product there.`];
}

/** What is no line of the event, but sold as a product. */
function soldAs({ billing, books }: Location): [what: string, id: number][] {
  const uses = [
    ...Object.entries(billing).map(([name, use]) => [`"${plainText(name, 100)}" of the bill`, use] as const),
    ['gratuity', books.gratuity] as const,
    ['each fee', books.fees] as const,
  ];
  return uses.flatMap(([what, use]): [string, number][] =>
    typeof use === 'object' ? [[what, use.product]] : [],
  );
}

function sameNames(establishmentId: number, products: readonly Product[]): string[] {
  const byName = new Map<string, Product[]>();
  for (const product of products) {
    const key = normaliseName(plainText(product.name));
    if (key !== '') byName.set(key, [...(byName.get(key) ?? []), product]);
  }
  return [...byName.values()]
    .filter((same) => same.length > 1)
    .map((same) => {
      const [first] = same;
      const ids = same.map(({ id }) => id).join(', ');
      return `Establishment ${establishmentId}: "${plainText(first?.name ?? '', 100)}" (${ids})`;
    });
}
