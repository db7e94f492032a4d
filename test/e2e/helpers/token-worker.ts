// A process that asks for a Tripleseat token when it is told to, as every run does.
import { createHash } from 'node:crypto';
import { systemClock } from '../../../src/clock.js';
import { loadConfig, needsOf } from '../../../src/config/load.js';
import { gotTransport } from '../../../src/http/got.js';
import { openStateDir } from '../../../src/state/files/open.js';
import { tokenSource } from '../../../src/tripleseat/auth.js';
import { connectTripleseat } from '../../../src/tripleseat/connect.js';

const config = loadConfig({ env: process.env, cwd: '/', needs: needsOf.auth });
const state = await openStateDir({ dir: config.stateDir, clock: systemClock, random: Math.random });
const { auth } = connectTripleseat(config.tripleseat, {
  transport: gotTransport(),
  clock: systemClock,
  random: Math.random,
  store: state.tokens,
  timeoutMs: config.httpTimeoutMs,
});

process.on('message', async () => {
  let result: string;
  try {
    const answer = await tokenSource(auth).current();
    result =
      answer.kind === 'token' ? createHash('sha256').update(answer.token).digest('hex') : answer.detail;
  } catch (error) {
    result = String(error);
  }
  process.send?.(result, () => process.exit(0));
});
process.send?.('ready');
