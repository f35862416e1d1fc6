/** Projects as reminders see them: rows of the database, and the open milestone as the chain has it now. */
import type { Database } from "@milepost/database";
import { type ChainRuntime, placeOf, type PolicyState, readPolicy } from "../chain";
import { readWalletBalance } from "../chain/token-balance";
import type { Mode } from "../caller/mode";
import type { GatewayContext } from "../context";
import { formatAmount } from "../money/amount";
import { feeOf } from "../money/split";
import type { MilestoneRow, ProjectRow } from "../projects/rows";
import { findProject } from "../projects/store";
import type { ProjectFacts, ProjectRef, WatchedMilestone, WatchedProject } from "./project-facts";
import type { MilestoneClock } from "./schedule";

/** Reads projects from the gateway's tables, and their policies from the chain. */
export const chainFacts: ProjectFacts = {
  async watchActive(database: Database, mode: Mode): Promise<void> {
    await database.query(
      `INSERT INTO milepost_gateway.reminder_watches (project_id, account_id, mode, look_at)
       SELECT id, account_id, mode, 0 FROM milepost_gateway.projects WHERE mode = $1 AND status = 'active'
       ON CONFLICT DO NOTHING`,
      [mode],
    );
  },
  async read(
    { database, chains }: GatewayContext,
    ref: ProjectRef,
  ): Promise<WatchedProject | null> {
    const chain = chains[ref.mode];
    const project = await findProject(database, ref, ref.id);
    if (!chain || project?.status !== "active") return null;
    const { id, title, parties } = project;
    const policies = await policiesOf(database, chain, ref.id);
    const milestone = await openMilestone(chain, project, policies);
    const time = milestone?.time ?? (await chain.time());
    return { ...ref, id, title, people: parties, milestone: milestone?.watched ?? null, time };
  },
};

/** Returns the addresses of a project's policies on this chain, by part; null where the account was deleted. */
async function policiesOf(
  database: Database,
  { mode, genesisHash }: ChainRuntime,
  projectId: string,
): Promise<Map<number, string | null>> {
  const rows = await database.query<{ part: number; address: string; closed_at: Date | null }>(
    `SELECT part, address, closed_at FROM milepost_gateway.policies
     WHERE object_id = $1 AND mode = $2 AND genesis_hash = $3`,
    [projectId, mode, genesisHash],
  );
  return new Map(rows.map(({ part, address, closed_at }) => [part, closed_at ? null : address]));
}

const ENDED = ["released", "resolved", "refunded"];

/** Returns the first milestone that has not ended, with the time at which its state was read. */
async function openMilestone(
  chain: ChainRuntime,
  project: ProjectRow,
  policies: ReadonlyMap<number, string | null>,
): Promise<{ watched: WatchedMilestone; time: bigint } | null> {
  let fundableSince = project.finalized_at;
  const states = new Map<number, PolicyState | null>();
  for (const row of project.milestones) {
    const { part, index } = placeOf(row.index);
    const address = policies.get(part);
    if (address === null) continue;
    if (address !== undefined && !states.has(part))
      states.set(part, await readPolicy(chain, address));
    const state = states.get(part) ?? null;
    const milestone = state?.milestones[index] ?? null;
    if (milestone && ENDED.includes(milestone.state)) {
      fundableSince = state!.updatedAt;
      continue;
    }
    const shortfall =
      (milestone?.state ?? "unfunded") === "unfunded" ? await shortfallOf(chain, project, row) : 0n;
    const clock = { ...clockOf(state, index, row.due_date, fundableSince), shortfall };
    const units = (amount: bigint) =>
      `${formatAmount(amount, project.decimals)} ${project.currency}`;
    const watched = {
      id: row.id,
      index: row.index,
      title: row.title,
      amount: units(row.amount),
      shortfall: units(clock.shortfall),
      policy: address ?? null,
      clock,
    };
    return { watched, time: state?.time ?? (await chain.time()) };
  }
  return null;
}

/** Returns what the homeowner's wallet lacks to fund a milestone with its fee. The sandbox gives its own wallets what they need. */
async function shortfallOf(
  chain: ChainRuntime,
  { wallets, currency, terms }: ProjectRow,
  { amount }: MilestoneRow,
): Promise<bigint> {
  if (!wallets || chain.sandboxFund) return 0n;
  const needed = amount + feeOf(amount, terms.platformFeeBps);
  const balance = await readWalletBalance(chain, wallets.homeowner, currency);
  return balance < needed ? needed - balance : 0n;
}

function clockOf(
  state: PolicyState | null,
  index: number,
  dueDate: bigint | null,
  fundableSince: bigint | null,
): Omit<MilestoneClock, "shortfall"> {
  const milestone = state?.milestones[index];
  const escrow = state?.escrow ?? null;
  return {
    state: milestone?.state ?? "unfunded",
    dueDate,
    fundableSince,
    offeredAt: state?.createdAt ?? null,
    acceptedAt: escrow?.acceptedAt ?? null,
    readyAt: escrow?.readyAt ?? null,
    reclaimableAt: milestone?.reclaimableAt ?? null,
    submittedAt: milestone?.submittedAt ?? null,
    disputedAt: milestone?.disputedAt ?? null,
    evidenceHash: milestone?.evidenceHash ?? null,
    reasonHash: milestone?.reasonHash ?? null,
    disputeClosesAt: milestone?.disputeClosesAt ?? null,
    silentApprovalAt: milestone?.silentApprovalAt ?? null,
    mediationAt: escrow?.mediationAt ?? null,
    mediationExpiresAt: escrow?.mediationExpiresAt ?? null,
  };
}
