/** Everything about the payment before it is signed: terms, costs, rent, warnings. */
import { ProblemNotice, useSend, useWallets } from "@milepost/react";
import type { PublicKey } from "@solana/web3.js";
import { useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { Loading } from "../../components/spinner";
import { browserStorage } from "../../config/browser-storage";
import { pathOf } from "../../config/routes";
import { ConnectPrompt } from "../../wallet/connect-control";
import { SendDialog } from "../../wallet/send-dialog";
import { CostCard } from "./cost-card";
import type { CreateValues } from "./create-values";
import { type Draft, forgetDraft } from "./draft";
import { prepareCreation } from "./quote";
import { SummaryCard } from "./summary-card";
import type { ShownToken } from "./use-mint";
import { useQuote } from "./use-quote";
import { WarningNotice } from "./warning-notice";
import { draftWarnings, explainWarning, tokenWarnings } from "./warnings";

interface ReviewStepProps {
  values: CreateValues;
  draft: Draft;
  token: ShownToken;
  onBack(): void;
}

/** Renders the review. The transaction is built anew at the click, so that it is never older than the signature. */
export default function ReviewStep({ values, draft, token, onBack }: ReviewStepProps) {
  const { connected } = useWallets();
  const quote = useQuote(values, token.tokenProgram, connected?.publicKey ?? null);
  const { send, create } = useCreation(values, token);
  const back = <Button onClick={onBack}>Back to the form</Button>;
  const summary = <SummaryCard values={values} draft={draft} token={token} />;
  if (!connected) {
    return (
      <>
        {summary}
        <ConnectPrompt title="Connect the wallet that pays">
          <p>Costs depend on the accounts that your wallet has already.</p>
        </ConnectPrompt>
        <div>{back}</div>
      </>
    );
  }
  const { data } = quote;
  const warnings = data
    ? [
        ...tokenWarnings(token),
        ...draftWarnings(draft, values, data.now),
        ...data.warnings.map((warning) => explainWarning(warning, token)),
      ]
    : [];
  return (
    <>
      {summary}
      {quote.status === "loading" && <Loading what="fees and rent from the chain" />}
      {quote.problem && <ProblemNotice problem={quote.problem} />}
      {data && <CostCard quote={data} values={values} token={token} />}
      {warnings.length > 0 && (
        <Card title="Before you sign">
          {warnings.map((warning) => (
            <WarningNotice key={`${warning.code} ${warning.title}`} warning={warning} />
          ))}
        </Card>
      )}
      <div className="row">
        {quote.problem ? (
          <Button kind="primary" onClick={quote.refresh}>
            Check again
          </Button>
        ) : (
          <Button kind="primary" isBusy={!data} onClick={create}>
            {values.fund ? "Create and fund" : "Create"}
          </Button>
        )}
        {back}
      </div>
      <SendDialog send={send} />
    </>
  );
}

/** Sends the creation and opens the policy's page once it is confirmed. */
function useCreation(values: CreateValues, token: ShownToken) {
  const send = useSend();
  const [, navigate] = useLocation();
  const policy = useRef<PublicKey>(null);
  const { step } = send.state;
  useEffect(() => {
    if (step !== "confirmed" || !policy.current) return;
    forgetDraft(browserStorage("sessionStorage"));
    navigate(pathOf(policy.current.toBase58()));
  }, [step, navigate]);
  const create = () =>
    send.start({
      title: `Create a payment in ${token.symbol}`,
      build: async (context) => {
        const prepared = await prepareCreation(context, values);
        policy.current = prepared.policy;
        return { instructions: prepared.instructions };
      },
    });
  return { send, create };
}
