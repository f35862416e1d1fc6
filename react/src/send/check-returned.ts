/** Compares what a wallet returned with what it was asked to sign. */
import {
  type AddressLookupTableAccount,
  ComputeBudgetProgram,
  type PublicKey,
  VersionedTransaction,
} from "@solana/web3.js";
import { feeOf } from "../decode/decode-transaction";
import { instructionsOf, type MessageInstruction } from "../decode/read-message";
import { walletFailure } from "../problems/wallet-problems";

/**
 * Programs whose instructions a wallet may add: they check or write down, and move nothing. Lighthouse is what Phantom and
 * Solflare add, so that a transaction fails where its simulation lied.
 */
const GUARDS: readonly string[] = [
  "L2TExMFKdjpN9kozasaurPirfHy9P8sbXoAN1qA3S95",
  "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr",
];

/** Most lamports by which a wallet, or another build of the same transaction, may raise the network's fee unseen. */
export const MOST_ADDED_FEE = 5_000_000n;

/**
 * Checks that the wallet signed the transaction as it was reviewed. It may add guards of known programs, set the compute
 * budget and take a newer blockhash; everything else must be there, unchanged and in its order. Returns the transaction.
 * Throws `ProblemError`: `wallet.changed`, `wallet.unsigned`, `wallet.wrongKey`.
 */
export async function checkReturned(
  asked: VersionedTransaction,
  returned: Uint8Array | undefined,
  address: PublicKey,
  lookupTables: readonly AddressLookupTableAccount[],
): Promise<VersionedTransaction> {
  const signed = readReturned(returned);
  requireUnchanged(asked, signed, lookupTables);
  const { staticAccountKeys, header } = signed.message;
  const place = staticAccountKeys.findIndex((key) => key.equals(address));
  const signature = signed.signatures[place];
  if (place === -1 || place >= header.numRequiredSignatures) throw walletFailure("wrongAccount");
  if (!signature || signature.every((byte) => byte === 0)) {
    const isOtherSigned = signed.signatures.some((each) => each.some((byte) => byte !== 0));
    const wasSigned = asked.signatures.some((each) => each.some((byte) => byte !== 0));
    throw walletFailure(isOtherSigned && !wasSigned ? "wrongKey" : "unsigned");
  }
  if (!(await isSignatureValid(signed.message.serialize(), signature, address))) {
    throw walletFailure("wrongKey");
  }
  return signed;
}

function readReturned(returned: Uint8Array | undefined): VersionedTransaction {
  try {
    return VersionedTransaction.deserialize(returned ?? new Uint8Array());
  } catch (cause) {
    throw walletFailure("unsigned", cause);
  }
}

function requireUnchanged(
  asked: VersionedTransaction,
  signed: VersionedTransaction,
  lookupTables: readonly AddressLookupTableAccount[],
): void {
  const before = asked.message.serialize();
  const after = signed.message.serialize();
  if (isEqual(before, after)) return;
  // Other parties' signatures are on the old bytes, and worth nothing on new ones.
  const isCosigned = asked.signatures.some((signature) => signature.some((byte) => byte !== 0));
  const payers = [asked, signed].map(({ message }) => message.staticAccountKeys[0]!);
  if (isCosigned) throw walletFailure("changed");
  if (!payers[0]!.equals(payers[1]!)) throw walletFailure("wrongAccount");
  const wanted = instructionsOf(asked.message, lookupTables);
  const found = instructionsOf(signed.message, lookupTables);
  const added = withoutWanted(wanted.filter(isNotBudget), found.filter(isNotBudget));
  const isGuard = ({ programId }: MessageInstruction) => GUARDS.includes(programId.toBase58());
  if (!added?.every(isGuard)) throw walletFailure("changed");
  const signatures = ({ message }: VersionedTransaction) => message.header.numRequiredSignatures;
  if (signatures(signed) !== signatures(asked)) throw walletFailure("changed");
  const raise = feeOf(found, signatures(signed)) - feeOf(wanted, signatures(asked));
  if (raise > MOST_ADDED_FEE) throw walletFailure("changed");
}

function isNotBudget({ programId }: MessageInstruction): boolean {
  return !programId.equals(ComputeBudgetProgram.programId);
}

/** Returns the instructions that were added; null where a wanted one is missing, changed or out of order. */
function withoutWanted(
  wanted: readonly MessageInstruction[],
  found: readonly MessageInstruction[],
): MessageInstruction[] | null {
  let next = 0;
  const added = found.filter((instruction) => {
    const isNext = next < wanted.length && isSame(wanted[next]!, instruction);
    if (isNext) next += 1;
    return !isNext;
  });
  return next === wanted.length ? added : null;
}

function isSame(a: MessageInstruction, b: MessageInstruction): boolean {
  return (
    a.programId.equals(b.programId) &&
    a.keys.length === b.keys.length &&
    a.keys.every(({ pubkey }, index) => pubkey.equals(b.keys[index]!.pubkey)) &&
    isEqual(a.data, b.data)
  );
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Verifies an Ed25519 signature. Returns true in a browser without Ed25519, where the network alone verifies it. */
async function isSignatureValid(
  message: Uint8Array,
  signature: Uint8Array,
  address: PublicKey,
): Promise<boolean> {
  const own = (bytes: Uint8Array) => Uint8Array.from(bytes);
  try {
    const { subtle } = globalThis.crypto;
    const key = await subtle.importKey("raw", own(address.toBytes()), "Ed25519", false, ["verify"]);
    return await subtle.verify("Ed25519", key, own(signature), own(message));
  } catch {
    return true;
  }
}
