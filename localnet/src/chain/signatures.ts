/** Ed25519 signatures of a transaction's message, which a validator checks before it runs anything. */
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { decodeBase58 } from "./base58";
import type { Wire } from "./wire";

/** Prefix that turns 32 raw bytes into the DER form that Node takes. */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

const MAX_KEYS = 1_000;
const keys = new Map<string, KeyObject>();

/** Returns true when every required signer has signed exactly this message. */
export function areSignaturesValid({ message, signatures }: Wire): boolean {
  return signatures.every((signature, index) => {
    const publicKey = publicKeyOf(message.staticKeys[index] as string);
    return verify(null, message.bytes, publicKey, decodeBase58(signature) as Buffer);
  });
}

/** Returns the key of an address; the same few sign most transactions. */
function publicKeyOf(address: string): KeyObject {
  const known = keys.get(address);
  if (known) return known;
  const key = Buffer.concat([SPKI_PREFIX, decodeBase58(address) as Buffer]);
  const made = createPublicKey({ key, format: "der", type: "spki" });
  if (keys.size >= MAX_KEYS) keys.clear();
  keys.set(address, made);
  return made;
}
