/** Builds the transaction of a step, from the chain as it is. */
import {
  type Build,
  buildAccept,
  buildApprove,
  buildCloseEscrow,
  buildDispute,
  buildFunding,
  buildFundMilestones,
  buildReclaim,
  buildRequestMediation,
  buildResolve,
  buildSettle,
  buildSubmit,
  buildWithdrawDispute,
  type ChainRuntime,
  type FundingRequest,
  memoOf,
  placeOf,
  planParts,
  readPolicy,
} from "../chain";
import { GatewayError } from "../errors/gateway-error";
import { foreignReason } from "../policies/own-policy";
import { PARTY_ROLES, type ProjectRow } from "../projects/rows";
import type { ActionRow } from "./action-store";

/** Returns the policy that a part gets when its first milestone is funded. The contractor accepts it afterwards. */
export function fundingOf(project: ProjectRow, part: number): FundingRequest {
  const { wallets, terms, currency, release_condition } = project;
  const { milestones } = planParts(project.milestones)[part]!;
  const hasDates = milestones.some(({ due_date }) => due_date !== null);
  return {
    owner: wallets!.homeowner,
    recipient: wallets!.contractor,
    mediator: wallets!.mediator,
    currency,
    amounts: milestones.map(({ amount }) => amount),
    // Zero is no date.
    timestamps: hasDates ? milestones.map(({ due_date }) => due_date ?? 0n) : [],
    releaseCondition: release_condition,
    terms,
    memo: memoOf(project.id, part),
    fund: "next",
    isAccepted: false,
    maxGatewayFeeBps: project.gateway_fee_bps!,
    maxProtocolFeeBps: project.protocol_fee_bps!,
  };
}

/** Returns the milestone that an action is for. */
const indexOf = (project: ProjectRow, { milestone_id }: ActionRow): number =>
  project.milestones.find(({ id }) => id === milestone_id)!.index;

/**
 * Refuses a step on a policy that the chain has for something else.
 * Throws `GatewayError` (`invalid_status`).
 */
export async function requireOwnPolicy(
  chain: ChainRuntime,
  { id: objectId, wallets, policies }: ProjectRow,
  part: number,
): Promise<void> {
  const address = policies.find((policy) => policy.part === part)?.address;
  const state = address === undefined ? null : await readPolicy(chain, address);
  const recipient = wallets?.contractor ?? null;
  const foreign = state && foreignReason(state, { objectId, part, recipient });
  if (foreign) throw new GatewayError("invalid_status", `Nothing is sent: ${foreign}.`);
}

/**
 * Builds the transaction of an action. The sponsor pays it; `signers` says who signs besides.
 * Throws the SDK's errors, and `GatewayError` (`invalid_status`) for a policy that is not the project's.
 */
export async function buildStep(
  chain: ChainRuntime,
  project: ProjectRow,
  action: ActionRow,
): Promise<Build> {
  await requireOwnPolicy(chain, project, action.part);
  const address = project.policies.find(({ part }) => part === action.part)?.address;
  if (address === undefined) return buildFunding(chain, fundingOf(project, action.part));
  if (action.kind === "accept_terms") return buildAccept(chain, { policy: address });
  if (action.kind === "close") return buildCloseEscrow(chain, { policy: address });
  const milestone = { policy: address, index: placeOf(indexOf(project, action)).index };
  const { payload } = action;
  switch (action.kind) {
    case "fund":
      return buildFundMilestones(chain, milestone);
    case "submit":
      return buildSubmit(chain, { ...milestone, evidenceHash: bytes(payload.evidenceHash!) });
    case "approve":
      return buildApprove(chain, {
        ...milestone,
        ...(payload.evidenceHash ? { evidenceHash: bytes(payload.evidenceHash) } : {}),
      });
    case "dispute":
      return buildDispute(chain, { ...milestone, reasonHash: bytes(payload.reasonHash!) });
    case "withdraw_dispute":
      return buildWithdrawDispute(chain, milestone);
    case "request_mediation":
      return buildRequestMediation(chain, { ...milestone, party: walletOf(project, action) });
    case "decide":
      return buildResolve(chain, {
        ...milestone,
        recipientAmount: BigInt(payload.recipientAmount!),
      });
    case "settle":
      return buildSettle(chain, {
        ...milestone,
        recipientAmount: BigInt(payload.recipientAmount!),
      });
    case "reclaim":
      return buildReclaim(chain, milestone);
  }
}

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

/** Returns the wallet of the person who acts. */
function walletOf({ parties, wallets }: ProjectRow, { person_id }: ActionRow): string {
  const role = PARTY_ROLES.find((each) => parties[each].id === person_id)!;
  return wallets![role];
}
