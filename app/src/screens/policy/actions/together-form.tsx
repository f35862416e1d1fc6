/** What both parties sign together, and how they get there. */
import { type PolicyData, SplitSlider } from "@milepost/react";
import { useState } from "react";
import { Button } from "../../../components/button";
import { Notice } from "../../../components/notice";
import { payoutFees } from "../payout-fees";
import { type Token, unitsOf } from "../token";
import type { FormProps } from "./form-frame";

interface TogetherFormProps extends FormProps {
  data: PolicyData;
  token: Token;
}

/**
 * Explains a settlement and computes it. On the chain alone there is no place where one signature can wait for the other, so
 * this form sends nothing.
 */
export function TogetherForm({ data, token, text, onCancel }: TogetherFormProps) {
  const { milestoneAmounts, currentMilestone } = data.snapshot.policy.policyType.milestone;
  const amount = unitsOf(milestoneAmounts[currentMilestone]!);
  const [share, setShare] = useState(amount / 2n);
  return (
    <div className="stack">
      <p>{text.text}</p>
      <Notice kind="info" title="This takes two signatures on one transaction">
        <p>
          A transaction lives for about a minute, so both of you have to sign at the same time. A
          project on a Milepost gateway keeps a proposal and asks the other party for you.
        </p>
        <p>
          With the SDK, build <code>{text.action.instruction}</code> and let both wallets sign it.
        </p>
      </Notice>
      {text.action.instruction === "settleMilestone" && (
        <SplitSlider
          amount={amount}
          value={share}
          onChange={setShare}
          fees={payoutFees(data.snapshot)}
          decimals={token.decimals}
          symbol={token.symbol}
        />
      )}
      <div className="dialog-actions">
        <Button onClick={onCancel}>Close</Button>
      </div>
    </div>
  );
}
