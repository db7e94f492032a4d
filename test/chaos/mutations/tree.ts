import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Copied from the project; the rest of it has no part in the checks. */
const COPIED = ['src', 'test/helpers', 'test/chaos', 'tsconfig.json', 'package.json'];

/** What became of a process of the copy. */
export interface Ended {
  /** Null: it had to be killed because it did not end. */
  code: number | null;
  output: string;
}

/** A copy of the sources that may be broken at will, compiled and run apart from the project. */
export class Tree {
  readonly #dir: string;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /** Makes the copy. */
  static async make(): Promise<Tree> {
    const dir = await mkdtemp(join(tmpdir(), 'ts-reconcile-mutant-'));
    for (const path of COPIED) await cp(join(root, path), join(dir, path), { recursive: true });
    await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
    const config = {
      extends: './tsconfig.json',
      compilerOptions: { noEmit: false, rootDir: '.', outDir: 'out', incremental: true },
      include: ['src', 'test/chaos/mutations/detect-*.ts'],
    };
    await writeFile(join(dir, 'tsconfig.mutant.json'), JSON.stringify(config));
    await mkdir(join(dir, 'out', 'bin'), { recursive: true });
    await cp(join(root, 'package.json'), join(dir, 'out', 'package.json'));
    await writeFile(join(dir, 'out', 'bin', 'cli.js'), "import '../src/cli.js';\n");
    return new Tree(dir);
  }

  /** The source text of a file. */
  read(path: string): Promise<string> {
    return readFile(join(this.#dir, path), 'utf8');
  }

  /** Replaces a file. */
  async write(path: string, text: string): Promise<void> {
    await writeFile(join(this.#dir, path), text);
  }

  /** Compiles everything. Type errors do not matter: a mutant may leave something unused. */
  async compile(): Promise<void> {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    await this.#run([tsc, '-p', 'tsconfig.mutant.json'], 120_000);
  }

  /** Runs a detector. */
  detect(name: string, timeoutMs: number): Promise<Ended> {
    return this.#run([join('out', 'test', 'chaos', 'mutations', `detect-${name}.js`)], timeoutMs);
  }

  /** Removes the copy. */
  async remove(): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  }

  #run(args: readonly string[], timeoutMs: number): Promise<Ended> {
    const env = {
      PATH: process.env.PATH ?? '',
      TZ: 'UTC',
      NO_COLOR: '1',
      TS_RECONCILE_BIN: join(this.#dir, 'out', 'bin', 'cli.js'),
    };
    const child = spawn(process.execPath, args, { cwd: this.#dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({ code, output: Buffer.concat(chunks).toString().trim() });
      });
    });
  }
}
