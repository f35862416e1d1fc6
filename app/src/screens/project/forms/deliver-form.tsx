/** Delivers a milestone: files, a note, or both. */
import { type FormEvent, useState } from "react";
import { Button } from "../../../components/button";
import { useDraft } from "../data/use-draft";
import { DraftText } from "./draft-text";
import { FilesField } from "./files-field";
import type { FormProps } from "./form-props";

/** Renders the form of a delivery. */
export function DeliverForm({ open, milestone, action, steps, onClose }: FormProps) {
  const { project, party } = open;
  const place = { projectId: project.id, milestoneId: milestone.id, action: "submit" };
  const draft = useDraft(place);
  const [error, setError] = useState<string | null>(null);
  const note = draft.field("note");
  const files = draft.draft.files;
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (note.trim() === "" && files.length === 0) {
      setError("Add a file, or write what you did.");
      return;
    }
    setError(null);
    steps.begin({
      title: `Deliver: ${milestone.title}`,
      path: action.path,
      body: {
        party,
        ...(note.trim() === "" ? {} : { note }),
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
      <FilesField projectId={project.id} draft={draft} label="Photos and files of the work" />
      <DraftText
        draft={draft}
        name="note"
        label="What you did"
        hint="Files are hashed in your browser. With no file, the hash of this text goes on chain."
        error={error}
      />
      <div className="row">
        <Button kind="primary" type="submit">
          Deliver
        </Button>
        <Button kind="quiet" onClick={onClose}>
          Later
        </Button>
      </div>
    </form>
  );
}
