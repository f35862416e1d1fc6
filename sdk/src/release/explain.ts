import type { PublicKey } from "@solana/web3.js";
import type { ReadOptions } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context";
import { toAddress } from "../input/address";
import { type IntegerInput, toTimestamp } from "../input/numbers";
import { decideRelease, type ReleaseReport } from "./decide";
import { type DestinationOverrides, loadReleaseSnapshots } from "./snapshot";

export interface ExplainReleaseOptions extends DestinationOverrides, ReadOptions {
  /** Unix seconds to decide for. Default: the chain's clock, never the local one. */
  now?: IntegerInput;
  /** Who is going to sign. Without it a required signature counts as missing; see `isReady`. */
  signers?: readonly PublicKey[];
}

/**
 * Says of each requirement of a policy's current milestone whether it is met, who or what is missing, and the earliest
 * time of release. `policy` is its address, or an account out of a list.
 * Throws `AccountNotFoundError`, `AccountKindError`, `InvalidInputError`.
 * @example
 * const report = await explainRelease(context, policyPda);
 * for (const need of report.requirements) console.log(need.name, need.isMet, need.message);
 */
export async function explainRelease(
  context: MilestoneContext,
  policy: PublicKey | { address: PublicKey },
  options: ExplainReleaseOptions = {},
): Promise<ReleaseReport> {
  const address = "address" in policy ? policy.address : policy;
  const [snapshot] = await loadReleaseSnapshots(context, [toAddress(address, "policy")], {
    recipientTokenAccount: options.recipientTokenAccount,
    gatewayFeeAccount: options.gatewayFeeAccount,
    protocolFeeAccount: options.protocolFeeAccount,
    minContextSlot: options.minContextSlot,
  });
  const now = options.now === undefined ? undefined : toTimestamp(options.now, "now");
  return decideRelease(snapshot!, { now, signers: options.signers });
}
