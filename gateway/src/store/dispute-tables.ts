/** Tables of what the parties of a project tell each other: submissions, disputes, messages, settlements. */
export const DISPUTE_TABLES = `
  CREATE TABLE milepost_gateway.project_submissions (
    id text PRIMARY KEY,
    account_id text NOT NULL,
    mode text NOT NULL,
    project_id text NOT NULL,
    milestone_id text NOT NULL REFERENCES milepost_gateway.project_milestones,
    action_id text NOT NULL,
    note text NOT NULL,
    -- Files as the manifest names them.
    files jsonb NOT NULL,
    -- The canonical text whose SHA-256 is on chain, and that hash in hex.
    manifest text NOT NULL,
    evidence_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    -- Unix seconds of the chain's clock; null until it is confirmed.
    submitted_at bigint
  );
  CREATE INDEX project_submissions_milestone
    ON milepost_gateway.project_submissions (milestone_id, id);

  CREATE TABLE milepost_gateway.project_disputes (
    id text PRIMARY KEY,
    account_id text NOT NULL,
    mode text NOT NULL,
    project_id text NOT NULL,
    milestone_id text NOT NULL REFERENCES milepost_gateway.project_milestones,
    action_id text NOT NULL,
    raised_by text NOT NULL,
    type text NOT NULL,
    text text NOT NULL,
    files jsonb NOT NULL,
    manifest text NOT NULL,
    reason_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    -- Unix seconds of the chain's clock; null until it is confirmed.
    disputed_at bigint,
    -- How it ended: 'answered' by a new submission, 'withdrawn', or by the ending of the milestone.
    ending text,
    ended_at bigint
  );
  CREATE INDEX project_disputes_milestone ON milepost_gateway.project_disputes (milestone_id, id);

  CREATE TABLE milepost_gateway.project_messages (
    id text PRIMARY KEY,
    account_id text NOT NULL,
    mode text NOT NULL,
    dispute_id text NOT NULL REFERENCES milepost_gateway.project_disputes,
    author_id text NOT NULL,
    text text NOT NULL,
    created_at timestamptz NOT NULL
  );
  CREATE INDEX project_messages_dispute ON milepost_gateway.project_messages (dispute_id, id);

  CREATE TABLE milepost_gateway.project_settlements (
    id text PRIMARY KEY,
    account_id text NOT NULL,
    mode text NOT NULL,
    project_id text NOT NULL,
    milestone_id text NOT NULL REFERENCES milepost_gateway.project_milestones,
    -- Base units of the milestone's amount for the contractor, before fees.
    recipient_amount numeric(20, 0) NOT NULL,
    proposed_by text NOT NULL,
    agreed_by text,
    status text NOT NULL CHECK (status IN ('proposed', 'agreed', 'withdrawn', 'replaced', 'settled')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
  );
  -- One proposal of a milestone is open at a time.
  CREATE UNIQUE INDEX project_settlements_open
    ON milepost_gateway.project_settlements (milestone_id) WHERE status IN ('proposed', 'agreed');
`;
