/** What was promised beside what was delivered, with the evidence of both sides. */
import { TimeText } from "@milepost/react";
import { Badge } from "../../../components/badge";
import { Card } from "../../../components/card";
import { UserText } from "../../../components/user-text";
import { EvidenceList } from "../evidence/evidence-list";
import { type ChainHashes, useChainHashes } from "../evidence/use-chain-hashes";
import type { MilestoneRecord } from "../data/use-project";
import { disputeTypeWords, VERIFICATION_WORDS } from "../rules/action-labels";
import { STATUS_WORDS } from "../rules/card";
import { disputeText, reportText } from "../rules/sender-texts";
import { money } from "../rules/token";
import type { Dispute, Project, ProjectMilestone, Submission } from "../rules/types";

interface DeliveryProps {
  project: Project;
  milestone: ProjectMilestone;
  record: MilestoneRecord;
  now: number;
}

/** Renders promise and deliveries of a milestone. */
export function Delivery({ project, milestone, record, now }: DeliveryProps) {
  const hashes = useChainHashes(milestone);
  const submissions = record.submissions.filter(({ submitted }) => submitted !== null);
  const newest = submissions.at(-1);
  const older = submissions.slice(0, -1).reverse();
  return (
    <Card
      title={`${milestone.index + 1}. ${milestone.title}`}
      aside={<Badge>{STATUS_WORDS[milestone.status]}</Badge>}
    >
      <div className="project-pair">
        <Promise project={project} milestone={milestone} now={now} />
        <div className="stack">
          <h3>Delivered</h3>
          {newest ? (
            <SubmissionView submission={newest} hashes={hashes} isNewest now={now} />
          ) : (
            <p className="muted">Nothing has been delivered yet.</p>
          )}
        </div>
      </div>
      {record.disputes.map((dispute, index) => (
        <DisputeView
          key={dispute.id}
          dispute={dispute}
          hashes={hashes}
          isNewest={index === record.disputes.length - 1}
          now={now}
        />
      ))}
      {older.length > 0 && (
        <details>
          <summary>{`Earlier deliveries: ${older.length}`}</summary>
          <div className="stack">
            {older.map((submission) => (
              <SubmissionView
                key={submission.id}
                {...{ submission, hashes, now }}
                isNewest={false}
              />
            ))}
          </div>
        </details>
      )}
    </Card>
  );
}

function Promise({ project, milestone, now }: Omit<DeliveryProps, "record">) {
  const { description, verificationMethod, dueDate, amount, fee } = milestone;
  return (
    <div className="stack">
      <h3>Promised</h3>
      <UserText text={description || "No description."} />
      <dl className="facts">
        <dt>For the contractor</dt>
        <dd className="number">{money(amount, project.currency)}</dd>
        <dt>Platform fee on top</dt>
        <dd className="number">{money(fee, project.currency)}</dd>
        <dt>Verified by</dt>
        <dd>{VERIFICATION_WORDS[verificationMethod]}</dd>
        <dt>Due</dt>
        <dd>{dueDate === null ? "No date" : <TimeText seconds={dueDate} now={now} />}</dd>
      </dl>
    </div>
  );
}

interface HandedIn {
  hashes: ChainHashes;
  isNewest: boolean;
  now: number;
}

/** Renders one delivery. */
export function SubmissionView({
  submission,
  hashes,
  isNewest,
  now,
}: HandedIn & { submission: Submission }) {
  const { note, files, manifest, submitted } = submission;
  return (
    <div className="stack">
      <p className="small muted">
        Delivered: <TimeText seconds={submitted!} now={now} />
      </p>
      {note && <UserText text={note} />}
      <EvidenceList
        label="Files of the delivery"
        files={files}
        manifest={{ text: manifest, isNewest }}
        chainHash={hashes.evidenceHash}
        isChainLoading={hashes.isLoading}
        texts={{ "report.json": reportText(submission) }}
      />
    </div>
  );
}

/** Renders one dispute with its evidence. */
export function DisputeView({ dispute, hashes, isNewest, now }: HandedIn & { dispute: Dispute }) {
  const { type, text, files, manifest, disputed, status } = dispute;
  return (
    <div className="stack project-dispute">
      <div className="row row-spread">
        <h3>{`Dispute: ${disputeTypeWords(type)}`}</h3>
        <Badge kind={dispute.ended === null ? "warn" : "neutral"}>
          {status.replaceAll("_", " ")}
        </Badge>
      </div>
      {disputed !== null && (
        <p className="small muted">
          Disputed: <TimeText seconds={disputed} now={now} />
        </p>
      )}
      <UserText text={text} />
      <EvidenceList
        label="Files of the dispute"
        files={files}
        manifest={{ text: manifest, isNewest }}
        chainHash={hashes.reasonHash}
        isChainLoading={hashes.isLoading}
        texts={{ "dispute.json": disputeText(dispute) }}
      />
    </div>
  );
}
