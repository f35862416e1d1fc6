/** The model's beginnings: a delegated policy, and its way into an escrow. */
import type { Terms } from "../world";
import type { ActionOf } from "./actions";
import { addressOf, GATEWAY, USER_PAYMENT } from "./cast";
import { fundingOf } from "./model-money";
import {
  type HeldMilestone,
  isCompleted,
  type LivePolicy,
  type Model,
  RENT_PAYER,
  type Rents,
} from "./state";

const YEAR = 365 * 86_400;
const U64_MAX = 2n ** 64n - 1n;

export function createPolicy(
  model: Model,
  action: ActionOf<"createPolicy">,
  rents: Rents,
): string | (() => void) {
  // Everything else of a creation is the delegated suite's.
  if (model.isPaused) return "ProgramPaused";
  const { amounts, timestamps } = action;
  const padded = (values: bigint[]): bigint[] => [0, 1, 2, 3].map((i) => values[i] ?? 0n);
  const sum = amounts.reduce((all, amount) => all + amount, 0n);
  return () => {
    model.committed += sum;
    model.allowance = model.committed;
    model.nextPolicyId = action.policyId + 1;
    model.userPaymentUpdatedAt = model.time;
    model.rentPayerLamports -= rents.policy;
    model.policies.set(action.places.policy, {
      places: action.places,
      kind: "delegated",
      escrow: null,
      vault: 0n,
      state: {
        userPayment: USER_PAYMENT,
        gateway: GATEWAY,
        recipient: addressOf("recipient"),
        amounts: padded(amounts),
        timestamps: padded(timestamps),
        currentMilestone: 0,
        releaseCondition: action.releaseCondition,
        totalMilestones: amounts.length,
        escrowAmount: sum,
        isPaused: false,
        memo: new Uint8Array(64),
        totalPaid: 0n,
        policyId: action.policyId,
        createdAt: model.time,
        updatedAt: model.time,
        protocolFeeBps: model.protocolFeeBps,
        gatewayFeeBps: model.gatewayFeeBps,
        bump: action.bump,
        rentPayer: addressOf(RENT_PAYER),
      },
    });
  };
}

/** The one period that may be zero. */
const MEDIATION_DELAY = 2;

function termsFault(terms: Terms): string | null {
  const periods = [
    terms.reviewPeriodSecs,
    terms.disputeWindowSecs,
    terms.mediationDelaySecs,
    terms.mediationTimeoutSecs,
    terms.deliveryGraceSecs,
  ];
  const atLeastOne = periods.filter((_, i) => i !== MEDIATION_DELAY);
  if (periods.some((secs) => secs > YEAR) || atLeastOne.includes(0)) return "InvalidPeriod";
  if (terms.disputeWindowSecs > terms.reviewPeriodSecs) return "DisputeWindowAboveReview";
  if (terms.timeoutRecipientBps > 10_000) return "InvalidShareBps";
  return terms.platformFeeBps > 1_000 ? "InvalidFeeBps" : null;
}

const unfunded = (): HeldMilestone => ({
  state: "unfunded",
  funded: 0n,
  paid: 0n,
  refunded: 0n,
  submittedAt: 0n,
  disputedAt: 0n,
  evidence: 0,
  reason: 0,
});

export function openEscrow(
  model: Model,
  policy: LivePolicy,
  action: ActionOf<"open">,
  rents: Rents,
): string | (() => void) {
  const { state } = policy;
  if (action.by !== "owner") return "InvalidOwner";
  if (model.isPaused) return "ProgramPaused";
  if (policy.kind === "held") return "PolicyHasEscrow";
  if (policy.kind === "closed") return "EscrowClosed";
  if (isCompleted(policy)) return "PolicyCompleted";
  if (state.isPaused) return "PolicyPaused";
  const fault = termsFault(action.terms);
  if (fault) return fault;
  if (action.mediator === "owner" || action.mediator === "recipient") return "InvalidMediator";
  const all = state.amounts.reduce(
    (sum, amount) => sum + fundingOf(amount, action.terms.platformFeeBps),
    0n,
  );
  if (all > U64_MAX) return "AmountOverflow";
  return () => {
    model.committed -= state.escrowAmount - state.totalPaid;
    model.allowance = model.committed;
    model.userPaymentUpdatedAt = model.time;
    model.rentPayerLamports -= rents.escrow + rents.vault;
    state.updatedAt = model.time;
    policy.kind = "held";
    policy.escrow = {
      policy: policy.places.policy,
      mediator: addressOf(action.mediator),
      vault: policy.places.vault,
      rentPayer: addressOf(RENT_PAYER),
      terms: action.terms,
      acceptedAt: 0n,
      readyAt: 0n,
      mediationAt: 0n,
      createdAt: model.time,
      updatedAt: model.time,
      bump: action.bump,
      milestones: [0, 1, 2, 3].map((i) => ({
        ...unfunded(),
        // Paid by delegation before.
        ...(i < state.currentMilestone && { state: "released" as const }),
      })),
    };
  };
}
