/** Tables of webhooks, and the order of events in which they were committed. */
export const WEBHOOK_TABLES = `
  -- Ids sort by the time a transaction began. Streams need the order of commits: transactions first, then rows.
  ALTER TABLE milepost_gateway.events
    ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    ADD COLUMN position bigint GENERATED ALWAYS AS IDENTITY;
  CREATE INDEX events_stream ON milepost_gateway.events (account_id, mode, xid, position);
  CREATE INDEX events_object ON milepost_gateway.events (account_id, mode, object_id, id);
  CREATE INDEX events_age ON milepost_gateway.events (created_at);

  CREATE TABLE milepost_gateway.webhook_endpoints (
    id text PRIMARY KEY,
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    url text NOT NULL,
    description text,
    -- Names such as 'milestone.completed', 'milestone.*' or '*'.
    enabled_events text[] NOT NULL,
    metadata jsonb NOT NULL,
    status text NOT NULL CHECK (status IN ('enabled', 'disabled')),
    -- Encrypted by the process. Old secrets sign beside the new one until they expire: [{"secret", "expiresAt"}].
    secret text NOT NULL,
    old_secrets jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL,
    -- First failed attempt since the last success.
    failing_since timestamptz,
    warned_at timestamptz,
    disabled_at timestamptz,
    disabled_reason text
  );
  CREATE INDEX webhook_endpoints_account ON milepost_gateway.webhook_endpoints (account_id, mode, id);

  -- No foreign keys: the deletion of an endpoint must not make the transaction of a payment fail.
  CREATE TABLE milepost_gateway.webhook_deliveries (
    id text PRIMARY KEY,
    account_id text NOT NULL,
    mode text NOT NULL,
    endpoint_id text NOT NULL,
    event_id text NOT NULL,
    object_id text NOT NULL,
    sequence integer NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    first_attempt_at timestamptz,
    last_attempt_at timestamptz,
    -- Token of the process that sends it now; with an expired lease, another process sends it.
    lease text,
    lease_until timestamptz,
    response_status integer,
    response_body text,
    error text,
    duration_ms integer,
    created_at timestamptz NOT NULL,
    UNIQUE (endpoint_id, event_id)
  );
  -- One delivery in flight per object and endpoint, whatever the processes do.
  CREATE UNIQUE INDEX webhook_deliveries_in_flight ON milepost_gateway.webhook_deliveries (endpoint_id, object_id)
    WHERE lease IS NOT NULL;
  CREATE INDEX webhook_deliveries_due ON milepost_gateway.webhook_deliveries (endpoint_id, next_attempt_at)
    WHERE state = 'pending';
  CREATE INDEX webhook_deliveries_order ON milepost_gateway.webhook_deliveries (endpoint_id, object_id, sequence)
    WHERE state = 'pending';
  CREATE INDEX webhook_deliveries_endpoint ON milepost_gateway.webhook_deliveries (endpoint_id, id);
  CREATE INDEX webhook_deliveries_event ON milepost_gateway.webhook_deliveries (event_id);
  CREATE INDEX webhook_deliveries_age ON milepost_gateway.webhook_deliveries (created_at);
`;
