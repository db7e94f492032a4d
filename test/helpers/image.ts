import { execFile, spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, realpath, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, posix } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One instruction of a Dockerfile; lines that end in a backslash are one. */
interface Step {
  word: string;
  rest: string;
}

/** A file system as a stage leaves it, and what its image says of processes. */
export interface Stage {
  /** What it begins with, e.g. `node:24-bookworm-slim`. */
  from: string;
  /** The directory that is its root. */
  root: string;
  env: Record<string, string>;
  workdir: string;
  /** `uid:gid`; null: root. */
  user: string | null;
  volumes: string[];
  entrypoint: string[];
  cmd: string[];
  healthcheck: string[];
}

/** What the steps of a Dockerfile need of a base image besides Node.js and npm. */
const TOOLS = ['sh', 'printf', 'rm', 'ln', 'install', 'mkdir', 'env', 'touch', 'id', 'tar', 'gzip'];
const C_LIBRARY = /^lib(rt|dl|m|pthread|util|resolv|nss_dns|nss_files)\.so\.\d$/;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Whether processes can be given a root, a file system and a network of their own here. */
export const canBuildImages =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', '--net', 'sh', '-c', 'ip link set lo up && mount -t tmpfs none /mnt'])
    .status === 0;

export function parseDockerfile(text: string): Step[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n');
  return lines.flatMap((line) => {
    const match = /^(\w+)\s+(.*)$/.exec(line.trim());
    return match ? [{ word: (match[1] ?? '').toUpperCase(), rest: match[2] ?? '' }] : [];
  });
}

/** A root with a shell, a few tools, Node.js and npm where the official image has them, and nothing else. */
async function baseRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'image-base-'));
  await run('chmod', ['0755', root]);
  for (const directory of [
    'usr/bin',
    'usr/local/bin',
    'usr/local/lib',
    'etc',
    'tmp',
    'dev',
    'proc',
    'cache',
  ]) {
    await mkdir(join(root, directory), { recursive: true });
  }
  await run('chmod', ['1777', join(root, 'tmp')]);
  await symlink('usr/bin', join(root, 'bin'));
  const node = process.env.IMAGE_NODE ?? process.execPath;
  const put = async (from: string, to: string) => {
    await mkdir(join(root, dirname(to)), { recursive: true });
    await cp(from, join(root, to), { dereference: true });
  };
  const programs: [from: string, to: string][] = [[node, '/usr/local/bin/node']];
  for (const tool of TOOLS) {
    const { stdout } = await run('which', [tool]);
    programs.push([stdout.trim(), join('/usr/bin', tool)]);
  }
  for (const [from, to] of programs) {
    await put(from, to);
    const { stdout } = await run('ldd', [from]);
    for (const [library] of stdout.matchAll(/\/\S+\.so\S*/g)) {
      await put(library, library);
      if (basename(library) !== 'libc.so.6') continue;
      // The C library comes as a whole.
      for (const name of await readdir(dirname(library))) {
        if (C_LIBRARY.test(name)) await put(join(dirname(library), name), join(dirname(library), name));
      }
    }
  }
  for (const file of ['resolv.conf', 'hosts', 'nsswitch.conf']) {
    await cp(join('/etc', file), join(root, 'etc', file), { dereference: true }).catch(() => undefined);
  }
  const npm = dirname(dirname(await realpath((await run('which', ['npm'])).stdout.trim())));
  await cp(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true });
  for (const name of ['npm', 'npx']) {
    await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(root, 'usr/local/bin', name));
  }
  return root;
}

/** What `.dockerignore` leaves of a list of files. */
export function notIgnored(patterns: string, files: readonly string[]): string[] {
  const rules = patterns
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const body = line
        .replace(/^!/, '')
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '[^/]*');
      return { keep: line.startsWith('!'), pattern: new RegExp(`^${body}(/|$)`) };
    });
  return files.filter((file) => rules.findLast(({ pattern }) => pattern.test(file))?.keep ?? true);
}

/**
 * Builds the stages of a Dockerfile as its steps say, each in a root of its own, and returns the last one. What the
 * steps are is read from the file; an instruction that this does not know is an error.
 *
 * @param context the directory that is sent to the builder, with these files of it
 */
export async function buildImage(
  dockerfile: string,
  context: { directory: string; files: readonly string[] },
): Promise<{ last: Stage; stages: Stage[] }> {
  const base = await baseRoot();
  const stages = new Map<string, Stage>();
  let stage: Stage | null = null;
  for (const { word, rest } of parseDockerfile(dockerfile)) {
    if (word === 'FROM') {
      const [, from = '', name = String(stages.size)] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(rest) ?? [];
      const root = await mkdtemp(join(tmpdir(), 'image-'));
      await run('cp', ['-al', `${base}/.`, root]);
      stage = { ...blank, from, root, env: { PATH, HOME: '/root' }, volumes: [] };
      stages.set(name, stage);
      continue;
    }
    if (stage === null) throw new Error(`${word} stands before FROM.`);
    await carryOut(stage, word, rest, stages, context);
  }
  if (stage === null) throw new Error('The Dockerfile has no stage.');
  return { last: stage, stages: [...stages.values()] };
}

const blank = { workdir: '/', user: null, entrypoint: [], cmd: [], healthcheck: [] };

