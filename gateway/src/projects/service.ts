/** Creates projects from accepted bids, edits their drafts, and fixes them. */
import type { Database } from "@milepost/database";
import { toEscrowTerms } from "@milepost/sdk";
import type { Caller } from "../caller/caller";
import type { ChainRuntime } from "../chain/chain-runtime";
import { type GatewayFees, readGatewayFees } from "../chain/gateway-fees";
import { chainOf, type GatewayContext } from "../context";
import { GatewayError, missing } from "../errors/gateway-error";
import { recordEvent } from "../events/record";
import type { EventType } from "../events/types";
import { formatAmount, parseAmount } from "../money/amount";
import { feeOf } from "../money/split";
import { parseTimestamp } from "../time/timestamp";
import { defaultMilestones, sizeOf } from "./default-milestones";
import { dateOf, planDraft, refuseExcess, requireComplete } from "./draft";
import { oneLine } from "./notices/notice";
import { tellParties } from "./notices/tell";
import { requireRole, resolveParties, walletsOf } from "./parties";
import { requireProject } from "./require";
import type { ProjectRow } from "./rows";
import type { CreateProject, EditMilestone, Project, ReplaceMilestones } from "./schema";
import { showProject } from "./show";
import {
  findProjectOfBid,
  insertProject,
  markFinalized,
  replaceDraftMilestones,
  touchProject,
} from "./store";

/** Platform fee of spec 001: 2.5 % on top of each milestone. */
export const PLATFORM_FEE_BPS = 250;

const MAX_U64 = (1n << 64n) - 1n;

/**
 * Creates a draft with the default milestones of its type and size. `now` is the chain's time.
 * Throws `GatewayError`: `invalid_request`, `resource_missing`, and `conflict` for a bid that has a project.
 */
export async function createProject(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  input: CreateProject,
  now: bigint,
): Promise<Project> {
  const chain = chainOf(context, caller.mode);
  const { decimals } = requireCurrency(chain, input.currency);
  const amount = parseAmount(input.amount, decimals, "amount");
  const terms = termsOf(input);
  requireFundable(amount, terms.platformFeeBps, decimals);
  const size = input.size ?? sizeOf(amount, decimals);
  const startDate =
    input.startDate === undefined ? now : parseTimestamp(input.startDate, "startDate");
  const id = await insertProject(
    transaction,
    caller,
    {
      title: input.title,
      bidId: input.bidId ?? null,
      projectType: input.projectType,
      size,
      currency: input.currency,
      decimals,
      amount,
      parties: await resolveParties(transaction, caller, input, { chain, now: context.now() }),
      terms,
      releaseCondition: input.releaseRule === "approval_after_due_date" ? 5 : 4,
      genesisHash: chain.genesisHash,
      metadata: input.metadata ?? {},
    },
    context.now(),
  );
  if (id === null) throw await bidTaken(transaction, caller, input.bidId!);
  const outline = { projectType: input.projectType, size, amount, startDate };
  const milestones = defaultMilestones(outline).map((each) => ({ ...each, id: null }));
  await replaceDraftMilestones(transaction, caller, id, milestones, context.now());
  return changed(context, transaction, caller, id, "project.created");
}

/** Replaces the milestones of a draft. Throws `GatewayError`. */
export async function replaceMilestones(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  id: string,
  input: ReplaceMilestones,
): Promise<Project> {
  const project = await requireDraft(transaction, caller, id);
  const planned = planDraft(input.milestones, project);
  for (const { id: milestoneId } of planned) {
    const isKnown = project.milestones.some((each) => each.id === milestoneId);
    if (milestoneId !== null && !isKnown) throw missing("milestone", milestoneId);
  }
  await replaceDraftMilestones(transaction, caller, id, planned, context.now());
  return changed(context, transaction, caller, id, "project.updated");
}

/** Changes one milestone of a draft. Throws `GatewayError`. */
export async function editMilestone(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  ids: { id: string; milestoneId: string },
  edit: EditMilestone,
): Promise<Project> {
  const project = await requireDraft(transaction, caller, ids.id);
  if (!project.milestones.some(({ id }) => id === ids.milestoneId)) {
    throw missing("milestone", ids.milestoneId);
  }
  const planned = project.milestones.map((row) => {
    const isEdited = row.id === ids.milestoneId;
    const { amount, dueDate, ...texts } = isEdited ? edit : {};
    return {
      id: row.id,
      title: texts.title ?? row.title,
      description: texts.description ?? row.description,
      verificationMethod: texts.verificationMethod ?? row.verification_method,
      amount: amount === undefined ? row.amount : parseAmount(amount, project.decimals, "amount"),
      dueDate: dueDate === undefined ? row.due_date : dateOf(dueDate, "dueDate"),
    };
  });
  refuseExcess(planned, project);
  await replaceDraftMilestones(transaction, caller, project.id, planned, context.now());
  return changed(context, transaction, caller, project.id, "project.updated");
}

