/** Where every unit is, to the last one, with the receipt to print and the CSV. */
import { useConfig } from "../../../config/config-context";
import { Button } from "../../../components/button";
import { Card } from "../../../components/card";
import { Notice } from "../../../components/notice";
import { saveCsv } from "../../../format/save-file";
import { percentWords } from "../rules/terms-words";
import { STATEMENT_COLUMNS, statementAdds, statementRows } from "../rules/statement";
import { money } from "../rules/token";
import type { Project, Statement } from "../rules/types";

interface MoneyProps {
  project: Project;
  statement: Statement;
}

/** Renders the statement. */
export function Money({ project, statement }: MoneyProps) {
  const { currency } = statement;
  const isRight = statementAdds(statement);
  return (
    <Card
      title="Money"
      aside={
        <div className="row">
          <Button onClick={() => window.print()}>Print receipt</Button>
          <Button onClick={() => saveCsv(project.title, statementRows(statement))}>Save CSV</Button>
        </div>
      }
    >
      <dl className="project-sums">
        {STATEMENT_COLUMNS.map(([name, title]) => (
          <div key={name} className="project-sum" data-sum={name}>
            <dt>{title}</dt>
            <dd className="number">{money(statement[name], currency)}</dd>
          </div>
        ))}
      </dl>
      <p className="small muted">
        {`The platform fee of ${percentWords(project.terms.platformFeeBps)} is on top of each milestone. A refund includes the same proportion of the platform fee.`}
      </p>
      {isRight ? (
        <Notice kind="good" title="Every unit is accounted for, and the vaults agree." />
      ) : (
        <Notice kind="bad" title="The sums do not match the chain" isLive>
          <p>Nothing is repaired silently. Tell the platform, and do not rely on these sums.</p>
        </Notice>
      )}
      <StatementTable statement={statement} />
    </Card>
  );
}

/** Renders the statement per milestone. */
export function StatementTable({ statement }: { statement: Statement }) {
  const { currency, milestones } = statement;
  return (
    <div className="scroll-x" role="region" aria-label="Money per milestone" tabIndex={0}>
      <table className="project-statement">
        <thead>
          <tr>
            <th scope="col">{`Milestone (${currency})`}</th>
            {STATEMENT_COLUMNS.map(([name, title]) => (
              <th key={name} scope="col" className="number">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {milestones.map((row) => (
            <tr key={row.milestoneId}>
              <th scope="row">{`${row.index + 1}. ${row.title}`}</th>
              {STATEMENT_COLUMNS.map(([name]) => (
                <td key={name} className="number">
                  {row[name]}
                </td>
              ))}
            </tr>
          ))}
          <tr className="project-total">
            <th scope="row">Total</th>
            {STATEMENT_COLUMNS.map(([name]) => (
              <td key={name} className="number">
                {statement[name]}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}

/** Renders the receipt, which only a printer sees. */
export function Receipt({ project, statement }: MoneyProps) {
  const { network } = useConfig();
  return (
    <section className="project-receipt" aria-hidden="true">
      <h1>Receipt</h1>
      <p>
        {`${project.title} (${project.id}), ${new Date(statement.asOf * 1000).toISOString()}, network ${network}`}
      </p>
      <p>{`Homeowner: ${project.homeowner.name}, ${project.homeowner.wallet ?? "no wallet"}`}</p>
      <p>{`Contractor: ${project.contractor.name}, ${project.contractor.wallet ?? "no wallet"}`}</p>
      <p>{`Mediator: ${project.mediator.name}, ${project.mediator.wallet ?? "no wallet"}`}</p>
      <StatementTable statement={statement} />
      <h2>Payments</h2>
      {project.milestones.every(({ payout }) => payout === null) && <p>No payment yet.</p>}
      <ul>
        {project.milestones.map(({ id, index, title, payout }) =>
          payout ? (
            <li key={id}>
              {`${index + 1}. ${title}: ${money(payout.received, project.currency)} to the contractor, ${money(payout.refunded, project.currency)} returned. Transaction ${payout.signature}`}
            </li>
          ) : null,
        )}
      </ul>
    </section>
  );
}
