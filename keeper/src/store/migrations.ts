import type { Migration } from "@milepost/database";

/** Steps in order. Append-only: a released step is never edited. */
export const MIGRATIONS: readonly Migration[] = [
  {
    major: 1,
    minor: 0,
    sql: `
      -- What the database is for; one row at most.
      CREATE TABLE milepost_keeper.chain (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        genesis_hash text NOT NULL,
        program_id text NOT NULL,
        bound_at timestamptz NOT NULL DEFAULT now()
      );

      -- Room in every page, so that raising seen_slot stays in place and needs no vacuum.
      CREATE TABLE milepost_keeper.policies (
        address text PRIMARY KEY,
        milestone_index smallint NOT NULL,
        state text NOT NULL CHECK (state IN ('scheduled', 'waiting', 'done')),
        action text NOT NULL,
        due_at bigint,
        reason text NOT NULL,
        seen_slot bigint NOT NULL,
        -- The finder's last plan in one string: what a worker found out stays until the plan itself changes.
        planned text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        not_before timestamptz,
        -- Since when it is in the queue; a job that got lost is made again when this is old.
        queued_at timestamptz,
        -- The accounts that a wait depends on, and what they were.
        watched text[],
        watched_digest text,
        watched_checked_at timestamptz,
        updated_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 80);
      CREATE INDEX policies_due ON milepost_keeper.policies (due_at, address) WHERE state = 'scheduled';
      -- In the order of takeDue: for a backlog, where few of those that are due can be taken at once.
      CREATE INDEX policies_turn ON milepost_keeper.policies ((least(attempts, 20)), due_at, address)
        WHERE state = 'scheduled';
      CREATE INDEX policies_waiting ON milepost_keeper.policies (updated_at) WHERE state = 'waiting';
      CREATE INDEX policies_watched ON milepost_keeper.policies (watched_checked_at) WHERE watched IS NOT NULL;

      CREATE TABLE milepost_keeper.attempts (
        signature text PRIMARY KEY,
        wire bytea NOT NULL,
        last_valid_block_height bigint NOT NULL,
        state text NOT NULL CHECK (state IN ('signed', 'landed', 'failed', 'expired')),
        error text,
        created_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz
      );
      CREATE INDEX attempts_open ON milepost_keeper.attempts (created_at) WHERE state = 'signed';
      CREATE TABLE milepost_keeper.attempt_members (
        signature text NOT NULL REFERENCES milepost_keeper.attempts ON DELETE CASCADE,
        position smallint NOT NULL,
        policy text NOT NULL,
        milestone_index smallint NOT NULL,
        action text NOT NULL,
        due_at bigint,
        -- Of the token accounts that it creates, at most.
        rent_lamports numeric(20, 0),
        PRIMARY KEY (signature, position)
      );
      CREATE INDEX attempt_members_policy ON milepost_keeper.attempt_members (policy);

      CREATE TABLE milepost_keeper.outcomes (
        policy text NOT NULL,
        milestone_index smallint NOT NULL,
        signature text NOT NULL,
        slot bigint NOT NULL,
        due_at bigint,
        executed_at bigint NOT NULL,
        mint text,
        fee_lamports numeric(20, 0) NOT NULL,
        rent_lamports numeric(20, 0),
        reward numeric(20, 0),
        recorded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (policy, milestone_index)
      );
      CREATE INDEX outcomes_rent ON milepost_keeper.outcomes (recorded_at) WHERE rent_lamports IS DISTINCT FROM 0;

      -- Which payments somebody was warned about, so that it happens once.
      CREATE TABLE milepost_keeper.alerts (
        policy text NOT NULL,
        milestone_index smallint NOT NULL,
        owner text NOT NULL,
        due_at bigint NOT NULL,
        raised_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (policy, milestone_index)
      );

      CREATE TABLE milepost_keeper.lookup_tables (
        address text PRIMARY KEY,
        state text NOT NULL CHECK (state IN ('creating', 'active', 'deactivating', 'closed')),
        addresses text[] NOT NULL,
        changed_slot bigint NOT NULL,
        used_slot bigint NOT NULL DEFAULT 0,
        updated_at timestamptz NOT NULL DEFAULT now()
      );
    `,
  },
  {
    major: 1,
    minor: 1,
    sql: `
      -- What a notification says. Null in rows of older keepers, which notify nobody.
      ALTER TABLE milepost_keeper.alerts ADD COLUMN mint text, ADD COLUMN reason text,
        ADD COLUMN shortfall numeric(20, 0);

      -- Which alerts went out by which channel. A keeper claims one for as long as not_before lies ahead.
      CREATE TABLE milepost_keeper.notifications (
        channel text NOT NULL,
        policy text NOT NULL,
        milestone_index smallint NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        not_before timestamptz NOT NULL DEFAULT now(),
        sent_at timestamptz,
        PRIMARY KEY (channel, policy, milestone_index),
        FOREIGN KEY (policy, milestone_index) REFERENCES milepost_keeper.alerts ON DELETE CASCADE
      );
    `,
  },
  {
    major: 1,
    minor: 2,
    sql: `
      -- Policies that no read has shown since a worker's result: few of a million, searched every half a minute.
      CREATE INDEX policies_unread ON milepost_keeper.policies (updated_at, address) WHERE planned = '';
    `,
  },
  {
    major: 1,
    minor: 3,
    sql: `
      -- Work that counts for all keepers of the database: when the last complete one began, and until when its result
      -- was kept up to date.
      CREATE TABLE milepost_keeper.shared_work (
        name text PRIMARY KEY,
        begun_at timestamptz NOT NULL,
        renewed_at timestamptz
      );
    `,
  },
];
