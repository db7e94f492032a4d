import { variables } from '../config/variables.js';

/** What a run needs of its surroundings besides the configuration. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'XDG_STATE_HOME',
  'TMPDIR',
  'TZ',
  'LANG',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'SystemRoot',
];

/**
 * The environment of a run: the variables of the configuration but those of the relay itself, a few of the
 * system's, and nothing else. Runs log as text, since the relay puts their lines into its own log.
 */
export function runEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = variables
    .filter(({ group }) => group !== 'serve')
    .flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]));
  const chosen: Record<string, string> = {};
  for (const name of [...names, ...PASSED_ON]) {
    const value = env[name];
    if (value !== undefined) chosen[name] = value;
  }
  return { ...chosen, LOG_FORMAT: 'text', NO_COLOR: '1' };
}
