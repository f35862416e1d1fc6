/** A longer text of a form, kept in its draft. */
import { Field } from "../../../components/field";
import type { UsedDraft } from "../data/use-draft";

interface DraftTextProps {
  draft: UsedDraft;
  /** Name of the field in the draft. */
  name: string;
  label: string;
  hint: string;
  error?: string | null;
  /** Most characters that the gateway takes. Default: 10,000. */
  maxLength?: number;
}

/** Renders the text with its label. */
export function DraftText({ draft, name, label, hint, error, maxLength = 10_000 }: DraftTextProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <textarea
          {...control}
          maxLength={maxLength}
          value={draft.field(name)}
          onChange={(event) => draft.setField(name, event.target.value)}
        />
      )}
    </Field>
  );
}
