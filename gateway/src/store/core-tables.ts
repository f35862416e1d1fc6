/** Tables that every resource uses: accounts, keys, idempotency, events, audit, jobs. */
export const CORE_TABLES = `
  CREATE TABLE milepost_gateway.accounts (
    id text PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL
  );

  CREATE TABLE milepost_gateway.api_keys (
    id text PRIMARY KEY,
    account_id text NOT NULL REFERENCES milepost_gateway.accounts,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    name text NOT NULL,
    -- SHA-256 of the key's text, hex.
    hash text NOT NULL,
    last_four text NOT NULL,
    -- Null for every scope.
    scopes text[],
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz
  );
  CREATE INDEX api_keys_account ON milepost_gateway.api_keys (account_id, mode, id);

  CREATE TABLE milepost_gateway.idempotency_keys (
    account_id text NOT NULL,
    mode text NOT NULL,
    key text NOT NULL,
    -- SHA-256 of method, path and body: another request with the same key is refused.
    fingerprint text NOT NULL,
    -- Null while the first request is at work.
    status integer,
    body text,
    locked_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, key)
  );
  CREATE INDEX idempotency_keys_age ON milepost_gateway.idempotency_keys (created_at);

  CREATE TABLE milepost_gateway.object_sequences (
    object_id text PRIMARY KEY,
    last integer NOT NULL
  );
  CREATE TABLE milepost_gateway.events (
    id text PRIMARY KEY,
    account_id text NOT NULL,
    mode text NOT NULL,
    type text NOT NULL,
    object_id text NOT NULL,
    sequence integer NOT NULL,
    data jsonb NOT NULL,
    chain jsonb,
    created_at timestamptz NOT NULL,
    UNIQUE (object_id, sequence)
  );
  CREATE INDEX events_account ON milepost_gateway.events (account_id, mode, id);

  CREATE TABLE milepost_gateway.audit_log (
    id text PRIMARY KEY,
    account_id text NOT NULL,
    mode text NOT NULL,
    key_id text NOT NULL,
    action text NOT NULL,
    object_id text,
    request_id text NOT NULL,
    details jsonb NOT NULL,
    created_at timestamptz NOT NULL
  );
  CREATE INDEX audit_log_account ON milepost_gateway.audit_log (account_id, mode, id);
  CREATE FUNCTION milepost_gateway.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
  BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
  END $body$;
  CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON milepost_gateway.audit_log
    FOR EACH ROW EXECUTE FUNCTION milepost_gateway.refuse_change();
`;
