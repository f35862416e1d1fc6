"use client";

import {
  type DelegationCoverage,
  delegationCoverage,
  listUserPaymentsByOwner,
} from "@milepost/sdk";
import type { Connection, PublicKey } from "@solana/web3.js";
import { useMemo } from "react";
import { readContextOf } from "../context/read-context";
import { useMilepost } from "../context/provider";
import { ProblemError } from "../problems/problem";
import { LiveValue, type Reading } from "./live-value";
import {
  type AddressInput,
  type ChainResult,
  parseAddress,
  useChainValue,
} from "./use-chain-value";

const stores = /* @__PURE__ */ new WeakMap<
  Connection,
  Map<string, LiveValue<DelegationCoverage[]>>
>();

function coverageStore(connection: Connection, owner: PublicKey) {
  const ofConnection = stores.get(connection) ?? new Map<string, LiveValue<DelegationCoverage[]>>();
  stores.set(connection, ofConnection);
  const key = owner.toBase58();
  const store =
    ofConnection.get(key) ??
    new LiveValue(connection, (slot) => readCoverage(connection, owner, slot));
  ofConnection.set(key, store);
  return store;
}

async function readCoverage(
  connection: Connection,
  owner: PublicKey,
  minContextSlot: number | undefined,
): Promise<Reading<DelegationCoverage[]>> {
  const context = readContextOf(connection);
  const options = { minContextSlot };
  const found = await listUserPaymentsByOwner(context, owner, options);
  const data = await Promise.all(
    found.map(({ account }) => delegationCoverage(context, owner, account.mint, options)),
  );
  const accounts = data.flatMap(({ userPayment, tokenAccount, vaults }) => [
    userPayment,
    tokenAccount,
    ...vaults.map(({ escrow }) => escrow),
  ]);
  return { data, accounts };
}

/**
 * Compares an owner's promises with the allowance and the balance that pay them: one entry per mint. It stays up to date as
 * `usePolicy` does. `syncDelegation` of the SDK repairs an allowance.
 * @example
 * import { useCoverage } from "@milepost/react";
 *
 * const { data } = useCoverage(wallet.address);
 * const uncovered = data?.filter(({ shortfall }) => !shortfall.isZero());
 */
export function useCoverage(owner: AddressInput): ChainResult<DelegationCoverage[]> {
  const { connection } = useMilepost();
  const key = typeof owner === "string" ? owner : owner?.toBase58();
  const parsed = useMemo(() => parseAddress(key), [key]);
  const isMalformed = parsed instanceof ProblemError;
  const store = useMemo(
    () => (parsed && !isMalformed ? coverageStore(connection, parsed) : null),
    [connection, parsed, isMalformed],
  );
  return useChainValue(store, isMalformed ? parsed : undefined);
}
