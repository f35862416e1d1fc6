/** The queue and the open case. */
import { TimeText } from "@milepost/react";
import { Suspense, useState } from "react";
import { lazyPart } from "../../components/lazy-part";
import { useLocation, useSearch } from "wouter";
import { Badge } from "../../components/badge";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { Notice } from "../../components/notice";
import { Loading } from "../../components/spinner";
import { ROUTES } from "../../config/routes";
import type { Project } from "../project/rules/types";
import { type Case, CASE_WORDS, policyCases, projectCases, sortCases } from "./queue";
import { useMediatorEscrows } from "./use-escrows";

const PolicyCase = lazyPart(async () => {
  const { PolicyCase } = await import("./policy-case");
  return { default: PolicyCase };
});
const ProjectCase = lazyPart(async () => {
  const { ProjectCase } = await import("./project-case");
  return { default: ProjectCase };
});

interface DeskProps {
  address: string;
  projects: readonly Project[];
  refreshProjects(): void;
}

/** Renders the queue beside the open case. The open case is in the page's address, so that a reload keeps it. */
export function Desk({ address, projects, refreshProjects }: DeskProps) {
  const { data, problem, refresh } = useMediatorEscrows(address);
  const [, navigate] = useLocation();
  const chosen = new URLSearchParams(useSearch()).get("case");
  const [pinned, setPinned] = useState<string | null>(null);
  const refreshAll = () => {
    refresh();
    refreshProjects();
  };
  const choose = (key: string) => navigate(`${ROUTES.mediator}?case=${encodeURIComponent(key)}`);
  if (!data) {
    if (!problem) return <Loading what="the escrows from the chain" />;
    return (
      <Notice kind="bad" title={problem.title} isLive>
        <p>{`${problem.text} ${problem.nextStep}`}</p>
        <div>
          <Button onClick={refresh}>Try again</Button>
        </div>
      </Notice>
    );
  }
  const { escrows, now } = data;
  const cases = sortCases([
    ...projectCases(projects, address, now),
    ...policyCases(escrows, projects, now),
  ]);
  const key = chosen ?? pinned;
  // The first case stays open when it ends, so that its dialog does.
  if (key === null && cases[0]) setPinned(cases[0].key);
  const isProject = key?.startsWith("project_");
  return (
    <>
      {problem && (
        <Notice kind="warn" title="The queue may be outdated" isLive>
          <p>{`${problem.text} ${problem.nextStep}`}</p>
        </Notice>
      )}
      <Queue {...{ cases, now, open: key, choose }} />
      {key && (
        <Suspense fallback={<Loading what="the case" />}>
          {isProject ? (
            <ProjectCase key={key} id={key} address={address} onChange={refreshAll} />
          ) : (
            <PolicyCase key={key} policy={key} onChange={refreshAll} />
          )}
        </Suspense>
      )}
    </>
  );
}

interface QueueProps {
  cases: readonly Case[];
  now: number;
  open: string | null;
  choose(key: string): void;
}

function Queue({ cases, now, open, choose }: QueueProps) {
  const toDecide = cases.filter(({ state }) => state === "mediation").length;
  return (
    <Card
      title="Queue"
      aside={<Badge kind={toDecide > 0 ? "warn" : "neutral"}>{`${toDecide} to decide`}</Badge>}
    >
      {cases.length === 0 && (
        <p className="muted" role="status">
          No dispute names your wallet now. You need to do nothing.
        </p>
      )}
      <ol className="mediator-queue">
        {cases.map(({ key, title, milestoneIndex, state, deadline }) => {
          const words = CASE_WORDS[state];
          return (
            <li key={`${key} ${milestoneIndex}`} className="mediator-entry" data-state={state}>
              <div className="stack-tight">
                <strong>{title}</strong>
                <span className="small muted">
                  {words.deadline} <TimeText seconds={deadline} now={now} />
                </span>
              </div>
              <div className="row">
                <Badge kind={words.kind}>{words.label}</Badge>
                <Button
                  aria-pressed={key === open}
                  aria-label={`Open ${title}`}
                  onClick={() => choose(key)}
                >
                  Open
                </Button>
              </div>
            </li>
          );
        })}
      </ol>
    </Card>
  );
}
