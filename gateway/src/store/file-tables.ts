/** Tables of evidence files. */
export const FILE_TABLES = `
  CREATE TABLE milepost_gateway.files (
    id text PRIMARY KEY,
    account_id text NOT NULL REFERENCES milepost_gateway.accounts,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    -- SHA-256 of the bytes, hex; also their name in the storage.
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    -- A label of the platform, never authority.
    uploaded_by text,
    created_at timestamptz NOT NULL
  );
  CREATE INDEX files_account ON milepost_gateway.files (account_id, mode, id);

  -- Which files a milestone's evidence consists of. Rows are only added: an earlier submission keeps its files.
  CREATE TABLE milepost_gateway.evidence_files (
    account_id text NOT NULL,
    mode text NOT NULL,
    policy text NOT NULL,
    milestone_index integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('submission', 'dispute')),
    -- SHA-256 of the manifest, hex: what the chain has.
    manifest_hash text NOT NULL,
    -- Text with that hash. It may name a statement of the sender beside the files.
    manifest text NOT NULL,
    file_id text NOT NULL REFERENCES milepost_gateway.files,
    -- Id of the milestone as the API names it.
    milestone_id text NOT NULL,
    PRIMARY KEY (account_id, mode, policy, milestone_index, kind, manifest_hash, file_id)
  );
  CREATE INDEX evidence_files_file ON milepost_gateway.evidence_files (file_id);
`;
