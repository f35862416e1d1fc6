/** Removes secrets from values before they are logged. */
import { Keypair, PublicKey } from "@solana/web3.js";

export const REDACTED = "[redacted]";

/** Names whose values are secret at any depth. */
const SECRET_NAME =
  /secret|passw(or)?d|passphrase|private_?key|mnemonic|^_?keypair$|^seed$|^authorization$|^cookie$|api_?key|access_?token|connection_?string|^wire$/i;
/** Fields that only a key object has, such as web3.js's two kinds. */
const KEY_FIELDS = ["secretKey", "_secretKey", "_keypair"];

const ADDRESS = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'`<>\\]+/gi;
/** Byte list as in keypair files and printed arrays: 32 numbers or more. */
const BYTE_LIST = /\[\s*(?:\d{1,3}\s*,\s*){31,}\d{1,3}\s*\]/g;
/** Key in hexadecimal. A key in base58 looks like a signature, see `secrets`. */
const HEX_KEY = /\b(?:0x)?(?:[0-9a-f]{64}){1,2}\b/gi;
const WEBHOOK_SECRET = /\bwhsec_[A-Za-z0-9+/=_-]+/g;

const MAX_DEPTH = 12;
const MIN_SECRET_BYTES = 32;

/**
 * Returns a function that redacts values of any shape: secret by name, by form, or because it is one of `secrets`. It never
 * throws, and returns plain values for JSON.
 * @example
 * const redact = createRedact([webhookSecret]);
 * redact({ url: "https://rpc.example/?api-key=1" }); // { url: "https://rpc.example" }
 */
export function createRedact(secrets: readonly string[] = []): (value: unknown) => unknown {
  const text = createRedactText(secrets);
  return (value) => plain(value, text, [], 0);
}

/** Returns `createRedact` for text. It removes each of `secrets`, also within a word. */
export function createRedactText(secrets: readonly string[] = []): (text: string) => string {
  const hide = createHide(secrets);
  return (text) =>
    hide(text)
      .replace(WEBHOOK_SECRET, REDACTED)
      .replace(BYTE_LIST, REDACTED)
      .replace(HEX_KEY, REDACTED)
      .replace(ADDRESS, (address) => withoutSecrets(address));
}

/** Removes only these texts, so that a line of JSON stays valid. */
export function createHide(secrets: readonly string[]): (text: string) => string {
  // Longer ones first, because one may contain another. Texts of one or two letters would redact everything.
  const known = [...new Set(secrets)].filter(({ length }) => length >= 4);
  known.sort((a, b) => b.length - a.length);
  return (text) => known.reduce((shown, secret) => shown.split(secret).join(REDACTED), text);
}

/**
 * Returns scheme, host and port of a URL. Many RPC providers put the key into the path, so the path is removed as well.
 * @example
 * withoutSecrets("https://me:pw@rpc.example:8443/v2/key?x=1"); // "https://rpc.example:8443/…"
 */
export function withoutSecrets(address: string): string {
  try {
    const { protocol, host, pathname, search, hash } = new URL(address);
    const hasMore = pathname.replace(/\/+$/, "") !== "" || search !== "" || hash !== "";
    return `${protocol}//${host}${hasMore ? "/…" : ""}`;
  } catch {
    return REDACTED;
  }
}

/** Returns every form in which these may appear: text, base58, byte list and hexadecimal. */
export function formsOf(secretKey: Uint8Array, base58: (bytes: Uint8Array) => string): string[] {
  const seed = secretKey.slice(0, 32);
  return [secretKey, seed].flatMap((bytes) => [
    base58(bytes),
    Buffer.from(bytes).toString("hex"),
    Buffer.from(bytes).toString("base64"),
    [...bytes].join(","),
    [...bytes].join(", "),
  ]);
}

type Text = (text: string) => string;

function plain(value: unknown, text: Text, above: readonly object[], depth: number): unknown {
  if (typeof value === "string") return text(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "function" || typeof value === "symbol") return `[${typeof value}]`;
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) return "[circular]";
  if (depth >= MAX_DEPTH) return "[deep]";
  try {
    return plainObject(value, text, [...above, value], depth + 1);
  } catch {
    return "[unreadable]";
  }
}

function plainObject(value: object, text: Text, above: readonly object[], depth: number): unknown {
  const inner = (item: unknown) => plain(item, text, above, depth);
  if (value instanceof PublicKey) return value.toBase58();
  if (value instanceof Keypair) return { publicKey: value.publicKey.toBase58() };
  if (value instanceof Date) return value.toISOString();
  if (value instanceof URL) return withoutSecrets(value.href);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return `[${value.byteLength} bytes]`;
  }
  if (Array.isArray(value)) return isBytes(value) ? `[${value.length} bytes]` : value.map(inner);
  if (value instanceof Set) return [...value].map(inner);
  if (value instanceof Map) return fields([...value], inner, text);
  if (value instanceof Error) return errorFields(value, inner, text);
  if (KEY_FIELDS.some((name) => name in value)) {
    const { publicKey } = value as { publicKey?: unknown };
    return publicKey instanceof PublicKey ? { publicKey: publicKey.toBase58() } : REDACTED;
  }
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return inner(toJSON.call(value));
  return fields(Object.entries(value), inner, text);
}

function errorFields(error: Error, inner: (value: unknown) => unknown, text: Text): unknown {
  const { name, message, stack, cause } = error;
  return {
    type: error.constructor.name || name,
    message: text(message),
    ...(stack ? { stack: text(stack) } : {}),
    ...(cause === undefined ? {} : { cause: inner(cause) }),
    ...(error instanceof AggregateError ? { errors: inner(error.errors) } : {}),
    ...fields(Object.entries(error), inner, text),
  };
}

function fields(
  entries: readonly (readonly [unknown, unknown])[],
  inner: (value: unknown) => unknown,
  text: Text,
): Record<string, unknown> {
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const shown = typeof name === "string" ? name : String(inner(name));
      return [text(shown), SECRET_NAME.test(shown) ? hidden(value) : inner(value)];
    }),
  );
}

/** Returns true for a missing value, which is not a secret. */
function hidden(value: unknown): unknown {
  return value === null || value === undefined ? value : REDACTED;
}

/** Returns true for a list of bytes, as in a keypair file. */
function isBytes(items: readonly unknown[]): boolean {
  return (
    items.length >= MIN_SECRET_BYTES &&
    items.every(
      (item) => typeof item === "number" && Number.isInteger(item) && item >= 0 && item < 256,
    )
  );
}
