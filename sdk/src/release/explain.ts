import type { PublicKey } from "@solana/web3.js";
import type { ReadOptions } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context/context";
import { type IntegerInput, toTimestamp } from "../input/numbers";
import { decideRelease, type ReleaseReport } from "./decide";
import { loadReleaseSnapshots } from "./load-snapshots";
import { type PolicyReference, toPolicyReference } from "./policy-reference";
import { type DestinationOverrides } from "./snapshot";

export interface ExplainReleaseOptions extends DestinationOverrides, ReadOptions {
  /** Time to decide for, in Unix seconds. Default: the chain's clock, never the local one. */
  now?: IntegerInput;
  /** Addresses that will sign. When omitted, a required signature counts as missing; see `isReady`. */
  signers?: readonly PublicKey[];
}

/**
 * Explains which requirements of a policy's current milestone are met, who or what is missing, and the earliest time of
 * release. `policy` is its address, or an entry of a list, which saves a round of requests. When the recipient's or a fee
 * account can't receive, another account of the same wallet replaces it, as in `executePayment`. When there is none,
 * `blocked` of the unmet requirement says why, and how to name one.
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
