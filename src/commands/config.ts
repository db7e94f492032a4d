import { existsSync } from 'node:fs';
import { type Surroundings, styleOf } from '../app/surroundings.js';
import { loadConfig, needsOf } from '../config/load.js';
import { absolutePath } from '../config/paths.js';
import { ConfigError, type ConfigProblem, problemText } from '../config/problems.js';
import { envFile } from '../config/source.js';
import type { Config } from '../config/types.js';
import { ExitCode } from '../errors.js';
import { writeJson } from '../report/json.js';
import { writeAll } from '../report/output.js';
import { wrap } from '../text/width.js';

/** What a look at both files found. */
interface Checked {
  /** Absolute; null: there is no such file, and none was named. */
  envFile: string | null;
  /** Null: not all of it could be read. */
  config: Config | null;
  problems: readonly ConfigProblem[];
}

/** `config check`: both files, without a request to anybody. Exit 0, or 78 with all mistakes at once. */
export async function configCheck(options: { json: boolean }, around: Surroundings): Promise<ExitCode> {
  const checked = check(around);
  const ok = checked.problems.length === 0;
  if (options.json) await writeJson(around.stdout, documentOf(checked));
  else await writeAll(around.stdout, `${textOf(checked, around).join('\n')}\n`);
  return ok ? ExitCode.ok : ExitCode.config;
}

function check({ env, cwd }: Surroundings): Checked {
  const { path, named } = envFile(env, cwd);
  const file = named || existsSync(path) ? path : null;
  try {
    return { envFile: file, config: loadConfig({ env, cwd, needs: needsOf.doctor }), problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { envFile: file, config: null, problems: error.problems };
  }
}

function documentOf({ envFile: path, config, problems }: Checked) {
  return {
    ok: problems.length === 0,
    env_file: path,
    locations: config?.locations.map(({ name }) => name) ?? null,
    problems: problems.map(({ where, problem, write, at }) => ({ where, problem, write, ...(at ?? {}) })),
  };
}

function textOf({ envFile: path, config, problems }: Checked, around: Surroundings): string[] {
  const { env, cwd } = around;
  const { width } = styleOf(around);
  const fold = (text: string, indent = '') => wrap(text, indent, width);
  const from =
    path === null
      ? `No ${absolutePath('.env', cwd, env)}: variables come from the environment alone.`
      : `Variables come from the environment and ${path}.`;
  if (config !== null) {
    const names = config.locations.map(({ name }) => name).join(', ');
    return [
      ...fold(from),
      ...fold(`${config.locations.length} in the locations file: ${names}. No mistakes.`),
    ];
  }
  const count = problems.length === 1 ? '1 mistake:' : `${problems.length} mistakes:`;
  const each = problems.flatMap((problem) => [
    ...fold(problemText(problem), '  '),
    ...fold(problem.write, '    '),
  ]);
  return [...fold(from), count, ...each];
}
