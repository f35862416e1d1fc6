"use client";

import { Fragment, type ReactNode, useEffect, useId, useRef } from "react";
import { useOptionalChain } from "../context/provider";
import type { DecodedDetail, DecodedStep } from "../decode/decoded-transaction";
import { formatBps } from "../format/amounts";
import { formatDuration } from "../format/times";
import type { BalanceChange } from "../send/balance-changes";
import type { SendReview, SendState } from "../send/send-state";
import type { Send } from "../send/use-send";
import { AddressText, explorerLink } from "./address-text";
import { AmountText, classes } from "./amount-text";
import { ProblemNotice } from "./problem-notice";
import { TimeText } from "./time-text";

/** Properties of `TransactionReview`. */
export interface TransactionReviewProps {
  /** Sending to show: the result of `useSend`. */
  send: Send;
  /** Returns the name of an address, such as `Contractor`; undefined for an unknown one. Default: no names. */
  nameOf?: (address: string) => string | undefined;
  /** Text of the button that asks the wallet. Default: `Sign in wallet`. */
  confirmLabel?: string;
  /** Additional class names. */
  className?: string;
}

const STEPS: Readonly<Record<SendState["step"], string>> = {
  idle: "",
  building: "Preparing the transaction",
  review: "Check what you are about to sign",
  signing: "Waiting for your wallet",
  sending: "Sending",
  confirmed: "Done",
  failed: "Failed",
};

/** Returns where a sending is. A transaction that nobody has seen confirmed may still land, so it has not failed. */
function stepText({ step, problem }: SendState): string {
  return problem?.code === "send.unconfirmed" ? "Not confirmed yet" : STEPS[step];
}

/**
 * Shows a sending from building to its end: what the bytes do, what the simulation changed, the fee, and the buttons. Focus
 * moves to its heading when it appears, and each step is announced.
 * @example
 * import { TransactionReview, useSend } from "@milepost/react";
 *
 * const send = useSend();
 * <TransactionReview send={send} nameOf={(address) => (address === recipient ? "Contractor" : undefined)} />;
 */
export function TransactionReview({
  send,
  nameOf,
  confirmLabel = "Sign in wallet",
  className,
}: TransactionReviewProps) {
  const { state } = send;
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  const isShown = state.step !== "idle";
  useEffect(() => {
    if (isShown) heading.current?.focus();
  }, [isShown, state.run]);
  if (!isShown) return null;
  return (
    <section
      className={classes("milepost-review", className)}
      aria-labelledby={id}
      aria-busy={state.step === "building" || state.step === "sending"}
      data-state={state.step}
    >
      <h2 id={id} ref={heading} tabIndex={-1} className="milepost-review-title">
        {state.title}
      </h2>
      <p className="milepost-review-step" role="status">
        {stepText(state)}
      </p>
      {state.notice ? <ProblemNotice problem={state.notice} isNotice /> : null}
      {state.problem ? <ProblemNotice problem={state.problem} /> : null}
      {state.review ? <ReviewBody review={state.review} nameOf={nameOf} /> : null}
      {state.signature ? <SignatureLine signature={state.signature} /> : null}
      <ReviewButtons send={send} confirmLabel={confirmLabel} />
    </section>
  );
}

type NameOf = TransactionReviewProps["nameOf"];

function ReviewBody({ review, nameOf }: { review: SendReview; nameOf: NameOf }) {
  const { decoded, changes, fee } = review;
  return (
    <>
      <ol className="milepost-review-steps">
        {decoded.instructions.map((step, index) => (
          <StepItem key={index} step={step} nameOf={nameOf} />
        ))}
      </ol>
      <h3 className="milepost-review-heading">What changes</h3>
      <ul className="milepost-review-changes">
        {changes.map((change, index) => (
          <ChangeItem key={index} change={change} nameOf={nameOf} />
        ))}
      </ul>
      <p className="milepost-review-fee">
        Network fee: <AmountText amount={fee} decimals={9} symbol="SOL" />, paid by{" "}
        <AddressText address={decoded.feePayer} name={nameOf?.(decoded.feePayer)} />
      </p>
    </>
  );
}

function StepItem({ step, nameOf }: { step: DecodedStep; nameOf: NameOf }) {
  return (
    <li data-program={step.program} data-name={step.name} data-minor={step.isMinor}>
      <p className="milepost-review-step-title">{step.title}</p>
      <dl>
        {step.details.map((detail, index) => (
          <Fragment key={index}>
            <dt>{detail.label}</dt>
            <dd>{detailValue(detail, nameOf)}</dd>
          </Fragment>
        ))}
      </dl>
    </li>
  );
}

function detailValue(detail: DecodedDetail, nameOf: NameOf): ReactNode {
  switch (detail.kind) {
    case "address":
      return <AddressText address={detail.address} name={nameOf?.(detail.address)} />;
    case "amount":
      return (
        <AmountText amount={detail.baseUnits} decimals={detail.decimals} symbol={detail.symbol} />
      );
    case "time":
      return <TimeText seconds={detail.seconds} />;
    case "duration":
      return formatDuration(detail.seconds);
    case "percent":
      return formatBps(detail.bps);
    case "text":
      return <span className="milepost-review-text">{detail.text}</span>;
  }
}

function ChangeItem({ change, nameOf }: { change: BalanceChange; nameOf: NameOf }) {
  const { kind, account, owner, before, after, decimals, symbol, spender } = change;
  const name = nameOf?.(owner) ?? nameOf?.(account);
  return (
    <li data-kind={kind} data-account={account} data-change={(after - before).toString()}>
      <AddressText address={owner} name={name} />{" "}
      {kind === "allowance" ? (
        <>
          lets{" "}
          {spender ? (
            <AddressText address={spender} name={nameOf?.(spender)} />
          ) : (
            "no other account"
          )}{" "}
          spend up to <AmountText amount={after} decimals={decimals} symbol={symbol} />
        </>
      ) : (
        <AmountText amount={after - before} decimals={decimals} symbol={symbol} isChange />
      )}
    </li>
  );
}

function SignatureLine({ signature }: { signature: string }) {
  const explorerUrl = useOptionalChain()?.explorerUrl;
  return (
    <p className="milepost-review-signature">
      Transaction{" "}
      {explorerUrl ? (
        <a
          href={explorerLink(explorerUrl, "tx", signature)}
          target="_blank"
          rel="noopener noreferrer"
        >
          <AddressText address={signature} />
        </a>
      ) : (
        <AddressText address={signature} />
      )}
    </p>
  );
}

function ReviewButtons({ send, confirmLabel }: { send: Send; confirmLabel: string }) {
  const { step, problem } = send.state;
  const button = (name: string, label: string, onClick: () => void) => (
    <button type="button" className={`milepost-review-${name}`} onClick={onClick}>
      {label}
    </button>
  );
  return (
    <div className="milepost-review-buttons">
      {step === "review" ? button("confirm", confirmLabel, send.confirm) : null}
      {step === "failed" && problem?.canRetry ? button("retry", "Try again", send.confirm) : null}
      {problem?.code === "send.unconfirmed" ? button("look", "Look again", send.lookAgain) : null}
      {step === "building" || step === "review" || step === "signing"
        ? button("cancel", "Cancel", send.cancel)
        : null}
      {step === "confirmed" || step === "failed" ? button("close", "Close", send.reset) : null}
    </div>
  );
}
