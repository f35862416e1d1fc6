/** The payer's consent to a release without their approval: never ticked beforehand, and signed as it is shown. */
import { explainProblem, useConnectedWallet } from "@milepost/react";
import { useId, useState } from "react";
import { Button } from "../../components/button";
import { type Explanation, ProblemNotice, useWrite } from "../../gateway";
import type { Checkout, Payment } from "./checkout-view";
import { missingInConsent } from "./consent";

interface ConsentCardProps {
  intentId: string;
  secret: string;
  checkout: Checkout;
  /** Called with the payment once the gateway has the consent. */
  onConsent(payment: Payment): void;
}

/** Renders the consent, which comes before the payment. */
export function ConsentCard({ intentId, secret, checkout, onConsent }: ConsentCardProps) {
  const [isAgreed, setAgreed] = useState(false);
  const id = useId();
  const merchant = checkout.merchant.name;
  const message = checkout.consent.message ?? "";
  const missing = missingInConsent(message, { intentId, checkout });
  const consent = useConsent({ intentId, secret, message, onConsent });
  if (missing !== null) return <ProblemNotice problem={foreignText(missing)} />;
  return (
    <div className="stack">
      <p>
        {merchant} wants to release this money without your approval. The gateway&apos;s operator
        has not verified {merchant} as a platform, so {merchant} could itself be the payee. Agree
        only if you trust {merchant}.
      </p>
      <pre className="checkout-consent" tabIndex={0} aria-label="Text that your wallet signs">
        {message}
      </pre>
      <label className="checkout-tick" htmlFor={id}>
        <input
          id={id}
          type="checkbox"
          checked={isAgreed}
          onChange={(event) => setAgreed(event.target.checked)}
        />
        <span>I agree to this text. My wallet signs it; it sends no transaction.</span>
      </label>
      <ProblemNotice problem={consent.problem} onRetry={isAgreed ? consent.give : undefined} />
      <div>
        <Button
          kind="primary"
          disabled={!isAgreed}
          isBusy={consent.isBusy}
          onClick={() => void consent.give()}
        >
          Sign the consent
        </Button>
      </div>
    </div>
  );
}

interface ConsentRequest {
  intentId: string;
  secret: string;
  message: string;
  onConsent(payment: Payment): void;
}

function useConsent({ intentId, secret, message, onConsent }: ConsentRequest) {
  const wallet = useConnectedWallet();
  const [isSigning, setSigning] = useState(false);
  const [refusal, setRefusal] = useState<Explanation | null>(null);
  const path = `/v1/payment-intents/public/${encodeURIComponent(intentId)}/release-consent?client_secret=${encodeURIComponent(secret)}`;
  const write = useWrite(({ json }, body: { account: string; signature: string }) =>
    json<Payment>(path, { method: "POST", body }),
  );
  const give = async () => {
    if (!wallet) return;
    setRefusal(null);
    setSigning(true);
    try {
      const signed = await wallet.signMessage(new TextEncoder().encode(message));
      const signature = btoa(String.fromCharCode(...signed));
      const payment = await write.send({ account: wallet.address, signature });
      if (payment) onConsent(payment);
    } catch (error) {
      setRefusal(explainProblem(error));
    } finally {
      setSigning(false);
    }
  };
  return { give, isBusy: isSigning || write.isBusy, problem: refusal ?? write.problem };
}

const foreignText = (field: string): Explanation => ({
  code: "checkout.consent",
  title: "The gateway's consent text is not about this payment",
  text: `It does not name the ${field} that this page shows. Your wallet was not asked.`,
  nextStep: "Do not pay. Tell the merchant.",
  canRetry: false,
});
