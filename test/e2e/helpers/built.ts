import { fileURLToPath } from 'node:url';

/** What `test/helpers/build.ts` has made of a file of this folder that is started as a process of its own. */
export function built(name: 'serve-with' | 'state-worker' | 'token-worker'): string {
  return fileURLToPath(new URL(`../../../dist/tests/${name}.js`, import.meta.url));
}
