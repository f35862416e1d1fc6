import type { PublicKey, TransactionInstruction, VersionedTransaction } from "@solana/web3.js";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { callRpc } from "../rpc/call";
import { computeBudget, refuseTooLarge } from "./compute";
import { compile, type Draft, refuseLegacyTables, requiredSigners } from "./message";
import { requireInstructions, type SendOptions, toSettings } from "./settings";

/** Settings of `prepareTransaction`; each has a default. */
export type PrepareTransactionOptions = Pick<
  SendOptions,
  | "payer"
  | "lookupTables"
  | "version"
  | "computeUnitLimit"
  | "computeUnitMargin"
  | "priorityFee"
  | "clock"
>;

/** A transaction that nobody has signed yet. */
export interface PreparedTransaction {
  /** Transaction with zeros in the place of every signature. */
  transaction: VersionedTransaction;
  /** Addresses that have to sign, the fee payer first. */
  signers: PublicKey[];
  /** Last block height at which it can land: `sendSigned` takes it. */
  lastValidBlockHeight: number;
  /** Compute units that it sets as its limit. */
  computeUnitLimit: number;
  /** Micro-lamports per compute unit. */
  computeUnitPrice: number;
}

/**
 * Does what `send` does before it signs: simulates, sets compute limit and priority fee, compiles with a new blockhash. For
 * signers in other processes; hand the signed bytes to `sendSigned`. They land within the life of the blockhash, 60 to 80
 * seconds.
 *
 * Throws `InvalidInputError`, `RpcError`, `SendError` (`SendTooLarge`), and what the simulation failed with, typed.
 * @example
 * import { createContext, executePayment, prepareTransaction, sendSigned } from "@milepost/sdk";
 * import bs58 from "bs58";
 *
 * const context = createContext(connection, wallet);
 * const instructions = await executePayment(context, { policyPda });
 * const { transaction, lastValidBlockHeight } = await prepareTransaction(context, instructions);
 * transaction.sign([wallet]);
 * const signature = bs58.encode(transaction.signatures[0]);
 * await sendSigned(context, { bytes: transaction.serialize(), signature, lastValidBlockHeight });
 */
export async function prepareTransaction(
  context: MilestoneContext,
  instructions: readonly TransactionInstruction[],
  options: PrepareTransactionOptions = {},
): Promise<PreparedTransaction> {
  const draft: Draft = {
    payer: options.payer ?? walletAddress(context),
    instructions: requireInstructions(instructions),
    lookupTables: options.lookupTables ?? [],
    version: options.version ?? 0,
  };
  const settings = toSettings(context, options);
  refuseLegacyTables(draft);
  refuseTooLarge(draft);
  const budget = await computeBudget(context, draft, 0, settings);
  const { connection, commitment } = context;
  const { blockhash, lastValidBlockHeight } = await callRpc(context, "getLatestBlockhash", () =>
    connection.getLatestBlockhash(commitment),
  );
  // At the end, as `send` has them.
  const whole = { ...draft, instructions: [...draft.instructions, ...budget.instructions] };
  const transaction = compile(whole, blockhash);
  return {
    transaction,
    signers: requiredSigners(transaction.message),
    lastValidBlockHeight,
    computeUnitLimit: budget.limit,
    computeUnitPrice: budget.price,
  };
}
