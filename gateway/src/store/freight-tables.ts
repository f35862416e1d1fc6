/** Tables of ChainFreight and ChainPay. Ids are integers that count per account and mode. */
export const FREIGHT_TABLES = `
  CREATE TABLE milepost_gateway.freight_sequences (
    account_id text NOT NULL,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    kind text NOT NULL,
    last bigint NOT NULL,
    PRIMARY KEY (account_id, mode, kind)
  );

  CREATE TABLE milepost_gateway.freight_shipments (
    account_id text NOT NULL,
    mode text NOT NULL,
    id bigint NOT NULL,
    shipper_name text NOT NULL,
    origin text NOT NULL,
    destination text NOT NULL,
    -- Base units of six decimals, as every amount below.
    cargo_value numeric(20),
    pickup_date timestamptz,
    planned_delivery_date timestamptz,
    pickup_eta timestamptz,
    delivery_eta timestamptz,
    actual_delivery_date timestamptz,
    status text NOT NULL,
    -- Score that the shipper set; null for the scorer's or the default.
    risk_score float8,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, id)
  );

  CREATE TABLE milepost_gateway.freight_tokens (
    account_id text NOT NULL,
    mode text NOT NULL,
    id bigint NOT NULL,
    shipment_id bigint NOT NULL,
    face_value numeric(20) NOT NULL,
    currency text NOT NULL,
    status text NOT NULL,
    risk_score float8,
    risk_category text,
    recommended_action text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, id),
    UNIQUE (account_id, mode, shipment_id),
    FOREIGN KEY (account_id, mode, shipment_id) REFERENCES milepost_gateway.freight_shipments
  );

  -- An event is also the outbox row of its webhook: it is retried until ChainPay has taken it.
  CREATE TABLE milepost_gateway.freight_events (
    account_id text NOT NULL,
    mode text NOT NULL,
    id bigint NOT NULL,
    shipment_id bigint NOT NULL,
    event_type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    metadata text,
    recorded_at timestamptz NOT NULL,
    webhook_sent_at timestamptz,
    webhook_attempts integer NOT NULL DEFAULT 0,
    webhook_next_at timestamptz NOT NULL DEFAULT now(),
    webhook_error text,
    PRIMARY KEY (account_id, mode, id),
    FOREIGN KEY (account_id, mode, shipment_id) REFERENCES milepost_gateway.freight_shipments
  );
  CREATE INDEX freight_events_shipment
    ON milepost_gateway.freight_events (account_id, mode, shipment_id, occurred_at DESC, id DESC);
  CREATE INDEX freight_events_unsent ON milepost_gateway.freight_events (webhook_next_at)
    WHERE webhook_sent_at IS NULL;

  CREATE TABLE milepost_gateway.freight_intents (
    account_id text NOT NULL,
    mode text NOT NULL,
    id bigint NOT NULL,
    freight_token_id bigint NOT NULL,
    shipment_id bigint NOT NULL,
    amount numeric(20) NOT NULL,
    currency text NOT NULL,
    description text,
    risk_score float8,
    risk_category text,
    risk_tier text NOT NULL CHECK (risk_tier IN ('low', 'medium', 'high')),
    status text NOT NULL,
    settlement_approved_at timestamptz,
    settlement_delayed_until timestamptz,
    settlement_completed_at timestamptz,
    settlement_reason text,
    settlement_notes text,
    genesis_hash text NOT NULL,
    payer text,
    recipient text,
    mediator text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, id),
    FOREIGN KEY (account_id, mode, freight_token_id) REFERENCES milepost_gateway.freight_tokens
  );
  CREATE INDEX freight_intents_shipment
    ON milepost_gateway.freight_intents (account_id, mode, shipment_id);

  CREATE TABLE milepost_gateway.freight_schedules (
    account_id text NOT NULL,
    mode text NOT NULL,
    id bigint NOT NULL,
    intent_id bigint NOT NULL,
    risk_tier text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, id),
    UNIQUE (account_id, mode, intent_id),
    FOREIGN KEY (account_id, mode, intent_id) REFERENCES milepost_gateway.freight_intents
  );

  -- An item above zero is a held policy of its own, so that events settle in any order.
  CREATE TABLE milepost_gateway.freight_items (
    account_id text NOT NULL,
    mode text NOT NULL,
    id bigint NOT NULL,
    object_id text NOT NULL UNIQUE,
    schedule_id bigint NOT NULL,
    intent_id bigint NOT NULL,
    event_type text NOT NULL,
    bps integer NOT NULL,
    item_order integer NOT NULL,
    amount numeric(20) NOT NULL,
    funding text NOT NULL CHECK (funding IN ('none', 'unsigned', 'funding', 'funded', 'failed')),
    attempt integer NOT NULL DEFAULT 1,
    job_id text,
    planned_policy text,
    policy text,
    escrow text,
    vault text,
    signature text,
    slot bigint,
    error text,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, id),
    UNIQUE (account_id, mode, intent_id, event_type),
    FOREIGN KEY (account_id, mode, schedule_id) REFERENCES milepost_gateway.freight_schedules
  );

  CREATE TABLE milepost_gateway.freight_settlements (
    account_id text NOT NULL,
    mode text NOT NULL,
    id bigint NOT NULL,
    intent_id bigint NOT NULL,
    item_id bigint NOT NULL,
    event_type text NOT NULL,
    amount numeric(20) NOT NULL,
    status text NOT NULL,
    -- What it waits for: chain, time or approval; null at the end.
    waits_for text CHECK (waits_for IN ('chain', 'time', 'approval')),
    shipment_event_id bigint,
    occurred_at timestamptz NOT NULL,
    release_at timestamptz,
    settled_at timestamptz,
    attempt integer NOT NULL DEFAULT 1,
    job_id text,
    signature text,
    slot bigint,
    paid numeric(20) NOT NULL DEFAULT 0,
    fee numeric(20) NOT NULL DEFAULT 0,
    error text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, id),
    -- One event pays a part once.
    UNIQUE (account_id, mode, intent_id, event_type),
    FOREIGN KEY (account_id, mode, item_id) REFERENCES milepost_gateway.freight_items
  );

  CREATE TABLE milepost_gateway.freight_logs (
    account_id text NOT NULL,
    mode text NOT NULL,
    id bigint NOT NULL,
    intent_id bigint NOT NULL,
    action text NOT NULL,
    reason text,
    triggered_by text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, id),
    FOREIGN KEY (account_id, mode, intent_id) REFERENCES milepost_gateway.freight_intents
  );
  CREATE INDEX freight_logs_intent ON milepost_gateway.freight_logs (account_id, mode, intent_id, id);
`;
