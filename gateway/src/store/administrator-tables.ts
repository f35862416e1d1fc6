/** Wallets that may act for an account in the page, and indexes for the operator. */
export const ADMINISTRATOR_TABLES = `
  CREATE TABLE milepost_gateway.account_administrators (
    account_id text NOT NULL REFERENCES milepost_gateway.accounts,
    -- Base58.
    address text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, address)
  );
  CREATE INDEX account_administrators_address ON milepost_gateway.account_administrators (address);

  -- For the operator's report.
  CREATE INDEX payment_intents_in_need ON milepost_gateway.payment_intents (mode, id) WHERE status = 'REQUIRES_ACTION';
  CREATE INDEX projects_in_need ON milepost_gateway.projects (mode, id) WHERE problem IS NOT NULL;
`;
