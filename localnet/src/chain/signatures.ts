/** Ed25519 over a transaction's message, as a validator checks it before it runs anything. */
import { createPublicKey, verify } from "node:crypto";
import { decodeBase58 } from "./base58";
import type { Wire } from "./wire";

/** What turns 32 raw bytes into the DER form that Node takes. */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** True when every required signer has signed exactly this message. */
export function areSignaturesValid({ message, signatures }: Wire): boolean {
  return signatures.every((signature, index) => {
    const raw = decodeBase58(message.staticKeys[index] as string) as Buffer;
    const key = Buffer.concat([SPKI_PREFIX, raw]);
    const publicKey = createPublicKey({ key, format: "der", type: "spki" });
    return verify(null, message.bytes, publicKey, decodeBase58(signature) as Buffer);
  });
}
