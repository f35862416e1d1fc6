/** The submission that an approval pays for. */
import type { PolicyData } from "@milepost/react";
import { Notice } from "../../../components/notice";
import { chainHashes } from "../evidence";
import { amountText, type Token } from "../token";
import { FormFrame, type FormProps } from "./form-frame";

interface ApproveFormProps extends FormProps {
  data: PolicyData;
  token: Token;
}

/** Renders the hash of the submission: the approval is valid for this one only. */
export function ApproveForm({ data, token, ...form }: ApproveFormProps) {
  const { escrow, policy } = data.snapshot;
  const { milestoneAmounts, currentMilestone, totalMilestones } = policy.policyType.milestone;
  const hashes = escrow ? chainHashes(escrow.account, totalMilestones) : [];
  const submission = hashes.find(
    ({ kind, milestoneIndex }) => kind === "submission" && milestoneIndex === currentMilestone,
  );
  return (
    <FormFrame {...form} onContinue={() => form.onSubmit({})}>
      <dl className="facts">
        <dt>Milestone {currentMilestone + 1}</dt>
        <dd>{amountText(milestoneAmounts[currentMilestone]!, token)}</dd>
        <dt>Hash of the delivery</dt>
        <dd className="mono policy-hash">{submission?.hash ?? "Nothing was delivered yet"}</dd>
      </dl>
      {submission ? (
        <p className="muted small">
          Your signature pays for this delivery only. Compare your file under &quot;Evidence&quot;
          first.
        </p>
      ) : (
        <Notice kind="warn" title="You pay before anything was delivered" />
      )}
    </FormFrame>
  );
}
