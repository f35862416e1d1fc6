/** Tables of the policies that the gateway knows, whatever resource they belong to, and of the money that moved in each. */
export const POLICY_TABLES = `
  CREATE TABLE milepost_gateway.policies (
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    -- Address on chain, base58.
    address text NOT NULL,
    account_id text NOT NULL,
    -- Intent, project or schedule item that the policy belongs to.
    object_id text NOT NULL,
    part integer NOT NULL,
    -- Chain that the address lies on: a reset localnet is another one.
    genesis_hash text NOT NULL,
    -- 'held' or 'delegated'.
    kind text NOT NULL CHECK (kind IN ('held', 'delegated')),
    created_at timestamptz NOT NULL,
    -- Set when the gateway knows that the account was deleted.
    closed_at timestamptz,
    -- SHA-256 of the accounts as the resource saw them last; null before.
    seen_hash text,
    -- When a process looked at the accounts last.
    watched_at timestamptz NOT NULL,
    -- Set when nothing can change any more: every milestone has ended.
    ended_at timestamptz,
    PRIMARY KEY (mode, address)
  );
  CREATE INDEX policies_account ON milepost_gateway.policies (account_id, mode, address);
  CREATE INDEX policies_watch ON milepost_gateway.policies (mode, watched_at) WHERE ended_at IS NULL;
  CREATE INDEX policies_object ON milepost_gateway.policies (object_id, part);

  -- One row per milestone and kind: a milestone is funded, paid and refunded once at most.
  CREATE TABLE milepost_gateway.policy_movements (
    mode text NOT NULL,
    policy text NOT NULL,
    milestone_index integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('funded', 'paid', 'refunded')),
    -- Base units, platform fee included.
    units numeric(20, 0) NOT NULL CHECK (units >= 0),
    signature text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (mode, policy, milestone_index, kind),
    FOREIGN KEY (mode, policy) REFERENCES milepost_gateway.policies (mode, address)
  );
`;
