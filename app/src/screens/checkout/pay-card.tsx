/** The card with which the payer pays: wallet, balance, consent, and one signature per part. */
import { type Send, useConnectedWallet } from "@milepost/react";
import { useState } from "react";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { Notice } from "../../components/notice";
import { useConfig } from "../../config/config-context";
import { formatAmount } from "../../format/amount";
import { useGateway } from "../../gateway";
import { useConnectDialog } from "../../wallet/connect-dialog";
import { SendDialog } from "../../wallet/send-dialog";
import {
  amountText,
  type Checkout,
  milestonesOfPart,
  outstandingOf,
  type Payment,
  progressOf,
  unitsOf,
} from "./checkout-view";
import { ConsentCard } from "./consent-card";
import { partRequest } from "./offer-part";
import { type Balance, useBalance } from "./use-balance";

interface PayCardProps {
  send: Send;
  payment: Payment & { checkout: Checkout };
  secret: string;
  /** Called with the payment that an answer brought. */
  onChange(payment: Payment): void;
  refresh(): Promise<void>;
}

/** Renders the way to pay from here. */
export function PayCard({ send, payment, secret, onChange, refresh }: PayCardProps) {
  const { checkout } = payment;
  const wallet = useConnectedWallet();
  const balance = useBalance(checkout.mint, wallet?.address ?? null);
  const outstanding = outstandingOf(checkout);
  const { gateway = null } = useConfig();
  const [created, setCreated] = useState<Readonly<Record<string, string>>>({});
  const names: Readonly<Record<string, string>> = {
    ...created,
    [wallet?.address ?? ""]: "You",
    [checkout.payee ?? ""]: "Payee",
    [checkout.mediator ?? ""]: "Mediator",
    [gateway ?? ""]: "Gateway",
  };
  const isShort = balance.units !== null && balance.units < outstanding;
  return (
    <Card title={`Pay ${amountText(checkout.amount, checkout)}`}>
      <PartProgress checkout={checkout} />
      {wallet === null ? (
        <ConnectFirst />
      ) : isShort ? (
        <Shortage checkout={checkout} outstanding={outstanding} balance={balance} />
      ) : checkout.consent.needed ? (
        <ConsentCard
          intentId={payment.id}
          secret={secret}
          checkout={checkout}
          onConsent={onChange}
        />
      ) : (
        <PayButton {...{ send, payment, secret }} account={wallet.address} onNames={setCreated} />
      )}
      {/* It stays to its end, also when the person chooses another account meanwhile. */}
      <SendDialog
        send={send}
        nameOf={(address) => names[address]}
        onClosed={() => void refresh()}
      />
    </Card>
  );
}

function ConnectFirst() {
  const { open } = useConnectDialog();
  return (
    <>
      <p>Connect the wallet that pays. Connecting signs nothing and costs nothing.</p>
      <div>
        <Button kind="primary" onClick={open}>
          Connect wallet
        </Button>
      </div>
    </>
  );
}

/** Names the signatures that are done and left, where there is more than one. */
function PartProgress({ checkout }: { checkout: Checkout }) {
  const { total, done } = progressOf(checkout);
  if (total <= 1) return null;
  return (
    <div className="stack-tight">
      <p aria-live="polite">
        <strong>
          Part {done + 1} of {total}.
        </strong>{" "}
        The program holds four milestones per transaction, so your wallet signs {total} times. You
        can close the page and continue later.
      </p>
      <progress max={total} value={done} aria-label="Parts that are paid" />
    </div>
  );
}

interface ShortageProps {
  checkout: Checkout;
  outstanding: bigint;
  balance: Balance;
}

function Shortage({ checkout: { decimals, currency }, outstanding, balance }: ShortageProps) {
  const text = (units: bigint): string => `${formatAmount(units, decimals)} ${currency}`;
  const units = balance.units ?? 0n;
  return (
    <Notice kind="warn" title={`This wallet needs ${text(outstanding - units)} more`} isLive>
      <p>
        This wallet holds {text(units)}, and {text(outstanding)} is to be paid. Send the missing
        amount to this wallet, or connect another one.
      </p>
      <div>
        <Button onClick={balance.refresh}>Check again</Button>
      </div>
    </Notice>
  );
}

interface PayButtonProps {
  send: Send;
  payment: Payment & { checkout: Checkout };
  secret: string;
  account: string;
  /** Called with names of the accounts that the transaction creates. */
  onNames(names: Readonly<Record<string, string>>): void;
}

function PayButton({ send, payment, secret, account, onNames }: PayButtonProps) {
  const { checkout, id: intentId } = payment;
  const gateway = useGateway();
  const { gateway: gatewayAccount = null } = useConfig();
  const { total, done } = progressOf(checkout);
  const units = milestonesOfPart(checkout, done).reduce(
    (sum, { amount }) => sum + unitsOf(amount, checkout.decimals),
    0n,
  );
  const amount = `${formatAmount(units, checkout.decimals)} ${checkout.currency}`;
  const label = total > 1 ? `Pay part ${done + 1} of ${total}: ${amount}` : `Pay ${amount}`;
  const pay = () =>
    send.start(
      partRequest(label, {
        ...{ gateway, intentId, secret, checkout, account, gatewayAccount },
        isAutomatic: payment.data.autoRelease,
        onNames,
      }),
    );
  return (
    <>
      <p>
        Your wallet signs one transaction. Before it is asked, this page compares the transaction
        with everything shown here and refuses any difference.
      </p>
      <div>
        <Button kind="primary" onClick={pay} isBusy={send.state.step !== "idle"}>
          {label}
        </Button>
      </div>
    </>
  );
}
