// Stands for `ts-reconcile sync`: writes down how it was started, waits while it is told to, and ends with the
// exit code that was chosen for its event. Usage: node fake-run.mjs DIRECTORY sync --event-id ID …
//   DIRECTORY/starts.jsonl, ends.jsonl   one line per start and end
//   DIRECTORY/hold                       as long as it exists, runs go on
//   DIRECTORY/busy                       with it, runs that go on take all of a processor
//   DIRECTORY/ms                         shortest time that runs take (default 0)
//   DIRECTORY/exit-ID                    exit code of runs for the event (default 0)
//   DIRECTORY/stubborn                   SIGTERM is not heeded
//   DIRECTORY/stdout, DIRECTORY/stderr   what is printed
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [dir, ...args] = process.argv.slice(2);
const event = args[args.indexOf('--event-id') + 1] ?? '';
const startedAt = Date.now();

function note(file, entry) {
  appendFileSync(join(dir, file), `${JSON.stringify(entry)}\n`);
}

function content(name, otherwise) {
  const path = join(dir, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : otherwise;
}

function end(code) {
  note('ends.jsonl', { event, startedAt, at: Date.now(), code });
  process.exit(code);
}

process.on('SIGTERM', () => {
  if (!existsSync(join(dir, 'stubborn'))) end(143);
});
// The relay may have been killed: whatever is printed then goes nowhere.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

note('starts.jsonl', { event, at: startedAt, pid: process.pid, args, env: process.env, cwd: process.cwd() });
process.stdout.write(content('stdout', ''));
process.stderr.write(content('stderr', ''));

function wait() {
  const young = Date.now() - startedAt < Number(content('ms', '0'));
  const isHeld = existsSync(join(dir, 'hold'));
  if (isHeld && existsSync(join(dir, 'busy'))) setImmediate(wait);
  else if (young || isHeld) setTimeout(wait, 10);
  else end(Number(content(`exit-${event}`, '0')));
}
wait();
