import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineConfig } from 'rolldown';

/*
 * The program as a few files, which start in half the time that hundreds of modules take. Each command and each
 * large library it may need is a file of its own, loaded when it is used.
 */
export default defineConfig({
  input: 'src/cli.ts',
  platform: 'node',
  // Its optional native part is looked for at run time.
  external: ['pg'],
  output: { dir: 'dist/bundle', format: 'esm', comments: { legal: true } },
  plugins: [
    {
      name: 'without-http2',
      resolveId: withoutHttp2,
      load: (id) => (id === NO_HTTP2 ? 'export default {}' : null),
    },
    { name: 'licences', generateBundle: addLicences },
  ],
});

const NO_HTTP2 = '\0no-http2';

/** The HTTP library loads its HTTP/2 part even if nobody asks for HTTP/2, and that part is slow to load. */
function withoutHttp2(id) {
  return id === 'http2-wrapper' ? NO_HTTP2 : null;
}

/** The licences of all libraries whose code is in the bundle, in one file beside it. */
function addLicences(_, bundle) {
  const modules = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  const packages = new Set(modules.map(packageOf).filter((directory) => directory !== null));
  const texts = [...packages].sort().map((directory) => {
    const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const files = readdirSync(directory).filter((file) => /^(licen[cs]e|copying)/i.test(file));
    const text = files.map((file) => readFileSync(join(directory, file), 'utf8').trim()).join('\n\n');
    return `${name} ${version} (${license})\n\n${text}`;
  });
  const line = '-'.repeat(78);
  this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: `${texts.join(`\n\n${line}\n\n`)}\n` });
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
