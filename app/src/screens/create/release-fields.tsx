/** When a milestone is paid: every release condition of the program, in words. */
import { Card } from "../../components/card";
import type { PartProps } from "./form-part";
import { approverChoices, describeRelease } from "./release-words";

/** Renders the release condition and the sentence that sums it up. */
export function ReleaseFields({ draft, change }: PartProps) {
  return (
    <Card title="When is a milestone paid?">
      <fieldset className="stack-tight">
        <legend className="visually-hidden">Who releases a milestone?</legend>
        {approverChoices(draft.funding).map(({ value, label, text }) => (
          <label key={value} className="create-choice">
            <input
              type="radio"
              name="approver"
              value={value}
              checked={draft.approver === value}
              onChange={() => change({ approver: value })}
            />
            <span>
              <strong>{label}</strong>
              <br />
              <span className="small muted">{text}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <label className="create-choice">
        <input
          type="checkbox"
          checked={draft.hasDueDate}
          onChange={(event) => change({ hasDueDate: event.target.checked })}
        />
        <span>
          <strong>Not before its due date</strong>
          <br />
          <span className="small muted">
            No milestone is paid before its date, even after an approval. Every milestone then needs
            a date.
          </span>
        </span>
      </label>
      <p className="create-summary" aria-live="polite">
        {describeRelease(draft)}
      </p>
    </Card>
  );
}
