import { ENV_FILE } from '../config/envFileName.js';
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
  'NODE_USE_SYSTEM_CA',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'SystemRoot',
  ENV_FILE,
  'HTTP_PROXY',
  'http_proxy',
  'HTTPS_PROXY',
  'https_proxy',
  'NO_PROXY',
  'no_proxy',
];

/**
 * What the database's driver reads of its own accord for parts of the connection that STATE_URL leaves out: a run
 * must get to the database that its relay works on, as the same user. Left out is what this program sets itself
 * (the application's name, time-outs) and what only other clients read (e.g. PGSSLROOTCERT, PGSERVICE).
 */
const READ_BY_DRIVER = [
  'PGHOST',
  'PGPORT',
  'PGDATABASE',
  'PGUSER',
  'PGPASSWORD',
  'PGPASSFILE',
  'PGPASS_NO_DEESCAPE',
  'PGSSLMODE',
  'PGSSLNEGOTIATION',
  'PGOPTIONS',
  'PGCLIENT_ENCODING',
  'PGREPLICATION',
  // The user, and where the password file lies, when nothing else says so; the last two on Windows.
  'USER',
  'USERNAME',
  'APPDATA',
];

/**
 * The environment of a run: the variables of the configuration but those of the relay itself, a few of the system's
 * and of the database driver's, and nothing else. Runs log as text, since the relay puts their lines into its own
 * log.
 */
export function runEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = variables
    .filter(({ group }) => group !== 'serve')
    .flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]));
  const chosen: Record<string, string> = {};
  for (const name of [...names, ...PASSED_ON, ...READ_BY_DRIVER]) {
    const value = env[name];
    if (value !== undefined) chosen[name] = value;
  }
  return { ...chosen, LOG_FORMAT: 'text', NO_COLOR: '1' };
}
