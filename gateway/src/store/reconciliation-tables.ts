/** Tables of reconciliations and of what they found. A difference is written down, never repaired. */
export const RECONCILIATION_TABLES = `
  CREATE TABLE milepost_gateway.reconciliations (
    id text PRIMARY KEY,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    -- Null for every account of the mode.
    account_id text,
    trigger text NOT NULL CHECK (trigger IN ('daily', 'api', 'command')),
    -- UTC day of a daily run: one process runs it.
    day text,
    state text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    policies integer NOT NULL DEFAULT 0,
    error text,
    created_at timestamptz NOT NULL,
    -- Sign of life of the process that runs it.
    seen_at timestamptz NOT NULL,
    finished_at timestamptz
  );
  CREATE UNIQUE INDEX reconciliations_day ON milepost_gateway.reconciliations (mode, day) WHERE day IS NOT NULL;
  CREATE INDEX reconciliations_account ON milepost_gateway.reconciliations (account_id, mode, id);

  CREATE TABLE milepost_gateway.reconciliation_differences (
    reconciliation_id text NOT NULL REFERENCES milepost_gateway.reconciliations,
    mode text NOT NULL,
    policy text NOT NULL,
    field text NOT NULL,
    account_id text NOT NULL,
    object_id text NOT NULL,
    part integer NOT NULL,
    -- Base units; null where a side has no such number.
    ledger numeric(20, 0),
    chain numeric(20, 0),
    found_at timestamptz NOT NULL,
    PRIMARY KEY (reconciliation_id, policy, field)
  );
  CREATE INDEX reconciliation_differences_account
    ON milepost_gateway.reconciliation_differences (account_id, mode, reconciliation_id);
`;
