/** Rule: which requirements of an intent's next payment are met. Pure: everything it decides on is handed in. */
import type { ChainRequirement, PolicyMilestone, PolicyState } from "../chain";
import type { Dispute } from "../disputes/dispute";
import type { EscrowOrder } from "../escrow-orders/order";
import type { Intent } from "../intents/intent";
import { isGatewayRelease, type ReleaseType } from "../intents/release-plan";
import type { Milestone } from "../milestones/milestone";
import { formatAmount } from "../money/amount";
import { showTime } from "../time/show-time";
import { met, type Requirement, unmet } from "./requirement";

/** What the chain says about the policy whose turn it is. */
export interface ChainFacts {
  state: PolicyState;
  requirements: readonly ChainRequirement[];
}

/** What is known of an intent whose next payment is explained. */
export interface WhyFacts {
  intent: Intent;
  /** Null for a consented pull. */
  order: EscrowOrder | null;
  /** First milestone that has not ended; null where the schedule is not fixed or all have ended. */
  current: Milestone | null;
  /** The newest dispute. */
  dispute: Dispute | null;
  /** Base units that the drafts sum to; null when they are complete. */
  planned: bigint | null;
  /** Null before the money is in. */
  chain: ChainFacts | null;
  /** True once a key with the scope `release` has asked for the current milestone's payment. */
  isRequested: boolean;
  /** Error of the milestone's last transaction; null where none failed. */
  error: string | null;
  /** True while a transaction of the milestone is on its way. */
  isSending: boolean;
  /** The chain's time in Unix seconds. */
  time: bigint;
}

/** Returns the requirements of the next payment, in the order in which the parties can meet them. */
export function requirementsOf(facts: WhyFacts): Requirement[] {
  return [
    ...schedule(facts),
    money(facts),
    ...(facts.intent.releaseType === null ? [] : [terms(facts), previous(facts)]),
    ...work(facts),
    ...date(facts),
    ...approval(facts),
    noDispute(facts),
    ...accounts(facts),
    ...requested(facts),
    payment(facts),
  ];
}

function schedule({ intent, planned }: WhyFacts): Requirement[] {
  if (intent.releaseType !== "MILESTONE_LOCKED") return [];
  const total = formatAmount(intent.amount, intent.decimals);
  if (planned === null) return [met("schedule_complete", `The milestones sum to ${total}.`)];
  const sum = formatAmount(planned, intent.decimals);
  const message = `The milestones sum to ${sum} of ${total}. Create the missing ones.`;
  return [unmet("schedule_complete", "platform", message)];
}

function money({ intent, chain }: WhyFacts): Requirement {
  const name = "money_in_escrow";
  if (chain) {
    return intent.releaseType === null
      ? met(name, "The payer has paid.")
      : met(name, "The money is in escrow.");
  }
  switch (intent.status) {
    case "PROCESSING":
      return unmet(name, "gateway", "The payment is on its way into escrow.");
    case "REQUIRES_ACTION":
      return unmet(name, "payer", intent.problem ?? "The payment failed. Confirm it again.");
    case "CANCELED":
      return unmet(name, "payer", "The payment intent is canceled: nothing will be paid.");
    default:
      return unmet(name, "payer", "The payer has not confirmed the payment.");
  }
}

function terms({ chain }: WhyFacts): Requirement {
  return chain?.state.escrow?.acceptedAt
    ? met("terms_accepted", "The payee has accepted the terms.")
    : unmet("terms_accepted", "payee", "The payee has not accepted the terms.");
}

function previous({ current, chain }: WhyFacts): Requirement {
  const name = "previous_milestone_ended";
  const index = current?.milestoneIndex ?? 0;
  if (index === 0) return met(name, "This is the first milestone.");
  const isOpen = chain !== null && heldOf({ current, chain }) === null;
  return isOpen
    ? unmet(name, "platform", `Milestone ${index - 1} has not ended.`)
    : met(name, `Milestone ${index - 1} has ended.`);
}

