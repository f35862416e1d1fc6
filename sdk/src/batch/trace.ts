import type { TransactionInstruction } from "@solana/web3.js";
import { ASSOCIATED_TOKEN_PROGRAM_ID } from "../tokens/programs";
import { INSTRUCTIONS } from "../generated/instructions";

/**
 * Instructions of a token account's creation at most: its own, the size that the token program is asked for, the system
 * program's transfer, allocation and assignment (one creation unless somebody sent lamports to the address before), the
 * immutable owner and the initialization. SPL Token and Token-2022 take the same ones.
 */
const CREATE_TOKEN_ACCOUNT_TRACE = 7;

/** Every release calls the token program once per account that it pays, and nothing else: events are log lines. */
const PAID_ACCOUNTS: ReadonlySet<string> = new Set([
  "recipientTokenAccount",
  "ownerTokenAccount",
  "gatewayFeeAccount",
  "protocolFeeAccount",
  "keeperTokenAccount",
]);

/** What an instruction that nobody here knows may take: as much as the largest release. */
const UNKNOWN_TRACE = 1 + PAID_ACCOUNTS.size;

/**
 * Returns the most entries that an instruction of an execution takes of the runtime's instruction trace: itself and
 * every instruction that it calls, at any depth. An upper bound for what `Execution` holds, whatever the accounts become
 * before the transaction lands.
 */
export function traceLength(instruction: TransactionInstruction): number {
  const { programId, keys, data } = instruction;
  if (programId.equals(ASSOCIATED_TOKEN_PROGRAM_ID)) return CREATE_TOKEN_ACCOUNT_TRACE;
  const paid = paidPositions(data);
  if (!paid) return UNKNOWN_TRACE;
  // The program's own id stands for an account that is left out.
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
