/*
 * Measures what runs cost: npm run bench [-- --json] [-- PART...]
 *
 * The measuring code is bundled first, so that it runs as plain JavaScript and takes little from the two cores of
 * a small machine. It needs a built program (npm run build) and a machine that does nothing else.
 */
import { rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dir = `${root}node_modules/.cache/ts-reconcile-bench`;
process.env.TS_RECONCILE_BIN ??= `${root}bin/ts-reconcile.js`;
process.env.TZ = 'UTC';
rmSync(dir, { recursive: true, force: true });
await build({
  input: `${root}test/bench/main.ts`,
  platform: 'node',
  external: ['pg'],
  resolve: { alias: { 'jsonc-parser': `${root}node_modules/jsonc-parser/lib/esm/main.js` } },
  output: { dir, format: 'esm' },
  logLevel: 'warn',
});
await import(pathToFileURL(`${dir}/main.js`).href);
