/** Asks the SDK which requirements of a policy's next payment are met. */
import { explainRelease, type RequirementName } from "@milepost/sdk";
import { type Address, toAddress } from "./address";
import type { ChainRuntime } from "./chain-runtime";
import { chainError } from "./rpc";
import { contextOf } from "./sdk-context";

/** A requirement of the next payment. */
export interface ChainRequirement {
  name: RequirementName;
  isMet: boolean;
  /** True where an account is frozen by the token's issuer. */
  isFrozen: boolean;
}

/** What the chain says about a policy's next payment. */
export interface PolicyExplanation {
  requirements: ChainRequirement[];
  /** Base units of the next payment; null when none is left. */
  amount: bigint | null;
  /** Base units of it that the recipient gets. */
  net: bigint | null;
}

/**
 * Returns the requirements of the policy's next payment, as if the gateway's signer signed it.
 * Throws `GatewayError`: `chain_unavailable`, `chain_refused`.
 */
export async function explainPolicy(
  chain: ChainRuntime,
  policy: Address,
): Promise<PolicyExplanation> {
  try {
    const report = await explainRelease(contextOf(chain), toAddress(policy, "policy"), {
      signers: [chain.signer.publicKey],
    });
    return {
      requirements: report.requirements.map(({ name, isMet, error }) => ({
        name,
        isMet,
        isFrozen: error === "TokenAccountFrozen",
      })),
      amount: report.amount && BigInt(report.amount.toString()),
      net: report.split && BigInt(report.split.recipient.toString()),
    };
  } catch (error) {
    throw chainError(error) ?? error;
  }
}
