import { Writable } from 'node:stream';
import { type SyncOptions, syncCommand } from '../../src/commands/sync.js';
import { parseEventId } from '../../src/domain/ids.js';
import { AppError, type ExitCode } from '../../src/errors.js';
import { type RunReport, RunReportSchema } from '../../src/report/schema.js';

/** What became of a run in this process. */
export interface RunHere {
  code: ExitCode;
  report: RunReport;
  stdout: string;
  stderr: string;
}

/** A sweep over the usual hours. */
export const SWEEP = { kind: 'sweep', hoursBack: 48, shard: null } as const satisfies SyncOptions['target'];

/** `sync --json` in this process, which is much quicker than a process of its own: for what none befalls. */
export async function syncHere(
  env: Record<string, string>,
  target: SyncOptions['target'] | readonly { id: number }[],
  changes: Partial<SyncOptions> = {},
): Promise<RunHere> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const options: SyncOptions = {
    target:
      'kind' in target
        ? target
        : { kind: 'events', ids: target.flatMap(({ id }) => parseEventId(String(id)) ?? []) },
    dryRun: false,
    only: null,
    detailedExitCode: false,
    json: true,
    late: false,
    force: false,
    locations: null,
    trigger: 'manual',
    correlationId: null,
    sandbox: false,
    ...changes,
  };
  const stop = new AbortController().signal;
  const around = { env, cwd: '/', stdout: into(out), stderr: into(err), stop };
  const code = await syncCommand(options, around).catch((error: unknown) => {
    if (error instanceof AppError) return error.exitCode;
    throw error;
  });
  const stdout = Buffer.concat(out).toString();
  const report = RunReportSchema.parse(JSON.parse(stdout));
  return { code, report, stdout, stderr: Buffer.concat(err).toString() };
}

function into(chunks: Buffer[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
}