async function carryOut(
  stage: Stage,
  word: string,
  rest: string,
  stages: ReadonlyMap<string, Stage>,
  context: { directory: string; files: readonly string[] },
): Promise<void> {
  switch (word) {
    case 'WORKDIR':
      stage.workdir = posix.resolve(stage.workdir, rest);
      await mkdir(join(stage.root, stage.workdir), { recursive: true });
      return;
    case 'COPY':
      return copy(stage, rest, stages, context);
    case 'RUN': {
      // As the builder does, but with what npm has fetched before.
      const env = {
        npm_config_cache: '/cache',
        npm_config_prefer_offline: 'true',
        npm_config_registry: await registry(),
      };
      const ended = await inside(stage, ['/bin/sh', '-c', rest], {
        env,
        cache: await npmCache(),
        network: true,
      });
      if (ended.code !== 0) throw new Error(`RUN ${rest}\n${ended.out}`);
      return;
    }
    case 'USER':
      stage.user = rest;
      return;
    case 'ENV':
      for (const [, name = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) stage.env[name] = value;
      return;
    case 'VOLUME':
      stage.volumes.push(rest);
      return;
    case 'EXPOSE':
      return;
    case 'HEALTHCHECK':
      stage.healthcheck = words(rest.replace(/^.*?\bCMD\s+/, ''));
      return;
    case 'ENTRYPOINT':
      stage.entrypoint = words(rest);
      return;
    case 'CMD':
      stage.cmd = words(rest);
      return;
    default:
      throw new Error(`The instruction ${word} is not known here.`);
  }
}

/** The exec form; the other one would need a shell. */
function words(json: string): string[] {
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list)) throw new Error(`${json} is no list.`);
  return list.map(String);
}

async function copy(
  stage: Stage,
  rest: string,
  stages: ReadonlyMap<string, Stage>,
  { directory, files }: { directory: string; files: readonly string[] },
): Promise<void> {
  const [, from, names = '', target = ''] = /^(?:--from=(\S+)\s+)?(\S.*\S|\S)\s+(\S+)$/.exec(rest) ?? [];
  const to = join(stage.root, posix.resolve(stage.workdir, target));
  if (from === undefined) {
    const chosen = names === '.' ? files : names.split(/\s+/);
    const unknown = chosen.filter((file) => !files.includes(file));
    if (unknown.length > 0)
      throw new Error(`COPY ${rest}: ${unknown.join(', ')} is not sent to the builder.`);
    for (const file of chosen) await cp(join(directory, file), join(to, file));
    return;
  }
  const other = stages.get(from);
  if (!other) throw new Error(`There is no stage ${from}.`);
  const pattern = new RegExp(`^${basename(names).replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  const within = join(other.root, dirname(names));
  const found = (await readdir(within)).filter((name) => pattern.test(name));
  if (found.length !== 1) throw new Error(`COPY ${rest}: ${found.length} files.`);
  const path = join(within, found[0] ?? '');
  await cp(path, to, { recursive: (await stat(path)).isDirectory(), verbatimSymlinks: true });
}

async function registry(): Promise<string> {
  return (await run('npm', ['config', 'get', 'registry'])).stdout.trim();
}

async function npmCache(): Promise<string> {
  return (await run('npm', ['config', 'get', 'cache'])).stdout.trim();
}

interface How {
  env?: Record<string, string>;
  /** A directory of this machine at /cache. */
  cache?: string;
  network?: boolean;
  /** The root cannot be written to; directories of this machine stand in for the volumes. */
  volumes?: Readonly<Record<string, string>>;
}

/** Runs a command in the root of a stage, as its user; stderr and stdout as one text. */
export function inside(
  stage: Stage,
  command: readonly string[],
  how: How = {},
): Promise<{ code: number | null; out: string }> {
  return start(stage, command, how).done;
}

/** The same, without waiting for its end. */
export function start(stage: Stage, command: readonly string[], how: How = {}) {
  const { root, user, workdir } = stage;
  const mounts = [
    `mount --bind ${root} ${root}`,
    `mount --rbind /dev ${root}/dev`,
    `mount -t proc proc ${root}/proc`,
    ...(how.cache === undefined ? [] : [`mount --bind ${how.cache} ${root}/cache`]),
    ...(how.volumes === undefined ? [] : [`mount -o remount,bind,ro ${root}`]),
    ...Object.entries(how.volumes ?? {}).map(([path, there]) => `mount --bind ${there} ${root}${path}`),
    ...(how.network ? [] : ['ip link set lo up']),
  ];
  const [uid = '0', gid = '0'] = (user ?? '0:0').split(':');
  // The library of the system changes the root, then Node.js or the shell is all that runs.
  const enter = `exec chroot --userspec=${uid}:${gid} --groups= ${root} /bin/sh -c 'cd "$0" && exec "$@"' ${workdir} "$@"`;
  const spaces = ['--mount', ...(how.network ? [] : ['--net'])];
  const child = spawn(
    'unshare',
    [...spaces, 'sh', '-ec', `${mounts.join('\n')}\n${enter}`, 'sh', ...command],
    {
      env: { ...stage.env, ...(user === null ? {} : { HOME: '/' }), ...how.env, PATH: `${stage.env.PATH}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      out += chunk;
    });
  }
  const done = new Promise<{ code: number | null; out: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, out })),
  );
  return { child, done, said: () => out };
}

/** A directory of this machine with the owner and mode that the image gives its volume. */
export async function volumeFor(stage: Stage, path: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'image-volume-'));
  const { uid, gid, mode } = await stat(join(stage.root, path));
  await run('chown', [`${uid}:${gid}`, directory]);
  await run('chmod', [(mode & 0o7777).toString(8), directory]);
  await writeFile(join(directory, '.keep'), '').catch(() => undefined);
  return directory;
}
