/*
 * Runs a PostgreSQL server for as long as its own standard input is open. When the tests end, however that comes
 * about, the server is stopped at once; unless it was told to "stop" only, its files go as well.
 *
 * Arguments: directory, uid, gid (-1: as we are), program, its arguments.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const [directory, uid, gid, program, ...args] = process.argv.slice(2);
const user = uid === '-1' ? {} : { uid: Number(uid), gid: Number(gid) };
const server = spawn(program, args, { cwd: directory, stdio: ['ignore', 'inherit', 'inherit'], ...user });

let told = '';
process.stdin.on('data', (chunk) => {
  told += chunk;
});
// SIGQUIT: at once, without saying good-bye to anybody.
process.stdin.on('end', () => server.kill('SIGQUIT'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill('SIGQUIT'));

server.on('exit', (code) => {
  if (!told.includes('stop')) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  process.exit(code ?? 1);
});
server.on('error', () => process.exit(1));
