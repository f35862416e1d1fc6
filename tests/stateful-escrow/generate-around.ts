/** What happens around the policies: their making, the gateway, the admin, donations, time, a resend. */
import type { Person, Terms } from "../world";
import type { Action } from "./actions";
import { escrowBump, placesOf } from "./cast";
import type { Coverage } from "./coverage";
import type { Dice } from "./dice";
import type { LivePolicy, Model } from "./state";

const CONDITIONS = [0, 1, 2, 4, 5, 8];
const SIGNERS: Person[] = ["gatewaySigner", "stranger"];

const amount = (dice: Dice): bigint =>
  dice.chance(40)
    ? // The edges of a floored fee: 1/10,000 of less than 10,000 is nothing.
      BigInt(dice.of([1, 2, 3, 99, 9_999, 10_000, 10_001, 123_457]))
    : BigInt(1 + dice.below(100_000_000));

/** More than the owner has. */
const TOO_MUCH = 10n ** 16n;

export function creation(model: Model, dice: Dice, coverage?: Coverage): Action {
  // The condition of which the least has been made.
  const seen = (condition: number): number => coverage?.of(conditionKey(condition)) ?? 0;
  const releaseCondition = coverage
    ? CONDITIONS.reduce((best, one) => (seen(one) < seen(best) ? one : best))
    : dice.of(CONDITIONS);
  const total = 1 + dice.below(4);
  const amounts = Array.from({ length: total }, () => amount(dice));
  if (dice.chance(4)) amounts[0] = TOO_MUCH;
  let timestamp = model.time - 10n + BigInt(dice.below(60));
  const hasDates = releaseCondition % 2 === 1 || dice.chance(50);
  const timestamps = amounts.map(() => {
    timestamp += BigInt(dice.below(50));
    return hasDates ? timestamp : 0n;
  });
  const policyId = model.nextPolicyId;
  const { places, bump } = placesOf(policyId);
  return { kind: "createPolicy", places, bump, policyId, releaseCondition, amounts, timestamps };
}

export const conditionKey = (condition: number): string => `condition: ${condition}`;

export const deletion = (policy: LivePolicy): Action => ({
  kind: "delete",
  policy: policy.places.policy,
  by: "owner",
});

/** Seconds, so that several deadlines lie within few steps of each other. */
export function randomTerms(dice: Dice): Terms {
  const reviewPeriodSecs = 1 + dice.below(60);
  return {
    reviewPeriodSecs,
    disputeWindowSecs: dice.chance(30) ? reviewPeriodSecs : 1 + dice.below(reviewPeriodSecs),
    mediationDelaySecs: dice.below(30),
    mediationTimeoutSecs: 1 + dice.below(40),
    deliveryGraceSecs: 1 + dice.below(40),
    timeoutRecipientBps: dice.of([0, 1, 3_333, 5_000, 6_000, 10_000]),
    platformFeeBps: dice.of([0, 0, 33, 250, 1_000]),
  };
}

const YEAR = 365 * 86_400;

function wrongTerms(dice: Dice, right: Terms): Terms {
  return dice.of<Terms>([
    { ...right, reviewPeriodSecs: 0 },
    { ...right, reviewPeriodSecs: YEAR + 1 },
    { ...right, disputeWindowSecs: 0 },
    { ...right, disputeWindowSecs: right.reviewPeriodSecs + 1 },
    { ...right, mediationDelaySecs: YEAR + 1 },
    { ...right, mediationTimeoutSecs: 0 },
    { ...right, deliveryGraceSecs: 0 },
    { ...right, deliveryGraceSecs: YEAR + 1 },
    { ...right, timeoutRecipientBps: 10_001 },
    { ...right, platformFeeBps: 1_001 },
  ]);
}

export function opening(policy: LivePolicy, dice: Dice, isRight: boolean): Action {
  const right = randomTerms(dice);
  const mediator: Person = isRight ? "mediator" : dice.of(["mediator", "owner", "recipient"]);
  return {
    kind: "open",
    policy: policy.places.policy,
    by: isRight || dice.chance(80) ? "owner" : dice.of(["recipient", "stranger"]),
    mediator,
    terms: isRight || dice.chance(30) ? right : wrongTerms(dice, right),
    bump: escrowBump(policy.places.policy),
  };
}

export function around(model: Model, dice: Dice): Action {
  const held = [...model.policies.values()].filter(({ kind }) => kind === "held");
  const donate = (): Action | null =>
    held.length === 0
      ? null
      : {
          kind: "donate",
          policy: dice.of(held).places.policy,
          amount: BigInt(1 + dice.below(1_000)),
        };
  const jump = (): Action => ({
    kind: "time",
    to: model.time + BigInt(dice.chance(80) ? dice.below(10) : dice.below(120)),
  });
  const choice = dice.below(10);
  if (choice < 2) {
    const protocolFeeBps = dice.of([0, 1, 50, 500]);
    return { kind: "updateConfig", isPaused: dice.chance(35), protocolFeeBps };
  }
  if (choice < 4 && dice.chance(40)) {
    return { kind: "setKeeperReward", bps: dice.of([0, 1, 2_500, 3_333, 10_000, 10_001]) };
  }
  if (choice < 4) {
    return { kind: "updateGateway", signer: dice.of(SIGNERS), feeBps: dice.of([0, 1, 100, 1_000]) };
  }
  if (choice < 6) return { kind: "resend" };
  if (choice < 7) return donate() ?? jump();
  if (choice < 8 && model.policies.size < 6 && !model.isPaused) return creation(model, dice);
  return jump();
}
