import { connectBoth, connectRevelAlone, type Opened, openStateFor } from '../app/open.js';
import { openLook } from '../app/run.js';
import { type ConfigSource, withConfigSource } from '../app/source.js';
import { type Surroundings, stoppedBy, styleOf } from '../app/surroundings.js';
import { systemClock } from '../clock.js';
import type { Config } from '../config/types.js';
import { loadForDoctor } from '../doctor/configuration.js';
import { systemDiskSpace } from '../doctor/host.js';
import { exitCodeOf, runChecks } from '../doctor/run.js';
import type { DoctorContext, UnclearBilling } from '../doctor/types.js';
import { AppError, ExitCode } from '../errors.js';
import type { Check } from '../report/checks.js';
import { checkCounts, checkRenderer, checkSummary } from '../report/checks.js';
import { writeJson } from '../report/json.js';
import { writeAll } from '../report/output.js';
import { createProgress, type Progress } from '../report/progress.js';
import type { StateStore } from '../state/types.js';
import { billingNames } from '../sync/billings.js';
import { timingLines, timingOf } from '../sync/order/timing.js';

/** Days ahead whose bills are looked at. */
const BILLING_DAYS = 7;

/** `doctor` as asked for on the command line. */
export interface DoctorOptions {
  json: boolean;
  sandbox: boolean;
  sendTestMail: boolean;
}

/**
 * `doctor`: checks everything that a run depends on, and goes on after a failed check as far as that makes
 * sense. Writes to neither API; a token that has expired is renewed. Exit 0, 1, 77 (credentials) or 78
 * (configuration).
 */
export function doctorCommand(options: DoctorOptions, around: Surroundings): Promise<ExitCode> {
  return withConfigSource(options.sandbox, around, (source) => run(options, around, source));
}

async function run(options: DoctorOptions, around: Surroundings, source: ConfigSource): Promise<ExitCode> {
  const loaded = loadForDoctor(source);
  const progress = createProgress(around.stderr, systemClock, around.env);
  const { head, render } = await checkRenderer(styleOf(around));
  let opened: DoctorContext | null = null;
  const open = async (config: Config) => {
    opened = await contextOf(config, loaded.usable, options, around, progress);
    return opened;
  };
  const checks: Check[] = [];
  const doing = (what: string) => progress.update({ what });
  try {
    if (!options.json) await writeAll(around.stdout, `${head.join('\n')}\n`);
    for await (const check of runChecks(loaded, open, doing, around.stop)) {
      checks.push(check);
      progress.clear();
      if (!options.json) await writeAll(around.stdout, `${render(check).join('\n')}\n`);
    }
  } finally {
    progress.clear();
    await closing(opened);
  }
  if (around.stop.aborted) return stoppedBy(around.stop);
  const exit = exitCodeOf(checks);
  if (options.json) {
    const documents = checks.map(({ name, status, message, details, hint }) => ({
      name,
      status,
      message,
      details,
      hint,
    }));
    await writeJson(around.stdout, {
      ok: exit === ExitCode.ok,
      summary: checkCounts(checks),
      checks: documents,
    });
  } else await writeAll(around.stdout, `\n${checkSummary(checks)}\n`);
  return exit;
}

async function closing(ctx: DoctorContext | null): Promise<void> {
  await ctx?.state?.close();
}

async function contextOf(
  config: Config,
  usable: ReadonlySet<string>,
  options: DoctorOptions,
  around: Surroundings,
  progress: Progress,
): Promise<DoctorContext> {
  const state = await tryState(config, around);
  const services = state.kind === 'open' ? await connectBoth(config, state.store, around.stop) : null;
  const revel = services?.revel ?? (await connectRevelAlone(config, around.stop));
  return {
    config,
    facts: { stateUsable: false, skews: [], sites: null, readable: null, establishments: new Map() },
    clock: systemClock,
    tripleseat: services && usable.has('tripleseat') ? services.tripleseat.probe : null,
    revel: usable.has('revel') ? revel : null,
    state: state.kind === 'open' ? state.store : null,
    stateProblem: state.kind === 'open' ? null : state.problem,
    diskSpace: systemDiskSpace,
    durations: timingLines(
      timingOf({ ...config, revelRps: config.revel.rps, maxRunMs: config.maxRunSeconds * 1_000 }),
    ),
    unclearBilling:
      state.kind === 'open' && usable.has('tripleseat')
        ? () => unclearBilling({ config, state: state.store, progress }, around)
        : null,
    sendTestMail: options.sendTestMail,
    sandbox: options.sandbox,
    mailBroken: !usable.has('notify'),
  };
}

async function unclearBilling(
  opened: Pick<Opened, 'config' | 'state' | 'progress'>,
  around: Surroundings,
): Promise<UnclearBilling> {
  const look = await openLook(null, { ...opened, redact: (text) => text }, around);
  const { names, events, problems } = await billingNames(look, 0, BILLING_DAYS);
  const unclear = names.filter(({ why }) => why === 'unclear');
  return {
    days: BILLING_DAYS,
    names: unclear.map(({ name, location }) => ({ name, location: location.name })),
    events,
    problems: problems.length,
  };
}

type OpenedState = { kind: 'open'; store: StateStore } | { kind: 'closed'; problem: AppError };

async function tryState(config: Config, around: Surroundings): Promise<OpenedState> {
  try {
    const store = await openStateFor(config, around, false);
    return { kind: 'open', store };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { kind: 'closed', problem: error };
  }
}
