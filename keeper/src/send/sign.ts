/** Signs transactions, and reads their fee from the bytes. */
import { createPrivateKey, type KeyObject, sign as signBytes } from "node:crypto";
import bs58 from "bs58";
import {
  type BlockhashWithExpiryBlockHeight,
  ComputeBudgetProgram,
  type Signer,
  VersionedTransaction,
} from "@solana/web3.js";
import { completed, type Draft } from "./message";
import type { Attempt } from "../store/attempts";

export type Signed = Pick<Attempt, "signature" | "wire" | "lastValidBlockHeight">;

/** Terms of a transaction that are known right before its signature. */
export interface Terms extends BlockhashWithExpiryBlockHeight {
  computeUnitLimit: number;
}

/** Signs a draft with the payer and with those of `signers` whose signature it demands. Sends nothing. */
export function sign(
  draft: Pick<Draft, "message">,
  { lastValidBlockHeight, ...terms }: Terms,
  keys: { payer: Signer; signers?: readonly Signer[] },
): Signed {
  const message = completed(draft, terms);
  const { header, staticAccountKeys } = message;
  const required = staticAccountKeys.slice(0, header.numRequiredSignatures);
  const transaction = new VersionedTransaction(message);
  const bytes = message.serialize();
  for (const signer of [keys.payer, ...(keys.signers ?? [])]) {
    if (!required.some((key) => key.equals(signer.publicKey))) continue;
    transaction.addSignature(signer.publicKey, signBytes(null, bytes, privateKeyOf(signer)));
  }
  return {
    wire: transaction.serialize(),
    signature: bs58.encode(transaction.signatures[0]!),
    // An RPC may answer anything, and the store takes whole numbers.
    lastValidBlockHeight: Number.isSafeInteger(lastValidBlockHeight)
      ? lastValidBlockHeight
      : Number.MAX_SAFE_INTEGER,
  };
}

/** Start of an Ed25519 private key in PKCS #8; its 32 bytes follow (RFC 8410, section 7). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const privateKeys = new WeakMap<Signer, KeyObject>();

/** Returns the signer's key for OpenSSL, which signs ten times as fast as JavaScript does. */
export function privateKeyOf(signer: Signer): KeyObject {
  const known = privateKeys.get(signer);
  if (known) return known;
  const key = Buffer.concat([PKCS8, signer.secretKey.subarray(0, 32)]);
  const made = createPrivateKey({ key, format: "der", type: "pkcs8" });
  privateKeys.set(signer, made);
  return made;
}

const LAMPORTS_A_SIGNATURE = 5_000n;
const MICRO = 1_000_000n;

/** Returns the lamports that the network charges for these bytes once they land. */
export function transactionFee(wire: Uint8Array): bigint {
  const { message } = VersionedTransaction.deserialize(wire);
  let limit = 0n;
  let price = 0n;
  for (const { programIdIndex, data } of message.compiledInstructions) {
    if (!message.staticAccountKeys[programIdIndex]?.equals(ComputeBudgetProgram.programId))
      continue;
    const bytes = Buffer.from(data);
    if (bytes[0] === 2) limit = BigInt(bytes.readUInt32LE(1));
    if (bytes[0] === 3) price = bytes.readBigUInt64LE(1);
  }
  const signatures = BigInt(message.header.numRequiredSignatures) * LAMPORTS_A_SIGNATURE;
  return signatures + (limit * price + MICRO - 1n) / MICRO;
}
