/** Tables of wallet sessions, and what finds the objects of a wallet. */
export const SESSION_TABLES = `
  CREATE TABLE milepost_gateway.session_challenges (
    id text PRIMARY KEY,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    -- The chain of the mode: a reset localnet is another one.
    genesis_hash text NOT NULL,
    address text NOT NULL,
    -- The text that the wallet signs.
    message text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- Set when the signature was taken: a challenge counts once.
    used_at timestamptz
  );
  CREATE INDEX session_challenges_age ON milepost_gateway.session_challenges (created_at);

  CREATE TABLE milepost_gateway.wallet_sessions (
    id text PRIMARY KEY,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    genesis_hash text NOT NULL,
    address text NOT NULL,
    -- SHA-256 of the cookie's secret, hex. The secret itself is nowhere.
    secret_hash text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX wallet_sessions_expiry ON milepost_gateway.wallet_sessions (expires_at);

  -- Wallet of the session that uploaded a file; null for an upload with an API key.
  ALTER TABLE milepost_gateway.files ADD COLUMN wallet text;

  CREATE INDEX projects_homeowner_wallet ON milepost_gateway.projects (homeowner_wallet, id) WHERE homeowner_wallet IS NOT NULL;
  CREATE INDEX projects_contractor_wallet ON milepost_gateway.projects (contractor_wallet, id) WHERE contractor_wallet IS NOT NULL;
  CREATE INDEX projects_mediator_wallet ON milepost_gateway.projects (mediator_wallet, id) WHERE mediator_wallet IS NOT NULL;
  CREATE INDEX payment_intents_payer ON milepost_gateway.payment_intents (payer, id) WHERE payer IS NOT NULL;
  CREATE INDEX payment_intents_recipient ON milepost_gateway.payment_intents (recipient, id) WHERE recipient IS NOT NULL;
  CREATE INDEX payment_intents_mediator ON milepost_gateway.payment_intents (mediator, id) WHERE mediator IS NOT NULL;
`;
