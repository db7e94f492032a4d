import { z } from 'zod';
import type { Config } from '../config/types.js';
import { isZone } from '../domain/zones.js';
import { AppError, ExitCode } from '../errors.js';
import type { RevelProbe } from '../revel/probe.js';
import { answered, rowsOf } from '../revel/rows.js';
import { idOf } from '../revel/schema.js';
import type { RevelPort } from '../revel/types.js';
import { clean } from '../text/text.js';
import type { Setup } from './session.js';

const MAX_NAME = 60;
const establishmentSchema = z.looseObject({
  name: z.string().max(2_000).nullish().catch(null),
  timezone: z.string().max(100).nullish().catch(null),
});
const stationSchema = z.looseObject({
  id: z.number().int(),
  establishment: z.union([z.string(), z.number()]).nullish(),
});

/**
 * What orders of that establishment are made with: of the location that is mapped to it, else of the first location,
 * with a station and products of the establishment itself.
 */
export async function setupFor(
  establishmentId: number,
  { locations }: Pick<Config, 'locations'>,
  { probe, port }: { probe: RevelProbe; port: RevelPort },
): Promise<{ setup: Setup; name: string }> {
  const own = locations.find(({ revel }) => revel.establishmentId === establishmentId);
  const base = own ?? locations[0];
  if (base === undefined) throw wrong('The locations file has no location to take ids from.', null);
  const answer = await probe(`/enterprise/Establishment/${establishmentId}/`);
  if (answer.kind === 'failure') throw unread(`of establishment ${establishmentId}`, answered(answer));
  if (answer.status === 404) {
    throw wrong(
      `Establishment ${establishmentId} is not there (404).`,
      'Give the id of a test establishment of this account; ts-reconcile doctor lists those that there are.',
    );
  }
  const row = establishmentSchema.safeParse(answer.json).data;
  const told = row?.timezone ?? '';
  const products = await port.products(establishmentId);
  if (products.kind === 'error') throw new AppError('UPSTREAM', ExitCode.unavailable, products.detail, null);
  const usable = products.value.toSorted((one, other) => one.id - other.id).slice(0, 3);
  const [first] = usable;
  if (first === undefined) {
    throw wrong(
      `Establishment ${establishmentId} has no active product.`,
      'Make one in the Console, at best three: for goods, for fees, for gratuity.',
    );
  }
  const { userId, diningOption, paymentType, discountId } = base.revel;
  const posStationId = own?.revel.posStationId ?? (await stationOf(establishmentId, probe));
  const chosen = [first, usable[1] ?? first, usable[2] ?? first];
  return {
    name: clean(row?.name ?? '', MAX_NAME),
    setup: {
      userId,
      posStationId,
      diningOption,
      paymentType,
      discountId,
      timezone: own?.timezone ?? (isZone(told) ? told : base.timezone),
      products: chosen.map(({ id, name }) => ({ id, name: clean(name, MAX_NAME) })),
    },
  };
}

async function stationOf(establishmentId: number, probe: RevelProbe): Promise<number> {
  const rows = await rowsOf(probe, '/resources/PosStation/', stationSchema);
  if (typeof rows === 'string') throw unread('of the POS stations', rows);
  const found = rows.filter(({ establishment }) => idOf(establishment) === establishmentId);
  const [first] = found.map(({ id }) => id).sort((a, b) => a - b);
  if (first !== undefined) return first;
  throw wrong(
    `Establishment ${establishmentId} has no POS station.`,
    'Make one in the Console, or map the establishment in the locations file.',
  );
}

function wrong(message: string, hint: string | null): AppError {
  return new AppError('CONFIG', ExitCode.config, message, hint);
}

/** What could not be read may well be there: nothing is advised that goes by its not being there. */
function unread(what: string, detail: string): AppError {
  return new AppError(
    'UPSTREAM',
    ExitCode.unavailable,
    `Revel could not be read: ${what}, ${detail.replace(/\.$/, '')}.`,
    'Nothing was written. Run it again when Revel answers; ts-reconcile doctor says what the key may not read.',
  );
}
