"use client";

import {
  decideNextActions,
  decideRelease,
  type NextActions,
  type ReleaseReport,
} from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { useMemo } from "react";
import { useMilepost } from "../context/provider";
import { ProblemError } from "../problems/problem";
import { useConnectedWallet } from "../wallets/wallet-provider";
import { type PolicyData, policyStore } from "./policy-store";
import {
  type AddressInput,
  type ChainResult,
  parseAddress,
  useChainValue,
} from "./use-chain-value";

/**
 * Returns a policy with everything that its release depends on, and keeps it up to date: by the RPC's websocket, by polling
 * behind it, and when one of its deadlines passes. Every hook on the same policy shares one read.
 * @example
 * import { usePolicy } from "@milepost/react";
 *
 * function Paid({ address }: { address: string }) {
 *   const { status, data, problem } = usePolicy(address);
 *   if (!data) return <p>{problem ? problem.text : status}</p>;
 *   return <p>{data.snapshot.policy.totalPaid.toString()} base units paid</p>;
 * }
 */
export function usePolicy(address: AddressInput): ChainResult<PolicyData> {
  const { connection } = useMilepost();
  const key = typeof address === "string" ? address : address?.toBase58();
  const parsed = useMemo(() => parseAddress(key), [key]);
  const isMalformed = parsed instanceof ProblemError;
  const store = useMemo(
    () => (parsed && !isMalformed ? policyStore(connection, parsed) : null),
    [connection, parsed, isMalformed],
  );
  return useChainValue(store, isMalformed ? parsed : undefined);
}

/** Returns what `derive` makes of the policy's data, computed once per read. */
function useDerived<T>(address: AddressInput, derive: (data: PolicyData) => T): ChainResult<T> {
  const policy = usePolicy(address);
  return useMemo(() => ({ ...policy, data: policy.data && derive(policy.data) }), [policy, derive]);
}

/**
 * Returns what a party can do with a policy now and later, and what happens by itself. `who` is by default the connected
 * wallet; without one the answer is for a stranger. It is decided by the chain's time of the last read, and read again when a
 * deadline passes.
 * @example
 * import { useNextActions } from "@milepost/react";
 *
 * const { data } = useNextActions(address);
 * data?.possible.map(({ instruction }) => instruction); // ["approveMilestone", "disputeMilestone", ...]
 */
export function useNextActions(
  address: AddressInput,
  who?: AddressInput,
): ChainResult<NextActions> {
  const wallet = useConnectedWallet();
  const key = (typeof who === "string" ? who : who?.toBase58()) ?? wallet?.address;
  const derive = useMemo(() => {
    const party = parseAddress(key);
    const known = party instanceof PublicKey ? party : PublicKey.default;
    return ({ snapshot }: PolicyData) => decideNextActions(snapshot, known);
  }, [key]);
  return useDerived(address, derive);
}

/**
 * Returns which requirements of the current milestone's release are met, and who has to act on the unmet ones. The connected
 * wallet counts as a signer.
 * @example
 * import { useExplainRelease } from "@milepost/react";
 *
 * const { data } = useExplainRelease(address);
 * const unmet = data?.requirements.filter(({ isMet }) => !isMet); // why it is not released yet
 */
export function useExplainRelease(address: AddressInput): ChainResult<ReleaseReport> {
  const wallet = useConnectedWallet();
  const derive = useMemo(() => {
    const signers = wallet ? [wallet.publicKey] : [];
    return ({ snapshot }: PolicyData) => decideRelease(snapshot, { signers });
  }, [wallet]);
  return useDerived(address, derive);
}
