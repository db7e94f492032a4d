import { join } from 'node:path';

/** Where the sandbox of a state directory keeps its data. */
export function sandboxDir(stateDir: string): string {
  return join(stateDir, 'sandbox');
}

/** The locations file of the sandbox of a state directory. */
export function sandboxLocations(stateDir: string): string {
  return join(sandboxDir(stateDir), 'locations.json');
}

/** The state directory of runs against the sandbox: tokens and journal of their own. */
export function sandboxStateDir(stateDir: string): string {
  return join(sandboxDir(stateDir), 'state');
}
