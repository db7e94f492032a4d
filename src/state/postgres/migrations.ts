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
  CREATE TABLE ts_reconcile.budgets (
    name text PRIMARY KEY,
    made bigint NOT NULL DEFAULT 0,
    paused_until double precision NOT NULL DEFAULT 0
  );
  -- The times of the latest grants, in a ring of 4,096: more than any limit allows in its time span.
  CREATE TABLE ts_reconcile.grants (
    name text NOT NULL,
    slot integer NOT NULL,
    at double precision NOT NULL,
    PRIMARY KEY (name, slot)
  );
  -- Up to "wanted" requests, as many as "counts" allow in each of "spans" (milliseconds, "margin" added).
  CREATE FUNCTION ts_reconcile.claim(
    budget text, wanted integer, counts integer[], spans integer[], margin integer,
    OUT granted integer, OUT wait_ms double precision
  ) LANGUAGE plpgsql AS $$
  DECLARE
    head bigint;
    moment double precision;
    blocking double precision;
  BEGIN
    INSERT INTO ts_reconcile.budgets (name) VALUES (budget) ON CONFLICT DO NOTHING;
    SELECT made, paused_until INTO head, wait_ms FROM ts_reconcile.budgets WHERE name = budget FOR UPDATE;
    moment := extract(epoch FROM clock_timestamp()) * 1000;
    wait_ms := wait_ms - moment;
    granted := 0;
    WHILE wait_ms <= 0 AND granted < wanted LOOP
      FOR i IN 1 .. cardinality(counts) LOOP
        SELECT at INTO blocking FROM ts_reconcile.grants
          WHERE name = budget AND slot = (head - counts[i]) % 4096 AND head >= counts[i];
        -- A time to come was written by a clock that has been put back since.
        IF FOUND AND blocking <= moment THEN
          wait_ms := greatest(wait_ms, blocking + spans[i] + margin - moment);
        END IF;
      END LOOP;
      IF wait_ms <= 0 THEN
        INSERT INTO ts_reconcile.grants (name, slot, at) VALUES (budget, head % 4096, moment)
          ON CONFLICT (name, slot) DO UPDATE SET at = excluded.at;
        head := head + 1;
        granted := granted + 1;
      END IF;
    END LOOP;
    UPDATE ts_reconcile.budgets SET made = head WHERE name = budget AND granted > 0;
    wait_ms := greatest(wait_ms, 0);
  END
  $$;
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
  `
  CREATE TABLE ts_reconcile.documents (
    name text PRIMARY KEY,
    text text,
    sealed bytea,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((text IS NULL) <> (sealed IS NULL))
  );
  INSERT INTO ts_reconcile.documents (name, sealed, changed_at)
    SELECT CASE slot WHEN 'current' THEN 'tokens' ELSE 'tokens.damaged' END, sealed, changed_at
    FROM ts_reconcile.tokens WHERE slot IN ('current', 'aside');
  INSERT INTO ts_reconcile.documents (name, text, changed_at)
    SELECT 'intents/' || event, json_build_object(
      'claim', claim, 'run', run, 'lastWriteAt', last_write_at, 'orderId', order_id)::text, changed_at
    FROM ts_reconcile.intents;
  INSERT INTO ts_reconcile.documents (name, text)
    SELECT 'mailed', '[' || string_agg(entry, ',' ORDER BY n) || ']' FROM ts_reconcile.mailed HAVING count(*) > 0;
  -- What was remembered to make runs cheaper is not taken along: the first sweep asks for it anew.
  DROP TABLE ts_reconcile.tokens, ts_reconcile.intents, ts_reconcile.mailed, ts_reconcile.cache;

  ALTER TABLE ts_reconcile.journal RENAME TO log;
  ALTER TABLE ts_reconcile.log RENAME COLUMN sweep TO headline;
  ALTER TABLE ts_reconcile.log DROP COLUMN type, DROP COLUMN run, DROP COLUMN event;
  ALTER INDEX ts_reconcile.journal_sweeps RENAME TO log_headlines;
  ALTER INDEX ts_reconcile.journal_written_at RENAME TO log_written_at;

  CREATE SEQUENCE ts_reconcile.deliveries;
  CREATE TABLE ts_reconcile.queue (
    event text PRIMARY KEY,
    run text NOT NULL,
    at bigint NOT NULL,
    seq bigint NOT NULL DEFAULT nextval('ts_reconcile.deliveries'),
    starts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT '-infinity'
  );
  INSERT INTO ts_reconcile.queue (event, run, at)
    SELECT DISTINCT ON (event) event, run, at FROM ts_reconcile.spool ORDER BY event, at;
  DROP TABLE ts_reconcile.spool;
  `,
];
