/** Tables of migration 1.7: what rolling a key leaves behind, and the windows of rate limits. */
export const LIMITS_TABLES = `
  -- Id of the key that replaced this one.
  ALTER TABLE milepost_gateway.api_keys ADD COLUMN replaced_by text REFERENCES milepost_gateway.api_keys;

  -- Unlogged: a crash of the server forgets the current window, and no write waits for the log.
  CREATE UNLOGGED TABLE milepost_gateway.rate_windows (
    -- "key:" and a key's id, or "ip:" and an address.
    subject text PRIMARY KEY,
    -- Unix seconds at which the window starts.
    starts bigint NOT NULL,
    -- Requests that processes have taken in this window, used or not.
    taken integer NOT NULL
  );
  CREATE INDEX rate_windows_starts ON milepost_gateway.rate_windows (starts);
`;
