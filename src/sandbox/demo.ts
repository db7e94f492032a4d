import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { systemClock } from '../clock.js';
import { openSandbox, type Sandbox } from './index.js';

const LAUNCHER = fileURLToPath(new URL('../../bin/ts-reconcile.js', import.meta.url));
const listSchema = z.object({ meta: z.object({ total_count: z.number() }) });

/** What is counted in the POS, and what to call it. */
const COUNTED = [
  ['Order', 'orders'],
  ['OrderItem', 'order lines'],
  ['Payment', 'payments'],
  ['OrderHistory', 'orders made visible to staff'],
] as const;

/** How much of it stands, by asking the POS like any client would. */
type Standing = Record<(typeof COUNTED)[number][0], number>;

const NEXT = `Three things to try next:

  npx ts-reconcile sync --event-id 55530030 --late --sandbox   make the order of the event that was missed
  npx ts-reconcile preview --sandbox                           see which events of the coming days need a person
  npx ts-reconcile init                                        write .env and locations.json from your own accounts
`;

/** A sweep over the sample events, what it changed in the POS, a second sweep that finds nothing to do, what is next. */
async function demo(): Promise<number> {
  const stateDir = await mkdtemp(join(tmpdir(), 'ts-reconcile-demo-'));
  const sandbox = await openSandbox({ stateDir, clock: systemClock });
  try {
    say('Two simulated services are running: Tripleseat with sample events around today, and a Revel POS.');
    const before = await count(sandbox);
    say('A sweep: npx ts-reconcile sync --hours-back 48 --sandbox');
    const first = await sweep(stateDir, 'inherit');
    const between = await count(sandbox);
    say(`What it changed in the POS:\n${changes(before, between)}`);
    say(
      'The failures are there on purpose: they show what is reported for a person instead of being guessed.',
    );
    const second = await sweep(stateDir, 'ignore');
    const quiet = JSON.stringify(between) === JSON.stringify(await count(sandbox)) && first === second;
    say(
      quiet
        ? 'A second sweep has just been made: every order stood as wanted, so it wrote nothing.'
        : 'A second sweep has just been made, and it changed something: that is a bug, please report it.',
    );
    say(NEXT);
    return quiet && between.OrderHistory > before.OrderHistory ? 0 : 1;
  } finally {
    await sandbox.close();
    await rm(stateDir, { recursive: true, force: true });
  }
}

function say(text: string): void {
  process.stdout.write(`\n=== ${text}\n`);
}

/** Runs the program as an operator would; its exit code is 1, because some sample events need a person. */
function sweep(stateDir: string, table: 'inherit' | 'ignore'): Promise<number | null> {
  const child = spawn(process.execPath, [LAUNCHER, 'sync', '--hours-back', '48', '--sandbox'], {
    env: { ...process.env, STATE_DIR: stateDir, LOG_LEVEL: 'warn' },
    // The table says the same as the log.
    stdio: ['ignore', table, 'ignore'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

async function count({ revelUrl, env }: Sandbox): Promise<Standing> {
  const standing = { Order: 0, OrderItem: 0, Payment: 0, OrderHistory: 0 };
  for (const [resource] of COUNTED) {
    const answer = await fetch(`${revelUrl}/resources/${resource}/?limit=1`, {
      headers: { 'API-AUTHENTICATION': `${env.REVEL_API_KEY}:${env.REVEL_API_SECRET}` },
    });
    standing[resource] = listSchema.parse(await answer.json()).meta.total_count;
  }
  return standing;
}

function changes(before: Standing, after: Standing): string {
  const told = COUNTED.map(
    ([key, name]) => `  ${name}: ${before[key]} → ${after[key]} (${after[key] - before[key]} new)`,
  );
  return told.join('\n');
}

// Where nothing is left to wait for, Node.js ends, be the work done or not.
process.exitCode = 1;
void demo().then((code) => {
  process.exitCode = code;
});
