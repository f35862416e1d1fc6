/** State of an API key in words. Pure. */
import type { components } from "@milepost/gateway/client";

type ApiKey = components["schemas"]["ApiKey"];

/** State of a key, and whether requests with it are still answered. */
export interface KeyState {
  kind: "good" | "warn" | "bad" | "neutral";
  text: string;
  isUsable: boolean;
}

/** Scopes of the API, those that move money last. */
export const SCOPES = [
  "intents:read",
  "intents:write",
  "milestones:write",
  "disputes:write",
  "projects:read",
  "projects:write",
  "freight:read",
  "freight:write",
  "account:read",
  "account:write",
  "events:read",
  "webhooks:write",
  "keys:write",
  "audit:read",
  "sandbox:write",
  "milestones:complete",
  "release",
] as const satisfies readonly components["schemas"]["Scope"][];

/** Returns the key's state at a time in Unix seconds. */
export function keyState(
  { revoked, expires, replacedBy }: Pick<ApiKey, "revoked" | "expires" | "replacedBy">,
  now: number,
): KeyState {
  if (revoked !== null) return { kind: "bad", text: "Revoked", isUsable: false };
  if (expires !== null && expires <= now) return { kind: "bad", text: "Expired", isUsable: false };
  if (replacedBy !== null) return { kind: "warn", text: "Replaced, still valid", isUsable: true };
  return { kind: "good", text: "Valid", isUsable: true };
}
