/** What a delivery is: a file or a text, of which the chain gets the hash. */
import { hashDocument } from "@milepost/sdk";
import { EvidenceDrop, type EvidenceFile } from "@milepost/react";
import { useState } from "react";
import { Field } from "../../../components/field";
import { FormFrame, type FormProps } from "./form-frame";

/** Renders the delivery. The file stays in the browser. */
export function DeliverForm(form: FormProps) {
  const [files, setFiles] = useState<readonly EvidenceFile[]>([]);
  const [text, setText] = useState("");
  const file = files[0];
  const isComplete = file !== undefined || text.trim() !== "";
  const submit = async () => {
    form.onSubmit({ hash: file?.hash ?? (await hashDocument(text)) });
  };
  return (
    <FormFrame {...form} isComplete={isComplete} onContinue={() => void submit()}>
      <EvidenceDrop files={files} onChange={setFiles} label="The delivered file" />
      {!file && (
        <Field
          label="Or a text, such as a link with a commit"
          hint="The hash of exactly this text goes on chain."
        >
          {(control) => (
            <textarea
              {...control}
              value={text}
              maxLength={10_000}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      )}
      <p className="muted small">
        Only the hash goes on chain. Keep the file or the text, and send it to the payer: with it,
        each of you can show what was delivered. Pack several files into one archive.
      </p>
    </FormFrame>
  );
}
