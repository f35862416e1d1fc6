/** Why the payer disputes a delivery. */
import { hashDocument } from "@milepost/sdk";
import { EvidenceDrop, type EvidenceFile, type PolicyData } from "@milepost/react";
import { useState } from "react";
import { Button } from "../../../components/button";
import { Field } from "../../../components/field";
import { saveFile } from "../../../format/save-file";
import { DISPUTE_KINDS, disputeDocument, type DisputeKind } from "./dispute-document";
import { FormFrame, type FormProps } from "./form-frame";

/** Renders type, text and files of a dispute. The chain gets the hash of the document that they make. */
export function DisputeForm({ data, ...form }: FormProps & { data: PolicyData }) {
  const [kind, setKind] = useState<DisputeKind>("quality_issue");
  const [text, setText] = useState("");
  const [files, setFiles] = useState<readonly EvidenceFile[]>([]);
  const document = disputeDocument({
    policy: data.snapshot.policyAddress.toBase58(),
    milestoneIndex: data.snapshot.policy.policyType.milestone.currentMilestone,
    kind,
    text,
    files: files.map(({ file, hashHex }) => ({ name: file.name, hash: hashHex })),
  });
  const isComplete = text.trim() !== "";
  const submit = async () => form.onSubmit({ hash: await hashDocument(document) });
  return (
    <FormFrame {...form} isComplete={isComplete} onContinue={() => void submit()}>
      <Field label="Type">
        {(control) => (
          <select
            {...control}
            value={kind}
            onChange={(event) => setKind(event.target.value as DisputeKind)}
          >
            {DISPUTE_KINDS.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="What is wrong" hint="Say what was agreed, and what is different.">
        {(control) => (
          <textarea
            {...control}
            required
            maxLength={10_000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <EvidenceDrop files={files} onChange={setFiles} maxFiles={10} label="Files that show it" />
      <p className="muted small">
        Only the hash of your reason goes on chain. Keep the document and the files, and send them
        to the recipient and the mediator.
      </p>
      <div>
        <Button
          disabled={!isComplete}
          onClick={() => saveFile("dispute.txt", "text/plain", document)}
        >
          Save the document
        </Button>
      </div>
    </FormFrame>
  );
}
