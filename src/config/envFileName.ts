/** Names a file to read in place of `.env` in the working directory; `--env-file` sets it for a process and its runs. */
export const ENV_FILE = 'TS_RECONCILE_ENV_FILE';
