/** What the payer sees where there is nothing to pay from here. */
import { AddressText } from "@milepost/react";
import { ButtonLink } from "../../components/button";
import { Notice } from "../../components/notice";
import { pathOf } from "../../config/routes";
import { amountText, type Checkout, type CheckoutState, type Payment } from "./checkout-view";

interface EndStateProps {
  state: Exclude<CheckoutState, "payable">;
  payment: Payment & { checkout: Checkout };
  wallet: string | null;
}

/** Renders the state in words, with the way on. */
export function EndState({ state, payment, wallet }: EndStateProps) {
  const { checkout, data } = payment;
  switch (state) {
    case "paid":
      return <Paid payment={payment} wallet={wallet} />;
    case "canceled":
      return (
        <Notice kind="warn" title="This payment was canceled">
          <p>Nothing can be paid here. Ask {checkout.merchant.name} for a new link.</p>
        </Notice>
      );
    case "incomplete":
      return (
        <Notice kind="info" title="This payment is not ready yet" isLive>
          <p>
            {checkout.merchant.name} has not listed all milestones. Leave this page open, or come
            back later: it shows the payment when it is ready.
          </p>
        </Notice>
      );
    case "own-payment":
      return (
        <Notice kind="warn" title="This wallet cannot pay this payment" isLive>
          <p>
            {wallet === checkout.payee
              ? "It belongs to the payee, who would pay themselves."
              : "It belongs to the mediator, who must stay neutral."}{" "}
            Connect the wallet that pays.
          </p>
        </Notice>
      );
    case "payer-changed":
      return (
        <Notice kind="warn" title="Another wallet paid the first part" isLive>
          <p>
            Connect <AddressText address={data.signerAddress ?? ""} /> again. All parts come from
            one wallet.
          </p>
        </Notice>
      );
  }
}

function Paid({ payment, wallet }: Omit<EndStateProps, "state">) {
  const { checkout, data, status } = payment;
  const isOwn = wallet !== null && wallet === data.signerAddress;
  const policies = data.parts.filter(({ policy }) => policy !== null);
  return (
    <Notice kind="good" title={isOwn ? "You paid" : "This payment is already paid"} isLive>
      <p>
        {amountText(checkout.amount, checkout)}{" "}
        {checkout.releaseType === null ? "went to the payee." : "is in escrow on chain."}{" "}
        {status === "PROCESSING" && "The gateway is still confirming it."}
      </p>
      {!isOwn && data.signerAddress !== null && (
        <p>
          Paid by <AddressText address={data.signerAddress} />.
        </p>
      )}
      <div className="row">
        {policies.map(({ policy, part }) => (
          <ButtonLink key={part} href={pathOf(policy!)}>
            {policies.length > 1 ? `Follow part ${part + 1}` : "Follow the payment"}
          </ButtonLink>
        ))}
      </div>
    </Notice>
  );
}
