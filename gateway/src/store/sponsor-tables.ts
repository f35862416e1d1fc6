/** Tables of transactions that wait for a party's signature, and of the SOL that the sponsor spends on them. */
export const SPONSOR_TABLES = `
  CREATE TABLE milepost_gateway.signings (
    id text PRIMARY KEY,
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    -- Object that the transaction is for, such as an intent.
    object_id text NOT NULL,
    -- What it does, such as 'fund_part'.
    purpose text NOT NULL,
    -- Whatever the service needs when the signatures are there.
    payload jsonb NOT NULL,
    -- The message as it was built, base64, and its SHA-256 in hex: only these bytes are signed.
    message text NOT NULL,
    message_hash text NOT NULL,
    -- Valid signatures so far: base58 address to base64 signature.
    signatures jsonb NOT NULL,
    last_valid_block_height bigint NOT NULL,
    -- The chain's time after which the bytes cannot land, Unix seconds.
    expires_at bigint NOT NULL,
    -- What fee and rent cost the sponsor.
    lamports bigint NOT NULL,
    created_at timestamptz NOT NULL,
    -- Set when the sponsor has signed.
    completed_at timestamptz,
    UNIQUE (mode, message_hash)
  );
  CREATE INDEX signings_object ON milepost_gateway.signings (object_id, id);
  CREATE INDEX signings_age ON milepost_gateway.signings (created_at);

  CREATE TABLE milepost_gateway.sponsor_spending (
    account_id text NOT NULL,
    mode text NOT NULL,
    -- Hours since 1970.
    hour bigint NOT NULL,
    lamports bigint NOT NULL,
    PRIMARY KEY (account_id, mode, hour)
  );
`;
