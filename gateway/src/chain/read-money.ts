/** Reads the sums of many policies, as reconciliation compares them. */
import { decodeAccount, FUNDING_KIND_CLOSED, FUNDING_KIND_HELD, getEscrowPda } from "@milepost/sdk";
import type { AccountInfo, PublicKey } from "@solana/web3.js";
import { type Address, toAddress } from "./address";
import type { ChainRuntime } from "./chain-runtime";
import { moneyOf, type PolicyMoney } from "./policy-money";
import type { PolicyState } from "./policy-state";
import { callRpc } from "./rpc";

/** Sums of a policy, and where its money lies. */
export interface FoundMoney extends PolicyMoney {
  funding: PolicyState["funding"];
}

/** Most policies of one call: two accounts each. */
export const MAX_POLICIES = 50;

/**
 * Returns the sums of up to 50 policies in the order of their addresses, all of one slot; null for an account that does not
 * exist.
 * Throws `GatewayError` (`chain_unavailable`) and the SDK's `AccountKindError`.
 */
export async function readMoney(
  chain: ChainRuntime,
  policies: readonly Address[],
): Promise<(FoundMoney | null)[]> {
  const addresses = policies.map((policy) => toAddress(policy, "policy"));
  const escrows = addresses.map((address) => getEscrowPda(address, chain.programId)[0]);
  const infos = await callRpc("getMultipleAccounts", () =>
    chain.connection.getMultipleAccountsInfo([...addresses, ...escrows]),
  );
  return addresses.map((address, index) =>
    moneyIn(chain, [address, infos[index]], [escrows[index]!, infos[addresses.length + index]]),
  );
}

type Read = [address: PublicKey, info: AccountInfo<Buffer> | null | undefined];

function moneyIn(
  { programId }: ChainRuntime,
  [policyAddress, policyInfo]: Read,
  [escrowAddress, escrowInfo]: Read,
): FoundMoney | null {
  if (!policyInfo?.owner.equals(programId)) return null;
  const policy = decodeAccount("paymentPolicy", policyAddress, policyInfo, programId);
  const isHeld = policy.fundingKind === FUNDING_KIND_HELD && escrowInfo;
  const escrow = isHeld ? decodeAccount("escrow", escrowAddress, escrowInfo, programId) : null;
  const isClosed = policy.fundingKind === FUNDING_KIND_CLOSED;
  return {
    ...moneyOf(policy, escrow),
    funding: isClosed ? "closed" : isHeld ? "held" : "delegated",
  };
}
