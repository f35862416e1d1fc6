import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import type { ReadOptions } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context/context";
import { AccountMismatchError } from "../errors/accounts";
import { toAddress } from "../input/address";
import type { ReleaseHints } from "../release/accounts-to-read";
import type { KeeperOverrides } from "../release/keeper-account";
import { loadReleaseSnapshots } from "../release/load-snapshots";
import { type DestinationOverrides, type ReleaseSnapshot } from "../release/snapshot";
import { buildExecution, type Execution, type ExecutionOptions } from "./build-execution";

/** Arguments of `executePayment` and `prepareExecution`: the policy, choices, and addresses to check. */
export interface ExecutePaymentArgs
  extends ExecutionOptions, DestinationOverrides, KeeperOverrides, ReadOptions {
  /** Address of the policy, `getPaymentPolicyPda(userPayment, policyId)`. */
  policyPda: PublicKey;
  /** Checked against the policy when given. */
  recipient?: PublicKey;
  /** Checked against the policy when given. */
  tokenMint?: PublicKey;
  /** Checked against the policy when given. */
  gateway?: PublicKey;
}

/**
 * Releases the current milestone, or the one that `milestoneIndex` names. Creates missing token accounts of the payees
 * first. `keeperTokenAccount` receives the reward that the policy's gateway may pay out of its fee; the instruction names
 * it only when a reward is due.
 * Throws `AccountNotFoundError`, `AccountMismatchError`, `MilestoneProgramError`, `UnsupportedMintError`.
 * @example
 * const instructions = await executePayment(context, { policyPda });
 */
export async function executePayment(
  context: MilestoneContext,
  args: ExecutePaymentArgs,
): Promise<TransactionInstruction[]> {
  const { setup, instruction } = await prepareExecution(context, args);
  return [...setup, instruction];
}

/** Does what `executePayment` does, and returns the parts: executor, milestone, set-up and release. */
export async function prepareExecution(
  context: MilestoneContext,
  args: ExecutePaymentArgs,
): Promise<Execution> {
  const policyPda = toAddress(args.policyPda, "policyPda");
  const [snapshot] = await loadReleaseSnapshots(context, [policyPda], {
    findsAlternatives: true,
    hints: hintsOf(args),
    recipientTokenAccount: args.recipientTokenAccount,
    gatewayFeeAccount: args.gatewayFeeAccount,
    protocolFeeAccount: args.protocolFeeAccount,
    minContextSlot: args.minContextSlot,
    ...(args.keeperTokenAccount && {
      keeperTokenAccount: toAddress(args.keeperTokenAccount, "keeperTokenAccount"),
    }),
  });
  requireNamed(snapshot!, args);
  return buildExecution(context, snapshot!, args);
}

/** Returns the addresses that the caller named, so that the first round can read them. Throws `InvalidInputError`. */
function hintsOf(args: ExecutePaymentArgs): ReleaseHints {
  const named = (["recipient", "tokenMint", "gateway"] as const).flatMap((field) =>
    args[field] ? [[field, toAddress(args[field], field)]] : [],
  );
  return Object.fromEntries(named) as ReleaseHints;
}

/** Compares the addresses that the caller named with the policy's, to catch a mix-up. */
function requireNamed({ policy, userPayment }: ReleaseSnapshot, args: ExecutePaymentArgs): void {
  const named = [
    ["recipient", policy.recipient, args.recipient],
    ["tokenMint", userPayment.mint, args.tokenMint],
    ["gateway", policy.gateway, args.gateway],
  ] as const;
  for (const [field, expected, given] of named) {
    if (given === undefined || given === null) continue;
    const actual = toAddress(given, field);
    if (!actual.equals(expected)) {
      const hint =
        field === "gateway" ? "pass the gateway's account, getGatewayPda(authority)" : undefined;
      throw new AccountMismatchError(field, expected, actual, hint);
    }
  }
}
