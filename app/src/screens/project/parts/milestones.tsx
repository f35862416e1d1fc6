/** All milestones of a project as a timeline: live from the chain, and those that have no escrow yet. */
import { MilestoneTimeline, usePolicy } from "@milepost/react";
import { Card } from "../../../components/card";
import { Loading } from "../../../components/spinner";
import { STATUS_WORDS } from "../rules/card";
import { money } from "../rules/token";
import type { Project, ProjectMilestone } from "../rules/types";

interface MilestonesProps {
  project: Project;
  selected: string | null;
  onSelect(id: string): void;
}

/** Renders the timeline. Each milestone has a button that shows its record. */
export function Milestones({ project, selected, onSelect }: MilestonesProps) {
  const parts = [...project.policies].sort((a, b) => a.part - b.part);
  const planned = project.milestones.filter(({ chain }) => chain === null);
  const button = (milestone: ProjectMilestone) => (
    <button
      type="button"
      className="button project-show"
      data-kind="quiet"
      aria-pressed={milestone.id === selected}
      onClick={() => onSelect(milestone.id)}
    >
      {`Show ${milestone.title}`}
    </button>
  );
  return (
    <Card title="Milestones">
      {parts.map(({ policy }) => (
        <Part key={policy} policy={policy} project={project} button={button} />
      ))}
      {planned.length > 0 && (
        <ol className="milepost-timeline" aria-label="Milestones without an escrow yet">
          {planned.map((milestone) => (
            <li key={milestone.id} className="milepost-timeline-milestone" data-state="waiting">
              <span className="project-dot" aria-hidden="true" />
              <div className="milepost-timeline-body">
                <h3 className="milepost-timeline-title">{milestone.title}</h3>
                <p className="milepost-timeline-amount">
                  {money(milestone.amount, project.currency)}
                </p>
                <p className="milepost-timeline-state">{STATUS_WORDS[milestone.status]}</p>
                {button(milestone)}
              </div>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

interface PartProps {
  policy: string;
  project: Project;
  button(milestone: ProjectMilestone): React.ReactNode;
}

function Part({ policy, project, button }: PartProps) {
  const { data, problem } = usePolicy(policy);
  const members = project.milestones.filter(({ chain }) => chain?.policy === policy);
  if (!data) {
    if (!problem) return <Loading what="the escrow from the chain" />;
    return (
      <ol className="project-history">
        {members.map((milestone) => (
          <li key={milestone.id}>
            {`${milestone.title}: ${STATUS_WORDS[milestone.status]} (as the gateway last saw it)`}
            {button(milestone)}
          </li>
        ))}
      </ol>
    );
  }
  return (
    <MilestoneTimeline
      policy={data}
      titles={members.map(({ title }) => title)}
      renderMilestone={({ index }) => {
        const milestone = members.find(({ chain }) => chain?.index === index);
        return milestone ? button(milestone) : null;
      }}
    />
  );
}