/** Returns the current milestone as the chain has it, where the chain is at it as well. */
function heldOf({ current, chain }: Pick<WhyFacts, "current" | "chain">): PolicyMilestone | null {
  if (!current || !chain) return null;
  return chain.state.milestones[current.milestoneIndex % 4] ?? null;
}

function work(facts: WhyFacts): Requirement[] {
  const { intent, order, current } = facts;
  const isGateway = isGatewayRelease(intent.releaseCondition);
  switch (intent.releaseType) {
    case null:
      return [];
    case "TIME_LOCKED":
      return [onItsWay(order)];
    case "MILESTONE_LOCKED":
      if (!isGateway) return [submitted(facts)];
      return [
        current !== null && current.status === "COMPLETED"
          ? met("work_completed", "The milestone is completed.")
          : unmet("work_completed", "platform", "The milestone has not been completed."),
      ];
    case "DELIVERY_PROOF":
    case "AUTO_RELEASE":
      return [
        order?.deliveryHash
          ? met("delivery_proven", "The delivery proof was submitted.")
          : unmet("delivery_proven", "platform", "The delivery proof is missing."),
        ...(isGateway ? [] : [submitted(facts)]),
      ];
  }
}

function onItsWay(order: EscrowOrder | null): Requirement {
  const status = order?.orderStatus ?? "PENDING";
  const isDelivered = ["SHIPPED", "DELIVERED", "COMPLETED"].includes(status);
  return isDelivered
    ? met("order_on_its_way", `The order is ${status}.`)
    : unmet(
        "order_on_its_way",
        "platform",
        `The order is ${status}. Set it to SHIPPED or DELIVERED.`,
      );
}

function submitted(facts: WhyFacts): Requirement {
  const held = heldOf(facts);
  const at = held?.submittedAt ?? null;
  return at !== null
    ? met("work_submitted", `The payee submitted the work at ${showTime(at)}.`)
    : unmet("work_submitted", "payee", "The payee has not submitted the work.");
}

function date(facts: WhyFacts): Requirement[] {
  const { intent, time } = facts;
  const isDated = (intent.releaseCondition & 1) === 1;
  const at = isDated ? (heldOf(facts)?.timestamp ?? intent.timeLockUntil) : null;
  if (at === null) return [];
  return [
    time >= at
      ? met("date_reached", `The date was reached at ${showTime(at)}.`)
      : unmet("date_reached", "time", `The payment is due at ${showTime(at)}.`, at),
  ];
}

function approval(facts: WhyFacts): Requirement[] {
  const { intent, time } = facts;
  if (intent.releaseType === null || isGatewayRelease(intent.releaseCondition)) return [];
  const at = heldOf(facts)?.silentApprovalAt ?? null;
  if (at === null) return [unmet("approved", "payer", "The payer has not approved the work.")];
  return [
    time >= at
      ? met(
          "approved",
          `The payer did not object before ${showTime(at)}, so the payment is approved.`,
        )
      : unmet(
          "approved",
          "payer",
          `The payer has not approved the work. Without an objection it counts as approved at ${showTime(at)}.`,
          at,
        ),
  ];
}

function noDispute(facts: WhyFacts): Requirement {
  const { order, dispute, chain, time } = facts;
  const name = "no_dispute";
  const state = heldOf(facts)?.state;
  if (state === "mediation") {
    const at = chain!.state.escrow!.mediationExpiresAt;
    if (at === null) return unmet(name, "mediator", "The mediator must decide.");
    return time >= at
      ? unmet(
          name,
          "gateway",
          `The mediator did not decide before ${showTime(at)}: the gateway pays out the agreed split.`,
          at,
        )
      : unmet(name, "mediator", `The mediator must decide before ${showTime(at)}.`, at);
  }
  if (order?.orderStatus !== "DISPUTED" && state !== "disputed") {
    return met(name, "There is no dispute.");
  }
  const reason = dispute ? `: ${dispute.reason}` : "";
  return unmet(name, "payer", `A dispute is open${reason}`);
}

