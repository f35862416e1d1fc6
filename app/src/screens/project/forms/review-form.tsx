/** Reviews the other party of a completed project. */
import { Button } from "../../../components/button";
import { Field } from "../../../components/field";
import { dataOf, ProblemNotice, useWrite } from "../../../gateway";
import { type UsedDraft, useDraft } from "../data/use-draft";
import type { OpenProject } from "../data/use-project";
import { DraftText } from "./draft-text";
import { useSubmit } from "./use-submit";

const RATINGS = ["1", "2", "3", "4", "5"];

/** Renders the form of a review. */
export function ReviewForm({ open, onSent }: { open: OpenProject; onSent: () => void }) {
  const { project, party } = open;
  const draft = useDraft({ projectId: project.id, milestoneId: null, action: "review" });
  const rating = draft.field("rating");
  const [publicComment, privateComment] = [draft.field("public"), draft.field("private")];
  const write = useWrite(({ client }) =>
    dataOf(
      client.POST("/v1/projects/{id}/reviews", {
        params: { path: { id: project.id } },
        headers: { "Idempotency-Key": draft.draft.key },
        body: {
          ...{ party, rating: Number(rating) },
          ...(publicComment ? { publicComment } : {}),
          ...(privateComment ? { privateComment } : {}),
        },
      }),
    ),
  );
  const { error, onSubmit } = useSubmit({
    ...{ draft, write, onSent },
    check: () => (RATINGS.includes(rating) ? null : "Choose 1 to 5."),
  });
  return (
    <form className="stack" onSubmit={onSubmit} noValidate>
      <Rating draft={draft} error={error} />
      <DraftText
        draft={draft}
        name="public"
        label="Public comment"
        hint="Everybody may read it."
        maxLength={4_000}
      />
      <DraftText
        draft={draft}
        name="private"
        label="Private comment"
        hint="Only the person you review can read it."
        maxLength={4_000}
      />
      <ProblemNotice problem={write.problem} />
      <div>
        <Button kind="primary" type="submit" isBusy={write.isBusy}>
          Send review
        </Button>
      </div>
    </form>
  );
}

function Rating({ draft, error }: { draft: UsedDraft; error: string | null }) {
  return (
    <Field label="Rating" hint="5 is the best." error={error}>
      {(control) => (
        <select
          {...control}
          value={draft.field("rating")}
          onChange={(event) => draft.setField("rating", event.target.value)}
        >
          <option value="">Choose</option>
          {RATINGS.map((value) => (
            <option key={value} value={value}>
              {value}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
