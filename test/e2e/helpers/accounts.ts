import type { Sandbox } from '../../../src/sandbox/index.js';

/** The two accounts as a user has them: where they are, but nothing of what `init` asks for. */
export function accounts(sandbox: Sandbox, home: string): Record<string, string> {
  const { TRIPLESEAT_BASE_URL, TRIPLESEAT_AUTHORIZE_URL } = sandbox.env as Record<string, string>;
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    TERM: 'xterm',
    LANG: 'C.UTF-8',
    TRIPLESEAT_BASE_URL: TRIPLESEAT_BASE_URL ?? '',
    TRIPLESEAT_AUTHORIZE_URL: TRIPLESEAT_AUTHORIZE_URL ?? '',
    SETTLE_SECONDS: '0',
    REVEL_RPS: '100',
    TRIPLESEAT_RPS: '100',
  };
}
