/** Reads what the reports of a project need, outside any transaction. */
import type { Caller } from "../caller/caller";
import { placeOf } from "../chain";
import { type PartyActions, readPartyActions } from "../chain/party-actions";
import { readTokenBalance } from "../chain/token-balance";
import { chainOf, type GatewayContext } from "../context";
import { listDisputes } from "../project-disputes/store";
import { listSettlements } from "../project-disputes/settlement-store";
import { listWaiting } from "../project-steps/action-store";
import { showAction } from "../project-steps/show-action";
import { onChain, refreshProject } from "../projects/chain-state/refresh";
import { listSteps } from "../projects/chain-state/store";
import { activeIndex } from "../projects/milestone-status";
import { requireRole } from "../projects/parties";
import { PARTY_ROLES, type ProjectPolicy, type ProjectRow } from "../projects/rows";
import { laterActions, type OpenProposal, possibleActions } from "./party-actions";
import type { PartyActionsView, Statement, Timeline } from "./schema";
import { statementOf } from "./statement";
import { pastOf, upcomingOf } from "./timeline";

/** Returns the statement, compared with the vaults as they are. Throws `GatewayError`. */
export async function readStatement(
  context: GatewayContext,
  caller: Caller,
  id: string,
): Promise<Statement> {
  const { project, now } = await refreshProject(context, caller, id);
  const chain = chainOf(context, caller.mode);
  const vaults = await onChain(() =>
    Promise.all(
      project.policies.map(async (policy) => ({
        policy,
        balance: await readTokenBalance(chain, policy.vault),
      })),
    ),
  );
  return statementOf(project, vaults, now);
}

/** Returns the timeline. Throws `GatewayError`. */
export async function readTimeline(
  context: GatewayContext,
  caller: Caller,
  id: string,
): Promise<Timeline> {
  const { project, now } = await refreshProject(context, caller, id);
  const past = pastOf(project, await listSteps(context.database, id));
  const policy = currentPolicy(project, now);
  const owner = project.wallets?.homeowner;
  const actions = policy && owner ? await actionsOn(context, project, policy, owner) : null;
  return {
    object: "project_timeline",
    projectId: id,
    now: Number(now),
    past,
    upcoming: actions ? upcomingOf(project, policy!.part, actions.byItself) : [],
  };
}

/** Returns what a party can do now and later. Throws `GatewayError`. */
export async function readPartyView(
  context: GatewayContext,
  caller: Caller,
  id: string,
  party: string,
): Promise<PartyActionsView> {
  const { project, now } = await refreshProject(context, caller, id);
  const role = requireRole(project, party, PARTY_ROLES);
  const policy = currentPolicy(project, now);
  const wallet = project.wallets?.[role];
  const actions = policy && wallet ? await actionsOn(context, project, policy, wallet) : null;
  const source = {
    project,
    role,
    part: policy?.part ?? null,
    ...(await openMatters(context, project, now)),
    now,
  };
  return {
    object: "project_party_actions",
    projectId: id,
    party,
    role,
    now: Number(now),
    possible: project.pending ? [] : possibleActions(source, actions?.possible ?? []),
    later: laterActions(source, actions?.later ?? []),
    byItself: actions ? upcomingOf(project, policy!.part, actions.byItself) : [],
    obstacles: actions?.obstacles ?? [],
    toSign: wallet ? await actionsToSign(context, project, wallet, now) : [],
    pendingAction: project.pending?.id ?? null,
  };
}

/** Returns the steps whose transaction lacks the wallet's signature and can still land, such as a split that the other party signed. */
async function actionsToSign(
  { database, chains }: GatewayContext,
  { id, mode }: ProjectRow,
  wallet: string,
  now: bigint,
): Promise<PartyActionsView["toSign"]> {
  const shown: PartyActionsView["toSign"] = [];
  for (const action of await listWaiting(database, id)) {
    const view = await showAction(database, chains[mode]!, action);
    const { signing } = view;
    if (signing?.missing.includes(wallet) && BigInt(signing.expiresAt) > now) shown.push(view);
  }
  return shown;
}

/** Returns the policy of the milestone whose turn it is, or the last one that is open. */
function currentPolicy(project: ProjectRow, now: bigint): ProjectPolicy | null {
  const active = activeIndex(project, now);
  const open = project.policies.filter(({ closed_at }) => closed_at === null);
  const part = active === null ? null : placeOf(active).part;
  return open.find((policy) => policy.part === part) ?? open.at(-1) ?? null;
}

const actionsOn = (
  context: GatewayContext,
  { mode }: ProjectRow,
  { address }: ProjectPolicy,
  wallet: string,
): Promise<PartyActions> =>
  onChain(() => readPartyActions(chainOf(context, mode), address, wallet));

/** Returns what the parties have open beside the chain: a dispute to write in, a proposal to answer. */
async function openMatters(
  { database }: GatewayContext,
  project: ProjectRow,
  now: bigint,
): Promise<{ proposal: OpenProposal | null; hasOpenDispute: boolean }> {
  const active = activeIndex(project, now);
  if (active === null) return { proposal: null, hasOpenDispute: false };
  const { id: milestoneId } = project.milestones[active]!;
  const settlements = await listSettlements(database, milestoneId);
  const proposed = settlements.find(({ status }) => status === "proposed");
  const disputes = await listDisputes(database, milestoneId);
  return {
    proposal: proposed ? { milestoneId, proposedBy: proposed.proposed_by } : null,
    hasOpenDispute: disputes.some(
      ({ disputed_at, ended_at }) => disputed_at !== null && ended_at === null,
    ),
  };
}
