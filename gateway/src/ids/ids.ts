/** Ids of the API's objects: a prefix that names the kind, then 26 characters that sort by time of creation. */
import { randomBytes } from "node:crypto";

/** Crockford's base 32 in lower case: no i, l, o, u. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Prefix per kind of object. Append-only. */
export const ID_PREFIXES = {
  account: "acct_",
  key: "key_",
  intent: "intent_",
  milestone: "milestone_",
  escrowOrder: "escrow_order_",
  deliveryProof: "delivery_proof_",
  dispute: "dispute_",
  ledgerEntry: "entry_",
  event: "evt_",
  webhookEndpoint: "we_",
  delivery: "whd_",
  ping: "ping_",
  job: "job_",
  request: "req_",
  audit: "audit_",
  project: "project_",
  file: "file_",
  message: "msg_",
  review: "review_",
  notification: "note_",
  person: "person_",
  action: "action_",
  submission: "submission_",
  settlement: "settlement_",
  signing: "signing_",
  reconciliation: "recon_",
  freightItem: "freight_item_",
  walletChallenge: "wallet_challenge_",
  wallet: "wallet_",
  sessionChallenge: "session_challenge_",
  session: "session_",
} as const;

/** Kind of object that has ids. */
export type IdKind = keyof typeof ID_PREFIXES;

/**
 * Returns a new id: 48 bits of milliseconds, then 82 random bits, as a ULID has them. Lists page by id alone, because ids are
 * unique and sort by time.
 * @example
 * newId("intent"); // intent_01jdx3...
 */
export function newId(kind: IdKind, now: Date = new Date()): string {
  let time = now.getTime();
  let text = "";
  for (let digit = 0; digit < 10; digit += 1) {
    text = ALPHABET[time % 32]! + text;
    time = Math.floor(time / 32);
  }
  for (const byte of randomBytes(16)) text += ALPHABET[byte % 32]!;
  return ID_PREFIXES[kind] + text;
}

/** Returns the pattern of a kind's ids, for schemas. */
export const idPattern = (kind: IdKind): string => `^${ID_PREFIXES[kind]}[0-9a-z]{1,40}$`;
