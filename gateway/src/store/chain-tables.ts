/** Table of the chains whose objects the database has. */
export const CHAIN_TABLES = `
  -- One chain and one program per mode: objects of another one would look unpaid, or paid.
  CREATE TABLE milepost_gateway.chains (
    mode text PRIMARY KEY CHECK (mode IN ('test', 'live')),
    genesis_hash text NOT NULL,
    program_id text NOT NULL,
    created_at timestamptz NOT NULL
  );
`;
