/**
 * Notices what others do on chain: a payer who approves with their own wallet, a keeper who pays after a silent review, an owner
 * who takes money back. A policy whose accounts have changed is handed to the resource that it belongs to.
 */
import type { Mode } from "../caller/mode";
import type { ChainRuntime } from "../chain/chain-runtime";
import { MAX_WATCHED, readPolicyAccounts } from "../chain/policy-accounts";
import type { GatewayContext } from "../context";
import { claimDuePolicies, type DuePolicy, noteSeen, type WatchedPolicy } from "./store";

/** Reads a policy and writes down what is new. Running it twice changes nothing. */
export type PolicyObserver = (context: GatewayContext, policy: WatchedPolicy) => Promise<void>;

/** Observer per prefix of the object's id, such as `intent_`. */
export type PolicyObservers = Readonly<Record<string, PolicyObserver>>;

/** Options of `startPolicyWatch`; each has a default. */
export interface WatchOptions {
  /** Interval after which a policy is looked at again, in milliseconds. Default: 5,000. */
  everyMs?: number;
}

const EVERY_MS = 5_000;

/**
 * Looks once at every policy whose turn it is; returns the number of those that had changed.
 * Rejects when the chain or the database does not answer; the policies' turn comes again.
 */
export async function watchPolicies(
  context: GatewayContext,
  observers: PolicyObservers,
  { everyMs = EVERY_MS }: WatchOptions = {},
): Promise<number> {
  let changed = 0;
  for (const mode of Object.keys(context.chains) as Mode[]) {
    const chain = context.chains[mode]!;
    for (let isMore = true; isMore;) {
      const now = context.now();
      const before = new Date(now.getTime() - everyMs);
      const page = { before, now, limit: MAX_WATCHED };
      const due = await claimDuePolicies(context.database, chain, page);
      changed += await look(context, chain, observers, due);
      isMore = due.length === MAX_WATCHED;
    }
  }
  return changed;
}

async function look(
  context: GatewayContext,
  chain: ChainRuntime,
  observers: PolicyObservers,
  due: readonly DuePolicy[],
): Promise<number> {
  if (due.length === 0) return 0;
  const addresses = due.map(({ address }) => address);
  const found = await readPolicyAccounts(chain, addresses);
  let changed = 0;
  for (const [index, policy] of due.entries()) {
    const accounts = found[index]!;
    if (accounts.hash === policy.seenHash) continue;
    if (await observe(context, observers, policy)) {
      // What changed after this reading has another hash, and is handed on at the next turn.
      await noteSeen(context.database, policy, accounts, context.now());
      changed += 1;
    }
  }
  return changed;
}

/** Returns false when the observer failed: the policy's turn comes again. */
async function observe(
  context: GatewayContext,
  observers: PolicyObservers,
  policy: DuePolicy,
): Promise<boolean> {
  const observer = Object.entries(observers).find(([prefix]) =>
    policy.objectId.startsWith(prefix),
  )?.[1];
  try {
    await observer?.(context, policy);
    return true;
  } catch (error) {
    const { address, objectId } = policy;
    context.log.warn({ err: error, policy: address, object: objectId }, "policy not observed");
    return false;
  }
}

/**
 * Watches in this process; several processes share the work.
 * @example
 * const watch = startPolicyWatch(context, POLICY_OBSERVERS);
 * await watch.stop();
 */
export function startPolicyWatch(
  context: GatewayContext,
  observers: PolicyObservers,
  { everyMs = EVERY_MS }: WatchOptions = {},
): { stop(): Promise<void> } {
  let running: Promise<unknown> | null = null;
  const look = (): void => {
    running ??= watchPolicies(context, observers, { everyMs })
      .catch((error: unknown) => context.log.warn({ err: error }, "policy watch"))
      .finally(() => (running = null));
  };
  const timer = setInterval(look, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
