/** Encrypts the secrets that the database keeps: AES-256-GCM, with the name of the row as associated data. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/** Encrypts and decrypts texts with the keys of the process. */
export interface SecretBox {
  /** Returns the encrypted text. `label` names the place that it is for, such as a row's id: elsewhere it does not open. */
  seal(plain: string, label: string): string;
  /** Returns the text. Throws `SecretBoxError` for another label, changed bytes, or a key that this process does not have. */
  open(sealed: string, label: string): string;
  /** Returns true for a text that the newest key encrypted. */
  isCurrent(sealed: string): boolean;
}

/** A sealed text does not open. The message holds no secret. */
export class SecretBoxError extends Error {
  override readonly name = "SecretBoxError";
}

const PREFIX = "sealed1";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Returns true for a text that `seal` wrote. */
export const isSealed = (text: string): boolean => text.startsWith(`${PREFIX}.`);

/**
 * Returns a box with the given keys of 32 bytes, newest first. The newest one encrypts, every one decrypts, so that a key
 * can be replaced without a pause.
 * @example
 * const box = createSecretBox([key]);
 * box.open(box.seal("whsec_...", "we_1"), "we_1");
 */
export function createSecretBox(keys: readonly Buffer[]): SecretBox {
  const byId = new Map(keys.map((key) => [keyIdOf(key), key]));
  const [newest] = byId;
  if (!newest || keys.some(({ length }) => length !== 32)) {
    throw new SecretBoxError("expected at least one key of 32 bytes");
  }
  const [newestId, newestKey] = newest;
  return {
    seal(plain, label) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", newestKey, iv).setAAD(Buffer.from(label));
      const bytes = [iv, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()];
      return `${PREFIX}.${newestId}.${Buffer.concat(bytes).toString("base64url")}`;
    },
    open(sealed, label) {
      const [prefix, keyId, text] = sealed.split(".");
      const key = byId.get(keyId ?? "");
      if (prefix !== PREFIX || !text) throw new SecretBoxError("this text was not sealed here");
      if (!key) throw new SecretBoxError(`no key ${keyId}: add the key that sealed it`);
      return decrypt(key, Buffer.from(text, "base64url"), label);
    },
    isCurrent: (sealed) => sealed.startsWith(`${PREFIX}.${newestId}.`),
  };
}

function decrypt(key: Buffer, bytes: Buffer, label: string): string {
  const end = bytes.length - TAG_BYTES;
  try {
    const cipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(label))
      .setAuthTag(bytes.subarray(end));
    return cipher.update(bytes.subarray(IV_BYTES, end), undefined, "utf8") + cipher.final("utf8");
  } catch {
    throw new SecretBoxError("the sealed text was changed, or belongs elsewhere");
  }
}

/** Names a key without telling it. */
function keyIdOf(key: Buffer): string {
  return createHash("sha256").update("milepost key id").update(key).digest("hex").slice(0, 8);
}
