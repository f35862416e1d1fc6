/** The form of a new payment. */
import { type FormEvent, useRef, useState } from "react";
import { Button } from "../../components/button";
import { Notice } from "../../components/notice";
import type { CheckedDraft } from "./check-draft";
import type { CreateValues } from "./create-values";
import type { Draft } from "./draft";
import type { PartProps } from "./form-part";
import { FundingFields } from "./funding-fields";
import { MilestoneFields } from "./milestone-fields";
import { PartyFields } from "./party-fields";
import { ReleaseFields } from "./release-fields";
import { TermFields } from "./term-fields";
import type { MintResult } from "./use-mint";

interface CreateFormProps {
  draft: Draft;
  onChange(draft: Draft): void;
  checked: CheckedDraft;
  mint: MintResult;
  onReview(values: CreateValues): void;
}

/** Renders the form. Errors appear when the review is asked for, and then follow what is typed. */
export function CreateForm({ draft, onChange, checked, mint, onReview }: CreateFormProps) {
  const [isAsked, setAsked] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const [refusals, setRefusals] = useState(0);
  const part: PartProps = {
    draft,
    change: (change) => onChange({ ...draft, ...change }),
    errorOf: (field) => (isAsked ? (checked.errors[field] ?? null) : null),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    // The chain's answer about an address is beside its field, and refuses as an error of the form does.
    const isRefused = form.current?.querySelector("[data-refused]") !== null;
    if (checked.values && !isRefused) return onReview(checked.values);
    setRefusals(refusals + 1);
    requestAnimationFrame(() => {
      form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    });
  };
  const count = Object.keys(checked.errors).length;
  return (
    <form className="stack create-form" ref={form} onSubmit={submit} noValidate>
      <FundingFields {...part} />
      <MilestoneFields {...part} mint={mint} />
      <PartyFields {...part} />
      <ReleaseFields {...part} />
      {draft.funding === "held" && <TermFields {...part} />}
      {isAsked && count > 0 && (
        <Notice
          key={refusals}
          kind="bad"
          title={`${count} field${count === 1 ? " needs" : "s need"} a change`}
          isLive
        >
          <p>Correct what is marked above, then go to the review again.</p>
        </Notice>
      )}
      <div className="row">
        <Button type="submit" kind="primary">
          Review costs and terms
        </Button>
        <span className="muted small">Nothing is signed yet. Your draft stays in this tab.</span>
      </div>
    </form>
  );
}
