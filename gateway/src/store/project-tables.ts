/** Tables of projects: people, projects, milestones, policies, and what happened to them on chain. */
export const PROJECT_TABLES = `
  CREATE TABLE milepost_gateway.persons (
    id text PRIMARY KEY,
    account_id text NOT NULL REFERENCES milepost_gateway.accounts,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    name text NOT NULL,
    -- Address for mails; null for none.
    email text,
    -- Base58; null in test mode, where the sandbox's keys sign.
    wallet text,
    created_at timestamptz NOT NULL
  );
  CREATE INDEX persons_account ON milepost_gateway.persons (account_id, mode, id);

  CREATE TABLE milepost_gateway.projects (
    id text PRIMARY KEY,
    account_id text NOT NULL REFERENCES milepost_gateway.accounts,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    status text NOT NULL CHECK (status IN ('draft', 'active', 'completed', 'canceled')),
    title text NOT NULL,
    -- The accepted bid, as the platform names it: one project per bid.
    bid_id text,
    project_type text NOT NULL,
    size text NOT NULL CHECK (size IN ('small', 'medium', 'large')),
    currency text NOT NULL,
    decimals integer NOT NULL,
    -- Base units.
    amount numeric(20, 0) NOT NULL CHECK (amount > 0),
    homeowner_id text NOT NULL REFERENCES milepost_gateway.persons,
    contractor_id text NOT NULL REFERENCES milepost_gateway.persons,
    mediator_id text NOT NULL REFERENCES milepost_gateway.persons,
    -- Wallets as they are fixed at the finalization; null before.
    homeowner_wallet text,
    contractor_wallet text,
    mediator_wallet text,
    -- Terms of every escrow of this project, as the SDK's EscrowTerms.
    terms jsonb NOT NULL,
    release_condition integer NOT NULL CHECK (release_condition IN (4, 5)),
    -- Fees as they stood at the finalization, the highest that the homeowner agreed to; null before.
    gateway_fee_bps integer,
    protocol_fee_bps integer,
    genesis_hash text NOT NULL,
    metadata jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- Unix seconds of the chain's clock.
    finalized_at bigint,
    ended_at bigint
  );
  CREATE INDEX projects_account ON milepost_gateway.projects (account_id, mode, id);
  CREATE UNIQUE INDEX projects_bid ON milepost_gateway.projects (account_id, mode, bid_id);

  CREATE TABLE milepost_gateway.project_milestones (
    id text PRIMARY KEY,
    account_id text NOT NULL,
    mode text NOT NULL,
    project_id text NOT NULL REFERENCES milepost_gateway.projects,
    index integer NOT NULL CHECK (index BETWEEN 0 AND 19),
    title text NOT NULL,
    description text NOT NULL,
    verification_method text NOT NULL,
    -- Base units.
    amount numeric(20, 0) NOT NULL,
    -- Unix seconds; null for no date.
    due_date bigint,
    -- How it ended: the fields of the program's MilestoneFinalized, with signature and time; null before.
    payout jsonb,
    UNIQUE (project_id, index)
  );

  -- One policy per part of up to four milestones, written when the transaction that created it is confirmed.
  CREATE TABLE milepost_gateway.project_policies (
    mode text NOT NULL,
    address text NOT NULL,
    account_id text NOT NULL,
    project_id text NOT NULL REFERENCES milepost_gateway.projects,
    part integer NOT NULL,
    escrow text NOT NULL,
    vault text NOT NULL,
    -- Last confirmed state, as PolicyState; of a closed policy, the last one before the closing.
    state jsonb NOT NULL,
    slot bigint NOT NULL,
    -- Newest transaction whose events are in project_steps.
    last_signature text,
    -- Unix seconds of the chain's clock.
    closed_at bigint,
    PRIMARY KEY (mode, address),
    UNIQUE (project_id, part)
  );

  -- Events of the program, one row each, as the chain wrote them.
  CREATE TABLE milepost_gateway.project_steps (
    mode text NOT NULL,
    policy text NOT NULL,
    signature text NOT NULL,
    ordinal integer NOT NULL,
    project_id text NOT NULL,
    -- Order in which they happened: a slot may have several transactions.
    number bigint GENERATED ALWAYS AS IDENTITY,
    slot bigint NOT NULL,
    time bigint NOT NULL,
    name text NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (mode, policy, signature, ordinal),
    FOREIGN KEY (mode, policy) REFERENCES milepost_gateway.project_policies (mode, address)
  );
  CREATE INDEX project_steps_project ON milepost_gateway.project_steps (project_id, number);

  -- What a party asked for: a transaction that is queued, waits for its signature, or has landed.
  CREATE TABLE milepost_gateway.project_actions (
    id text PRIMARY KEY,
    account_id text NOT NULL,
    mode text NOT NULL,
    project_id text NOT NULL REFERENCES milepost_gateway.projects,
    -- Null for actions on the whole project.
    milestone_id text REFERENCES milepost_gateway.project_milestones,
    part integer NOT NULL,
    kind text NOT NULL,
    -- Null for what happens by itself.
    person_id text,
    payload jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('prepared', 'pending', 'landed', 'failed')),
    job_id text,
    signature text,
    slot bigint,
    error text,
    -- Key of the request: its repetition after a crash finds this action.
    idempotency_key text,
    created_at timestamptz NOT NULL,
    finished_at timestamptz
  );
  CREATE INDEX project_actions_project ON milepost_gateway.project_actions (project_id, id);
  CREATE UNIQUE INDEX project_actions_key
    ON milepost_gateway.project_actions (account_id, mode, idempotency_key);
  -- One transaction of a project is on its way at a time.
  CREATE UNIQUE INDEX project_actions_pending
    ON milepost_gateway.project_actions (project_id) WHERE state = 'pending';
`;
