/** Who is part of an agreement, what it costs, and the terms that both signed. */
import { AddressText, type PolicyData, TimeText, useChainTime } from "@milepost/react";
import { decodeMemo, requiredRole } from "@milepost/sdk";
import { Card } from "../../components/card";
import { formatBps } from "../../format/period";
import { payoutFees } from "./payout-fees";
import { termSentences } from "./terms";

interface PartiesCardProps {
  data: PolicyData;
  nameOf(address: string): string | undefined;
}

/** Renders parties, fees and terms. */
export function PartiesCard({ data, nameOf }: PartiesCardProps) {
  const now = useChainTime(data.time)?.seconds;
  const { policy, userPayment, escrow, gateway } = data.snapshot;
  const fees = payoutFees(data.snapshot);
  const gatewayName = decodeMemo(gateway.name);
  const people = [
    ["Payer", userPayment.owner],
    ["Recipient", policy.recipient],
    ...(escrow ? ([["Mediator", escrow.account.mediator]] as const) : []),
  ] as const;
  return (
    <Card title="The agreement">
      <dl className="facts">
        {people.map(([label, address]) => (
          <div key={label} className="policy-fact">
            <dt>{label}</dt>
            <dd>
              <AddressText address={address} name={you(nameOf(address.toBase58()))} isLinked />
            </dd>
          </div>
        ))}
        <div className="policy-fact">
          <dt>Gateway</dt>
          <dd>
            {gatewayName && <span className="policy-user-text">{gatewayName} </span>}
            <AddressText address={policy.gateway} isLinked />
          </dd>
        </div>
        <div className="policy-fact">
          <dt>Released by</dt>
          <dd>{releaserText(policy.policyType.milestone.releaseCondition)}</dd>
        </div>
        <div className="policy-fact">
          <dt>Fees</dt>
          <dd>
            {formatBps(fees.gatewayFeeBps)} gateway and {formatBps(fees.protocolFeeBps)} protocol,
            out of the payment
            {fees.platformFeeBps > 0 && `; ${formatBps(fees.platformFeeBps)} platform, on top`}
          </dd>
        </div>
        <div className="policy-fact">
          <dt>Created</dt>
          <dd>
            <TimeText seconds={policy.createdAt} now={now} />
          </dd>
        </div>
      </dl>
      {escrow && (
        <details>
          <summary>Terms</summary>
          <ul className="policy-terms">
            {termSentences(escrow.account).map(({ name, text }) => (
              <li key={name}>{text}</li>
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}

/** The row already has the role: only "You" adds something. */
const you = (name: string | undefined) => (name?.startsWith("You") ? "You" : undefined);

function releaserText(condition: number): string {
  const role = requiredRole(condition);
  const after = (condition & 1) === 1 ? ", from the due date on" : "";
  switch (role) {
    case "owner":
      return `The payer approves${after}`;
    case "gateway":
      return `The gateway confirms${after}`;
    case "recipient":
      return `The recipient collects${after}`;
    case null:
      return after ? "Anyone, from the due date on" : "Anyone, at any time";
  }
}
