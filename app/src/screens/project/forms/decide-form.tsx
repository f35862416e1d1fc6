/** A mediator's decision: full, split or refund, with exact amounts for everybody, and the reasons. */
import { SplitSlider } from "@milepost/react";
import { useState } from "react";
import { Button } from "../../../components/button";
import { useDraft } from "../data/use-draft";
import { DraftText } from "./draft-text";
import { outcomeOf, shareAtTimeout } from "../rules/split-amounts";
import { unitsOf } from "../rules/statement";
import { amountText, decimalsOf, money, payoutFees } from "../rules/token";
import { percentWords } from "../rules/terms-words";
import type { Schedule } from "../rules/types";
import type { FormProps } from "./form-props";

type DecideFormProps = FormProps & {
  schedule: Pick<Schedule, "gatewayFeeBps" | "protocolFeeBps">;
};

/** Renders the form. The decision is reviewed as a transaction before the wallet signs it. */
export function DecideForm({ open, milestone, action, steps, schedule, onClose }: DecideFormProps) {
  const { project, party } = open;
  const { currency, terms } = project;
  const decimals = decimalsOf(currency);
  const whole = unitsOf(milestone.amount, decimals);
  const place = { projectId: project.id, milestoneId: milestone.id, action: "decide" };
  const draft = useDraft(place);
  const [error, setError] = useState<string | null>(null);
  const reasons = draft.field("reasons");
  const atTimeout = shareAtTimeout(whole, terms.timeoutRecipientBps);
  const share = draft.field("share") === "" ? atTimeout : BigInt(draft.field("share"));
  const decide = () => {
    if (reasons.trim() === "") {
      setError("Write your reasons: both parties read them.");
      return;
    }
    setError(null);
    const outcome = outcomeOf(whole, share);
    steps.begin({
      title: decisionTitle(outcome, milestone.title),
      path: action.path,
      body: {
        ...{ party, outcome, reasons },
        ...(outcome === "split" ? { recipientAmount: amountText(share, currency) } : {}),
      },
      onEnd() {
        draft.drop();
        onClose();
      },
    });
  };
  return (
    <div className="stack">
      <SplitSlider
        amount={whole}
        value={share}
        onChange={(next) => draft.setField("share", next.toString())}
        fees={payoutFees(schedule, project)}
        decimals={decimals}
        symbol={currency}
      />
      <ShareButtons whole={whole} onChoose={(next) => draft.setField("share", next.toString())} />
      <p className="small muted">
        {`If you do not decide, the contractor gets ${percentWords(terms.timeoutRecipientBps)} (${money(amountText(atTimeout, currency), currency)} before fees) and the homeowner gets the rest back.`}
      </p>
      <DraftText
        draft={draft}
        name="reasons"
        label="Reasons"
        hint="Homeowner and contractor read them."
        error={error}
      />
      <div className="row">
        <Button kind="primary" onClick={decide}>
          Review the decision
        </Button>
      </div>
    </div>
  );
}

/** Renders the three usual shares. */
export function ShareButtons({
  whole,
  onChoose,
}: {
  whole: bigint;
  onChoose: (share: bigint) => void;
}) {
  return (
    <div className="row" role="group" aria-label="Usual decisions">
      <Button onClick={() => onChoose(0n)}>Full refund</Button>
      <Button onClick={() => onChoose(whole / 2n)}>Half and half</Button>
      <Button onClick={() => onChoose(whole)}>Full payment</Button>
    </div>
  );
}

/** Returns the title of a decision's review. */
export const decisionTitle = (outcome: "full" | "split" | "refund", title: string): string => {
  const words = { full: "Pay in full", split: "Divide", refund: "Refund in full" };
  return `${words[outcome]}: ${title}`;
};
