/** Tables of notifications: the inbox, mails on their way, and the reminders that were told. */
export const NOTIFICATION_TABLES = `
  CREATE TABLE milepost_gateway.notifications (
    id text PRIMARY KEY,
    account_id text NOT NULL REFERENCES milepost_gateway.accounts,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    -- Null for the platform's administrators.
    person_id text REFERENCES milepost_gateway.persons,
    kind text NOT NULL,
    project_id text,
    milestone_id text,
    subject text NOT NULL,
    text text NOT NULL,
    -- Unix seconds of the chain's clock.
    at bigint NOT NULL,
    -- Of a reminder: submission or dispute that it is about.
    round text,
    created_at timestamptz NOT NULL,
    read_at timestamptz
  );
  CREATE INDEX notifications_inbox ON milepost_gateway.notifications (account_id, mode, person_id, id);

  -- Addresses that mails go to, one row each: its lease keeps two processes from mailing one person at once.
  CREATE TABLE milepost_gateway.mail_recipients (
    account_id text NOT NULL,
    mode text NOT NULL,
    address text NOT NULL,
    -- Unix seconds of the chain's clock: the next mail goes an hour later at the earliest.
    last_sent_at bigint,
    failures integer NOT NULL DEFAULT 0,
    retry_at timestamptz,
    lease text,
    lease_until timestamptz,
    PRIMARY KEY (account_id, mode, address)
  );

  CREATE TABLE milepost_gateway.notification_mails (
    notification_id text NOT NULL REFERENCES milepost_gateway.notifications,
    address text NOT NULL,
    account_id text NOT NULL,
    mode text NOT NULL,
    -- 'obsolete': it was no longer true when the mail was about to be sent.
    state text NOT NULL CHECK (state IN ('pending', 'sent', 'obsolete', 'failed')),
    -- Mail that it is part of, from the first attempt on: a repetition after a crash is the same mail with the same Message-ID.
    batch text,
    finished_at timestamptz,
    PRIMARY KEY (notification_id, address)
  );
  CREATE INDEX notification_mails_pending
    ON milepost_gateway.notification_mails (account_id, mode, address, notification_id) WHERE state = 'pending';

  CREATE TABLE milepost_gateway.reminders (
    account_id text NOT NULL,
    mode text NOT NULL,
    milestone_id text NOT NULL,
    -- Address, base58; null while the milestone is not on chain.
    policy text,
    kind text NOT NULL,
    -- Hash and time of the submission or dispute.
    round text NOT NULL,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, milestone_id, kind, round)
  );

  -- When a project is looked at next.
  CREATE TABLE milepost_gateway.reminder_watches (
    project_id text PRIMARY KEY,
    account_id text NOT NULL,
    mode text NOT NULL,
    -- Unix seconds of the chain's clock.
    look_at bigint NOT NULL,
    lease text,
    lease_until timestamptz
  );
  CREATE INDEX reminder_watches_due ON milepost_gateway.reminder_watches (mode, look_at);
`;
