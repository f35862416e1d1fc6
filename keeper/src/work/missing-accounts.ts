/** Handles token accounts that a payment would create at the keeper's expense, when the keeper may not create any. */
import type { Execution, ReleaseSnapshot } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { readWatch } from "../find/read-watches";
import { backoffSeconds } from "../send/backoff";
import { backOff, wait } from "../store/policies";
import type { Item } from "./decide";
import type { WorkerOptions } from "./worker-options";

export const TOKEN_ACCOUNT_MISSING = "TokenAccountMissing";

type Options = Pick<WorkerOptions, "context" | "database" | "events" | "random">;

/**
 * Waits until someone else has created the accounts. Their watch is read before the accounts are read once more, so
 * that an account created in between is not missed.
 */
export async function waitForAccounts(
  options: Options,
  { member, attempts }: Item,
  execution: Execution,
  { policy, configAddress }: ReleaseSnapshot,
): Promise<void> {
  const { context, database, events, random } = options;
  const { connection, commitment } = context;
  events.failed(member, { kind: "waiting", reason: TOKEN_ACCOUNT_MISSING });
  const accounts = execution.setup.map(createdBy);
  // The gateway or the protocol may also have its fees sent to a wallet whose account exists.
  const watched = [new PublicKey(member.policy), policy.gateway, configAddress, ...accounts];
  const watch = await readWatch(context, watched).catch(() => null);
  const infos = await connection
    .getMultipleAccountsInfo(accounts, { commitment, minContextSlot: watch?.slot })
    .catch(() => null);
  // Lamports alone are not a token account.
  const areMissing = infos?.every((info) => !info || info.data.length === 0);
  if (watch && areMissing) return wait(database, member, TOKEN_ACCOUNT_MISSING, watch);
  const seconds = backoffSeconds(attempts, random);
  return backOff(database, member, seconds, TOKEN_ACCOUNT_MISSING);
}

/** Returns the account that an instruction of the associated token program creates: it follows the paying one. */
function createdBy({ keys }: Execution["setup"][number]): PublicKey {
  return keys[1]!.pubkey;
}
