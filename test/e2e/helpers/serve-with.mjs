// The built `serve`, as the command line starts it, with another program in the place of its runs.
// Usage: node serve-with.mjs DIST DIRECTORY OPTIONS (see fake-run.mjs; OPTIONS as JSON)
import { fileURLToPath, pathToFileURL } from 'node:url';

const [dist, directory, options] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(`${dist}/${file}`).href);
const { serveCommand } = await load('commands/serve.js');
const { runEnvironment } = await load('relay/environment.js');

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort(signal));
process.exitCode = await serveCommand(
  JSON.parse(options),
  { env: process.env, cwd: process.cwd(), stdout: process.stdout, stderr: process.stderr, stop: stop.signal },
  {
    file: process.execPath,
    args: [fileURLToPath(new URL('./fake-run.mjs', import.meta.url)), directory],
    cwd: process.cwd(),
    env: runEnvironment(process.env),
  },
);
