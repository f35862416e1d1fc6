/** A loaded project as its party sees it. */
import { useCallback, useState } from "react";
import { Badge } from "../../components/badge";
import { useConfig } from "../../config/config-context";
import { PageTitle } from "../../components/page-title";
import { Notice } from "../../components/notice";
import { Loading } from "../../components/spinner";
import { ProblemNotice, type UsedResource } from "../../gateway";
import { SendDialog } from "../../wallet/send-dialog";
import {
  type MilestoneRecord,
  type OpenProject,
  type ProjectReports,
  useRecord,
  useReports,
  useReviews,
  versionOf,
} from "./data/use-project";
import { useSteps } from "./data/use-step";
import { Conversation, OwnProposal } from "./parts/conversation";
import { Delivery } from "./parts/delivery";
import { History } from "./parts/history";
import { Inbox } from "./parts/inbox";
import { Milestones } from "./parts/milestones";
import { Money, Receipt } from "./parts/money";
import { NextStep } from "./parts/next-step";
import { Parties } from "./parts/parties";
import { Reviews } from "./parts/reviews";
import { Why } from "./parts/why";
import { activeMilestone, ROLE_WORDS } from "./rules/card";
import { nextCard } from "./rules/next-card";
import { addressName } from "./rules/role";
import type { Review } from "./rules/types";

interface ProjectViewProps {
  open: OpenProject;
  refreshProject(): Promise<void>;
}

/** Renders the project. */
export function ProjectView({ open, refreshProject }: ProjectViewProps) {
  const { project, role, party, view } = open;
  const version = versionOf(open);
  const reports = useReports(open, version);
  const reviews = useReviews(open);
  const active = activeMilestone(project);
  const current = useRecord(project.id, active?.id ?? null, version);
  const [chosen, setChosen] = useState<string | null>(null);
  const shownId = chosen ?? active?.id ?? project.milestones.at(-1)!.id;
  const other = useRecord(project.id, shownId === active?.id ? null : shownId, version);
  const shown = shownId === active?.id ? current : other;
  const refreshAll = useRefreshAll([
    refreshProject,
    reports.refresh,
    reviews.refresh,
    current.refresh,
  ]);
  const steps = useSteps(project.id, refreshAll);
  const proposal = current.data?.settlements.find(({ status }) => status === "proposed") ?? null;
  const hasReviewed = reviews.data?.some(({ author }) => author === party) ?? true;
  const card = nextCard({ project, role, view, proposal, hasReviewed });
  const own = { open, refresh: refreshAll };
  const { gateway } = useConfig();
  const nameOf = (address: string) =>
    addressName(project, address) ?? (address === gateway ? "This gateway" : undefined);
  return (
    <>
      <PageTitle
        title={project.title}
        lead={`You are the ${ROLE_WORDS[role]}.`}
        aside={<Badge>{project.status}</Badge>}
      />
      {project.problem && (
        <Notice kind="warn" title="This project needs attention" isLive>
          <p>{project.problem}</p>
        </Notice>
      )}
      <div className="project-layout">
        <div className="stack">
          <NextStep {...own} card={card} schedule={reports.data?.schedule ?? null} steps={steps} />
          {active && <OwnProposal {...own} milestone={active} proposal={proposal} />}
          <Record {...own} shownId={shownId} record={shown} />
          <ProblemNotice
            problem={reviews.data ? null : reviews.problem}
            onRetry={reviews.refresh}
          />
          <Reports open={open} reports={reports} reviews={reviews.data ?? []} />
        </div>
        <div className="stack">
          <Milestones project={project} selected={shownId} onSelect={setChosen} />
          {active && <Why milestone={active} nameOf={nameOf} />}
          <OwnInbox open={open} reports={reports} />
          <Parties project={project} role={role} />
        </div>
      </div>
      <SendDialog send={steps.send} nameOf={nameOf} />
    </>
  );
}

function OwnInbox({ open, reports }: Pick<ReportsProps, "open" | "reports">) {
  const { data, refresh } = reports;
  if (!data) return null;
  return <Inbox notices={data.notices} now={open.view.now} refresh={() => void refresh()} />;
}

interface RecordProps {
  open: OpenProject;
  shownId: string;
  record: UsedResource<MilestoneRecord>;
  refresh(): void;
}

function Record({ open, shownId, record, refresh }: RecordProps) {
  const milestone = open.project.milestones.find(({ id }) => id === shownId)!;
  const { data, problem } = record;
  if (!data) {
    if (problem) return <ProblemNotice problem={problem} onRetry={record.refresh} />;
    return <Loading what="deliveries and messages" />;
  }
  return (
    <>
      <Delivery
        key={shownId}
        project={open.project}
        milestone={milestone}
        record={data}
        now={open.view.now}
      />
      <Conversation open={open} milestone={milestone} record={data} refresh={refresh} />
    </>
  );
}

interface ReportsProps {
  open: OpenProject;
  reports: UsedResource<ProjectReports>;
  reviews: readonly Review[];
}

function Reports({ open, reports, reviews }: ReportsProps) {
  const { project, view } = open;
  const { data, problem } = reports;
  if (!data) {
    if (problem) return <ProblemNotice problem={problem} onRetry={reports.refresh} />;
    return <Loading what="money and history" />;
  }
  return (
    <>
      <Money project={project} statement={data.statement} />
      <Reviews project={project} reviews={reviews} now={view.now} />
      <History project={project} timeline={data.timeline} />
      <Receipt project={project} statement={data.statement} />
    </>
  );
}

/** Returns one function that loads everything again. */
function useRefreshAll(refreshes: readonly (() => Promise<void>)[]): () => void {
  const [project, reports, reviews, record] = refreshes;
  return useCallback(() => {
    for (const refresh of [project, reports, reviews, record]) void refresh?.();
  }, [project, reports, reviews, record]);
}
