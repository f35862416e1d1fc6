/** What the chain says about an event, so that a receiver can derive it again from an RPC of their own. */
import { createHash } from "node:crypto";
import type { ChainRuntime } from "./chain-runtime";
import { type Address, toAddress } from "./address";
import { callRpc } from "./rpc";

/** Same shape as `ChainProof` of `events/record.ts`. */
export interface AccountProof {
  /** Signature of the transaction, base58. */
  signature: string;
  /** Slot it landed in. */
  slot: number;
  /** Address of the account whose state the event tells, base58. */
  account: string;
  /** SHA-256 of the account's data after the transaction, hex; null where the account is closed. */
  accountHash: string | null;
}

/** Returns the SHA-256 of an account's data, hex. */
export const hashAccount = (data: Uint8Array): string =>
  createHash("sha256").update(data).digest("hex");

/**
 * Returns the proof of a landed transaction. The account is read at the transaction's slot or later: call it as soon as the
 * transaction is confirmed.
 * Throws `GatewayError` (`chain_unavailable`).
 * @example
 * const chain = await chainProof(runtime, { signature, slot, account: policy });
 */
export async function chainProof(
  { connection }: ChainRuntime,
  { signature, slot, account }: { signature: string; slot: number; account: Address },
): Promise<AccountProof> {
  const address = toAddress(account, "account");
  const info = await callRpc("getAccountInfo", () =>
    connection.getAccountInfo(address, { minContextSlot: slot }),
  );
  return {
    signature,
    slot,
    account: address.toBase58(),
    accountHash: info ? hashAccount(info.data) : null,
  };
}
