/** Comparisons of the ledger with the chain, with each difference. */
import type { paths } from "@milepost/gateway/client";
import { AddressText } from "@milepost/react";
import { Badge } from "../../components/badge";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { dataOf, ProblemNotice, useWrite } from "../../gateway";
import { forAccount } from "./account";
import { Pages } from "./pages";
import { usePages } from "./use-pages";
import { When } from "./when";

type Run =
  paths["/v1/reconciliations"]["get"]["responses"][200]["content"]["application/json"]["data"][number];

const STATES = {
  running: { kind: "neutral", text: "Running" },
  matched: { kind: "good", text: "Matched" },
  different: { kind: "bad", text: "Different" },
  failed: { kind: "warn", text: "Failed" },
} as const;

const TRIGGERS = {
  daily: "Daily run",
  api: "Run from here or by a key",
  command: "Run by command",
};

/** Renders the runs, and the button that starts one. */
export function Reconciliations({ account }: { account: string }) {
  const runs = usePages<Run>(`reconciliations ${account}`, ({ client }, query, signal) =>
    dataOf(
      client.GET("/v1/reconciliations", { ...forAccount(account), params: { query }, signal }),
    ),
  );
  const start = useWrite(({ client }) =>
    dataOf(client.POST("/v1/reconciliations", forAccount(account))),
  );
  const run = async () => {
    if (!(await start.send())) return;
    runs.first();
    void runs.refresh();
  };
  return (
    <Card
      title="Reconciliation"
      aside={
        <Button kind="primary" isBusy={start.isBusy} onClick={() => void run()}>
          {start.isBusy ? "Comparing" : "Compare now"}
        </Button>
      }
    >
      <p className="muted">
        Funded, paid, refunded and outstanding of every policy on chain are compared with the
        ledger. A difference is only reported. Nothing is corrected automatically.
      </p>
      <ProblemNotice problem={start.problem} onRetry={start.problem?.canRetry ? run : undefined} />
      <Pages pages={runs} what="reconciliations" empty={<p>Nothing was compared yet.</p>}>
        {(rows) => (
          <ul className="operator-rows">
            {rows.map((each) => (
              <RunRow key={each.id} run={each} />
            ))}
          </ul>
        )}
      </Pages>
    </Card>
  );
}

function RunRow({ run }: { run: Run }) {
  const { kind, text } = STATES[run.status];
  return (
    <li>
      <div className="row row-spread">
        <strong>
          <When seconds={run.created} />
        </strong>
        <Badge kind={kind}>{text}</Badge>
      </div>
      <p className="small muted">
        {TRIGGERS[run.trigger]}
        {run.policies === null ? "" : `, ${run.policies} policies`}
      </p>
      {run.error !== null && <p>{run.error} Run it again.</p>}
      {run.differences.length > 0 && <Differences run={run} />}
    </li>
  );
}

function Differences({ run: { differences } }: { run: Run }) {
  return (
    <>
      <div className="scroll-x" tabIndex={0} role="group" aria-label="Differences">
        <table className="operator-table">
          <thead>
            <tr>
              <th scope="col">Policy</th>
              <th scope="col">Object</th>
              <th scope="col">Sum</th>
              <th scope="col">Ledger</th>
              <th scope="col">Chain</th>
            </tr>
          </thead>
          <tbody>
            {differences.map(({ policy, objectId, field, ledger, chain }) => (
              <tr key={`${policy} ${field}`}>
                <td>
                  <AddressText address={policy} isLinked />
                </td>
                <td className="mono small">{objectId}</td>
                <td>{field}</td>
                <td>{ledger ?? "none"}</td>
                <td>{chain ?? "none"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        <strong>Next:</strong> open the object in the audit log, and compare its transactions with
        the ledger entries before you change anything.
      </p>
    </>
  );
}
