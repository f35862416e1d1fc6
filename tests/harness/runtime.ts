/** What a Solana runtime must offer to be driven by `Chain`; see `bankrun.ts` and `litesvm.ts`. */
import type { PublicKey, VersionedTransaction } from "@solana/web3.js";
import type { TransactionError } from "./transaction-error";

export const RUNTIME_NAMES = ["bankrun", "litesvm"] as const;
export type RuntimeName = (typeof RUNTIME_NAMES)[number];

export interface ChainAccount {
  lamports: bigint;
  data: Buffer;
  owner: PublicKey;
  executable: boolean;
}

/** A processed or simulated transaction, in the same words on every runtime. */
export interface Execution {
  /** Shaped as web3.js and RPC nodes shape it; null when the transaction succeeded. */
  err: TransactionError | null;
  logs: string[];
  computeUnits: number;
}

/**
 * Signatures, blockhash age and duplicates are judged by `Chain`, not by the runtime: bankrun checks no
 * signature at all and forgets a blockhash after about two seconds of wall time.
 */
export interface Runtime {
  readonly name: RuntimeName;
  /** Null for an account that does not exist or holds no lamports. */
  getAccount(address: PublicKey): Promise<ChainAccount | null>;
  setAccount(address: PublicKey, account: ChainAccount): Promise<void>;
  /** `accounts`: every account it names, those behind lookup tables included. */
  process(transaction: VersionedTransaction, accounts: PublicKey[]): Promise<Execution>;
  simulate(transaction: VersionedTransaction): Promise<Execution>;
  /** Sets what programs read as the slot and the time. */
  moveTo(slot: bigint, unixTimestamp: bigint): Promise<void>;
  rentExempt(size: number): Promise<bigint>;
}
