/** Sends the entries of a form that needs no signature. */
import { type FormEvent, useState } from "react";
import type { UsedWrite } from "../../../gateway";
import type { UsedDraft } from "../data/use-draft";

interface Submission {
  draft: UsedDraft;
  write: Pick<UsedWrite<[], unknown>, "send">;
  /** Returns what is wrong with the entries; null where they can be sent. */
  check(): string | null;
  /** Called when the gateway has them. */
  onSent(): void;
}

/** Returns the handler of the form's submission, and what was wrong at the last one. The draft is dropped once it is sent. */
export function useSubmit({ draft, write, check, onSent }: Submission) {
  const [error, setError] = useState<string | null>(null);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const wrong = check();
    setError(wrong);
    if (wrong !== null) return;
    void write.send().then((sent) => {
      if (!sent) return;
      draft.drop();
      onSent();
    });
  };
  return { error, onSubmit };
}
