import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * Builds the program into dist/bundle: a few files (what runs and is shipped), which start in half the time that
 * hundreds of modules take. What all runs load is in three files (LAYERS); each other command and each large library it
 * may need is a file of its own there, loaded when it is used. Types are checked elsewhere (npm run types).
 *
 * node build.mjs             build
 * node build.mjs --stale     build unless that was done from these sources
 * node build.mjs --prepare   as npm does it after an install: where the tools were left out (--omit=dev), see to it
 *                            that what was built is of these sources
 */
const root = dirname(fileURLToPath(import.meta.url));
process.chdir(root);

/** Says of which sources the bundle was made. */
const MARK = 'sources.sha256';
const NO_HTTP2 = '\0no-http2';
const NO_STYLES = '\0no-styles';
const NO_CHILDREN = '\0no-children';
const NO_CACHE = '\0no-cache';

/**
 * Left out of libraries: the HTTP library loads its parts for HTTP/2 and for caches of answers and of addresses even if
 * nobody asks for them, and they are slow to load; what plots are drawn in brings a parser of style sheets, and nobody
 * there asks what a style sheet says; the command line can start programs of its own for its commands, and has none.
 */
const LEFT_OUT = {
  'http2-wrapper': NO_HTTP2,
  'cacheable-request': NO_CACHE,
  'cacheable-lookup': NO_CACHE,
  'cssomnom/parse': NO_STYLES,
};
const LEFT_OUT_TEXT = {
  [NO_HTTP2]: 'export default {}',
  [NO_STYLES]: 'export const parse = () => ({ cssRules: [] })',
  [NO_CHILDREN]: 'export default {}',
  [NO_CACHE]: 'export class CacheError extends Error {} export default class {}',
};

/**
 * Files that hold all that is loaded for these modules, each but what those before it hold: what all of them know of
 * errors, what starts the relay's runs and stays small, what help and version need, what the configuration needs, what a run needs. In dozens of files that
 * is a tenth of a start. Whatever only some commands use lies beside them, as their imports have it.
 */
const LAYERS = {
  base: 'src/state/failure.ts',
  least: 'src/relay/starter-main.ts',
  start: 'src/cli.ts',
  ground: 'src/config/load.ts',
  work: 'src/commands/sync.ts',
};

const bundling = {
  input: { cli: 'src/cli.ts', starter: 'src/relay/starter-main.ts', demo: 'src/sandbox/demo.ts' },
  platform: 'node',
  // Its optional native part is looked for at run time.
  external: ['pg'],
  preserveEntrySignatures: 'allow-extension',
  // Its main file asks for its parts in a way that no bundler sees.
  resolve: { alias: { 'jsonc-parser': join(root, 'node_modules/jsonc-parser/lib/esm/main.js') } },
  // On a busy machine it says at length which part of a build was slow.
  checks: { bundlerTimings: false },
  // The list of components tells how it is made, and that a bundler it also knows is not there.
  onLog: (level, log, tell) => log.plugin !== 'rollup-plugin-sbom' && tell(level, log),
};

