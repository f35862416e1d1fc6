/** Signs as a wallet of the sandbox does: whole transactions and messages, bytes in and bytes out. */
import { createPrivateKey, sign } from "node:crypto";
import { type Keypair, VersionedTransaction } from "@solana/web3.js";

/** Header of an ed25519 private key in the encoding that node:crypto reads. */
const KEY_HEADER = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * Returns the transaction with the key's signature; those of others stay. Null where the bytes are not a transaction, or the key
 * is not one of its signers.
 * @example
 * signTransactionBytes(keypair, Buffer.from(text, "base64"));
 */
export function signTransactionBytes(keypair: Keypair, bytes: Uint8Array): Uint8Array | null {
  const transaction = readTransaction(bytes);
  if (!transaction) return null;
  const { staticAccountKeys, header } = transaction.message;
  const signers = staticAccountKeys.slice(0, header.numRequiredSignatures);
  const place = signers.findIndex((key) => key.equals(keypair.publicKey));
  if (place === -1) return null;
  transaction.signatures[place] = signMessageBytes(keypair, transaction.message.serialize());
  return transaction.serialize();
}

/** Returns the key's signature of the bytes. */
export function signMessageBytes({ secretKey }: Keypair, message: Uint8Array): Uint8Array {
  const der = Buffer.concat([KEY_HEADER, secretKey.subarray(0, 32)]);
  return sign(null, message, createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
}

function readTransaction(bytes: Uint8Array): VersionedTransaction | null {
  try {
    return VersionedTransaction.deserialize(bytes);
  } catch {
    return null;
  }
}
