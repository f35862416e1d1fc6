/** Checks what a wallet returned against what was built. The sponsor signs last, and only the built bytes. */
import { VersionedMessage, VersionedTransaction } from "@solana/web3.js";
import bs58 from "bs58";
import { GatewayError } from "../errors/gateway-error";
import type { ChainRuntime } from "./chain-runtime";
import { isSignatureOf, SIGNATURE_BYTES } from "./message-signature";
import { hashMessage } from "./unsigned";

/** A transaction as a wallet returned it. */
export interface ReturnedTransaction {
  /** SHA-256 of its message, hex: finds what was built. */
  messageHash: string;
  message: Buffer;
  /** One per required signer, in the message's order; zeros where one is missing. */
  signatures: Buffer[];
}

/** Returns the refusal of a signed transaction. It names the field, what was expected and what came. */
export const refuseSigned = (field: string, expected: string, found: string): GatewayError =>
  new GatewayError(
    "signature_verification_failed",
    `${field}: expected ${expected}, found ${found}`,
    { param: field },
  );

/**
 * Divides a returned transaction into signatures and message, without reading the message: only bytes that were built are.
 * Throws `GatewayError` (`signature_verification_failed`).
 */
export function readReturned(transaction: string): ReturnedTransaction {
  const expected = "a signed transaction in base64";
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(transaction)) {
    throw refuseSigned("transaction", expected, "another encoding");
  }
  const bytes = Buffer.from(transaction, "base64");
  const count = bytes[0] ?? 0;
  const start = 1 + count * SIGNATURE_BYTES;
  // A count from 128 on takes two bytes, and no transaction has room for so many.
  if (count < 1 || count > 127 || bytes.length <= start) {
    throw refuseSigned("transaction", expected, `${bytes.length} bytes that are not one`);
  }
  const message = bytes.subarray(start);
  const signatures = Array.from({ length: count }, (_, index) =>
    bytes.subarray(1 + index * SIGNATURE_BYTES, 1 + (index + 1) * SIGNATURE_BYTES),
  );
  return { messageHash: hashMessage(message), message, signatures };
}

/** Valid signatures by address in base58; the signature is base64. */
export type Signatures = Readonly<Record<string, string>>;

/**
 * Returns the valid signatures of a message's parties: those known before, and those that came now. The sponsor's place is
 * ignored: it signs last.
 * Throws `GatewayError` (`signature_verification_failed`) when the message is not the one that was built, or a signature is
 * not valid.
 */
export function collectSignatures(
  chain: ChainRuntime,
  built: { message: string; messageHash: string; signatures: Signatures },
  returned: ReturnedTransaction,
): Signatures {
  if (returned.messageHash !== built.messageHash) throw changedMessage();
  const message = Buffer.from(built.message, "base64");
  const parties = signersOf(message);
  if (returned.signatures.length !== parties.length) throw changedMessage();
  const found: Record<string, string> = { ...built.signatures };
  parties.forEach((address, index) => {
    const signature = returned.signatures[index]!;
    if (address === chain.sponsor.publicKey.toBase58()) return;
    if (signature.every((byte) => byte === 0)) return;
    if (!isSignatureOf(address, message, signature)) {
      throw refuseSigned(
        "transaction",
        `a valid signature of ${address}`,
        "one that does not verify",
      );
    }
    found[address] = signature.toString("base64");
  });
  return found;
}

/** Returns the refusal of bytes that the gateway did not build. */
export const changedMessage = (): GatewayError =>
  new GatewayError(
    "signature_verification_failed",
    "transaction: expected the exact bytes that this gateway built. The wallet changed the transaction, or this is " +
      "a different one. Request a new transaction and sign it unchanged, or let the wallet send it and confirm with its signature.",
    { param: "transaction" },
  );

/** Returns the addresses that a message needs signatures of, the fee payer first. */
function signersOf(message: Uint8Array): string[] {
  const { staticAccountKeys, header } = VersionedMessage.deserialize(message);
  return staticAccountKeys.slice(0, header.numRequiredSignatures).map((key) => key.toBase58());
}

/** Returns the parties whose signature is still missing, base58. */
export function missingSigners(
  chain: ChainRuntime,
  { message }: { message: string },
  signatures: Signatures,
): string[] {
  const sponsor = chain.sponsor.publicKey.toBase58();
  return signersOf(Buffer.from(message, "base64")).filter(
    (address) => address !== sponsor && !signatures[address],
  );
}

/** Returns the bytes for the next wallet, base64: the message with the signatures so far, zeros where one is missing. */
export function toPartlySigned({
  message,
  signatures,
}: {
  message: string;
  signatures: Signatures;
}): string {
  const transaction = withSignatures(message, signatures);
  return Buffer.from(transaction.serialize()).toString("base64");
}

function withSignatures(message: string, signatures: Signatures): VersionedTransaction {
  const parsed = VersionedMessage.deserialize(Buffer.from(message, "base64"));
  const transaction = new VersionedTransaction(parsed);
  signersOf(parsed.serialize()).forEach((address, index) => {
    const signature = signatures[address];
    if (signature) transaction.signatures[index] = Buffer.from(signature, "base64");
  });
  return transaction;
}

/** Signed bytes, as the outbox sends them. */
export interface SignedBytes {
  bytes: Uint8Array;
  /** Signature of the fee payer, base58. */
  signature: string;
}

/**
 * Adds the sponsor's signature to those of all parties. Throws `GatewayError` (`signature_verification_failed`) while one is
 * missing.
 */
export function signLast(
  chain: ChainRuntime,
  built: { message: string },
  signatures: Signatures,
): SignedBytes {
  const missing = missingSigners(chain, built, signatures);
  if (missing.length > 0)
    throw refuseSigned("transaction", "every signature", `none of ${missing[0]}`);
  const transaction = withSignatures(built.message, signatures);
  transaction.sign([chain.sponsor]);
  return { bytes: transaction.serialize(), signature: bs58.encode(transaction.signatures[0]!) };
}
