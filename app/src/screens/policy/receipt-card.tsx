/** A receipt to print, and the same as a CSV file. */
import { useState } from "react";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { saveCsv } from "../../format/save-file";
import { utcText } from "../../format/utc-time";
import type { HistoryEntry } from "./load-history";
import { type ReceiptRow, receiptRows, receiptSums, receiptTable } from "./receipt";
import { amountText, type Token } from "./token";
import type { History } from "./use-history";

interface ReceiptCardProps {
  address: string;
  title: string;
  payer: string;
  recipient: string;
  history: History;
  token: Token;
}

/** Renders the button that collects the receipt, and the receipt once it is there. */
export function ReceiptCard(props: ReceiptCardProps) {
  const { history, token, address } = props;
  const [entries, setEntries] = useState<HistoryEntry[] | null>(null);
  const collect = async () => setEntries(await history.loadAll());
  if (!entries) {
    return (
      <Card title="Receipt">
        <p className="muted">
          All payments and refunds of this agreement, with their transactions.
        </p>
        <div>
          <Button isBusy={history.status === "loading"} onClick={() => void collect()}>
            Prepare the receipt
          </Button>
        </div>
      </Card>
    );
  }
  const rows = receiptRows(entries, token);
  const save = () => saveCsv(`milepost ${address.slice(0, 8)}`, receiptTable(rows, token));
  return (
    <Card title="Receipt">
      <Receipt {...props} rows={rows} />
      <div className="row policy-no-print">
        <Button kind="primary" onClick={() => window.print()}>
          Print
        </Button>
        <Button onClick={save}>Save as CSV</Button>
        <Button kind="quiet" onClick={() => void collect()}>
          Renew
        </Button>
      </div>
    </Card>
  );
}

const COLUMNS = ["Time", "What", "To the recipient", "Fees", "To the payer", "Transaction"];

function Receipt({
  address,
  title,
  payer,
  recipient,
  rows,
  token,
}: ReceiptCardProps & { rows: readonly ReceiptRow[] }) {
  const amount = (units: bigint) => (units === 0n ? "" : amountText(units, token));
  return (
    <div className="policy-receipt stack">
      <h3 className="policy-user-text">{title}</h3>
      <dl className="facts">
        <dt>Agreement</dt>
        <dd className="mono">{address}</dd>
        <dt>Payer</dt>
        <dd className="mono">{payer}</dd>
        <dt>Recipient</dt>
        <dd className="mono">{recipient}</dd>
        <dt>Token</dt>
        <dd className="mono">{token.mint}</dd>
      </dl>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Rows of the receipt">
        <table>
          <thead>
            <tr>
              {COLUMNS.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={at}>
                <td>{row.time === null ? "" : utcText(row.time)}</td>
                <td>{row.title}</td>
                <td className="number">{amount(row.paid)}</td>
                <td className="number">{amount(row.fees)}</td>
                <td className="number">{amount(row.refunded)}</td>
                <td className="mono small policy-hash">{row.signature}</td>
              </tr>
            ))}
          </tbody>
          <ReceiptSum rows={rows} token={token} />
        </table>
      </div>
      <p className="small muted">Read from the chain. Times are UTC.</p>
    </div>
  );
}

function ReceiptSum({ rows, token }: { rows: readonly ReceiptRow[]; token: Token }) {
  const { paid, fees, refunded } = receiptSums(rows);
  return (
    <tfoot>
      <tr>
        <th scope="row" colSpan={2}>
          Together
        </th>
        <td className="number">{amountText(paid, token)}</td>
        <td className="number">{amountText(fees, token)}</td>
        <td className="number">{amountText(refunded, token)}</td>
        <td />
      </tr>
    </tfoot>
  );
}
