/** What the payer agrees to: amounts, parties, times, fees and what silence means. */
import { AddressText, TimeText } from "@milepost/react";
import { Card } from "../../components/card";
import { useConfig } from "../../config/config-context";
import { Notice } from "../../components/notice";
import { formatAmount } from "../../format/amount";
import { formatBps, formatPeriod } from "../../format/period";
import { amountText, type Checkout, unitsOf } from "./checkout-view";
import { guaranteeOf } from "./payment-text";
import { type ChainFacts, useChainFacts } from "./use-chain-facts";

interface AgreementProps {
  checkout: Checkout;
  isAutomatic: boolean;
}

/** Renders everything that the signature agrees to. */
export function Agreement({ checkout, isAutomatic }: AgreementProps) {
  const { gateway = null } = useConfig();
  const facts = useChainFacts(gateway);
  const guarantee = guaranteeOf(checkout, isAutomatic);
  return (
    <>
      <Notice kind={guarantee.isGuaranteed ? "info" : "warn"} title={guarantee.title}>
        <ul className="checkout-points">
          {guarantee.points.map((point) => (
            <li key={point}>{point}</li>
          ))}
        </ul>
      </Notice>
      <Card title="Who and until when">
        <Parties checkout={checkout} now={facts?.now ?? null} />
      </Card>
      <Card title="Amounts and fees">
        <Amounts checkout={checkout} />
        <FeeText checkout={checkout} facts={facts} />
      </Card>
      <Card title="What happens automatically">
        <p>{checkout.release}</p>
        {sentencesOf(checkout.silence).map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </Card>
    </>
  );
}

/** Renders an address to compare with another, so no character is left out. */
const WholeAddress = ({ address }: { address: string }) => (
  <span className="mono checkout-address" translate="no">
    {address}
  </span>
);

/** Splits a text into its sentences, one per line. */
const sentencesOf = (text: string): string[] => text.split(/(?<=\.) (?=[A-Z])/);

interface PartiesProps {
  checkout: Checkout;
  /** Chain time; null where it is not known. */
  now: number | null;
}

function Parties({ checkout: { merchant, payee, mediator, terms }, now }: PartiesProps) {
  const lock = terms?.timeLockUntil ?? null;
  return (
    <dl className="facts">
      <dt>Merchant</dt>
      <dd>{merchant.name}</dd>
      <dt>Payee&apos;s wallet</dt>
      <dd>{payee === null ? "Not known yet" : <WholeAddress address={payee} />}</dd>
      {mediator !== null && (
        <>
          <dt>Mediator</dt>
          <dd>
            <WholeAddress address={mediator} />
            <p className="small muted">Decides a dispute. Fixed with your signature.</p>
          </dd>
        </>
      )}
      {terms && (
        <>
          <dt>Locked until</dt>
          <dd>
            {lock === null ? (
              `Until each milestone is released. If the payee does not deliver within ${formatPeriod(terms.deliveryGraceSecs)} after work on a milestone can start, you can take that milestone's money back.`
            ) : (
              <TimeText seconds={Number(lock)} now={now} />
            )}
          </dd>
          <dt>Review</dt>
          <dd>
            {formatPeriod(terms.reviewPeriodSecs)} after a delivery. You can dispute it in the first{" "}
            {formatPeriod(terms.disputeWindowSecs)}.
          </dd>
        </>
      )}
    </dl>
  );
}

function Amounts({ checkout }: { checkout: Checkout }) {
  const { milestones, currency, decimals, fees, amount } = checkout;
  const text = (units: string): string => formatAmount(unitsOf(units, decimals), decimals);
  return (
    <div className="scroll-x" tabIndex={0} role="group" aria-label="Amounts and fees">
      <table className="checkout-table">
        <thead>
          <tr>
            <th scope="col">Milestone</th>
            <th scope="col">You pay</th>
            <th scope="col">Fee</th>
            <th scope="col">Payee receives</th>
          </tr>
        </thead>
        <tbody>
          {milestones.map((milestone) => (
            <tr key={milestone.index}>
              <th scope="row">
                {milestone.index + 1}. {milestone.description ?? "Milestone"}
              </th>
              <td>{text(milestone.amount)}</td>
              <td>{text(milestone.fee)}</td>
              <td>{text(milestone.net)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total in {currency}</th>
            <td>{text(amount)}</td>
            <td>{text(fees.total)}</td>
            <td>{text(fees.net)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

interface FeeTextProps {
  checkout: Checkout;
  facts: ChainFacts | null;
}

function FeeText({ checkout, facts }: FeeTextProps) {
  const { fees } = checkout;
  return (
    <div className="stack-tight small muted">
      <p>
        You pay exactly {amountText(checkout.amount, checkout)}. The fee comes out of what the payee
        receives. Your wallet also pays the network&apos;s fee and a deposit, which is returned when
        the escrow is closed.
      </p>
      {fees.gatewayFeeBps > 0 && (
        <p>
          The gateway gets {formatBps(fees.gatewayFeeBps)}
          {facts && (
            <>
              : <AddressText address={facts.gatewayFees} />
            </>
          )}
        </p>
      )}
      {fees.protocolFeeBps > 0 && (
        <p>
          The Milepost program gets {formatBps(fees.protocolFeeBps)}
          {facts && (
            <>
              : <AddressText address={facts.protocolFees} />
            </>
          )}
        </p>
      )}
      {fees.gatewayFeeBps + fees.protocolFeeBps === 0 && <p>This payment has no fees.</p>}
    </div>
  );
}