/** Texts of the checks that the chain makes of accounts: met, not met, frozen, and who is missing. */
const ACCOUNTS = [
  {
    names: ["destination"],
    as: "payee_can_receive",
    missing: "payee",
    met: "The payee's account can receive the money.",
    unmet: "The payee's account cannot receive the money. Name another account of the payee.",
    frozen: "The payee's account is frozen by the issuer of the currency.",
  },
  {
    names: ["feeAccounts"],
    as: "fees_can_be_paid",
    missing: "gateway",
    met: "The fees can be paid.",
    unmet: "A fee account cannot receive its fee.",
    frozen: "A fee account is frozen by the issuer of the currency.",
  },
  {
    names: ["escrow", "vault", "active", "programNotPaused", "delegation", "allowance", "balance"],
    as: "escrow_can_pay",
    missing: "gateway",
    met: "The escrow account can pay.",
    unmet: "The escrow account cannot pay.",
    frozen: "The escrow account is frozen by the issuer of the currency.",
  },
  {
    names: ["mint"],
    as: "currency_supported",
    missing: "gateway",
    met: "The currency is supported.",
    unmet: "The issuer changed the currency so that it can no longer be paid.",
    frozen: "The currency is frozen.",
  },
] as const;

function accounts({ chain }: WhyFacts): Requirement[] {
  if (!chain) return [];
  return ACCOUNTS.flatMap(({ names, as, missing, ...texts }) => {
    const own = chain.requirements.filter(({ name }) => names.some((each) => each === name));
    if (own.length === 0) return [];
    const failed = own.find(({ isMet }) => !isMet);
    if (!failed) return [met(as, texts.met)];
    return [unmet(as, missing, failed.isFrozen ? texts.frozen : texts.unmet)];
  });
}

/** How a key asks for a payment that is due except for the request. */
const ASK: Readonly<Record<ReleaseType, string>> = {
  TIME_LOCKED: "Set the order's status again",
  MILESTONE_LOCKED: "Complete the milestone again",
  DELIVERY_PROOF: "Submit the same delivery proof again",
  AUTO_RELEASE: "Submit the same delivery proof again",
};

/** Before the work is done nobody can ask, so it is not listed. */
function requested(facts: WhyFacts): Requirement[] {
  const { intent, isRequested } = facts;
  if (intent.releaseType === null || !isGatewayRelease(intent.releaseCondition)) return [];
  if (!work(facts).every(({ isMet }) => isMet)) return [];
  const name = "payment_requested";
  if (isRequested) return [met(name, "The payment was requested.")];
  const message = `The payment has not been requested. ${ASK[intent.releaseType]}, with a key that has the scope release.`;
  return [unmet(name, "platform", message)];
}

function payment({ current, error, isSending }: WhyFacts): Requirement {
  const name = "payment_sent";
  if (current === null) return unmet(name, "gateway", "No payment has been requested yet.");
  if (isSending) return unmet(name, "gateway", "The payment is on its way.");
  const failed = error === null ? "" : ` The last attempt failed: ${error}`;
  return unmet(
    name,
    "gateway",
    `The gateway sends the payment once all other requirements are met.${failed}`,
  );
}

/** When the next payment can happen. */
export interface Earliest {
  /** Unix seconds if everybody acts at once; null where it ends otherwise, or never. */
  earliest: bigint | null;
  /** Unix seconds at which the clock alone pays it; null where a party must act. */
  byItself: bigint | null;
}

/** Returns the times of the next payment. */
export function earliestOf(
  requirements: readonly Requirement[],
  { time, intent }: WhyFacts,
): Earliest {
  const isOver = intent.status === "CANCELED";
  const open = requirements.filter(({ isMet, name }) => !isMet && name !== "payment_sent");
  const isInMediation = open.some(
    ({ name, missing }) => name === "no_dispute" && missing !== "payer",
  );
  const dates = open.filter(({ missing }) => missing === "time").map(({ at }) => at!);
  const latest = (times: readonly bigint[]): bigint =>
    times.reduce((last, at) => (at > last ? at : last), time);
  const isTimed = open.every(({ at }) => at !== null);
  return {
    earliest: isOver || isInMediation ? null : latest(dates),
    byItself: isOver || !isTimed ? null : latest(open.map(({ at }) => at!)),
  };
}
