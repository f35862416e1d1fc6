/** Reads URLs from flags. They may contain a password or a key, so no message repeats one. */
import { withoutSecrets } from "../observe/redact";
import { UsageError } from "./errors";

export function rpcUrl(flag: string, text: string): string {
  return url(flag, text, ["http:", "https:"], "an http:// or https:// URL");
}

export function webSocketUrl(flag: string, text: string): string {
  return url(flag, text, ["ws:", "wss:"], "a ws:// or wss:// URL");
}

export function databaseUrl(flag: string, text: string): string {
  return url(flag, text, ["postgres:", "postgresql:"], "a postgres:// URL");
}

function url(flag: string, text: string, protocols: readonly string[], expected: string): string {
  const parsed = URL.canParse(text) ? new URL(text) : null;
  if (parsed && protocols.includes(parsed.protocol)) return text;
  // Without "//" it may be anything, even a password.
  const shown = parsed && text.includes("://") ? `, not ${withoutSecrets(text)}` : "";
  throw new UsageError(`${flag} takes ${expected}${shown}`);
}
