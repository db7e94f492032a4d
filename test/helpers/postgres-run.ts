import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { type SyncOptions, syncCommand } from '../../src/commands/sync.js';
import { parseEventId } from '../../src/domain/ids.js';
import { AppError, type ExitCode } from '../../src/errors.js';
import { type RunReport, RunReportSchema } from '../../src/report/schema.js';
import { FIRST_REFRESH_TOKEN } from '../../src/sandbox/tripleseat/model.js';
import type { TestWorld } from './world.js';

/** A key as STATE_KEY takes it. */
export const STATE_KEY: string = randomBytes(32).toString('base64');

/** The environment of a host that shares nothing with others but the database. */
export function hostEnv(world: TestWorld, stateUrl: string): Record<string, string> {
  return world.env(world.newStateDir(), {
    STATE_URL: stateUrl,
    STATE_KEY,
    TRIPLESEAT_REFRESH_TOKEN: FIRST_REFRESH_TOKEN,
  });
}

/** What became of a run in this process. */
export interface RunHere {
  code: ExitCode;
  report: RunReport;
  stderr: string;
}

/** `sync` in this process, which is much quicker than a process of its own. */
export async function syncHere(
  env: Record<string, string>,
  target: SyncOptions['target'] | readonly { id: number }[],
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
  };
  const stop = new AbortController().signal;
  const around = { env, cwd: '/', stdout: into(out), stderr: into(err), stop };
  const code = await syncCommand(options, around).catch((error: unknown) => {
    if (error instanceof AppError) return error.exitCode;
    throw error;
  });
  const report = RunReportSchema.parse(JSON.parse(Buffer.concat(out).toString()));
  return { code, report, stderr: Buffer.concat(err).toString() };
}

function into(chunks: Buffer[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
}

/** Requests for new tokens that Tripleseat has had. */
export function tokenRequests(world: TestWorld): string[] {
  return world.tripleseatServer.log
    .entries()
    .filter(({ method, path }) => method === 'POST' && path.endsWith('/oauth2/token'))
    .map(({ body }) => /grant_type"?[=:]\s*"?(\w+)/.exec(body ?? '')?.[1] ?? '');
}
