import type { TransactionInstruction } from "@solana/web3.js";
import { ASSOCIATED_TOKEN_PROGRAM_ID } from "../constants";
import { INSTRUCTIONS } from "../generated/instructions";

/**
 * Most instructions of a token account's creation: its own, the token program's answer on the size, the System program's
 * transfer, allocation and assignment (a single creation unless the address already held lamports), the immutable owner and
 * the initialization. SPL Token and Token-2022 take the same ones.
 */
const CREATE_TOKEN_ACCOUNT_TRACE = 7;

/**
 * Accounts that a release pays. It calls the token program at most once per account (once for all where the program has
 * `Batch`), and nothing else: events are log lines.
 */
const PAID_ACCOUNTS: ReadonlySet<string> = new Set([
  "recipientTokenAccount",
  "ownerTokenAccount",
  "gatewayFeeAccount",
  "protocolFeeAccount",
  "keeperTokenAccount",
]);

/** Entries assumed for an unknown instruction: as many as the largest release takes. */
const UNKNOWN_TRACE = 1 + PAID_ACCOUNTS.size;

/**
 * Returns the most entries that an instruction of an execution takes in the runtime's instruction trace: itself and every
 * instruction that it calls, at any depth. The bound holds for any state of the accounts when the transaction lands.
 */
export function traceLength(instruction: TransactionInstruction): number {
  const { programId, keys, data } = instruction;
  if (programId.equals(ASSOCIATED_TOKEN_PROGRAM_ID)) return CREATE_TOKEN_ACCOUNT_TRACE;
  const paid = paidPositions(data);
  if (!paid) return UNKNOWN_TRACE;
  // The program's own id is the placeholder for an omitted account.
  return 1 + paid.filter((at) => keys[at] && !keys[at].pubkey.equals(programId)).length;
}

let positions: ReadonlyMap<string, readonly number[]> | undefined;

/** Positions of the accounts that the instruction may pay, by its discriminator; undefined for another program's. */
function paidPositions(data: Uint8Array): readonly number[] | undefined {
  positions ??= new Map(
    Object.values(INSTRUCTIONS).map(({ discriminator, accounts }) => [
      discriminator.join(),
      accounts.flatMap(([name], at) => (PAID_ACCOUNTS.has(name) ? [at] : [])),
    ]),
  );
  return positions.get(data.subarray(0, 8).join());
}
