/** The mediator's division of a milestone. */
import { type PolicyData, SplitSlider } from "@milepost/react";
import { useState } from "react";
import { payoutFees } from "../payout-fees";
import { type Token, unitsOf } from "../token";
import { FormFrame, type FormProps } from "./form-frame";

interface DecideFormProps extends FormProps {
  data: PolicyData;
  token: Token;
}

/** Renders the slider with what everybody gets. */
export function DecideForm({ data, token, ...form }: DecideFormProps) {
  const { milestoneAmounts, currentMilestone } = data.snapshot.policy.policyType.milestone;
  const amount = unitsOf(milestoneAmounts[currentMilestone]!);
  const [share, setShare] = useState(amount / 2n);
  return (
    <FormFrame {...form} onContinue={() => form.onSubmit({ recipientAmount: share })}>
      <SplitSlider
        amount={amount}
        value={share}
        onChange={setShare}
        fees={payoutFees(data.snapshot)}
        decimals={token.decimals}
        symbol={token.symbol}
      />
    </FormFrame>
  );
}
