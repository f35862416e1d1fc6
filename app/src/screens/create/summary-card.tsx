/** The payment in words and dates, as both sides will see it. */
import { AddressText, AmountText, TimeText } from "@milepost/react";
import { Card } from "../../components/card";
import type { CreateValues } from "./create-values";
import type { Draft } from "./draft";
import { describeRelease, describeTerms } from "./release-words";
import type { ShownToken } from "./use-mint";

interface SummaryCardProps {
  values: CreateValues;
  draft: Draft;
  token: ShownToken;
}

/** Renders what was agreed. */
export function SummaryCard({ values, draft, token }: SummaryCardProps) {
  const isHeld = values.funding === "held";
  const sentences = isHeld ? describeTerms(values.terms, draft.approver) : [];
  return (
    <Card title={isHeld ? "Held in escrow" : "Delegated, without a guarantee"}>
      <ol className="create-review-list">
        {values.amounts.map((amount, index) => (
          <li key={index}>
            <strong>
              <AmountText amount={amount} decimals={token.decimals} symbol={token.symbol} />
            </strong>{" "}
            {values.descriptions[index] || <span className="muted">without a description</span>}
            {(values.timestamps[index] ?? 0) > 0 && (
              <span className="small muted">
                , due <TimeText seconds={values.timestamps[index]!} />
              </span>
            )}
          </li>
        ))}
      </ol>
      <dl className="facts">
        <dt>Recipient</dt>
        <dd>
          <AddressText address={values.recipient} isLinked />
        </dd>
        {values.mediator && (
          <>
            <dt>Mediator</dt>
            <dd>
              <AddressText address={values.mediator} isLinked />
            </dd>
          </>
        )}
        <dt>Platform</dt>
        <dd>
          <AddressText address={values.gateway} isLinked />
        </dd>
        <dt>Token</dt>
        <dd>
          {token.symbol}, mint <AddressText address={token.address} isLinked />
        </dd>
      </dl>
      <p>{describeRelease(draft)}</p>
      {isHeld ? (
        <ul className="create-terms">
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      ) : (
        <p>
          The money stays in your wallet. You can pause the payment, delete it or revoke the
          permission at any time.
        </p>
      )}
    </Card>
  );
}
