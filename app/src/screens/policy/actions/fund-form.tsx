/** How many milestones the payer puts into the vault. */
import { FUNDING_KIND_DELEGATED, fundingOf } from "@milepost/sdk";
import type { PolicyData } from "@milepost/react";
import { useState } from "react";
import { amountText, type Token, unitsOf } from "../token";
import { FormFrame, type FormProps } from "./form-frame";

interface FundFormProps extends FormProps {
  data: PolicyData;
  token: Token;
}

/** Renders the choice between the next milestone and all that are left. */
export function FundForm({ data, token, ...form }: FundFormProps) {
  const { action } = form.text;
  const { policy, escrow } = data.snapshot;
  const [count, setCount] = useState(1);
  const first = action.milestoneIndex ?? policy.policyType.milestone.currentMilestone;
  const most = action.maxCount ?? 1;
  const bps = escrow?.account.platformFeeBps ?? 0;
  const sumOf = (milestones: number): bigint =>
    policy.policyType.milestone.milestoneAmounts
      .slice(first, first + milestones)
      .reduce((sum, amount) => sum + unitsOf(fundingOf(amount, bps)), 0n);
  const label = (milestones: number) =>
    milestones === 1
      ? `Milestone ${first + 1}: ${amountText(sumOf(1), token)}`
      : `Milestones ${first + 1} to ${first + milestones}: ${amountText(sumOf(milestones), token)}`;
  const isDelegated = policy.fundingKind === FUNDING_KIND_DELEGATED;
  return (
    <FormFrame {...form} onContinue={() => form.onSubmit({ milestones: count })}>
      <fieldset className="policy-choices">
        <legend>How much goes into the vault?</legend>
        {Array.from({ length: isDelegated ? 1 : most }, (_none, at) => at + 1).map((milestones) => (
          <label key={milestones} className="row">
            <input
              type="radio"
              name="milestones"
              checked={count === milestones}
              onChange={() => setCount(milestones)}
            />
            {label(milestones)}
          </label>
        ))}
      </fieldset>
      {bps > 0 && <p className="muted small">The platform&apos;s fee is included.</p>}
    </FormFrame>
  );
}
