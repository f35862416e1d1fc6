/** Token accounts that a payment would create at the keeper's expense, when the keeper was told not to. */
import type { Execution, ReleaseSnapshot } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { readWatch } from "../find/watch";
import { backoffSeconds } from "../send/backoff";
import { backOff, wait } from "../store/policies";
import type { Item } from "./decide";
import type { WorkerSettings } from "./settings";

export const TOKEN_ACCOUNT_MISSING = "TokenAccountMissing";

type Settings = Pick<WorkerSettings, "context" | "database" | "events" | "random">;

/**
 * Waits until somebody else has created the accounts. Their watch is read before they are looked at once more, so that
 * what is created in between is not missed.
 */
export async function waitForAccounts(
  settings: Settings,
  { member, attempts }: Item,
  execution: Execution,
  { policy, configAddress }: ReleaseSnapshot,
): Promise<void> {
  const { context, database, events, random } = settings;
  const { connection, commitment } = context;
  events.failed(member, { kind: "waiting", reason: TOKEN_ACCOUNT_MISSING });
  const accounts = execution.setup.map(createdBy);
  // Fees may also be sent to somebody whose account exists.
  const watched = [new PublicKey(member.policy), policy.gateway, configAddress, ...accounts];
  const watch = await readWatch(context, watched).catch(() => null);
  const infos = await connection
    .getMultipleAccountsInfo(accounts, { commitment, minContextSlot: watch?.slot })
    .catch(() => null);
  // Lamports alone make no token account.
  const areMissing = infos?.every((info) => !info || info.data.length === 0);
  if (watch && areMissing) return wait(database, member, TOKEN_ACCOUNT_MISSING, watch);
  const seconds = backoffSeconds(attempts, random);
  return backOff(database, member, seconds, TOKEN_ACCOUNT_MISSING);
}

/** The account that an instruction of the associated token program creates: behind the one that pays. */
function createdBy({ keys }: Execution["setup"][number]): PublicKey {
  return keys[1]!.pubkey;
}
