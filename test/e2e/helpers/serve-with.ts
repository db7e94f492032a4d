// The built `serve`, as the command line starts it, with another program in the place of its runs.
// Arguments: INTERPRETER FILE (of that program, see fake-run.mjs) DIRECTORY OPTIONS (as JSON)
import { type ServeOptions, serveCommand } from '../../../src/commands/serve.js';
import { runEnvironment } from '../../../src/relay/environment.js';

const [interpreter = '', file = '', directory = '', options = '{}'] = process.argv.slice(2);

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort(signal));
process.exitCode = await serveCommand(
  JSON.parse(options) as ServeOptions,
  { env: process.env, cwd: process.cwd(), stdout: process.stdout, stderr: process.stderr, stop: stop.signal },
  {
    file: interpreter,
    args: [file, directory],
    cwd: process.cwd(),
    env: runEnvironment(process.env),
  },
);
