/**
 * The tables, one step for each version; a step that was released is never changed. Everything lies in the
 * schema `ts_reconcile`. Times are epoch milliseconds of the host where the program reckons with them, and the
 * server's own where only retention does.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE ts_reconcile.tokens (
    slot text PRIMARY KEY,
    sealed bytea NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE ts_reconcile.intents (
    event text PRIMARY KEY,
    claim text NOT NULL,
    run text NOT NULL,
    last_write_at bigint NOT NULL,
    order_id text,
    changed_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX intents_changed_at ON ts_reconcile.intents (changed_at);
  CREATE TABLE ts_reconcile.journal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch uuid NOT NULL,
    part integer NOT NULL,
    type text NOT NULL,
    run text NOT NULL,
    sweep boolean NOT NULL,
    event text,
    line text NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (batch, part)
  );
  CREATE INDEX journal_sweeps ON ts_reconcile.journal (id) WHERE sweep;
  CREATE INDEX journal_event ON ts_reconcile.journal (event, id) WHERE event IS NOT NULL;
  CREATE INDEX journal_run ON ts_reconcile.journal (run, id);
  CREATE INDEX journal_written_at ON ts_reconcile.journal (written_at);
  CREATE TABLE ts_reconcile.cache (
    key text PRIMARY KEY,
    value text NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX cache_written_at ON ts_reconcile.cache (written_at);
  CREATE TABLE ts_reconcile.mailed (
    subject text NOT NULL,
    reason text NOT NULL,
    entry text NOT NULL,
    n bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    PRIMARY KEY (subject, reason)
  );
  CREATE TABLE ts_reconcile.spool (
    owner uuid NOT NULL,
    event text NOT NULL,
    run text NOT NULL,
    at bigint NOT NULL,
    token uuid NOT NULL,
    PRIMARY KEY (owner, event)
  );
  CREATE TABLE ts_reconcile.upkeep (
    task text PRIMARY KEY,
    done_at timestamptz NOT NULL
  );
  `,
];
