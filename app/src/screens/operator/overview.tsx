/** Health of the gateway, releases that are stuck, and the last reconciliation. */
import { AddressText } from "@milepost/react";
import { Badge } from "../../components/badge";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { Notice } from "../../components/notice";
import { Loading } from "../../components/spinner";
import { ProblemNotice } from "../../gateway";
import {
  type HealthLine,
  healthLines,
  type OperatorReport,
  reconciliationState,
  sponsorLine,
  type Stuck,
} from "./operator-report";
import { useReport } from "./use-report";
import { When } from "./when";

interface OverviewProps {
  onOpen(tab: "webhooks" | "reconciliation"): void;
}

/** Renders the report, which loads again every ten seconds while the page is visible. */
export function Overview({ onOpen }: OverviewProps) {
  const { data: report, problem, isStale, refresh } = useReport();
  if (!report) {
    return problem ? (
      <ProblemNotice problem={problem} onRetry={refresh} />
    ) : (
      <Loading what="the gateway's health" />
    );
  }
  return (
    <div className="stack">
      {isStale && <ProblemNotice problem={problem} onRetry={refresh} />}
      <StuckReleases stuck={report.stuck} />
      <div className="columns">
        <Card title="Health">
          <ul className="operator-lines">
            {[...healthLines(report.health), sponsorLine(report.sponsor)].map((line) => (
              <HealthItem key={line.name} line={line} />
            ))}
          </ul>
          <p className="small muted">
            Sponsor: <AddressText address={report.sponsor.address} />
          </p>
        </Card>
        <LastReconciliation report={report} onOpen={onOpen} />
      </div>
    </div>
  );
}

function HealthItem({ line: { name, weight, state, text } }: { line: HealthLine }) {
  return (
    <li>
      <span className="row row-spread">
        <strong>{name}</strong>
        <Badge kind={weight}>{state}</Badge>
      </span>
      <span className="small">{text}</span>
    </li>
  );
}

function StuckReleases({ stuck }: { stuck: Stuck[] }) {
  if (stuck.length === 0) {
    return (
      <Notice kind="good" title="No release is stuck">
        <p>Everything that is due has been paid, or is on its way.</p>
      </Notice>
    );
  }
  return (
    <Card title={`Stuck releases (${stuck.length})`} aside={<Badge kind="bad">Needs you</Badge>}>
      <ul className="operator-lines">
        {stuck.map((each) => (
          <li key={`${each.objectId} ${each.milestoneId}`}>
            <span className="mono small operator-id">{each.milestoneId ?? each.objectId}</span>
            <span>{each.reason}</span>
            <span>
              <strong>Next:</strong> {each.nextStep}
            </span>
            <span className="small muted">
              {each.object} {each.objectId}, account {each.accountId}, since{" "}
              <When seconds={each.since} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

interface LastProps extends OverviewProps {
  report: OperatorReport;
}

function LastReconciliation({ report, onOpen }: LastProps) {
  const { last, differences } = report.reconciliation;
  const { weight, state } = reconciliationState(report.reconciliation);
  return (
    <Card title="Reconciliation" aside={<Badge kind={weight}>{state}</Badge>}>
      <p>
        {differences > 0
          ? `${differences} ${differences === 1 ? "policy differs" : "policies differ"} between ledger and chain. Nothing is corrected automatically.`
          : "Ledger and chain are compared every day, policy by policy."}
      </p>
      {last && (
        <p className="small muted">
          Last run: <When seconds={last.finished ?? last.created} />
        </p>
      )}
      <div>
        <Button onClick={() => onOpen("reconciliation")}>Open reconciliation</Button>
      </div>
    </Card>
  );
}
