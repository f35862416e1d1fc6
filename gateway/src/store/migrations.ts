/** Every step of the schema `milepost_gateway`, in order. Each resource's SQL lies beside its store. */
import type { DatabaseProgram, Migration, Schema } from "@milepost/database";
import { ADMINISTRATOR_TABLES } from "./administrator-tables";
import { CHAIN_TABLES } from "./chain-tables";
import { CORE_TABLES } from "./core-tables";
import { DISPUTE_TABLES } from "./dispute-tables";
import { FILE_TABLES } from "./file-tables";
import { FREIGHT_TABLES } from "./freight-tables";
import { INTENT_STATE_TABLES } from "./intent-state-tables";
import { INTENT_TABLES } from "./intent-tables";
import { LIMITS_TABLES } from "./limits-tables";
import { NOTIFICATION_TABLES } from "./notification-tables";
import { OBJECT_LEDGER_TABLES } from "./object-ledger-tables";
import { OUTBOX_TABLES } from "./outbox-tables";
import { POLICY_TABLES } from "./policy-tables";
import { PROJECT_PROBLEM_TABLES } from "./project-problem-tables";
import { PROJECT_TABLES } from "./project-tables";
import { RECONCILIATION_TABLES } from "./reconciliation-tables";
import { RELEASE_REQUEST_INDEX } from "./release-request-index";
import { SESSION_TABLES } from "./session-tables";
import { SPONSOR_TABLES } from "./sponsor-tables";
import { WALLET_TABLES } from "./wallet-tables";
import { WEBHOOK_TABLES } from "./webhook-tables";
import { REVIEW_TABLES } from "./review-tables";

/** Steps in order. Append-only from the first release on. */
const MIGRATIONS: readonly Migration[] = [
  { major: 1, minor: 0, sql: CORE_TABLES },
  { major: 1, minor: 1, sql: OUTBOX_TABLES },
  { major: 1, minor: 2, sql: INTENT_TABLES },
  { major: 1, minor: 3, sql: WEBHOOK_TABLES },
  { major: 1, minor: 4, sql: PROJECT_TABLES + DISPUTE_TABLES },
  { major: 1, minor: 5, sql: FREIGHT_TABLES },
  { major: 1, minor: 6, sql: FILE_TABLES + NOTIFICATION_TABLES + REVIEW_TABLES },
  { major: 1, minor: 7, sql: LIMITS_TABLES },
  { major: 1, minor: 8, sql: RECONCILIATION_TABLES },
  { major: 1, minor: 9, sql: POLICY_TABLES + SPONSOR_TABLES },
  { major: 1, minor: 10, sql: WALLET_TABLES },
  { major: 1, minor: 11, sql: OBJECT_LEDGER_TABLES },
  { major: 1, minor: 12, sql: CHAIN_TABLES },
  { major: 1, minor: 13, sql: INTENT_STATE_TABLES },
  { major: 1, minor: 15, sql: PROJECT_PROBLEM_TABLES },
  { major: 1, minor: 16, sql: RELEASE_REQUEST_INDEX },
  { major: 1, minor: 17, sql: SESSION_TABLES },
  { major: 1, minor: 18, sql: ADMINISTRATOR_TABLES },
];

/** Schema of the gateway's tables. */
export const GATEWAY_SCHEMA: Schema = {
  schema: "milepost_gateway",
  program: "gateway",
  migrations: MIGRATIONS,
};

/** The gateway, as the database's error texts describe it. */
export const PROGRAM: DatabaseProgram = {
  name: "gateway",
  withoutFiles:
    "The chain keeps every payment: no money is lost. API keys, intents, projects and events are lost, unless you have a backup.",
};
