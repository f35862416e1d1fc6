/** Proposes a split, with exact amounts for everybody. Nothing moves before both parties have signed. */
import { SplitSlider } from "@milepost/react";
import { Button } from "../../../components/button";
import { dataOf, ProblemNotice, useWrite } from "../../../gateway";
import { useDraft } from "../data/use-draft";
import { unitsOf } from "../rules/statement";
import { amountText, decimalsOf, payoutFees } from "../rules/token";
import type { Schedule } from "../rules/types";
import type { FormProps } from "./form-props";

type SplitFormProps = Omit<FormProps, "steps" | "action"> & {
  schedule: Pick<Schedule, "gatewayFeeBps" | "protocolFeeBps">;
  onSent(): void;
};

/** Renders the form. */
export function SplitForm({ open, milestone, schedule, onClose, onSent }: SplitFormProps) {
  const { project, party } = open;
  const { currency } = project;
  const decimals = decimalsOf(currency);
  const whole = unitsOf(milestone.amount, decimals);
  const place = { projectId: project.id, milestoneId: milestone.id, action: "propose_settlement" };
  const draft = useDraft(place);
  const share = draft.field("share") === "" ? whole / 2n : BigInt(draft.field("share"));
  const write = useWrite(({ client }) =>
    dataOf(
      client.POST("/v1/projects/{id}/milestones/{milestoneId}/settlement", {
        params: { path: { id: project.id, milestoneId: milestone.id } },
        headers: { "Idempotency-Key": draft.draft.key },
        body: { party, recipientAmount: amountText(share, currency) },
      }),
    ),
  );
  const propose = () =>
    void write.send().then((sent) => {
      if (!sent) return;
      draft.drop();
      onSent();
      onClose();
    });
  return (
    <div className="stack">
      <p>
        You propose what the contractor gets. The other party agrees, or proposes another split. The
        transaction then needs both signatures.
      </p>
      <SplitSlider
        amount={whole}
        value={share}
        onChange={(next) => draft.setField("share", next.toString())}
        fees={payoutFees(schedule, project)}
        decimals={decimals}
        symbol={currency}
      />
      <ProblemNotice problem={write.problem} />
      <div className="row">
        <Button kind="primary" isBusy={write.isBusy} onClick={propose}>
          Propose this split
        </Button>
        <Button kind="quiet" onClick={onClose}>
          Not now
        </Button>
      </div>
    </div>
  );
}
