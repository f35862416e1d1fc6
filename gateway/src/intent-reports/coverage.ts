/** Tells what stands behind an intent's remaining payments: money in escrow, or only the payer's wallet. */
import { type ChainRuntime, type PolicyState, readPayerFunds, readPolicy } from "../chain";
import { chainOf, type GatewayContext } from "../context";
import type { Intent, PartDetails } from "../intents/intent";
import { listParts } from "../intents/parts-store";
import type { Milestone } from "../milestones/milestone";
import { listMilestones } from "../milestones/store";
import { formatAmount } from "../money/amount";
import type { Coverage } from "./schema";

/** A part's open milestones, and what is held for them. Base units. */
export interface PartSums {
  part: number;
  milestones: number;
  open: bigint;
  held: bigint;
  isAccepted: boolean;
}

/** Returns what the parts guarantee together. Pure. */
export function guaranteeOf(parts: readonly PartSums[], open: bigint): Coverage["guarantee"] {
  if (open === 0n) return "paid";
  const held = parts.filter(({ isAccepted }) => isAccepted);
  const sum = held.reduce((all, each) => all + each.held, 0n);
  if (sum === 0n) return "none";
  return sum >= open ? "escrow" : "partial";
}

/** Returns the coverage. Throws `GatewayError`: `chain_unavailable`, `chain_refused`. */
export async function coverIntent(context: GatewayContext, intent: Intent): Promise<Coverage> {
  const chain = chainOf(context, intent.mode);
  const milestones = await listMilestones(context.database, intent.id);
  const parts: PartSums[] = [];
  let time: bigint | null = null;
  for (const part of await listParts(context.database, intent.id)) {
    const state = part.policy === null ? null : await readPolicy(chain, part.policy);
    time = state?.time ?? time;
    parts.push(sumsOf(part, milestones, state));
  }
  const isPlanned = parts.length > 0;
  const isOver = intent.status === "CANCELED";
  const sum = (of: (part: PartSums) => bigint): bigint =>
    parts.reduce((all, part) => all + of(part), 0n);
  const open = isOver ? 0n : isPlanned ? sum((part) => part.open) : intent.amount;
  const held = sum((part) => part.held);
  const missing = held >= open ? 0n : open - held;
  const money = (units: bigint): string => formatAmount(units, intent.decimals);
  return {
    object: "coverage",
    paymentIntentId: intent.id,
    currency: intent.currency,
    guarantee: guaranteeOf(parts, open),
    open: money(open),
    held: money(held),
    missing: money(missing),
    parts: parts.map(({ open: own, held: inside, ...part }) => ({
      ...part,
      open: money(own),
      held: money(inside),
      missing: money(inside >= own ? 0n : own - inside),
    })),
    payer: missing === 0n ? null : await payerOf(chain, intent, missing),
    now: (time ?? (await chain.time())).toString(),
  };
}

function sumsOf(
  { part, firstMilestone, milestones: count }: PartDetails,
  milestones: readonly Milestone[],
  state: PolicyState | null,
): PartSums {
  const open = milestones
    .slice(firstMilestone, firstMilestone + count)
    .filter(({ status }) => status === "PENDING" || status === "COMPLETED");
  // A consented pull holds nothing: it is paid, or it is only a promise.
  const isHeld = state?.funding === "held";
  return {
    part,
    milestones: open.length,
    open: open.reduce((all, { amount }) => all + (amount ?? 0n), 0n),
    held: isHeld ? state.outstanding : 0n,
    isAccepted: isHeld && state.escrow?.acceptedAt !== null,
  };
}

async function payerOf(
  chain: ChainRuntime,
  intent: Intent,
  missing: bigint,
): Promise<Coverage["payer"]> {
  const wallet =
    intent.payer ?? chain.sandboxKey?.(intent.accountId, "payer").publicKey.toBase58() ?? null;
  if (wallet === null) return null;
  const { balance, allowance, committed } = await readPayerFunds(chain, wallet, intent.currency);
  const free = balance - committed;
  const money = (units: bigint): string => formatAmount(units, intent.decimals);
  return {
    balance: money(balance),
    committed: money(committed),
    allowance: money(allowance),
    shortfall: money(free >= missing ? 0n : missing - (free > 0n ? free : 0n)),
  };
}
