import { resolve } from 'node:path';
import { withRecords } from '../app/records.js';
import type { Surroundings } from '../app/surroundings.js';
import { zoneToTell } from '../app/zone.js';
import { systemClock } from '../clock.js';
import { addDays, isZone, localDate } from '../domain/zones.js';
import { ExitCode } from '../errors.js';
import { writeAll } from '../report/output.js';
import { lastPreview, type Previewed } from '../report/previewed.js';
import { putFile } from '../report/putFile.js';
import { shopsOf } from '../report/shops.js';
import { unwritten } from '../state/failure.js';
import type { StateStore } from '../state/types.js';
import type { LinkPatterns } from '../text/links.js';
import { clean } from '../text/text.js';

type Shop = Parameters<typeof shopsOf>[0][number];

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
export function reportCommand({ what, sandbox }: ReportOptions, around: Surroundings): Promise<ExitCode> {
  return withRecords(sandbox, around, async ({ state, shops, links }) => {
    switch (what.kind) {
      case 'page': {
        const page = await pageOf(state, shops, links, sandbox);
        if (what.file === null) await writeAll(around.stdout, page);
        else {
          const path = resolve(around.cwd, what.file);
          await putFile(path, page).catch((error) => {
            throw unwritten(error, {
              what: `The file ${clean(path, 300)}`,
              hint: 'Name a file in a directory that is there, and that this user may write.',
            });
          });
          // An installed program starts in a directory of its own, not in that of whoever calls it.
          if (around.stderr.isTTY === true) await writeAll(around.stderr, `Written: ${clean(path, 300)}\n`);
        }
        break;
      }
      case 'sheet':
        await writeAll(around.stdout, await sheet(state, shops, what.from, what.to));
    }
    return ExitCode.ok;
  });
}

async function pageOf(
  state: StateStore,
  shops: readonly Shop[],
  links: LinkPatterns,
  sandbox: boolean,
): Promise<string> {
  const { gatherPage } = await import('../report/page/gather.js');
  const { createPlots } = await import('../report/page/plots.js');
  const { renderPage } = await import('../report/page/page.js');
  const preview = await lastPreview(state.cache);
  const data = await gatherPage({
    journal: state.journal.read(),
    preview,
    lastSweep: await state.journal.lastGoodSweep(),
    now: systemClock.now(),
    sandbox,
    links,
    shops: { ...shopsOf(shops), zone: await zoneOf(state, shops, preview) },
  });
  return renderPage(data, createPlots());
}

/** Shops that there is no file of may be known by the last preview. */
function zoneOf(state: StateStore, shops: readonly Shop[], preview: Previewed | null): Promise<string> {
  const kept = [...(preview?.zones.values() ?? [])].filter(isZone).map((timezone) => ({ timezone }));
  return zoneToTell([...shops, ...kept], state.journal);
}

async function sheet(
  state: StateStore,
  shops: readonly Shop[],
  from: string | null,
  to: string | null,
): Promise<string> {
  const { sheetCsv, sheetOf } = await import('../report/sheet.js');
  const preview = await lastPreview(state.cache);
  const kept = [...(preview?.zones.values() ?? []), await zoneOf(state, shops, preview)];
  // Of the shop that is furthest ahead.
  const days = [...new Set([...shops.map(({ timezone }) => timezone), ...kept])]
    .filter(isZone)
    .map((zone) => localDate(systemClock.now(), zone))
    .sort();
  const last = to ?? days.at(-1) ?? '';
  const span = { from: from ?? addDays(last, -SHEET_DAYS), to: last };
  return sheetCsv(await sheetOf(state.journal.read(), span), shopsOf(shops));
}
