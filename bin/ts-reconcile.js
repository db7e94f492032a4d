#!/usr/bin/env node
import { existsSync } from 'node:fs';

const bundle = new URL('../dist/bundle/cli.js', import.meta.url);
if (existsSync(bundle)) {
  await import(bundle.href).catch((error) => {
    if (error?.code !== 'EMFILE' && error?.code !== 'ENFILE') throw error;
    process.stderr.write(
      'ts-reconcile: Cannot start: too many files are open. Raise the limit on open files (ulimit -n); 256 are enough.\n',
    );
    process.exitCode = 78;
  });
} else {
  process.stderr.write(
    'ts-reconcile: this copy has not been built. Run `npm ci` in its directory, with the tools of development and ' +
      'with scripts (no --omit=dev, no --ignore-scripts), then again.\n',
  );
  process.exitCode = 78;
}
