/** The secrets of one gateway process, derived from master keys that the operator keeps outside the database. */
import { hkdfSync } from "node:crypto";
import { createSecretBox, type SecretBox } from "./secret-box";
import { type SigningKey, signingKeyOf } from "./signing-key";

/** Secrets of a process. Processes that share a database have the same ones. */
export interface ProcessSecrets {
  /** Encrypts the secrets that the database keeps. */
  readonly box: SecretBox;
  /** Keys that sign webhooks, newest first. Each of them signs every webhook, so that receivers can change over. */
  readonly signingKeys: readonly SigningKey[];
  /** Returns 32 bytes that are always the same for a label, as the sandbox's stable webhook secret needs them. */
  derive(label: string): Buffer;
  /** Returns what `derive` returns with each master key, newest first: what was derived before a change still counts. */
  deriveEach(label: string): Buffer[];
}

/**
 * Returns the secrets of the master keys, newest first. To replace one, put the new one before it on every process, restart
 * them, and remove the old one once receivers have the new public key.
 * Throws `RangeError` for a key that does not have 32 bytes.
 * @example
 * const secrets = createSecrets(readMasterKeys(readFileSync("master.key", "utf8")));
 */
export function createSecrets(masters: readonly Uint8Array[]): ProcessSecrets {
  const [newest] = masters;
  if (!newest || masters.some(({ length }) => length !== 32)) {
    throw new RangeError("expected at least one master key of 32 bytes");
  }
  return {
    box: createSecretBox(masters.map((master) => derived(master, "secret box"))),
    signingKeys: masters.map((master) => signingKeyOf(derived(master, "webhook signing"))),
    derive: (label) => derived(newest, `label ${label}`),
    deriveEach: (label) => masters.map((master) => derived(master, `label ${label}`)),
  };
}

/**
 * Reads master keys from a file's or a variable's text: one key of 64 hex digits per line, newest first.
 * Throws `RangeError` without the text itself.
 */
export function readMasterKeys(text: string): Buffer[] {
  const lines = text.split(/\s+/).filter((line) => line !== "");
  if (lines.length === 0 || lines.some((line) => !/^[0-9a-f]{64}$/i.test(line))) {
    throw new RangeError(
      "master key: expected 64 hex digits per line. Create one with: openssl rand -hex 32",
    );
  }
  return lines.map((line) => Buffer.from(line, "hex"));
}

function derived(master: Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync("sha256", master, "", `milepost gateway: ${info}`, 32));
}
