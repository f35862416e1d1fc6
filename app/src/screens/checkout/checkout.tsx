/** Checkout: a payer sees what they agree to, and pays with one signature. */
import { useConnectedWallet, useSend } from "@milepost/react";
import { useEffect, useState } from "react";
import { useParams } from "wouter";
import { Button } from "../../components/button";
import { Notice } from "../../components/notice";
import { PageTitle } from "../../components/page-title";
import { Loading } from "../../components/spinner";
import { ProblemNotice, useResource } from "../../gateway";
import { Agreement } from "./agreement";
import { amountText, type Payment, stateFor } from "./checkout-view";
import { readSecret } from "./client-secret";
import { EndState } from "./end-state";
import { PayCard } from "./pay-card";
import { QrCard } from "./qr-card";
import "./checkout.css";

/** Milliseconds between two looks at the payment. */
const POLL_MS = 4_000;

/** Renders the checkout of `/pay/:intent`. */
export default function CheckoutScreen() {
  const { intent = "" } = useParams<{ intent: string }>();
  const secret = useSecret();
  if (secret === null) {
    return (
      <>
        <PageTitle title="Payment" />
        <Notice kind="bad" title="This link is incomplete">
          <p>
            The part after the # is missing. It is the secret of this payment, and some programs cut
            it off.
          </p>
          <p>Open the whole link as you got it, or ask the merchant for a new one.</p>
        </Notice>
      </>
    );
  }
  return <PaymentScreen key={`${intent} ${secret}`} intentId={intent} secret={secret} />;
}

const readLink = () => readSecret(location.href);

/** Returns the link's secret, and takes it out of the query. A browser loads nothing when only the fragment of a link changes. */
function useSecret(): string | null {
  const [{ secret, replacement }, setLink] = useState(readLink);
  useEffect(() => {
    const read = () => setLink(readLink());
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  useEffect(() => {
    if (replacement !== null) history.replaceState(history.state, "", replacement);
  }, [replacement]);
  return secret;
}

function PaymentScreen({ intentId, secret }: { intentId: string; secret: string }) {
  const wallet = useConnectedWallet();
  const send = useSend();
  const path = `/v1/payment-intents/public/${encodeURIComponent(intentId)}?client_secret=${encodeURIComponent(secret)}`;
  const payment = useResource<Payment>(path, ({ json }, signal) => json(path, { signal }), {
    pollMs: POLL_MS,
  });
  const { status, data, problem, refresh } = payment;
  if (status === "missing") return <WrongLink />;
  const checkout = data?.checkout;
  if (!data || !checkout) {
    return (
      <>
        <PageTitle title="Payment" />
        {problem ? (
          <ProblemNotice problem={problem} onRetry={refresh} />
        ) : (
          <Loading what="the payment" />
        )}
      </>
    );
  }
  const shown = { ...data, checkout };
  // A payment that is under way stays in place until its dialog is closed.
  const state =
    send.state.step === "idle" ? stateFor(shown, wallet?.address ?? null) : ("payable" as const);
  return (
    <>
      <PageTitle
        title={checkout.description ?? "Payment"}
        lead={`${checkout.merchant.name} asks you to pay ${amountText(checkout.amount, checkout)}.`}
      />
      {payment.isStale && <ProblemNotice problem={problem} onRetry={refresh} />}
      <div className="checkout-columns">
        <div className="stack">
          <Agreement checkout={checkout} isAutomatic={data.data.autoRelease} />
        </div>
        <div className="stack checkout-aside">
          {state === "payable" ? (
            <PayCard
              send={send}
              payment={shown}
              secret={secret}
              onChange={payment.put}
              refresh={refresh}
            />
          ) : (
            <EndState state={state} payment={shown} wallet={wallet?.address ?? null} />
          )}
          {state === "payable" && <QrCard actionUrl={checkout.actionUrl} />}
        </div>
      </div>
    </>
  );
}

function WrongLink() {
  return (
    <>
      <PageTitle title="Payment not found" />
      <Notice kind="bad" title="This link does not open a payment">
        <p>The payment does not exist on this gateway, or the secret after the # is wrong.</p>
        <p>Open the whole link as you got it, or ask the merchant for a new one.</p>
        <div>
          <Button onClick={() => location.reload()}>Try again</Button>
        </div>
      </Notice>
    </>
  );
}
