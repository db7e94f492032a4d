import { type ChildProcess, spawn } from 'node:child_process';
import { binPath } from '../../helpers/cli.js';

/** A finished process. */
export interface ToolResult {
  /** Null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A running process. */
export interface Tool {
  readonly child: ChildProcess;
  readonly done: Promise<ToolResult>;
  /** Resolves once stderr holds the pattern; rejects when the process ends before. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Writes to its stdin. */
  type(text: string): void;
}

/** Starts the built program with nothing but the given environment, with stdin left open. */
export function startTool(args: readonly string[], env: Record<string, string>): Tool {
  const child = spawn(process.execPath, [binPath, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  // A process that was killed takes no more input.
  child.stdin.on('error', () => undefined);
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    text.stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text.stderr += chunk.toString();
  });
  const done = new Promise<ToolResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...text }));
  });
  return {
    child,
    done,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text.stderr);
          if (match) resolve(match);
        };
        child.stderr.on('data', look);
        child.on('close', () => reject(new Error(`it ended without saying ${pattern}: ${text.stderr}`)));
        look();
      }),
    type: (input) => {
      child.stdin.write(input);
    },
  };
}

/** Runs the built program to its end, without input. */
export function runTool(args: readonly string[], env: Record<string, string>): Promise<ToolResult> {
  const tool = startTool(args, env);
  tool.child.stdin?.end();
  return tool.done;
}
