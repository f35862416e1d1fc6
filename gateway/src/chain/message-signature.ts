/** Signatures of texts that are no transactions, as wallets make them with `signMessage`. */
import { createPublicKey, verify } from "node:crypto";
import { PublicKey } from "@solana/web3.js";
import bs58 from "bs58";

/** Bytes of an ed25519 signature. */
export const SIGNATURE_BYTES = 64;
/** Header of an ed25519 key in the encoding that node:crypto reads. */
const KEY_HEADER = Buffer.from("302a300506032b6570032100", "hex");

/** Returns true for an address in base58: 32 bytes. */
export function isAddress(text: string): boolean {
  try {
    return new PublicKey(text).toBase58() === text;
  } catch {
    return false;
  }
}

/** Returns true when the signature is the address's own under the bytes. */
export function isSignatureOf(
  address: string,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const key = createPublicKey({
    key: Buffer.concat([KEY_HEADER, bs58.decode(address)]),
    format: "der",
    type: "spki",
  });
  return verify(null, message, key, signature);
}

/**
 * Returns true when a wallet's signature under a text is valid. Wallets give signatures in base64 or in base58.
 * @example
 * isTextSignedBy(address, challenge.message, body.signature);
 */
export function isTextSignedBy(address: string, text: string, signature: string): boolean {
  const message = Buffer.from(text, "utf8");
  return [fromBase64(signature), fromBase58(signature)].some(
    (bytes) => bytes !== null && isSignatureOf(address, message, bytes),
  );
}

function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === SIGNATURE_BYTES ? bytes : null;
}

function fromBase58(text: string): Buffer | null {
  try {
    const bytes = Buffer.from(bs58.decode(text));
    return bytes.length === SIGNATURE_BYTES ? bytes : null;
  } catch {
    return null;
  }
}
