/** The gateway's ed25519 keys for `v1a` signatures of Standard Webhooks. */
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";

/** A key that signs webhooks; receivers know only its public half. */
export interface SigningKey {
  /** Name of the key, derived from its public half. */
  readonly id: string;
  /** Public key as Standard Webhooks writes it: `whpk_` and base64. */
  readonly publicKey: string;
  /** Returns the ed25519 signature. */
  sign(message: Buffer): Buffer;
}

/** The DER header of an ed25519 private key in PKCS #8; the 32 bytes of the seed follow. */
const PKCS8_HEADER = Buffer.from("302e020100300506032b657004220420", "hex");

/** Returns the key of a seed of 32 bytes. */
export function signingKeyOf(seed: Buffer): SigningKey {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_HEADER, seed]),
    format: "der",
    type: "pkcs8",
  });
  const publicKey = createPublicKey(privateKey)
    .export({ format: "der", type: "spki" })
    .subarray(-32);
  return {
    id: createHash("sha256").update(publicKey).digest("hex").slice(0, 16),
    publicKey: `whpk_${publicKey.toString("base64")}`,
    sign: (message) => sign(null, message, privateKey),
  };
}
