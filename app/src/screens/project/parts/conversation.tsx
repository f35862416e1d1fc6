/** Messages of a milestone's disputes, and the split that a party has proposed. */
import { TimeText } from "@milepost/react";
import { Suspense } from "react";
import { Button } from "../../../components/button";
import { Card } from "../../../components/card";
import { lazyPart } from "../../../components/lazy-part";
import { Notice } from "../../../components/notice";
import { Loading } from "../../../components/spinner";
import { UserText } from "../../../components/user-text";
import { dataOf, ProblemNotice, useWrite } from "../../../gateway";
import type { MilestoneRecord, OpenProject } from "../data/use-project";
import { personName } from "../rules/role";
import { money } from "../rules/token";
import type { ProjectMilestone, Settlement } from "../rules/types";

const MessageForm = lazyPart(async () => ({
  default: (await import("../forms/message-form")).MessageForm,
}));

/** Id of the messages' element, to which the next card leads. */
export const MESSAGES_ID = "project-messages";

interface ConversationProps {
  open: OpenProject;
  milestone: ProjectMilestone;
  record: MilestoneRecord;
  refresh(): void;
}

/** Renders the messages, oldest first, with the form while a dispute is open. */
export function Conversation({ open, milestone, record, refresh }: ConversationProps) {
  const { project, view } = open;
  const canWrite = view.possible.some(
    ({ action, milestoneId }) => action === "write_message" && milestoneId === milestone.id,
  );
  if (!canWrite && record.messages.length === 0) return null;
  return (
    <div id={MESSAGES_ID}>
      <Card title="Messages">
        {record.messages.length === 0 && <p className="muted">No message yet.</p>}
        <ol className="project-messages" aria-live="polite">
          {record.messages.map(({ id, author, text, created }) => (
            <li key={id} className="project-message">
              <p className="small muted">
                <strong>{personName(project, author)}</strong>{" "}
                <TimeText seconds={created} now={view.now} />
              </p>
              <UserText text={text} />
            </li>
          ))}
        </ol>
        {canWrite && (
          <Suspense fallback={<Loading what="the form" />}>
            <MessageForm open={open} milestone={milestone} onSent={refresh} />
          </Suspense>
        )}
      </Card>
    </div>
  );
}

interface OwnProposalProps {
  open: OpenProject;
  milestone: ProjectMilestone;
  proposal: Settlement | null;
  refresh(): void;
}

/** Renders one's own open proposal with the button that withdraws it. */
export function OwnProposal({ open, milestone, proposal, refresh }: OwnProposalProps) {
  const { project, party } = open;
  const withdraw = useWrite(({ client }) =>
    dataOf(
      client.POST("/v1/projects/{id}/milestones/{milestoneId}/settlement/withdraw", {
        params: { path: { id: project.id, milestoneId: milestone.id } },
        body: { party },
      }),
    ),
  );
  if (proposal?.proposedBy !== party) return null;
  const { recipientAmount, refund } = proposal;
  return (
    <Notice kind="info" title="Your proposal waits for the other party">
      <p>
        {`The contractor gets ${money(recipientAmount, project.currency)} before fees, and the homeowner gets ${money(refund, project.currency)} back. After the other party signs, you sign the same transaction here.`}
      </p>
      <ProblemNotice problem={withdraw.problem} />
      <div>
        <Button
          isBusy={withdraw.isBusy}
          onClick={() => void withdraw.send().then((done) => done && refresh())}
        >
          Withdraw your proposal
        </Button>
      </div>
    </Notice>
  );
}
