import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Answers } from '../../src/app/agree.js';
import { resolveCommand } from '../../src/commands/resolve.js';
import { parseEventId } from '../../src/domain/ids.js';
import { ExitCode } from '../../src/errors.js';

let stateDir: string;
const MAX_RUN_SECONDS = 1_234;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'resolve-patience-'));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(stateDir, { recursive: true, force: true });
});

/** What is written, also told to `heard`, piece by piece. */
function listener(heard: (text: string) => void = () => undefined): { stream: Writable; text: () => string } {
  let all = '';
  const stream = new Writable({
    write(chunk, _, done) {
      all += String(chunk);
      heard(String(chunk));
      done();
    },
  });
  return { stream, text: () => all };
}

/** What `resolve --accept` says to a person who answers; `late` is asked for each time limit after the answer. */
async function accepted(late: () => AbortSignal): Promise<{ exit: ExitCode; said: string; limits: number }> {
  const event = parseEventId('55530041');
  if (event === null) throw new Error('no event id');
  const limits: AbortController[] = [];
  let answered = false;
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    if (ms !== MAX_RUN_SECONDS * 1_000) return timeout(ms);
    if (answered) return late();
    const limit = new AbortController();
    limits.push(limit);
    return limit.signal;
  });
  const input: Answers = new PassThrough();
  input.isTTY = true;
  const stdout = listener();
  const stderr = listener((text) => {
    if (!text.includes('[y/N]')) return;
    // Longer than a run may take.
    for (const limit of limits) limit.abort();
    answered = true;
    input.push('y\n');
  });
  const exit = await resolveCommand(
    {
      event,
      action: { kind: 'accept', why: 'the first shop serves it', until: null },
      uncertified: false,
      yes: false,
      dryRun: false,
      json: false,
      sandbox: true,
      input,
    },
    {
      env: { STATE_DIR: stateDir, MAX_RUN_SECONDS: String(MAX_RUN_SECONDS) },
      cwd: stateDir,
      stdout: stdout.stream,
      stderr: stderr.stream,
      stop: new AbortController().signal,
    },
  );
  return { exit, said: stdout.text(), limits: limits.length };
}

describe('resolve', () => {
  it('does not count the time that a person takes to answer as time of a run', async () => {
    const { exit, said, limits } = await accepted(() => new AbortController().signal);
    expect(limits).toBeGreaterThan(0);
    expect(said).toMatch(/\nAccepted until event or order change\.\n$/);
    expect(exit).toBe(ExitCode.ok);
  });

  it('does not say that a failure is still reported where nobody could look again', async () => {
    const { exit, said } = await accepted(() => AbortSignal.abort());
    expect(said).toMatch(
      /\nIt is on record as accepted, but nobody could look at it again: the next run tells what comes of it\.\n$/,
    );
    expect(exit).not.toBe(ExitCode.ok);
  });
});
