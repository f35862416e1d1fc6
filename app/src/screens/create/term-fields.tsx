/** The terms of an escrow: what they mean in sentences, and the numbers behind them. */
import { toEscrowTerms } from "@milepost/sdk";
import { Card } from "../../components/card";
import { Field } from "../../components/field";
import { checkTerms } from "./check-terms";
import type { PartProps } from "./form-part";
import type { Draft, DraftTerms } from "./draft";
import { describeTerms } from "./release-words";

const FIELDS: readonly (readonly [keyof DraftTerms, label: string, unit: string])[] = [
  ["reviewDays", "Review period (no response counts as approval)", "days"],
  ["disputeDays", "Disputes are possible for", "days"],
  ["mediationDelayDays", "A dispute goes to the mediator after", "days"],
  ["mediationTimeoutDays", "The mediator decides within", "days"],
  ["timeoutRecipientPercent", "Recipient's share if the mediator does not decide", "percent"],
  ["deliveryGraceDays", "Time to deliver after the due date", "days"],
  ["platformFeePercent", "Platform's fee on top, paid by you", "percent"],
];

const FUND: readonly (readonly [Draft["fund"], string])[] = [
  ["next", "The first milestone. You fund the next one when it is its turn."],
  ["all", "All milestones."],
  ["none", "Nothing yet. You fund later."],
];

/** Renders the terms. The defaults fit most work, so that the numbers are folded away. */
export function TermFields(props: PartProps) {
  const { draft, change, errorOf } = props;
  const terms = checkTerms(draft.terms, () => undefined) ?? toEscrowTerms();
  const hasError = FIELDS.some(([name]) => errorOf(`terms.${name}`) !== null);
  return (
    <Card title="What are the terms?">
      <ul className="create-terms">
        {describeTerms(terms, draft.approver).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <details open={hasError || undefined}>
        <summary>Change the terms</summary>
        <div className="create-term-grid">
          {FIELDS.map(([name, label, unit]) => (
            <Field key={name} label={`${label} (${unit})`} error={errorOf(`terms.${name}`)}>
              {(control) => (
                <input
                  {...control}
                  inputMode="decimal"
                  autoComplete="off"
                  value={draft.terms[name]}
                  onChange={(event) =>
                    change({ terms: { ...draft.terms, [name]: event.target.value } })
                  }
                />
              )}
            </Field>
          ))}
        </div>
      </details>
      <fieldset className="stack-tight">
        <legend>
          <strong>What goes into escrow with your first signature?</strong>
        </legend>
        {FUND.map(([value, text]) => (
          <label key={value} className="create-choice">
            <input
              type="radio"
              name="fund"
              value={value}
              checked={draft.fund === value}
              onChange={() => change({ fund: value })}
            />
            <span>{text}</span>
          </label>
        ))}
      </fieldset>
    </Card>
  );
}
