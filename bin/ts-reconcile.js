#!/usr/bin/env node
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const bundle = join(__dirname, '../dist/bundle/cli.cjs');
if (existsSync(bundle)) {
  try {
    require(bundle);
  } catch (error) {
    if (error?.code !== 'EMFILE' && error?.code !== 'ENFILE') throw error;
    process.stderr.write(
      'ts-reconcile: Cannot start: too many files are open. Raise the limit on open files (ulimit -n); 256 are enough.\n',
    );
    process.exitCode = 78;
  }
} else {
  process.stderr.write(
    'ts-reconcile: this copy has not been built. Run `npm ci` in its directory, with the tools of development and ' +
      'with scripts (no --omit=dev, no --ignore-scripts), then again.\n',
  );
  process.exitCode = 78;
}
