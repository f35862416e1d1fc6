/** What a wallet can do with a policy now and later, the safest first, and what happens by itself. */
import {
  type NextAction,
  type NextActions,
  nextActions,
  type UpcomingChangeName,
} from "@milepost/sdk";
import type BN from "bn.js";
import { type Address, toAddress } from "./address";
import type { ChainRuntime } from "./chain-runtime";
import { contextOf } from "./sdk-context";

/** An instruction that the wallet can sign. */
export interface PartyAction {
  /** Name of the instruction, such as `approveMilestone`. */
  instruction: NextAction["instruction"];
  /** Index within the policy; null for actions on the whole policy. */
  index: number | null;
  role: NextAction["role"];
  /** True where the other party has to sign as well. */
  isJoint: boolean;
  /** True for an approval before anything was submitted: it pays for work that the payer has not seen. */
  isEarly: boolean;
  /** First Unix second; null for at once. */
  from: bigint | null;
  /** First Unix second in which it is no longer possible; null for no end. */
  until: bigint | null;
}

/** A change that the clock makes. */
export interface UpcomingEvent {
  change: UpcomingChangeName;
  index: number;
  at: bigint;
  /** The recipient's share that is paid then, before fees; null where nothing is. */
  recipientAmount: bigint | null;
}

/** Answer for one wallet. */
export interface PartyActions {
  /** In the order of `safestFirst`. */
  possible: PartyAction[];
  /** The earliest first. */
  later: PartyAction[];
  byItself: UpcomingEvent[];
  /** Texts about token accounts that cannot be paid. */
  obstacles: string[];
  now: bigint;
}

/**
 * Returns what `who` can do with a policy.
 * Throws the SDK's errors.
 * @example
 * const { possible } = await readPartyActions(chain, policy, project.wallets.homeowner);
 */
export async function readPartyActions(
  chain: ChainRuntime,
  policy: Address,
  who: Address,
): Promise<PartyActions> {
  const answer = await nextActions(
    contextOf(chain),
    toAddress(policy, "policy"),
    toAddress(who, "party"),
  );
  const show = (action: NextAction) => toPartyAction(action, answer.state);
  return {
    possible: answer.possible.map(show).sort(safestFirst),
    later: answer.later.map(show),
    byItself: answer.byItself.map(({ change, milestoneIndex, at, payout }) => ({
      change,
      index: milestoneIndex,
      at: big(at),
      recipientAmount: payout && sumOf(payout.recipient, payout.gatewayFee, payout.protocolFee),
    })),
    obstacles: answer.obstacles.map(({ message }) => message),
    now: big(answer.now),
  };
}

/** Instructions in the order in which a page offers them: the next step first, the payer's way back last. */
const ORDER: readonly NextAction["instruction"][] = [
  "acceptEscrow",
  "submitMilestone",
  "approveMilestone",
  "executePayment",
  "resolveDispute",
  "fundMilestones",
  "disputeMilestone",
  "withdrawDispute",
  "requestMediation",
  "settleMilestone",
  "reclaimMilestone",
];

/** Compares two actions: the safer one comes first, and what pays before it must, or takes back alone, comes last. */
export const safestFirst = (a: PartyAction, b: PartyAction): number => rankOf(a) - rankOf(b);

function rankOf({ instruction, isJoint, isEarly }: PartyAction): number {
  const place = ORDER.indexOf(instruction);
  const isAlone = instruction === "reclaimMilestone" && !isJoint;
  if (isEarly || isAlone) return ORDER.length + 1;
  return place === -1 ? ORDER.length : place;
}

function toPartyAction(action: NextAction, state: NextActions["state"]): PartyAction {
  const { instruction, milestoneIndex, role, cosigner, from, until } = action;
  return {
    instruction,
    index: milestoneIndex,
    role,
    isJoint: cosigner !== null,
    isEarly: instruction === "approveMilestone" && state === "funded",
    from: from && big(from),
    until: until && big(until),
  };
}

const big = (value: BN): bigint => BigInt(value.toString());
const sumOf = (...values: BN[]): bigint => values.reduce((sum, value) => sum + big(value), 0n);