async function build() {
  const { rolldown } = await import('rolldown');
  const { minifySync } = await import('rolldown/utils');
  const { default: componentList } = await import('rollup-plugin-sbom');
  const { Enums, Models } = await import('@cyclonedx/cyclonedx-library');
  // Put in place at once: a process that is just starting must not find half a program.
  const fresh = `dist.${process.pid}`;
  try {
    const bundle = await rolldown({
      ...bundling,
      plugins: [
        {
          name: 'without',
          resolveId: (id, from) =>
            LEFT_OUT[id] ??
            (id === 'node:child_process' && /commander\/lib/.test(from ?? '') ? NO_CHILDREN : null),
          load: (id) => LEFT_OUT_TEXT[id] ?? null,
        },
        {
          name: 'small-plots',
          // What draws them is larger than any other library, and no error of ours ever points into it.
          renderChunk: (code, { name, fileName }) =>
            name === 'plots' ? minifySync(fileName, code, { module: true }).code : null,
        },
        { name: 'licences', generateBundle: addLicences },
        componentList({
          outDir: '.',
          outFilename: 'components.cdx',
          outFormats: ['json'],
          includeWellKnown: false,
          saveTimestamp: false,
          generateSerial: false,
          afterCollect: (list) => {
            for (const { name, version } of installed()) {
              const purl = `pkg:npm/${name}@${version}`;
              list.components.add(
                new Models.Component(Enums.ComponentType.Library, name, { version, purl, bomRef: purl }),
              );
            }
          },
        }),
      ],
    });
    await bundle.write({
      dir: join(fresh, 'bundle'),
      // Node starts it a sixth sooner than modules.
      format: 'cjs',
      chunkFileNames: '[name]-[hash].cjs',
      // Others are a sixth of what a start reads.
      comments: { legal: true, annotation: false, jsdoc: false },
      codeSplitting: {
        includeDependenciesRecursively: false,
        groups: [{ name: layerOf() }],
      },
      entryFileNames: '[name].cjs',
    });
    await bundle.close();
    rmSync('dist', { recursive: true, force: true });
    renameSync(fresh, 'dist');
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Names the layer that a module belongs to; null: none. */
function layerOf() {
  const known = new Map();
  return (id, graph) => {
    if (known.size === 0) {
      // A program begins as soon as its file is loaded, so it is in none.
      for (const file of Object.values(bundling.input)) known.set(join(root, file), null);
      for (const [name, file] of Object.entries(LAYERS)) {
        const open = [join(root, file)];
        for (const module of open) {
          if (known.has(module) && module !== open[0]) continue;
          if (!known.has(module)) known.set(module, name);
          open.push(...(graph.getModuleInfo(module)?.importedIds ?? []));
        }
      }
    }
    return known.get(id) ?? null;
  };
}

/** The licences of all libraries whose code is in the bundle, in one file beside it; and what it was made of. */
function addLicences(_, bundle) {
  const own = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  // Also those that only pass on what others have: they are listed as components.
  const modules = own.flatMap((id) => [id, ...(this.getModuleInfo(id)?.importedIds ?? [])]);
  const packages = new Set(modules.map(packageOf).filter((directory) => directory !== null));
  const texts = [...packages].sort().map((directory) => {
    const about = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const files = readdirSync(directory).filter((file) => /^(licen[cs]e|copying)/i.test(file));
    const texts = files.map((file) => readFileSync(join(directory, file), 'utf8').trim());
    const text = texts.filter((own) => own !== '').join('\n\n') || standardLicence(about);
    return `${about.name} ${about.version} (${about.license})\n\n${text}`;
  });
  const line = '-'.repeat(78);
  this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: `${texts.join(`\n\n${line}\n\n`)}\n` });
  this.emitFile({ type: 'asset', fileName: MARK, source: `${sources()}\n` });
}

/** For a package that names its licence but brings no text of it. The MIT licence asks for its text in every copy. */
function standardLicence({ name, license, author }) {
  const holder = typeof author === 'string' ? author : author?.name;
  if (license !== 'MIT' || !holder) {
    throw new Error(`${name} (${license}) brings no licence text, and there is none to put in its place.`);
  }
  return `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;
}

/** The directory of the library that a module belongs to; null: one of this program's own. */
function packageOf(module) {
  if (!module.includes('/node_modules/') || module.startsWith('\0')) return null;
  for (let directory = dirname(module); directory !== dirname(directory); directory = dirname(directory)) {
    const file = join(directory, 'package.json');
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version !== undefined) return directory;
  }
  return null;
}

/** The packages that are not in the bundle but installed beside it. */
function installed() {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev, optional }]) => path !== '' && !dev && !optional)
    .map(([path, { version }]) => ({ name: path.replace(/^.*node_modules\//, ''), version }));
}

/** One hash over all that a build depends on. */
function sources() {
  const hash = createHash('sha256');
  const own = readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of [...own, 'build.mjs', 'package-lock.json', 'tsconfig.json'].sort()) {
    hash.update(`${file.replaceAll('\\', '/')}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** The hash of the sources of what was built; null: nothing was. */
function builtFrom() {
  const mark = join('dist', 'bundle', MARK);
  return existsSync(mark) ? readFileSync(mark, 'utf8').trim() : null;
}

/** For where the tools to build are missing. */
function checkBuilt() {
  const built = builtFrom();
  if (built === sources()) return;
  const what = built === null ? 'has not been built' : 'was built from other sources than these';
  process.stderr.write(
    `\nts-reconcile ${what}, and the tools to build it were left out (--omit=dev).\n` +
      'Run `npm ci --include=dev`, which builds it; then, if you like, `npm prune --omit=dev`.\n\n',
  );
  process.exitCode = 1;
}

const tools = ['rolldown', 'rollup-plugin-sbom'];
const complete = tools.every((name) => existsSync(join('node_modules', name)));
if (process.argv.includes('--prepare') && !complete) checkBuilt();
else if (!process.argv.includes('--stale') || builtFrom() !== sources()) await build();
