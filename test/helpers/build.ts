import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'rolldown';

const root = fileURLToPath(new URL('../../', import.meta.url));
const helpers = join(root, 'test', 'e2e', 'helpers');

/**
 * Builds the program once before tests that run it, unless it was built from the sources as they are; and what is
 * started as a process of its own around parts of the program.
 */
export default async function build(): Promise<void> {
  if (process.env.TS_RECONCILE_BIN === undefined) {
    execFileSync(process.execPath, [join(root, 'build.mjs'), '--stale'], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  }
  await bundle({
    input: readdirSync(helpers)
      .filter((name) => /-(worker|with)\.ts$/.test(name))
      .map((name) => join(helpers, name)),
    platform: 'node',
    external: ['pg'],
    resolve: { alias: { 'jsonc-parser': join(root, 'node_modules/jsonc-parser/lib/esm/main.js') } },
    output: { dir: join(root, 'dist', 'tests'), format: 'esm' },
    logLevel: 'warn',
  });
}
