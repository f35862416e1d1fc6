/** Who is involved: recipient, mediator, platform. */
import { useId } from "react";
import { Card } from "../../components/card";
import { Field } from "../../components/field";
import { useConfig } from "../../config/config-context";
import type { PartProps } from "./form-part";
import { useWalletCheck, type WalletCheck } from "./use-wallet-check";
import { WarningNotice } from "./warning-notice";

/** Renders the parties' fields. The payer is the connected wallet. */
export function PartyFields(props: PartProps) {
  const { draft, change, errorOf } = props;
  const { gateway } = useConfig();
  return (
    <Card title="Who is involved?">
      <p className="muted">You pay, with the wallet that you connect.</p>
      <WalletField
        {...props}
        field="recipient"
        label="Recipient's wallet"
        hint="Who is paid. Ask for the address that their wallet shows, not for a token account."
      />
      {draft.funding === "held" && (
        <WalletField
          {...props}
          field="mediator"
          label="Mediator's wallet"
          hint="Divides the money when you two cannot agree. Choose somebody whom both sides trust. It cannot be changed later."
        />
      )}
      <Field
        label="Platform's gateway account"
        hint={
          gateway && draft.gateway === gateway
            ? "The platform of this page. It takes a fee from each payment, and cannot change who is paid."
            : "Every payment names a platform. It takes a fee from each payment, and cannot change who is paid."
        }
        error={errorOf("gateway")}
      >
        {(control) => (
          <input
            {...control}
            className="mono"
            autoComplete="off"
            spellCheck={false}
            value={draft.gateway}
            onChange={(event) => change({ gateway: event.target.value })}
          />
        )}
      </Field>
    </Card>
  );
}

interface WalletFieldProps extends PartProps {
  field: "recipient" | "mediator";
  label: string;
  hint: string;
}

function WalletField({ draft, change, errorOf, field, label, hint }: WalletFieldProps) {
  const isSigner = draft.funding === "held" || draft.approver === "recipient";
  const check = useWalletCheck(draft[field], field, isSigner ? "sign" : "receive");
  const status = useId();
  const known = useConfig().sandbox?.wallets.filter(
    ({ role }) => role === (field === "recipient" ? "payee" : "mediator"),
  );
  return (
    <div className="stack-tight" data-refused={check.error ? "" : undefined}>
      <Field label={label} hint={hint} error={errorOf(field) ?? check.error}>
        {(control) => (
          <input
            {...control}
            className="mono"
            autoComplete="off"
            spellCheck={false}
            aria-describedby={[control["aria-describedby"], status].filter(Boolean).join(" ")}
            value={draft[field]}
            onChange={(event) => change({ [field]: event.target.value })}
          />
        )}
      </Field>
      <p id={status} role="status" className="small muted create-check">
        {statusText(check)}
      </p>
      {check.warning && <WarningNotice warning={check.warning} />}
      {known
        ?.filter(({ address }) => address !== draft[field])
        .map(({ role, address }) => (
          <button
            key={role}
            type="button"
            className="create-suggestion"
            onClick={() => change({ [field]: address })}
          >
            Use the sandbox&apos;s {role === "payee" ? "freelancer" : "mediator"}
          </button>
        ))}
    </div>
  );
}

function statusText({ status, error, warning }: WalletCheck): string {
  if (status === "checking") return "Asking the chain what is at this address.";
  if (status === "unknown") return "The chain did not answer. The address is checked again later.";
  return status === "checked" && !error && !warning ? "This is a wallet." : "";
}
