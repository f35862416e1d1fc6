/** Brings a project up to what the chain says now. A payment by silence, or by a keeper, needs no request of ours. */
import type { Database } from "@milepost/database";
import { RpcError } from "@milepost/sdk";
import type { Caller } from "../../caller/caller";
import type { ChainRuntime, PolicyState } from "../../chain";
import { readPolicy } from "../../chain";
import { chainOf, type GatewayContext } from "../../context";
import { GatewayError } from "../../errors/gateway-error";
import { requireProject } from "../require";
import type { ProjectPolicy, ProjectRow } from "../rows";
import { writeStored } from "../stored-json";
import { applyUpdate } from "./apply-update";
import { readUpdate } from "./read-update";

/** A project as the chain has it. */
export interface FreshProject {
  project: ProjectRow;
  /** The chain's time. */
  now: bigint;
}

/**
 * Reads the policies of a project and writes what changed. Runs outside any transaction.
 * Throws `GatewayError`: `resource_missing`, `chain_unavailable`.
 */
export async function refreshProject(
  context: GatewayContext,
  caller: Pick<Caller, "accountId" | "mode">,
  id: string,
): Promise<FreshProject> {
  const project = await requireProject(context.database, caller, id);
  const chain = chainOf(context, caller.mode);
  return onChain(async () => {
    const isChanged = await refreshPolicies(context, chain, project);
    const now = await chain.time();
    if (!isChanged) return { project, now };
    return { project: await requireProject(context.database, caller, id), now };
  });
}

/**
 * Returns what `read` returns. A node's first failure is often a connection that it closed while idle: `read` runs once more.
 * Throws `GatewayError` (`chain_unavailable`) after the second one.
 */
export async function onChain<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isNodeFailure(error)) throw error;
  }
  try {
    return await read();
  } catch (error) {
    if (!isNodeFailure(error)) throw error;
    throw new GatewayError(
      "chain_unavailable",
      "The chain does not answer. Nothing has changed; repeat the request.",
      { retryAfter: 1, cause: error },
    );
  }
}

/** web3.js throws what `fetch` threw, and an `Error` that begins so for an answer that is not one. */
const isNodeFailure = (error: unknown): boolean =>
  error instanceof RpcError ||
  (error instanceof TypeError && error.message === "fetch failed") ||
  (error instanceof Error && /^(failed to get |\d{3} )/.test(error.message));

/** Returns true when something was written. */
async function refreshPolicies(
  context: GatewayContext,
  chain: ChainRuntime,
  project: ProjectRow,
): Promise<boolean> {
  // A reset localnet has other accounts at the same addresses, or none.
  if (project.genesis_hash !== chain.genesisHash) return false;
  let isChanged = false;
  for (const policy of project.policies.filter(({ closed_at }) => closed_at === null)) {
    const state = await readPolicy(chain, policy.address);
    if (state && policy.last_signature !== null && isSame(state, policy)) continue;
    const update = await readUpdate(chain, {
      address: policy.address,
      escrow: policy.escrow,
      lastSignature: policy.last_signature,
    });
    const isNewer = update.state !== null && BigInt(update.state.slot) > policy.slot;
    if (update.steps.length === 0 && !isNewer) continue;
    await context.database.transaction((transaction: Database) =>
      applyUpdate(context, transaction, { project, part: policy.part }, update),
    );
    isChanged = true;
  }
  return isChanged;
}

/** Compares everything that a transaction changes; time alone turns a dispute into mediation. */
function isSame(state: PolicyState, { state: stored }: ProjectPolicy): boolean {
  const comparable = (of: PolicyState): string =>
    writeStored({
      ...of,
      time: 0n,
      slot: 0,
      milestones: of.milestones.map((each) => ({
        ...each,
        state: each.state === "mediation" ? "disputed" : each.state,
      })),
    });
  return comparable(state) === comparable(stored);
}
