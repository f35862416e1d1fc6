/** Tables of registered wallets, and what live mode adds to accounts and intents. */
export const WALLET_TABLES = `
  -- True where the operator knows that the account is neither payer nor payee: its word alone may release.
  ALTER TABLE milepost_gateway.accounts ADD COLUMN is_platform boolean NOT NULL DEFAULT false;

  CREATE TABLE milepost_gateway.wallet_challenges (
    id text PRIMARY KEY,
    account_id text NOT NULL REFERENCES milepost_gateway.accounts,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    address text NOT NULL,
    -- The text that the wallet signs.
    message text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- Set when the signature was taken: a challenge counts once.
    used_at timestamptz
  );
  CREATE INDEX wallet_challenges_age ON milepost_gateway.wallet_challenges (created_at);

  CREATE TABLE milepost_gateway.wallets (
    id text PRIMARY KEY,
    account_id text NOT NULL REFERENCES milepost_gateway.accounts,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    address text NOT NULL,
    label text,
    created_at timestamptz NOT NULL,
    -- A removed wallet is no longer offered. It still counts as the account's own where the release condition is chosen.
    removed_at timestamptz,
    UNIQUE (account_id, mode, address)
  );

  ALTER TABLE milepost_gateway.payment_intents
    -- The chain's time at which a live intent's schedule was fixed: the dates of later parts count from it.
    ADD COLUMN locked_at bigint,
    -- The payer's signature under the text that lets the account release, base64.
    ADD COLUMN release_consent text;
`;
