/** What a wallet shows of a payment before its owner signs: the same that the transaction does. Pure. */
import { releaseText } from "../checkout/release-text";
import type { Intent } from "../intents/intent";
import { formatAmount } from "../money/amount";

/** Returns the amount with its currency, such as `1000.00 USDC`. */
export const priceOf = ({ amount, decimals, currency }: Intent): string =>
  `${formatAmount(amount, decimals)} ${currency}`;

/** Returns the text below the title: amount, wallets and conditions, as they are fixed on chain. */
export function describePayment(intent: Intent): string {
  const { recipient, mediator, releaseType } = intent;
  const days = Math.floor(intent.deliveryPeriodSecs / 86_400);
  return [
    `You pay ${priceOf(intent)} to ${recipient}.`,
    releaseText(intent),
    ...(mediator === null ? [] : [`${mediator} decides disputes.`]),
    ...(releaseType === null
      ? []
      : [`You can take back the money for work that is not delivered within ${days} days.`]),
    "Your wallet pays the network fee and a deposit, which is returned when the escrow is closed.",
  ].join(" ");
}
