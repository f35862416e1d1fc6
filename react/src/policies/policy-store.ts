/** One shared snapshot per policy and connection: every hook and component below reads the same one. */
import {
  decideNextActions,
  FUNDING_KIND_CLOSED,
  loadReleaseSnapshots,
  payingAccount,
  type ReleaseSnapshot,
} from "@milepost/sdk";
import { type Connection, PublicKey } from "@solana/web3.js";
import { readContextOf } from "../context/read-context";
import { LiveValue, MONOTONIC_CLOCK, type LiveClock, type Reading } from "./live-value";

/** Policy as the chain has it, with everything that its release depends on. */
export interface PolicyData {
  /** Accounts of the policy: policy, `UserPayment`, gateway, escrow, mint and token accounts. */
  snapshot: ReleaseSnapshot;
  /** Time of the read, for `useChainTime`. */
  time: ChainTimeMark;
}

/** Chain time of a read, and when it was read by a clock that never goes back. */
export interface ChainTimeMark {
  /** Unix seconds by the chain's clock. */
  seconds: number;
  /** Milliseconds of the browser's monotonic clock at the read. */
  readAt: number;
}

const stores = /* @__PURE__ */ new WeakMap<Connection, Map<string, LiveValue<PolicyData>>>();
/** Most policies that are remembered per connection; the ones that nobody looks at go first. */
const MOST_REMEMBERED = 200;

/** Returns the shared store of a policy. */
export function policyStore(
  connection: Connection,
  address: PublicKey,
  clock: LiveClock = MONOTONIC_CLOCK,
): LiveValue<PolicyData> {
  const ofConnection = stores.get(connection) ?? new Map<string, LiveValue<PolicyData>>();
  stores.set(connection, ofConnection);
  const key = address.toBase58();
  const found = ofConnection.get(key);
  if (found) return found;
  const store = new LiveValue(
    connection,
    (minContextSlot) => readPolicy(connection, address, minContextSlot, clock),
    clock,
  );
  ofConnection.set(key, store);
  if (ofConnection.size > MOST_REMEMBERED) ofConnection.delete([...ofConnection.keys()][0]!);
  return store;
}

/**
 * Reads every policy of the connection again that a component shows. `useSend` does it after its transactions; a page does it
 * after one that a server sent. Answers older than `slot` do not count.
 * @example
 * import { refreshPolicies } from "@milepost/react";
 *
 * refreshPolicies(connection, slot);
 */
export function refreshPolicies(connection: Connection, slot?: number): void {
  for (const store of stores.get(connection)?.values() ?? []) {
    if (store.isUsed()) store.refresh(slot);
  }
}

async function readPolicy(
  connection: Connection,
  address: PublicKey,
  minContextSlot: number | undefined,
  clock: LiveClock,
): Promise<Reading<PolicyData>> {
  const [snapshot] = await loadReleaseSnapshots(readContextOf(connection), [address], {
    findsAlternatives: true,
    minContextSlot,
  });
  const seconds = snapshot!.now.toNumber();
  return {
    data: { snapshot: snapshot!, time: { seconds, readAt: clock.now() } },
    slot: snapshot!.slot,
    accounts: accountsOf(snapshot!),
    changesAt: nextChange(snapshot!),
    now: seconds,
  };
}

function accountsOf(snapshot: ReleaseSnapshot): PublicKey[] {
  const { policyAddress, policy, escrow } = snapshot;
  return [
    policyAddress,
    policy.userPayment,
    ...(escrow ? [escrow.address] : []),
    payingAccount(snapshot),
    snapshot.recipientDestination.address,
  ];
}

/** Returns the first second after now in which any party's actions change. */
function nextChange(snapshot: ReleaseSnapshot): number | null {
  if (snapshot.policy.fundingKind === FUNDING_KIND_CLOSED) return null;
  const parties = [
    snapshot.userPayment.owner,
    snapshot.policy.recipient,
    snapshot.escrow?.account.mediator ?? PublicKey.default,
  ];
  const times = parties.flatMap((who) => {
    const { possible, later, byItself, now } = decideNextActions(snapshot, who);
    const ends = possible.map(({ until }) => until);
    const starts = later.map(({ from }) => from);
    return [...ends, ...starts, ...byItself.map(({ at }) => at)].filter((at) => at?.gt(now));
  });
  const seconds = times.map((at) => at!.toNumber());
  return seconds.length > 0 ? Math.min(...seconds) : null;
}
