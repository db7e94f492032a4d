import { secretsOf } from '../config/secrets.js';
import type { Config } from '../config/types.js';
import { onSandbox } from '../text/calls.js';
import { createRedactor } from '../text/redact.js';

/**
 * What every sentence goes through before anybody reads it: secrets are taken out, and with `sandbox` the calls that it
 * advises are calls on the sandbox.
 */
export function textsOf(config: Config, sandbox: boolean): (text: string) => string {
  const redact = createRedactor(secretsOf(config));
  return sandbox ? (text) => onSandbox(redact(text)) : redact;
}
