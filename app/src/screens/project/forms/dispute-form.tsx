/** Disputes a delivery: type, text, files. */
import { type FormEvent, useState } from "react";
import { Button } from "../../../components/button";
import { Field } from "../../../components/field";
import { useDraft } from "../data/use-draft";
import { DraftText } from "./draft-text";
import { DISPUTE_TYPES } from "../rules/action-labels";
import { FilesField } from "./files-field";
import type { FormProps } from "./form-props";

/** Renders the form of a dispute. */
export function DisputeForm({ open, milestone, action, steps, onClose }: FormProps) {
  const { project, party } = open;
  const place = { projectId: project.id, milestoneId: milestone.id, action: "dispute" };
  const draft = useDraft(place);
  const [error, setError] = useState<string | null>(null);
  const text = draft.field("text");
  const type = draft.field("type") || DISPUTE_TYPES[0]![0];
  const files = draft.draft.files;
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") {
      setError("Write what is wrong, so that the contractor can repair it.");
      return;
    }
    setError(null);
    steps.begin({
      title: `Dispute: ${milestone.title}`,
      path: action.path,
      body: {
        ...{ party, type, text },
        ...(files.length === 0 ? {} : { fileIds: files.map(({ id }) => id) }),
      },
      onEnd() {
        draft.drop();
        onClose();
      },
    });
  };
  return (
    <form className="stack" onSubmit={onSubmit} noValidate>
      <DisputeType value={type} onChange={(name) => draft.setField("type", name)} />
      <DraftText
        draft={draft}
        name="text"
        label="Details"
        hint="The contractor and the mediator read this. Its hash goes on chain."
        error={error}
      />
      <FilesField projectId={project.id} draft={draft} label="Photos and files of the problem" />
      <div className="row">
        <Button kind="danger" type="submit">
          Send the dispute
        </Button>
        <Button kind="quiet" onClick={onClose}>
          Not now
        </Button>
      </div>
    </form>
  );
}

function DisputeType({ value, onChange }: { value: string; onChange: (name: string) => void }) {
  return (
    <Field label="What is wrong">
      {(control) => (
        <select {...control} value={value} onChange={(event) => onChange(event.target.value)}>
          {DISPUTE_TYPES.map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
