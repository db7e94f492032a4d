import { resolve } from 'node:path';
import type { Surroundings } from '../app/surroundings.js';
import { systemClock } from '../clock.js';
import { loadConfig, needsOf } from '../config/load.js';
import type { Config } from '../config/types.js';
import { addDays, localDate } from '../domain/zones.js';
import { AppError, ExitCode } from '../errors.js';
import { writeAll } from '../report/output.js';
import { lastPreview } from '../report/previewed.js';
import { putFile } from '../report/putFile.js';
import { sandboxStateDir } from '../sandbox/paths.js';
import { errnoOf } from '../state/failure.js';
import { openState } from '../state/open.js';
import type { StateStore } from '../state/types.js';
import { clean } from '../text/text.js';

/** Days of the day sheet before today, unless asked for others. */
const SHEET_DAYS = 7;

/** `report` as asked for on the command line. */
export interface ReportOptions {
  /** The page, or the day sheet of those local days; null: seven days ago, today. */
  what: { kind: 'page'; file: string | null } | { kind: 'sheet'; from: string | null; to: string | null };
  /** The state of the sandbox. */
  sandbox: boolean;
}

/** `report`: the page to look at, or the day sheet, from journal and state alone. Nothing is asked of either service. */
export async function reportCommand(options: ReportOptions, around: Surroundings): Promise<ExitCode> {
  const config = loadConfig({ env: around.env, cwd: around.cwd, needs: needsOf.history });
  const own = { stateDir: sandboxStateDir(config.stateDir), stateUrl: null };
  const state = await openState(options.sandbox ? { ...config, ...own } : config, {
    clock: systemClock,
    random: Math.random,
    log: (line) => around.stderr.write(`${line}\n`),
    readOnly: true,
  });
  try {
    const { what } = options;
    switch (what.kind) {
      case 'page': {
        const page = await pageOf(state, options.sandbox, config.links);
        if (what.file === null) await writeAll(around.stdout, page);
        else {
          const path = resolve(around.cwd, what.file);
          await putFile(path, page).catch((error) => {
            throw fileError(path, error);
          });
        }
        break;
      }
      case 'sheet':
        await writeAll(around.stdout, await sheet(state, what.from, what.to));
    }
    return ExitCode.ok;
  } finally {
    await state.close();
  }
}

/** Of what the sandbox holds neither service has a page. */
const NO_LINKS: Config['links'] = { event: null, order: null };

async function pageOf(state: StateStore, sandbox: boolean, links: Config['links']): Promise<string> {
  const { gatherPage } = await import('../report/page/gather.js');
  const { createPlots } = await import('../report/page/plots.js');
  const { renderPage } = await import('../report/page/page.js');
  const data = await gatherPage({
    journal: state.journal.read(),
    preview: await lastPreview(state.cache),
    lastSweep: await state.journal.lastGoodSweep(),
    now: systemClock.now(),
    sandbox,
    links: sandbox ? NO_LINKS : links,
  });
  return renderPage(data, createPlots());
}

async function sheet(state: StateStore, from: string | null, to: string | null): Promise<string> {
  const { sheetCsv, sheetOf } = await import('../report/sheet.js');
  const { zones } = (await lastPreview(state.cache)) ?? { zones: new Map<string, string>() };
  // Of the shop that is furthest ahead.
  const days = [...new Set([...zones.values(), 'UTC'])]
    .map((zone) => localDate(systemClock.now(), zone))
    .sort();
  const last = to ?? days.at(-1) ?? '';
  return sheetCsv(
    await sheetOf(state.journal.read(), { from: from ?? addDays(last, -SHEET_DAYS), to: last }),
  );
}

function fileError(path: string, error: unknown): AppError {
  return new AppError(
    'OUTPUT',
    ExitCode.config,
    `The file ${clean(path, 300)} could not be written: the system answered ${errnoOf(error) ?? 'an unknown error'}.`,
    'Name a file in a directory that is there, and that this user may write.',
  );
}
