/** The caller of a request, as their key tells. */
import type { Mode } from "./mode";

/** What a key may do. `sk_` keys have all scopes, `rk_` keys those they were created with. Append-only. */
export const SCOPES = [
  "intents:read",
  "intents:write",
  "milestones:write",
  "milestones:complete",
  "release",
  "disputes:write",
  "projects:read",
  "projects:write",
  "freight:read",
  "freight:write",
  "account:read",
  "events:read",
  "webhooks:write",
  "keys:write",
  "sandbox:write",
  "audit:read",
  "account:write",
] as const;

/** A scope of `SCOPES`. */
export type Scope = (typeof SCOPES)[number];

/** Wallet session behind a request. */
export interface CallerSession {
  readonly id: string;
  /** Base58. */
  readonly wallet: string;
  /** A party reaches its own objects only; an administrator acts for an account, but moves no money. */
  readonly role: "party" | "administrator";
  /** Person that the wallet is in the request's project; null where the route has none. */
  readonly personId: string | null;
}

/** Account, mode and scopes behind a request. */
export interface Caller {
  /** For a party's session, the account of the object. Empty where the request lists the objects of a wallet. */
  readonly accountId: string;
  /** Id of the key, or of the wallet session. */
  readonly keyId: string;
  readonly mode: Mode;
  readonly scopes: readonly Scope[];
  /** Absent for an API key. */
  readonly session?: CallerSession;
}
