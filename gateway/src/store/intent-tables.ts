/** Tables of payment intents: escrow orders, milestones, parts on chain, delivery proofs, disputes, ledger, wallets. */
export const INTENT_TABLES = `
  CREATE TABLE milepost_gateway.payment_intents (
    id text PRIMARY KEY,
    account_id text NOT NULL REFERENCES milepost_gateway.accounts,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    -- The chain that it was created for: a reset localnet is another one.
    genesis_hash text NOT NULL,
    status text NOT NULL,
    settlement_status text,
    -- Base units of the currency.
    amount numeric(20) NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    decimals smallint NOT NULL,
    type text NOT NULL,
    release_type text,
    auto_release boolean NOT NULL,
    release_condition smallint NOT NULL,
    settlement_method text NOT NULL,
    settlement_destination text NOT NULL,
    description text,
    metadata jsonb,
    delivery_period integer NOT NULL,
    time_lock_until bigint,
    expected_delivery_hash text,
    delivery_oracle text,
    -- Wallets on chain; the payer is known from the confirmation on.
    payer text,
    recipient text,
    mediator text,
    -- What the confirmation brought, as it came.
    signature text,
    payer_address text,
    confirmed_by text,
    confirmed_at timestamptz,
    -- Set when the amounts of the milestones were fixed.
    scheduled_at timestamptz,
    next_action text,
    -- Why it is REQUIRES_ACTION.
    problem text,
    phases jsonb NOT NULL,
    warnings jsonb NOT NULL,
    -- How often funding was begun: part of the jobs' dedupe keys.
    attempt integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  );
  CREATE INDEX payment_intents_account ON milepost_gateway.payment_intents (account_id, mode, id);

  -- Policies on chain: up to four milestones each.
  CREATE TABLE milepost_gateway.intent_parts (
    intent_id text NOT NULL REFERENCES milepost_gateway.payment_intents,
    part smallint NOT NULL,
    first_milestone smallint NOT NULL,
    milestone_count smallint NOT NULL,
    state text NOT NULL,
    policy text UNIQUE,
    escrow text,
    vault text,
    -- The transaction that funded it.
    signature text,
    slot bigint,
    -- The address that the newest attempt would create.
    planned_policy text,
    -- The job that funds it.
    job_id text,
    -- Slot of the newest state that was written down: an older answer of a lagging node changes nothing.
    seen_slot bigint,
    PRIMARY KEY (intent_id, part)
  );

  CREATE TABLE milepost_gateway.escrow_orders (
    id text PRIMARY KEY,
    intent_id text NOT NULL UNIQUE REFERENCES milepost_gateway.payment_intents,
    order_status text NOT NULL,
    settlement_status text NOT NULL,
    -- Where the order continues after a dispute.
    disputed_from text,
    -- Unix seconds of the chain.
    released_at bigint,
    -- From when on the payer alone may take the current milestone back; Unix seconds of the chain.
    reclaimable_at bigint,
    -- Hash of the delivery proof, hex.
    delivery_hash text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  );

  CREATE TABLE milepost_gateway.milestones (
    id text PRIMARY KEY,
    intent_id text NOT NULL REFERENCES milepost_gateway.payment_intents,
    milestone_index smallint NOT NULL CHECK (milestone_index BETWEEN 0 AND 19),
    -- Base units; null for a draft by percentage alone, until the schedule is fixed.
    amount numeric(20),
    -- As it was sent.
    percentage text,
    description text,
    status text NOT NULL,
    completed_by text,
    completion_proof text,
    completion_proof_uri text,
    -- What goes on chain: SHA-256 in hex.
    proof_hash text,
    -- Unix seconds of the chain.
    completed_at bigint,
    released_at bigint,
    -- The transaction that put the completion on chain.
    completion_signature text,
    -- From when on silence pays; Unix seconds of the chain.
    silent_approval_at bigint,
    -- The job of the last transaction that was asked for.
    job_id text,
    -- The transaction that ended it.
    release_signature text,
    release_slot bigint,
    -- Base units: paid = fee + net; refunded went back to the payer.
    paid numeric(20) NOT NULL DEFAULT 0,
    fee numeric(20) NOT NULL DEFAULT 0,
    refunded numeric(20) NOT NULL DEFAULT 0,
    -- How often a transaction for it was begun: part of the jobs' dedupe keys.
    attempt integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (intent_id, milestone_index)
  );

  -- Append-only. Of each policy: RESERVE - RELEASE - REFUND is what the vault has.
  CREATE TABLE milepost_gateway.ledger_entries (
    id text PRIMARY KEY,
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    intent_id text NOT NULL REFERENCES milepost_gateway.payment_intents,
    milestone_id text,
    type text NOT NULL CHECK (type IN ('RESERVE', 'RELEASE', 'REFUND', 'SETTLEMENT')),
    -- Base units: amount = fee + net.
    amount numeric(20) NOT NULL,
    fee numeric(20) NOT NULL,
    net numeric(20) NOT NULL,
    currency text NOT NULL,
    decimals smallint NOT NULL,
    -- The policy that the money went into or came out of.
    policy text,
    destination text,
    signature text,
    slot bigint,
    -- Unix seconds of the chain.
    occurred_at bigint NOT NULL,
    -- One entry per effect.
    effect text NOT NULL,
    created_at timestamptz NOT NULL,
    CHECK (amount = fee + net),
    UNIQUE (intent_id, effect)
  );
  CREATE INDEX ledger_entries_account ON milepost_gateway.ledger_entries (account_id, mode, id);

  CREATE TABLE milepost_gateway.delivery_proofs (
    id text PRIMARY KEY,
    intent_id text NOT NULL REFERENCES milepost_gateway.payment_intents,
    proof_hash text NOT NULL,
    proof_uri text,
    submitted_by text NOT NULL,
    -- Unix seconds of the chain.
    submitted_at bigint NOT NULL,
    signature text,
    created_at timestamptz NOT NULL,
    UNIQUE (intent_id)
  );

  CREATE TABLE milepost_gateway.disputes (
    id text PRIMARY KEY,
    intent_id text NOT NULL REFERENCES milepost_gateway.payment_intents,
    milestone_id text NOT NULL REFERENCES milepost_gateway.milestones,
    reason text NOT NULL,
    -- SHA-256 of the reason, hex: what goes on chain.
    reason_hash text NOT NULL,
    raised_by text NOT NULL,
    status text NOT NULL,
    is_on_chain boolean NOT NULL,
    -- Unix seconds of the chain.
    raised_at bigint NOT NULL,
    resolved_at bigint,
    outcome text,
    signature text,
    job_id text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  );
  CREATE INDEX disputes_intent ON milepost_gateway.disputes (intent_id, id);
`;
