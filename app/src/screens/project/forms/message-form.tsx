/** Writes a message in an open dispute. It needs no signature. */
import { Button } from "../../../components/button";
import { dataOf, ProblemNotice, useWrite } from "../../../gateway";
import { useDraft } from "../data/use-draft";
import { DraftText } from "./draft-text";
import { useSubmit } from "./use-submit";
import type { OpenProject } from "../data/use-project";
import type { ProjectMilestone } from "../rules/types";

interface MessageFormProps {
  open: Pick<OpenProject, "project" | "party">;
  milestone: Pick<ProjectMilestone, "id">;
  /** Called when the gateway has it. */
  onSent(): void;
}

/** Renders the form. The draft's own key makes a repetition after a reload the same message. */
export function MessageForm({ open: { project, party }, milestone, onSent }: MessageFormProps) {
  const draft = useDraft({
    projectId: project.id,
    milestoneId: milestone.id,
    action: "write_message",
  });
  const text = draft.field("text");
  const write = useWrite(({ client }) =>
    dataOf(
      client.POST("/v1/projects/{id}/milestones/{milestoneId}/dispute/messages", {
        params: { path: { id: project.id, milestoneId: milestone.id } },
        headers: { "Idempotency-Key": draft.draft.key },
        body: { party, text },
      }),
    ),
  );
  const { error, onSubmit } = useSubmit({
    ...{ draft, write, onSent },
    check: () => (text.trim() === "" ? "Write something first." : null),
  });
  return (
    <form className="stack-tight" onSubmit={onSubmit} noValidate>
      <DraftText
        draft={draft}
        name="text"
        label="Message"
        hint="Homeowner, contractor and mediator read it. It cannot be changed afterwards."
        error={error}
      />
      <ProblemNotice problem={write.problem} />
      <div>
        <Button type="submit" isBusy={write.isBusy}>
          Send message
        </Button>
      </div>
    </form>
  );
}
