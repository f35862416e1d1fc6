/** What the payment costs whom: fees per milestone to the last unit, and rent. */
import { AmountText } from "@milepost/react";
import { Card } from "../../components/card";
import { formatBps } from "../../format/period";
import { type MilestoneCost, milestoneCosts, rentOf, totalCost } from "./costs";
import type { CreateValues } from "./create-values";
import type { Quote } from "./quote";
import type { ShownToken } from "./use-mint";

const SOL_DECIMALS = 9;

interface CostCardProps {
  quote: Quote;
  values: CreateValues;
  token: ShownToken;
}

/** Renders the costs. */
export function CostCard({ quote, values, token }: CostCardProps) {
  const costs = milestoneCosts(values.amounts, quote.rates);
  const amount = (units: bigint) => (
    <AmountText amount={units} decimals={token.decimals} symbol={token.symbol} />
  );
  return (
    <Card title="What it costs">
      <div className="scroll-x" role="region" aria-label="Fees per milestone" tabIndex={0}>
        <FeeTable costs={costs} quote={quote} amount={amount} />
      </div>
      {values.fund && (
        <p>
          With this signature <strong>{amount(quote.funded)}</strong> moves into the vault.
        </p>
      )}
      <RentList quote={quote} />
      <p className="small muted">
        The fees are fixed for this payment once it is created. Your wallet also pays the
        network&apos;s fee, which the next step shows.
      </p>
    </Card>
  );
}

function FeeTable({
  costs,
  quote,
  amount,
}: {
  costs: readonly MilestoneCost[];
  quote: Quote;
  amount(units: bigint): React.ReactNode;
}) {
  const { gatewayFeeBps, protocolFeeBps, platformFeeBps } = quote.rates;
  const hasPlatformFee = platformFeeBps > 0;
  const rows = [
    ...costs.map((cost, index) => [`Milestone ${index + 1}`, cost] as const),
    ...(costs.length > 1 ? [["Total", totalCost(costs)] as const] : []),
  ];
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Milestone</th>
          <th scope="col" className="number">
            Amount
          </th>
          <th scope="col" className="number">
            Gateway fee, {formatBps(gatewayFeeBps)} (from the amount)
          </th>
          <th scope="col" className="number">
            Protocol fee, {formatBps(protocolFeeBps)} (from the amount)
          </th>
          <th scope="col" className="number">
            Recipient receives
          </th>
          {hasPlatformFee && (
            <th scope="col" className="number">
              Platform fee, {formatBps(platformFeeBps)} (you pay on top)
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, cost]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="number">{amount(cost.amount)}</td>
            <td className="number">{amount(cost.gatewayFee)}</td>
            <td className="number">{amount(cost.protocolFee)}</td>
            <td className="number">{amount(cost.recipient)}</td>
            {hasPlatformFee && <td className="number">{amount(cost.platformFee)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RentList({ quote }: { quote: Quote }) {
  const rents = quote.rent.map(
    ({ name, bytes }) => [name, rentOf(bytes, quote.rentOfEmpty)] as const,
  );
  const total = rents.reduce((sum, [, lamports]) => sum + lamports, 0n);
  return (
    <details>
      <summary>
        Rent of the new accounts: <AmountText amount={total} decimals={SOL_DECIMALS} symbol="SOL" />
        , returned to you when they are closed
      </summary>
      <dl className="facts">
        {rents.map(([name, lamports]) => (
          <div key={name} className="create-rent">
            <dt>{name}</dt>
            <dd className="number">
              <AmountText amount={lamports} decimals={SOL_DECIMALS} symbol="SOL" />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
