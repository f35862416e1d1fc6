import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import type { ReadOptions } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context";
import { AccountMismatchError } from "../errors/accounts";
import { toAddress } from "../input/address";
import { buildExecution, type Execution, type ExecutionOptions } from "../release/execution";
import {
  type DestinationOverrides,
  type KeeperOverrides,
  loadReleaseSnapshots,
  type ReleaseHints,
  type ReleaseSnapshot,
} from "../release/snapshot";

/** Arguments of `executePayment` and `prepareExecution`: the policy, and what to choose or to check. */
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
 * Releases the current milestone (or the one `milestoneIndex` pins), with the token accounts it pays into created
 * in front where they are missing. `keeperTokenAccount` claims the reward that the policy's gateway may pay out of its fee;
 * it is named in the instruction only where a reward is due.
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

/** `executePayment` with its parts apart: who signs, which milestone, what is set up in front. */
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

/** What the caller named lets mint and gateway be asked for in the first round. Throws `InvalidInputError`. */
function hintsOf(args: ExecutePaymentArgs): ReleaseHints {
  const named = (["recipient", "tokenMint", "gateway"] as const).flatMap((field) =>
    args[field] ? [[field, toAddress(args[field], field)]] : [],
  );
  return Object.fromEntries(named) as ReleaseHints;
}

/** The policy decides; what the caller named is there to catch a mix-up. */
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
