import { Writable } from 'node:stream';
import type { Surroundings } from '../../src/app/surroundings.js';
import type { OutputStream } from '../../src/report/output.js';

/** What a command wrote to one stream. */
class Sink extends Writable implements OutputStream {
  text = '';
  isTTY = false;
  columns = 80;
  #waiting: { pattern: RegExp; resolve: (match: RegExpExecArray) => void }[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    this.#look();
    done();
  }

  /** Resolves once the pattern has been written. */
  match(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve) => {
      this.#waiting.push({ pattern, resolve });
      this.#look();
    });
  }

  #look(): void {
    this.#waiting = this.#waiting.filter(({ pattern, resolve }) => {
      const match = pattern.exec(this.text);
      if (match) resolve(match);
      return !match;
    });
  }
}

/** The surroundings of a command, in memory. */
export class Terminal {
  readonly out = new Sink();
  readonly err = new Sink();
  readonly stop = new AbortController();
  readonly around: Surroundings;

  constructor(env: Record<string, string>, cwd = '/nonexistent') {
    this.around = { env, cwd, stdout: this.out, stderr: this.err, stop: this.stop.signal };
  }

  /** Everything that was written. */
  get text(): string {
    return this.out.text + this.err.text;
  }
}