/** What a finalization reads of the chain before its transaction. */
export interface FinalizationRead extends GatewayFees {
  /** The chain's time. */
  now: bigint;
}

/** Reads the fees and the time at which a project is fixed. */
export async function readForFinalization(
  context: GatewayContext,
  caller: Caller,
): Promise<FinalizationRead> {
  const chain = chainOf(context, caller.mode);
  const [fees, now] = await Promise.all([readGatewayFees(chain), chain.time()]);
  return { ...fees, now };
}

/**
 * Fixes a draft: its milestones, wallets, terms and fees never change again. The homeowner decides.
 * Throws `GatewayError`: `schedule_locked`, `schedule_incomplete`, `forbidden`, `conflict`.
 */
export async function finalizeProject(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  { id, party }: { id: string; party: string },
  { now, ...fees }: FinalizationRead,
): Promise<Project> {
  const project = await requireDraft(transaction, caller, id);
  requireRole(project, party, ["homeowner"]);
  const planned = project.milestones.map(({ amount, due_date }) => ({ amount, dueDate: due_date }));
  requireComplete(planned, project, project.release_condition === 5);
  const wallets = walletsOf(chainOf(context, caller.mode), project);
  await markFinalized(transaction, id, { wallets, ...fees, finalizedAt: now });
  await tellParties(
    context,
    transaction,
    { project, milestoneId: null, at: now },
    {
      kind: "project.finalized",
      roles: ["contractor", "mediator"],
      subject: `The schedule of "${oneLine(project.title)}" is fixed`,
      text: `The homeowner finalized "${oneLine(project.title)}". Its milestones, wallets, terms and fees no longer change.\n\nProject: ${id}`,
    },
  );
  return changed(context, transaction, caller, id, "project.finalized");
}

async function requireDraft(
  transaction: Database,
  caller: Caller,
  id: string,
): Promise<ProjectRow> {
  const project = await requireProject(transaction, caller, id, { isLocked: true });
  if (project.status === "draft") return project;
  throw new GatewayError(
    "schedule_locked",
    `The schedule of ${id} was fixed at its finalization. Agree on another division with a settlement, or create a new project.`,
  );
}

/** Notes a change, records its event and returns the project as it is now. */
async function changed(
  context: GatewayContext,
  transaction: Database,
  caller: Caller,
  id: string,
  type: EventType,
): Promise<Project> {
  await touchProject(transaction, id, context.now());
  // Nothing is on chain yet: no status depends on the time.
  const data = showProject(await requireProject(transaction, caller, id), 0n);
  const { accountId, mode } = caller;
  await recordEvent(transaction, { accountId, mode, type, objectId: id, data }, context.now());
  return data;
}

function requireCurrency({ mints, mode }: ChainRuntime, currency: CreateProject["currency"]) {
  const mint = mints[currency];
  if (mint) return mint;
  throw new GatewayError(
    "invalid_request",
    `currency: expected ${Object.keys(mints).join(" or ")} (${mode} mode of this gateway), received ${currency}`,
    { param: "currency" },
  );
}

/** Returns the terms with the defaults of spec 001. Throws `GatewayError`. */
function termsOf({ terms }: CreateProject) {
  try {
    return toEscrowTerms({ platformFeeBps: PLATFORM_FEE_BPS, ...terms });
  } catch (error) {
    // The schema has checked every bound but one: the window lies within the review.
    throw new GatewayError(
      "invalid_request",
      `terms.disputeWindowSecs: expected at most reviewPeriodSecs, received ${terms?.disputeWindowSecs} and ${terms?.reviewPeriodSecs ?? "the default"}`,
      { param: "terms.disputeWindowSecs", cause: error },
    );
  }
}

function requireFundable(amount: bigint, platformFeeBps: number, decimals: number): void {
  if (amount + feeOf(amount, platformFeeBps) <= MAX_U64) return;
  throw new GatewayError(
    "invalid_request",
    `amount: expected an amount that is at most ${formatAmount(MAX_U64, decimals)} with the platform fee`,
    { param: "amount" },
  );
}

async function bidTaken(
  transaction: Database,
  caller: Caller,
  bidId: string,
): Promise<GatewayError> {
  const id = await findProjectOfBid(transaction, caller, bidId);
  return new GatewayError("conflict", `The bid ${bidId} has the project ${id} already.`, {
    param: "bidId",
  });
}
