/** Derives an event's chain proof again from an RPC, without trust in the gateway. */
import { createHash } from "node:crypto";
import type { RpcCall } from "./rpc";
import { EventVerificationError } from "./verification-error";

/** Chain proof of an event. */
export interface EventChainProof {
  /** Signature of the transaction, base58. */
  signature: string;
  /** Slot in which it landed. */
  slot: number;
  /** Address of the account that it changed, base58. */
  account: string;
  /** SHA-256 of the account's data after it, hex; null when the account was closed. */
  accountHash: string | null;
}

/** What an RPC says about a proof. */
export interface ChainVerdict {
  /** Commitment that the transaction has reached. */
  commitment: "confirmed" | "finalized";
  /** Slot in which it landed. */
  slot: number;
  /**
   * `unchanged`: the account has exactly the proven data, or is closed as proven. `changed_since`: later transactions touched
   * it. A node keeps only the newest data, so its state then is not provable any more; that the transaction landed and touched
   * the account is.
   */
  account: "unchanged" | "changed_since";
  /** The same in one sentence. */
  explanation: string;
}

/**
 * Verifies that the transaction exists, succeeded, is confirmed, landed in the slot and touched the account; and, as long as
 * nothing has touched the account since, that the account's data has the proven hash.
 * Throws `EventVerificationError`.
 * @example
 * const verdict = await verifyChainProof(event.chain, rpcAt("https://api.mainnet-beta.solana.com"));
 */
export async function verifyChainProof(
  proof: EventChainProof,
  rpc: RpcCall,
): Promise<ChainVerdict> {
  const commitment = await confirmTransaction(proof, rpc);
  await requireTouched(proof, rpc);
  const { account, accountHash, slot } = proof;
  const found = await hashOf(account, slot, rpc);
  if (found === accountHash) {
    const state = accountHash === null ? "is closed" : "has exactly the proven data";
    const explanation = `The transaction is ${commitment} in slot ${slot} and touched the account, which ${state}.`;
    return { commitment, slot, account: "unchanged", explanation };
  }
  if (await isTouchedSince(proof, rpc)) {
    const explanation =
      `The transaction is ${commitment} in slot ${slot} and touched the account. Later transactions touched it as well, ` +
      "so that its data of that time cannot be compared any more.";
    return { commitment, slot, account: "changed_since", explanation };
  }
  throw new EventVerificationError(
    "account_hash_mismatch",
    `no transaction touched ${account} after ${proof.signature}, but its data has the hash ${found ?? "of no account"} instead of ${accountHash ?? "none"}`,
  );
}

/** Commitment of every read: what is only processed can still disappear. */
const CONFIRMED = { commitment: "confirmed" } as const;

async function confirmTransaction(
  { signature, slot }: EventChainProof,
  rpc: RpcCall,
): Promise<"confirmed" | "finalized"> {
  const { value } = (await rpc("getSignatureStatuses", [
    [signature],
    { searchTransactionHistory: true },
  ])) as {
    value: ({ slot: number; err: unknown; confirmationStatus?: string | null } | null)[];
  };
  const [status] = value;
  const reached = status?.confirmationStatus;
  if (!status || (reached !== "confirmed" && reached !== "finalized")) {
    throw new EventVerificationError(
      "transaction_missing",
      `the RPC does not know ${signature} as confirmed: it may lag, keep too little history, or be of another cluster`,
    );
  }
  if (status.err !== null) {
    throw new EventVerificationError("transaction_failed", `${signature} failed on chain`);
  }
  if (status.slot !== slot) {
    throw new EventVerificationError(
      "slot_mismatch",
      `${signature} landed in slot ${status.slot}, the event says ${slot}`,
    );
  }
  return reached;
}

interface TransactionAnswer {
  transaction: { message: { accountKeys: string[] } };
  meta: { loadedAddresses?: { writable: string[]; readonly: string[] } } | null;
}

async function requireTouched({ signature, account }: EventChainProof, rpc: RpcCall) {
  const answer = (await rpc("getTransaction", [
    signature,
    { ...CONFIRMED, encoding: "json", maxSupportedTransactionVersion: 0 },
  ])) as TransactionAnswer | null;
  if (!answer) {
    throw new EventVerificationError(
      "transaction_missing",
      `the RPC does not have the contents of ${signature}: ask one that keeps more history`,
    );
  }
  const { writable = [], readonly = [] } = answer.meta?.loadedAddresses ?? {};
  const keys = [...answer.transaction.message.accountKeys, ...writable, ...readonly];
  if (keys.includes(account)) return;
  throw new EventVerificationError("account_not_touched", `${signature} does not touch ${account}`);
}

/** Returns the SHA-256 of the account's data, or null for an account that does not exist. */
async function hashOf(account: string, slot: number, rpc: RpcCall): Promise<string | null> {
  const { value } = (await rpc("getAccountInfo", [
    account,
    { ...CONFIRMED, encoding: "base64", minContextSlot: slot },
  ])) as { value: { data: [string, string] } | null };
  if (!value) return null;
  return createHash("sha256").update(Buffer.from(value.data[0], "base64")).digest("hex");
}

async function isTouchedSince(
  { account, signature }: EventChainProof,
  rpc: RpcCall,
): Promise<boolean> {
  const later = (await rpc("getSignaturesForAddress", [
    account,
    { ...CONFIRMED, until: signature, limit: 1_000 },
  ])) as { signature: string; err: unknown }[];
  return later.some(({ err, signature: other }) => err === null && other !== signature);
}
