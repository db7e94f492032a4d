// A process that asks for a Tripleseat token when it is told to, as every run does.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [bin] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(dirname(bin), '..', 'dist', path)).href);
const [
  { systemClock },
  { loadConfig, needsOf },
  { gotTransport },
  { openStateDir },
  { connectTripleseat },
  { tokenSource },
] = await Promise.all([
  load('clock.js'),
  load('config/load.js'),
  load('http/got.js'),
  load('state/files/open.js'),
  load('tripleseat/connect.js'),
  load('tripleseat/auth.js'),
]);

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
  let result;
  try {
    const answer = await tokenSource(auth).current();
    result =
      answer.kind === 'token' ? createHash('sha256').update(answer.token).digest('hex') : answer.detail;
  } catch (error) {
    result = String(error);
  }
  process.send(result, () => process.exit(0));
});
process.send('ready');
