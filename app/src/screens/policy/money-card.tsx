/** How much is promised or locked, paid and returned, and where the money is. */
import { AddressText, type PolicyData } from "@milepost/react";
import { Card } from "../../components/card";
import { type MoneyFacts, moneyFacts } from "./money-facts";
import { amountText, type Token } from "./token";

/** Renders the sums of a policy. */
export function MoneyCard({ data, token }: { data: PolicyData; token: Token }) {
  const facts = moneyFacts(data.snapshot);
  const isHeld = data.snapshot.escrow !== undefined;
  const rows: [string, bigint][] = [
    ["Agreed", facts.total],
    ...(isHeld ? ([["In the vault", facts.locked]] as [string, bigint][]) : []),
    [isHeld ? "Not funded yet" : "Promised", facts.promised],
    ["Paid", facts.paid],
    ...(isHeld ? ([["Returned to the payer", facts.returned]] as [string, bigint][]) : []),
  ];
  return (
    <Card title="The money">
      <dl className="facts policy-money">
        {rows.map(([label, units]) => (
          <div key={label} className="policy-fact">
            <dt>{label}</dt>
            <dd className="number">{amountText(units, token)}</dd>
          </div>
        ))}
      </dl>
      <p>{placeText(facts, isHeld)}</p>
      {facts.account && (
        <p className="small">
          {isHeld ? "Vault: " : "The payer's token account: "}
          <AddressText address={facts.account} isLinked />
        </p>
      )}
    </Card>
  );
}

function placeText({ place }: MoneyFacts, isHeld: boolean): string {
  switch (place) {
    case "vault":
      return "The money is in the vault. Only the rules of this agreement can open it.";
    case "owner":
      return isHeld
        ? "The vault is empty. The rest is still in the payer's wallet."
        : "The money is in the payer's own wallet until each payment. The payer can spend it before, or withdraw the permission.";
    case "none":
      return "Nothing more will be paid through this agreement.";
  }
}
