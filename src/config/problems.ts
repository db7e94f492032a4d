import { AppError, ExitCode } from '../errors.js';
import type { Place } from './json.js';
import type { VariableGroup } from './variables.js';

/** One thing that is wrong with the configuration. No text of it ever holds a secret. */
export interface ConfigProblem {
  /** The variable, or the file and the path of the key in it. */
  where: string;
  /** What is wrong; continues a sentence that starts with `where`. */
  problem: string;
  /** What to write; a sentence. */
  write: string;
  /** Commands that don't use the group disregard the problem. */
  group: VariableGroup;
  /** Where it stands in its file. */
  at?: Place;
}

/** The problem as a sentence, with where it is in its file, but not what to write. */
export function problemText({ where, at, problem }: ConfigProblem): string {
  const place = at === undefined ? '' : `line ${at.line}, column ${at.column})`;
  const subject =
    place === '' ? where : where.endsWith(')') ? `${where.slice(0, -1)}, ${place}` : `${where} (${place}`;
  return `${subject} ${problem}${/[.?!]$/.test(problem) ? '' : '.'}`;
}

const START =
  'Nothing is set up here yet. Begin with `ts-reconcile init`, which asks for your two accounts and writes both files; or see what it does without any: `ts-reconcile sync --dry-run --sandbox`.\n';

/** Everything that is wrong with the configuration, at once; exit code 78. */
export class ConfigError extends AppError {
  readonly problems: readonly ConfigProblem[];

  /** @param fresh nothing at all is set up yet */
  constructor(problems: readonly ConfigProblem[], fresh = false) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    const lines = problems.map((problem) => `  ${problemText(problem)} ${problem.write}`);
    super(
      'CONFIG',
      ExitCode.config,
      `${fresh ? START : ''}The configuration has ${count}:\n${lines.join('\n')}`,
      'Values come from flags, then the environment, then .env; .env.example lists them all. `ts-reconcile config check` looks at both files without asking anybody; `ts-reconcile init` writes them.',
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
