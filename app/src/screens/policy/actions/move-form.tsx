/** How a payer moves a delegated agreement into a vault: with a mediator, and the default terms. */
import { DEFAULT_ESCROW_TERMS } from "@milepost/sdk";
import type { PolicyData } from "@milepost/react";
import { PublicKey } from "@solana/web3.js";
import { useState } from "react";
import { Field } from "../../../components/field";
import { termSentences } from "../terms";
import { FormFrame, type FormProps } from "./form-frame";

/** Renders the mediator's address and the terms. */
export function MoveForm({ data, ...form }: FormProps & { data: PolicyData }) {
  const [text, setText] = useState("");
  const { userPayment, policy } = data.snapshot;
  const checked = checkMediator(text, [userPayment.owner, policy.recipient]);
  const mediator = "address" in checked ? checked.address : undefined;
  const error = "error" in checked ? checked.error : undefined;
  return (
    <FormFrame
      {...form}
      isComplete={mediator !== undefined}
      onContinue={() => form.onSubmit({ mediator, milestones: "all" })}
    >
      <Field
        label="Mediator's address"
        hint="A wallet that both of you trust. It divides a milestone if you disagree, and cannot be changed."
        error={text.trim() === "" ? undefined : error}
      >
        {(control) => (
          <input
            {...control}
            className="mono"
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <ul className="policy-terms">
        {termSentences(DEFAULT_ESCROW_TERMS).map((term) => (
          <li key={term.name}>{term.text}</li>
        ))}
      </ul>
      <p className="muted small">
        All milestones that are left go into the vault. The recipient has to accept before anything
        is paid.
      </p>
    </FormFrame>
  );
}

/** Checks the address of a mediator, who must be neither party. */
export function checkMediator(
  text: string,
  parties: readonly PublicKey[],
): { address: PublicKey } | { error: string } {
  let address: PublicKey;
  try {
    address = new PublicKey(text.trim());
  } catch {
    return { error: "Expected the address of a wallet in base58." };
  }
  return parties.some((party) => party.equals(address))
    ? { error: "Expected a third wallet: neither the payer nor the recipient can mediate." }
    : { address };
}
