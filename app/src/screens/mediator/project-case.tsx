/** A dispute of a project: both sides with checked hashes, messages, terms, and the decision. */
import { Button, ButtonLink } from "../../components/button";
import { Card } from "../../components/card";
import { Loading } from "../../components/spinner";
import { pathOf } from "../../config/routes";
import { dataOf, ProblemNotice, useResource } from "../../gateway";
import { SendDialog } from "../../wallet/send-dialog";
import { useProject, type OpenProject, useRecord, versionOf } from "../project/data/use-project";
import { useSteps } from "../project/data/use-step";
import { DecideForm } from "../project/forms/decide-form";
import { Conversation } from "../project/parts/conversation";
import { Delivery } from "../project/parts/delivery";
import { possibleAction } from "../project/parts/next-step";
import { Pieces } from "../project/parts/pieces";
import { TermsList } from "../project/parts/terms-list";
import { activeMilestone } from "../project/rules/card";
import { nextCard } from "../project/rules/next-card";
import { addressName } from "../project/rules/role";

interface ProjectCaseProps {
  id: string;
  address: string;
  onChange(): void;
}

/** Renders the case. */
export function ProjectCase({ id, address, onChange }: ProjectCaseProps) {
  const { data, problem, refresh } = useProject(id, address);
  if (data) {
    return (
      <LoadedCase
        open={data}
        onChange={() => {
          void refresh();
          onChange();
        }}
      />
    );
  }
  if (problem) return <ProblemNotice problem={problem} onRetry={refresh} />;
  return <Loading what="the project" />;
}

function LoadedCase({ open, onChange }: { open: OpenProject; onChange: () => void }) {
  const { project, role, view } = open;
  const version = versionOf(open);
  const active = activeMilestone(project);
  const milestone = active ?? project.milestones.at(-1)!;
  const record = useRecord(project.id, milestone.id, version);
  const schedule = useResource(`schedule ${project.id}`, ({ client }, signal) =>
    dataOf(
      client.GET("/v1/projects/{id}/schedule", { params: { path: { id: project.id } }, signal }),
    ),
  );
  const refresh = () => {
    void record.refresh();
    onChange();
  };
  const steps = useSteps(project.id, refresh);
  const card = nextCard({ project, role, view, proposal: null, hasReviewed: true });
  const action = possibleAction(view.possible, "decide", milestone);
  return (
    <>
      <Card
        title={card.title}
        aside={<ButtonLink href={pathOf(project.id)}>Whole project</ButtonLink>}
      >
        <div className="stack-tight" data-card={card.kind} aria-live="polite">
          {card.sentences.map((pieces, index) => (
            <Pieces key={index} pieces={pieces} now={view.now} />
          ))}
        </div>
        {view.toSign.map((waiting) => (
          <div key={waiting.id}>
            <Button onClick={() => steps.resume(waiting, "Decide the dispute")}>
              Continue the decision that you began
            </Button>
          </div>
        ))}
        {action && schedule.data && (
          <DecideForm
            {...{ open, milestone, action, steps }}
            schedule={schedule.data}
            onClose={() => undefined}
          />
        )}
        <ProblemNotice problem={schedule.problem} onRetry={schedule.refresh} />
      </Card>
      {record.data && (
        <>
          <Delivery project={project} milestone={milestone} record={record.data} now={view.now} />
          <Conversation {...{ open, milestone, refresh }} record={record.data} />
        </>
      )}
      <ProblemNotice problem={record.problem} onRetry={record.refresh} />
      <Card title="Terms">
        <TermsList project={project} />
      </Card>
      <SendDialog send={steps.send} nameOf={(one) => addressName(project, one)} />
    </>
  );
}
