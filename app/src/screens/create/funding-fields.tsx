/** Held or delegated: the two ways, side by side, by what each guarantees. */
import { Card } from "../../components/card";
import { Icon, type IconName } from "../../components/icon";
import type { PartProps } from "./form-part";
import type { Funding } from "./draft";

interface Way {
  value: Funding;
  label: string;
  lead: string;
  points: readonly (readonly [IconName, string])[];
  fits: string;
}

const WAYS: readonly Way[] = [
  {
    value: "held",
    label: "Held in escrow",
    lead: "The money is locked in a vault on chain.",
    points: [
      ["good", "The recipient sees that the money is there."],
      ["good", "It returns to the payer only under the terms, or when both parties agree."],
      ["good", "A mediator decides disputes, within a time limit."],
      ["info", "The payer pays in before the work, milestone by milestone."],
    ],
    fits: "For people who do not know each other yet.",
  },
  {
    value: "delegated",
    label: "Delegated",
    lead: "The money stays in the payer's wallet. There is no guarantee.",
    points: [
      ["good", "The payer keeps the money until a payment is released."],
      ["good", "It is cheaper: no vault, no terms to accept."],
      ["warn", "The payer can spend the money or revoke the permission at any time."],
      ["warn", "Nobody decides disputes."],
    ],
    fits: "For people who trust each other, and for standing orders.",
  },
];

/** Renders the choice. */
export function FundingFields({ draft, change }: PartProps) {
  return (
    <Card title="How is the money kept?">
      <fieldset>
        <legend className="visually-hidden">How is the money kept?</legend>
        <div className="create-ways">
          {WAYS.map(({ value, label, lead, points, fits }) => (
            <label key={value} className="create-way" data-chosen={draft.funding === value}>
              <span className="row">
                <input
                  type="radio"
                  name="funding"
                  value={value}
                  checked={draft.funding === value}
                  onChange={() => change({ funding: value })}
                />
                <strong>{label}</strong>
              </span>
              <span>{lead}</span>
              <span className="create-points">
                {points.map(([icon, text]) => (
                  <span key={text} className="create-point" data-kind={icon}>
                    <Icon name={icon} /> <span>{text}</span>
                  </span>
                ))}
              </span>
              <span className="small muted">{fits}</span>
            </label>
          ))}
        </div>
      </fieldset>
    </Card>
  );
}
