/** Fields of the gateway's settings. */
import { Field } from "../../components/field";
import type { FormErrors, GatewayForm } from "./gateway-change";

interface GatewayFieldsProps {
  form: GatewayForm;
  errors: FormErrors;
  onChange(form: GatewayForm): void;
}

const FIELDS: readonly (readonly [name: keyof GatewayForm, label: string, hint: string])[] = [
  ["fee", "Fee in percent", "0 to 10. Payments that exist keep their fee."],
  [
    "keeperReward",
    "Keeper's reward in percent of the fee",
    "0 to 100. Applies to every later release.",
  ],
  [
    "feeRecipient",
    "Fee recipient",
    "A wallet, not a token account. Applies to every later release.",
  ],
  ["signer", "Signer of releases", "The key of the gateway's process. Change it there first."],
];

/** Renders the fields. */
export function GatewayFields({ form, errors, onChange }: GatewayFieldsProps) {
  return (
    <>
      {FIELDS.map(([name, label, hint]) => (
        <Field key={name} label={label} hint={hint} error={errors[name]}>
          {(control) => (
            <input
              {...control}
              value={form[name]}
              inputMode={name === "fee" || name === "keeperReward" ? "decimal" : undefined}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => onChange({ ...form, [name]: event.target.value })}
            />
          )}
        </Field>
      ))}
    </>
  );
}
