/** Turns the payment that the page shows into what its next transaction must do. Pure. */
import { toEscrowTerms } from "@milepost/sdk";
import { type Checkout, milestonesOfPart, progressOf, unitsOf } from "./checkout-view";
import type { ExpectedPart } from "./compare-payment";

/** Seconds by which the gateway's and this page's view of the chain's time may differ. */
const LEEWAY_SECS = 600n;

interface PartContext {
  /** Wallet that pays. */
  owner: string;
  gateway: string | null;
  isAutomatic: boolean;
  /** Chain time, Unix seconds. */
  now: bigint;
}

/** Returns the conditions that release no earlier than the page says. */
function conditionsOf({ releaseType }: Checkout, isAutomatic: boolean): number[] {
  if (releaseType === null) return [0];
  // 4 and 5 ask the payer. A gateway that releases by itself may always ask instead.
  if (releaseType === "TIME_LOCKED") return [3, 5];
  return isAutomatic ? [2, 4] : [4];
}

/** Returns what the payment's next transaction must do. Throws an `Error` for a payment without a payee. */
export function expectedPart(checkout: Checkout, context: PartContext): ExpectedPart {
  const { owner, gateway, isAutomatic, now } = context;
  if (checkout.payee === null) throw new Error("expected a payment with a payee");
  const milestones = milestonesOfPart(checkout, progressOf(checkout).done);
  const { terms, fees } = checkout;
  const lock = terms?.timeLockUntil ?? null;
  const first = BigInt(milestones[0]?.index ?? 0);
  // A later part's milestones are dated when those before it could have ended.
  const latest =
    first === 0n ? 0n : now + BigInt(terms?.deliveryGraceSecs ?? 0) * first + LEEWAY_SECS;
  return {
    ...{
      owner,
      gateway,
      recipient: checkout.payee,
      mint: checkout.mint,
      mediator: checkout.mediator,
    },
    amounts: milestones.map(({ amount }) => unitsOf(amount, checkout.decimals)),
    releaseConditions: conditionsOf(checkout, isAutomatic),
    terms: terms && toEscrowTerms(periodsOf(terms)),
    maxGatewayFeeBps: fees.gatewayFeeBps,
    maxProtocolFeeBps: fees.protocolFeeBps,
    earliest: lock === null ? 0n : BigInt(lock),
    latest: lock === null ? latest : BigInt(lock),
  };
}

function periodsOf({ timeLockUntil: _, ...periods }: NonNullable<Checkout["terms"]>) {
  return { ...periods, platformFeeBps: 0 };
}
