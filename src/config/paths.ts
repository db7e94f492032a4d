import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** Environment variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

function homeOf(env: Environment): string {
  return env.HOME && isAbsolute(env.HOME) ? env.HOME : homedir();
}

/** `path` as an absolute path: a leading `~/` is the home directory, anything relative hangs below `cwd`. */
export function absolutePath(path: string, cwd: string, env: Environment): string {
  if (path === '~') return homeOf(env);
  return path.startsWith('~/') ? join(homeOf(env), path.slice(2)) : resolve(cwd, path);
}

/** Where state lives unless STATE_DIR says otherwise. A relative XDG_STATE_HOME is to be ignored, says its standard. */
export function defaultStateDir(env: Environment): string {
  const base = env.XDG_STATE_HOME;
  const stateHome = base && isAbsolute(base) ? base : join(homeOf(env), '.local', 'state');
  return join(stateHome, 'ts-reconcile');
}
