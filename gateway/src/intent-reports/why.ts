/** Explains an intent's next payment: what is met, who is missing, and when it can happen. */
import { chainOf, type GatewayContext } from "../context";
import { chainError, type ChainRuntime, explainPolicy, placeOf, readPolicy } from "../chain";
import { type PartyAction, readPartyActions, safestFirst } from "../chain/party-actions";
import { readNewestDispute } from "../disputes/store";
import { readOrder } from "../escrow-orders/store";
import type { Intent } from "../intents/intent";
import { plannedAmounts } from "../intents/lock-schedule";
import { listParts } from "../intents/parts-store";
import type { Milestone } from "../milestones/milestone";
import { isReleaseRequested } from "../milestones/release-request";
import { listMilestones } from "../milestones/store";
import { formatAmount } from "../money/amount";
import type { PartyStep, Why } from "./schema";
import { type ChainFacts, earliestOf, requirementsOf, type WhyFacts } from "./why-rules";

/** Returns the explanation. Throws `GatewayError`: `chain_unavailable`, `chain_refused`. */
export async function explainIntent(context: GatewayContext, intent: Intent): Promise<Why> {
  const chain = chainOf(context, intent.mode);
  const milestones = await listMilestones(context.database, intent.id);
  const current = milestones.find(isOpen) ?? null;
  const { facts, net, policy } = await collect(context, chain, intent, current);
  const isEnded = milestones.length > 0 && current === null;
  const requirements = isEnded ? [] : requirementsOf(facts);
  const { earliest, byItself } = earliestOf(requirements, facts);
  const money = (units: bigint): string => formatAmount(units, intent.decimals);
  return {
    object: "payment_explanation",
    paymentIntentId: intent.id,
    status: intent.status,
    isPaid: isEnded,
    milestoneId: current?.id ?? null,
    milestoneIndex: current?.milestoneIndex ?? null,
    amount: current === null || current.amount === null ? null : money(current.amount),
    net: net === null ? null : money(net),
    requirements: requirements.map(({ at, ...each }) => ({ ...each, at: at?.toString() ?? null })),
    isReady: !isEnded && requirements.every(({ isMet, name }) => isMet || name === "payment_sent"),
    earliest: isEnded ? null : (earliest?.toString() ?? null),
    byItself: isEnded ? null : (byItself?.toString() ?? null),
    reclaimableAt: facts.order?.reclaimableAt?.toString() ?? null,
    actions: policy === null || isEnded ? [] : await stepsOf(chain, { intent, current, policy }),
    now: facts.time.toString(),
  };
}

const isOpen = ({ status }: Milestone): boolean => status === "PENDING" || status === "COMPLETED";

interface Collected {
  facts: WhyFacts;
  /** Base units that the payee gets of the next payment. */
  net: bigint | null;
  /** Policy of the current milestone, once it is on chain. */
  policy: string | null;
}

async function collect(
  context: GatewayContext,
  chain: ChainRuntime,
  intent: Intent,
  current: Milestone | null,
): Promise<Collected> {
  const { database } = context;
  const order = await readOrder(database, intent.id);
  const dispute = await readNewestDispute(database, intent.id);
  const parts = await listParts(database, intent.id);
  const { amounts, planned } = await plannedAmounts(database, intent);
  const part = current && parts[placeOf(current.milestoneIndex).part];
  const policy = part?.policy ?? null;
  const seen = policy === null ? null : await readChain(chain, policy);
  const job = await lastJob(context, current);
  const facts: WhyFacts = {
    ...{ intent, order, current, dispute },
    planned: amounts === null ? planned : null,
    chain: seen?.chain ?? null,
    isRequested: current !== null && (await isReleaseRequested(database, current)),
    error: job?.state === "failed" ? job.error : null,
    isSending: job?.state === "signed",
    time: seen?.chain?.state.time ?? (await chain.time()),
  };
  return { facts, net: seen?.net ?? null, policy };
}

async function readChain(
  chain: ChainRuntime,
  policy: string,
): Promise<{ chain: ChainFacts | null; net: bigint | null }> {
  const state = await readPolicy(chain, policy);
  if (!state) return { chain: null, net: null };
  const { requirements, net } = await explainPolicy(chain, policy);
  return { chain: { state, requirements }, net };
}

async function lastJob(
  { database }: GatewayContext,
  current: Milestone | null,
): Promise<{ state: string; error: string | null } | undefined> {
  if (!current?.jobId) return undefined;
  const [job] = await database.query<{ state: string; error: string | null }>(
    "SELECT state, error FROM milepost_gateway.chain_jobs WHERE id = $1",
    [current.jobId],
  );
  return job;
}

/** Actions of the program that have an endpoint here, with the path below the intent. */
const STEPS: Readonly<Partial<Record<PartyAction["instruction"], { name: string; path: string }>>> =
  {
    approveMilestone: { name: "approve", path: "/escrow/milestones/:mid/approve" },
    submitMilestone: { name: "complete", path: "/escrow/milestones/:mid/complete" },
    disputeMilestone: { name: "dispute", path: "/escrow/dispute" },
    reclaimMilestone: { name: "reclaim", path: "/escrow/milestones/:mid/reclaim" },
  };

/** An action with the party that may take it. */
interface Offer {
  party: PartyStep["party"];
  action: PartyAction;
}

interface StepSource {
  intent: Intent;
  current: Milestone | null;
  policy: string;
}

/** Returns what each party can do: what is possible now, the safest first, then the rest by time. */
async function stepsOf(
  chain: ChainRuntime,
  { intent, current, policy }: StepSource,
): Promise<PartyStep[]> {
  if (!current) return [];
  const parties = { payer: intent.payer, payee: intent.recipient } as const;
  const [possible, later]: [Offer[], Offer[]] = [[], []];
  for (const [party, wallet] of Object.entries(parties) as ["payer" | "payee", string | null][]) {
    if (wallet === null) continue;
    const found = await ask(chain, policy, wallet);
    possible.push(...found.possible.map((action) => ({ party, action })));
    later.push(...found.later.map((action) => ({ party, action })));
  }
  possible.sort((a, b) => safestFirst(a.action, b.action));
  later.sort((a, b) => Number(a.action.from! - b.action.from!));
  return [...possible, ...later].flatMap((offer) => stepOf(offer, intent, current));
}

function stepOf({ party, action }: Offer, intent: Intent, current: Milestone): PartyStep[] {
  const step = STEPS[action.instruction];
  if (!step || action.role === "anyone") return [];
  const isAgreed = action.isJoint && step.name === "reclaim";
  const path = isAgreed ? step.path.replace("reclaim", "refund") : step.path;
  return [
    {
      party,
      action: isAgreed ? "refund" : step.name,
      isJoint: action.isJoint,
      method: "POST",
      path: `/v1/payment-intents/${intent.id}${path.replace(":mid", current.id)}`,
      from: action.from?.toString() ?? null,
      until: action.until?.toString() ?? null,
    },
  ];
}

async function ask(chain: ChainRuntime, policy: string, wallet: string) {
  try {
    return await readPartyActions(chain, policy, wallet);
  } catch (error) {
    throw chainError(error) ?? error;
  }
}
