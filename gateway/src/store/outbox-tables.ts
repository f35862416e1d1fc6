/** Table of the outbox: one row per transaction that the chain has to carry out. */
export const OUTBOX_TABLES = `
  CREATE TABLE milepost_gateway.chain_jobs (
    id text PRIMARY KEY,
    -- Order of enqueueing.
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    kind text NOT NULL,
    subject_id text NOT NULL,
    -- Jobs with the same key run one at a time, whatever their subjects.
    serial_key text,
    dedupe_key text NOT NULL,
    payload jsonb NOT NULL,
    -- Unix seconds by the chain's clock.
    not_before bigint,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'signed', 'landed', 'failed')),
    -- Leases so far. With lease_owner it names one lease, so that a late worker's writes are refused.
    attempts integer NOT NULL DEFAULT 0,
    -- Failures in a row that say nothing about the job, such as an RPC that does not answer.
    troubles integer NOT NULL DEFAULT 0,
    -- Equal refusals in a row.
    refusals integer NOT NULL DEFAULT 0,
    refusal text,
    error text,
    -- True while build said that it is too early: such a job holds no other one up.
    is_waiting boolean NOT NULL DEFAULT false,
    run_at timestamptz NOT NULL DEFAULT now(),
    lease_owner text,
    lease_until timestamptz,
    -- Newest signed transaction. Its bytes are kept until it is final.
    signature text,
    wire bytea,
    last_valid_block_height bigint,
    slot bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    landed_at timestamptz,
    finalized_at timestamptz,
    CHECK (state <> 'signed' OR (signature IS NOT NULL AND wire IS NOT NULL AND last_valid_block_height IS NOT NULL)),
    UNIQUE (account_id, mode, dedupe_key)
  );
  CREATE INDEX chain_jobs_due ON milepost_gateway.chain_jobs (run_at, sequence)
    WHERE state IN ('queued', 'signed');
  CREATE INDEX chain_jobs_subject ON milepost_gateway.chain_jobs (subject_id, sequence)
    WHERE state IN ('queued', 'signed');
  CREATE INDEX chain_jobs_serial ON milepost_gateway.chain_jobs (serial_key, sequence)
    WHERE state IN ('queued', 'signed') AND serial_key IS NOT NULL;
  CREATE INDEX chain_jobs_busy ON milepost_gateway.chain_jobs (subject_id, serial_key)
    WHERE state = 'signed' OR (state = 'queued' AND lease_owner IS NOT NULL);
  CREATE INDEX chain_jobs_dated ON milepost_gateway.chain_jobs (mode, not_before)
    WHERE state = 'queued' AND not_before IS NOT NULL;
  CREATE INDEX chain_jobs_not_final ON milepost_gateway.chain_jobs (landed_at)
    WHERE state = 'landed' AND finalized_at IS NULL;
  -- Two jobs that build the very same transaction would share one payment.
  CREATE UNIQUE INDEX chain_jobs_signature ON milepost_gateway.chain_jobs (signature)
    WHERE wire IS NOT NULL;
`;
