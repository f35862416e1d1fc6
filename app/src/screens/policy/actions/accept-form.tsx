/** The terms, before the recipient signs them. */
import { AddressText, type PolicyData } from "@milepost/react";
import { termSentences } from "../terms";
import { FormFrame, type FormProps } from "./form-frame";

/** Renders the terms as the chain has them; the transaction repeats exactly these. */
export function AcceptForm({ data, ...form }: FormProps & { data: PolicyData }) {
  const { escrow } = data.snapshot;
  if (!escrow) return null;
  return (
    <FormFrame {...form} onContinue={() => form.onSubmit({})}>
      <dl className="facts">
        <dt>Mediator</dt>
        <dd>
          <AddressText address={escrow.account.mediator} isLinked />
        </dd>
        {termSentences(escrow.account).map(({ name, text }) => (
          <div key={name} className="policy-term">
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </FormFrame>
  );
}
