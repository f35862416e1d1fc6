/** Tables of reviews. */
export const REVIEW_TABLES = `
  CREATE TABLE milepost_gateway.reviews (
    id text PRIMARY KEY,
    account_id text NOT NULL REFERENCES milepost_gateway.accounts,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    project_id text NOT NULL REFERENCES milepost_gateway.projects,
    author_id text NOT NULL REFERENCES milepost_gateway.persons,
    subject_id text NOT NULL REFERENCES milepost_gateway.persons,
    rating integer NOT NULL CHECK (rating BETWEEN 1 AND 5),
    public_comment text NOT NULL,
    -- For the person who is reviewed alone.
    private_comment text NOT NULL,
    -- Unix seconds of the chain's clock.
    submitted_at bigint NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (project_id, author_id)
  );
  CREATE INDEX reviews_subject ON milepost_gateway.reviews (account_id, mode, subject_id, id);
`;
