/** Ed25519 over a transaction's message, as a validator checks it before it runs anything. */
import { createPublicKey, verify } from "node:crypto";
import type { VersionedTransaction } from "@solana/web3.js";

/** What turns 32 raw bytes into the DER form that Node takes. */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** True when every required signer has signed exactly this message. */
export function areSignaturesValid({ message, signatures }: VersionedTransaction): boolean {
  const bytes = message.serialize();
  const signers = message.staticAccountKeys.slice(0, message.header.numRequiredSignatures);
  if (signatures.length !== signers.length) return false;
  return signers.every((signer, index) => {
    const key = Buffer.concat([SPKI_PREFIX, signer.toBuffer()]);
    const publicKey = createPublicKey({ key, format: "der", type: "spki" });
    return verify(null, bytes, publicKey, signatures[index] as Uint8Array);
  });
}
