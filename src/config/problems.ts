import { AppError, ExitCode } from '../errors.js';
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
}

/** Everything that is wrong with the configuration, at once; exit code 78. */
export class ConfigError extends AppError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    const lines = problems.map(({ where, problem, write }) => `  ${where} ${problem}. ${write}`);
    super(
      'CONFIG',
      ExitCode.config,
      `The configuration has ${count}:\n${lines.join('\n')}`,
      'Values come from flags, then the environment, then .env; .env.example lists them all.',
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
