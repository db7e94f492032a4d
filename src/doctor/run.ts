import type { Config } from '../config/types.js';
import { AppError, ExitCode } from '../errors.js';
import type { Check } from '../report/checks.js';
import { onSandbox } from '../text/calls.js';
import { clean } from '../text/text.js';
import { checkAccount } from './account.js';
import { checkClock, checkTiming } from './clock.js';
import { checkConfiguration, checkMode, type LoadedConfig } from './configuration.js';
import { checkFilters } from './filters.js';
import { checkDisk, checkLastSweep, checkSignals, checkState, checkWebhooks, redactorOf } from './host.js';
import { checkMail } from './mail.js';
import { checkBilling, checkHooks, checkUserAlone } from './others.js';
import { checkProducts } from './products.js';
import { checkRevel } from './revel.js';
import { checkSecretFiles } from './secrets.js';
import { checkShops } from './shops.js';
import { checkTripleseat } from './tripleseat.js';
import { causeOf, type DoctorContext, failed } from './types.js';
import { checkZones } from './zones.js';

const MAX_TEXT = 2_000;

type Step = { name: string; doing: string; run: (ctx: DoctorContext) => Promise<Check[]> };

/** In the order in which later checks build on earlier ones. */
const STEPS: readonly Step[] = [
  {
    name: 'State',
    doing: 'the state directory',
    run: async (ctx) => [await checkState(ctx), await checkDisk(ctx)],
  },
  { name: 'Tripleseat', doing: 'Tripleseat', run: checkTripleseat },
  { name: 'Revel key', doing: 'the Revel key', run: checkRevel },
  { name: 'Clock', doing: 'the clock', run: async (ctx) => [checkClock(ctx), checkTiming(ctx)] },
  { name: 'Filters', doing: 'the filters', run: checkFilters },
  { name: 'Shops', doing: 'the shops in Revel', run: checkShops },
  { name: 'Time zones', doing: 'time zones', run: async (ctx) => [checkZones(ctx)] },
  { name: 'Products', doing: 'products', run: async (ctx) => [await checkProducts(ctx)] },
  { name: 'Billing names', doing: 'billing names', run: async (ctx) => [await checkBilling(ctx)] },
  {
    name: 'Others',
    doing: 'who else is at it',
    run: async (ctx) => [await checkUserAlone(ctx), await checkHooks(ctx)],
  },
  { name: 'Certified', doing: 'what the account was found to be', run: checkAccount },
  { name: 'Last sweep', doing: 'the journal', run: async (ctx) => [await checkLastSweep(ctx)] },
  { name: 'Mail', doing: 'mail', run: async (ctx) => [await checkMail(ctx)] },
  {
    name: 'Signals',
    doing: 'signals',
    run: async (ctx) => [checkWebhooks(ctx), await checkSignals(ctx)],
  },
];

/** What is wrong with the configuration, then everything else as far as it allows. */
export async function* runChecks(
  loaded: LoadedConfig,
  open: (config: Config) => Promise<DoctorContext>,
  doing: (what: string) => void,
  stop: AbortSignal,
): AsyncGenerator<Check> {
  for (const check of checkConfiguration(loaded)) yield cleaned(check, (text) => text);
  const secretFiles = await checkSecretFiles(loaded.files);
  if (secretFiles !== null) yield cleaned(secretFiles, (text) => text);
  if (loaded.config === null) return;
  const ctx = await open(loaded.config);
  const secretless = redactorOf(ctx);
  const redact = ctx.sandbox ? (text: string) => onSandbox(secretless(text)) : secretless;
  yield cleaned(checkMode(loaded.config), redact);
  for (const step of STEPS) {
    doing(`checking ${step.doing}`);
    const checks = await guarded(step, ctx);
    // What is said of a request that was stopped is nothing that was found.
    if (stop.aborted) return;
    for (const check of checks) yield cleaned(check, redact);
  }
}

/** Whatever stops a step (another process keeps the tokens, say) must not keep the others from being taken. */
async function guarded(step: Step, ctx: DoctorContext): Promise<Check[]> {
  try {
    return await step.run(ctx);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [failed(step.name, error.message, error.hint, [], causeOf(error))];
  }
}

/** Server names and messages come from outside. */
function cleaned(check: Check, redact: (text: string) => string): Check {
  const safe = (text: string) => clean(redact(clean(text, MAX_TEXT)), MAX_TEXT);
  return {
    ...check,
    message: safe(check.message),
    details: check.details.map(safe),
    hint: check.hint === null ? null : safe(check.hint),
  };
}

/** The worst of the failures: wrong configuration, then refused credentials, then anything else. */
export function exitCodeOf(checks: readonly Check[]): ExitCode {
  const causes = checks.flatMap(({ cause }) => cause ?? []);
  if (causes.includes('configuration')) return ExitCode.config;
  if (causes.includes('credentials')) return ExitCode.credentials;
  return causes.length > 0 ? ExitCode.eventFailed : ExitCode.ok;
}
