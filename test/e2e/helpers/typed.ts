import { spawn, spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { default as headless } from '@xterm/headless';
import { binPath } from '../../helpers/cli.js';

/** Runs a command on a terminal of its own; comes with util-linux. */
const SCRIPT = 'script';

/** Nothing can be typed here. */
export const noTerminal = !spawnSync(SCRIPT, ['--version']).stdout?.includes('util-linux');

/** A run of the program on a terminal, and the person at it. */
export interface Typed {
  /** Waits for a question, from where the last one ended. */
  asked: (question: RegExp) => Promise<string>;
  /** Types a text, and Enter. */
  type: (text: string) => void;
  /** Presses keys. */
  press: (keys: string) => void;
  /** All that was shown so far, without colours. */
  screen: () => string;
  /** What a person sees, its scrolled lines included. */
  seen: () => Promise<string>;
  /** The exit code. */
  ended: Promise<number | null>;
}

/** Runs the program with somebody at it; `after`: what the shell runs on the same terminal when it has ended. */
export function typed(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
  after: string | null = null,
): Typed {
  const program = `${process.execPath} ${binPath} ${args.join(' ')}`;
  // A Ctrl-C that the terminal makes a signal of reaches the shell, too, which has to outlive it.
  const run = after === null ? `exec ${program}` : `trap : INT; ${program}; code=$?; ${after}; exit $code`;
  const command = `stty cols 80 rows 50; ${run}`;
  const child = spawn(SCRIPT, ['-qec', command, '/dev/null'], { cwd, env });
  const display = new headless.Terminal({ cols: 80, rows: 50, allowProposedApi: true });
  let screen = '';
  let seen = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    display.write(chunk);
    screen += stripVTControlCharacters(chunk.toString());
  });
  const press = (keys: string) => {
    child.stdin.write(keys);
  };
  return {
    asked: async (question) => {
      for (;;) {
        const match = question.exec(screen.slice(seen));
        if (match) {
          seen += match.index + match[0].length;
          return match[0];
        }
        if (child.exitCode !== null) throw new Error(`ended before ${question}:\n${screen}`);
        await new Promise((resolve) => child.stdout.once('data', resolve));
      }
    },
    type: (text) => press(`${text}\r`),
    press,
    screen: () => screen,
    seen: async () => {
      // What was written before this has been drawn then; nothing to draw would not be told.
      await new Promise<void>((resolve) => display.write('\u001b[0m', resolve));
      const { active } = display.buffer;
      const lines = Array.from({ length: active.length }, (_, at) =>
        (active.getLine(at)?.translateToString(true) ?? '').trimEnd(),
      );
      return `${lines.join('\n').trimEnd()}\n`;
    },
    ended: new Promise((resolve) => child.on('close', resolve)),
  };
}
