import type { PublicKey } from "@solana/web3.js";
import type { ReadOptions } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context";
import { type IntegerInput, toTimestamp } from "../input/numbers";
import { decideRelease, type ReleaseReport } from "./decide";
import { type PolicyReference, toPolicyReference } from "./policy-reference";
import { type DestinationOverrides, loadReleaseSnapshots } from "./snapshot";

export interface ExplainReleaseOptions extends DestinationOverrides, ReadOptions {
  /** Unix seconds to decide for. Default: the chain's clock, never the local one. */
  now?: IntegerInput;
  /** Who is going to sign. Without it a required signature counts as missing; see `isReady`. */
  signers?: readonly PublicKey[];
}

/**
 * Says of each requirement of a policy's current milestone whether it is met, who or what is missing, and the earliest
 * time of release. `policy` is its address, or an entry of a list, which saves a round of requests. Where the recipient's or
 * a fee account can't receive, another one of the same wallet that can takes its place, as in `executePayment`; where there
 * is none, `blocked` of the unmet requirement says why, and how to name one.
 * Throws `AccountNotFoundError`, `AccountKindError`, `InvalidInputError`.
 * @example
 * import { createContext, explainRelease } from "@milepost/sdk";
 *
 * const report = await explainRelease(createContext(connection, wallet), policyPda);
 * for (const need of report.requirements) console.log(need.name, need.isMet, need.message);
 */
export async function explainRelease(
  context: MilestoneContext,
  policy: PolicyReference,
  options: ExplainReleaseOptions = {},
): Promise<ReleaseReport> {
  const [snapshot] = await loadReleaseSnapshots(context, [toPolicyReference(policy)], {
    findsAlternatives: true,
    recipientTokenAccount: options.recipientTokenAccount,
    gatewayFeeAccount: options.gatewayFeeAccount,
    protocolFeeAccount: options.protocolFeeAccount,
    minContextSlot: options.minContextSlot,
  });
  const now = options.now === undefined ? undefined : toTimestamp(options.now, "now");
  return decideRelease(snapshot!, { now, signers: options.signers });
}
