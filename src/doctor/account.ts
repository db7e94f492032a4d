import { accountName } from '../domain/account.js';
import { contradictions } from '../domain/advice.js';
import { localDate } from '../domain/zones.js';
import type { Check } from '../report/checks.js';
import { shopsOf } from '../report/shops.js';
import { type DoctorContext, ok, skipped, warning } from './types.js';

const CERTIFIED = 'Certified';
const BOOKS = 'Books';
const BEGIN = 'On a test establishment: ts-reconcile certify --establishment <id>';

/** Whether the account was asked how it keeps its books, and whether the configuration agrees with what it said. */
export async function checkAccount({ config, state }: DoctorContext): Promise<Check[]> {
  if (state === null || config.revel.baseUrl === '')
    return [skipped(CERTIFIED, 'without a state, or a Revel account')];
  const account = await state.account.read(accountName(config.revel.baseUrl));
  if (account === 'other-format') {
    return [
      warning(
        CERTIFIED,
        'by another version of the program, in a form that this one does not understand',
        BEGIN,
      ),
    ];
  }
  if (account === null) {
    const message =
      'never: nobody knows what a POS of this account makes of gratuity, fees, tax and payments when it opens an order';
    return [warning(CERTIFIED, message, BEGIN)];
  }
  const { certifiedAt, version, establishmentId, findings } = account;
  const where = `on establishment ${establishmentId} with version ${version}`;
  const held = config.locations.flatMap((location) =>
    contradictions(account, location, config.paymentPolicy),
  );
  const hint = 'See "What to do with each conclusion" in docs/certify.md.';
  const against =
    held.length > 0
      ? [warning(BOOKS, 'the configuration goes against what the account was found to be', hint, held)]
      : [];
  if (certifiedAt === null) {
    const known = Object.keys(findings).length;
    const message = `begun ${where}, not ended: ${known} findings so far`;
    return [warning(CERTIFIED, message, 'Go on with: ts-reconcile certify --continue'), ...against];
  }
  const on = localDate(Date.parse(certifiedAt), shopsOf(config.locations).zone);
  if (findings.books?.value === 'confirmed') {
    return [
      ok(CERTIFIED, `on ${on} ${where}`),
      ...(against.length > 0 ? against : [ok(BOOKS, 'as certified')]),
    ];
  }
  const why = findings.books?.why ?? 'no ways of keeping books were tried together to the end';
  return [warning(CERTIFIED, `on ${on} ${where}, but no books hold: ${why}`, hint), ...against];
}
