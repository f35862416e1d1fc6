/** A dispute on chain alone: hashes, a check of files that the mediator received, and the decision. */
import {
  AddressText,
  type PolicyData,
  type Send,
  SplitSlider,
  TimeText,
  useMilepost,
  usePolicy,
  useSend,
} from "@milepost/react";
import {
  type EscrowTerms,
  mediationExpiresAt,
  milestoneStateAt,
  resolveDispute,
} from "@milepost/sdk";
import { useState } from "react";
import { Button, ButtonLink } from "../../components/button";
import { Card } from "../../components/card";
import { Notice } from "../../components/notice";
import { Loading } from "../../components/spinner";
import { pathOf } from "../../config/routes";
import { SendDialog } from "../../wallet/send-dialog";
import { termSentences } from "../policy/terms";
import { hashesOf } from "../project/evidence/use-chain-hashes";
import { decisionTitle, ShareButtons } from "../project/forms/decide-form";
import { timeoutSentence } from "../project/rules/mediator-card";
import { outcomeOf, shareAtTimeout } from "../project/rules/split-amounts";
import { VerifyFile } from "./verify-file";

interface PolicyCaseProps {
  policy: string;
  onChange(): void;
}

/** Renders the case. */
export function PolicyCase({ policy, onChange }: PolicyCaseProps) {
  const { data, status, problem, refresh } = usePolicy(policy);
  if (data?.snapshot.escrow) return <LoadedCase data={data} policy={policy} onChange={onChange} />;
  if (status === "loading") return <Loading what="the payment from the chain" />;
  return (
    <Notice kind="bad" title={problem?.title ?? "This payment has no escrow"} isLive>
      <p>{problem ? `${problem.text} ${problem.nextStep}` : "There is nothing to decide."}</p>
      <div>
        <Button onClick={refresh}>Try again</Button>
      </div>
    </Notice>
  );
}

function LoadedCase({ data, policy, onChange }: PolicyCaseProps & { data: PolicyData }) {
  // Above the form: the form ends with the dispute, before the dialog has said so.
  const send = useSend();
  const { snapshot } = data;
  const escrow = snapshot.escrow!.account;
  const { milestone } = snapshot.policy.policyType;
  const index = Math.min(milestone.currentMilestone, milestone.totalMilestones - 1);
  const now = snapshot.now.toNumber();
  const state = milestoneStateAt(escrow, index, snapshot.now);
  const endsAt = Number(mediationExpiresAt(escrow).toString());
  const canDecide = state === "mediation" && now < endsAt;
  const hashes = hashesOf(escrow.milestones[index]!);
  const isAfterDueDate = milestone.releaseCondition === 5;
  return (
    <>
      <Card
        title={canDecide ? "Decide the dispute" : "There is nothing to decide now"}
        aside={<ButtonLink href={pathOf(policy)}>Whole payment</ButtonLink>}
      >
        <p>
          Payer: <AddressText address={snapshot.userPayment.owner} isLinked />. Recipient:{" "}
          <AddressText address={snapshot.policy.recipient} isLinked />.
        </p>
        {state === "disputed" && (
          <p>
            Mediation starts on <TimeText seconds={escrow.mediationAt} now={now} />, or when a party
            asks.
          </p>
        )}
        {state === "mediation" && (
          <p>
            {canDecide ? "Decide before " : "The time for a decision ended on "}
            <TimeText seconds={endsAt} now={now} />.{" "}
            {timeoutSentence(escrow.timeoutRecipientBps, "recipient", "payer")}
          </p>
        )}
        {canDecide && <Decision data={data} index={index} send={send} />}
      </Card>
      <Card title="Evidence">
        <p>
          This payment has no gateway, so the chain has hashes only. Ask both parties for their
          files, and check them here.
        </p>
        <VerifyFile hashes={hashes} />
      </Card>
      <Terms escrow={escrow} isAfterDueDate={isAfterDueDate} />
      <SendDialog send={send} onClosed={onChange} />
    </>
  );
}

interface TermsProps {
  escrow: EscrowTerms;
  isAfterDueDate: boolean;
}

function Terms({ escrow, isAfterDueDate }: TermsProps) {
  return (
    <Card title="Terms">
      <dl className="facts">
        {termSentences(escrow).map(({ name, text }) => (
          <div key={name} className="project-fact">
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
        {isAfterDueDate && (
          <div className="project-fact">
            <dt>Due date</dt>
            <dd>Nothing is paid before the milestone&apos;s due date.</dd>
          </div>
        )}
      </dl>
    </Card>
  );
}

interface DecisionProps {
  data: PolicyData;
  index: number;
  send: Send;
}

function Decision({ data: { snapshot }, index, send }: DecisionProps) {
  const { symbols } = useMilepost();
  const escrow = snapshot.escrow!.account;
  const { policyType, gatewayFeeBps, protocolFeeBps } = snapshot.policy;
  const whole = BigInt(policyType.milestone.milestoneAmounts[index]!.toString());
  const [share, setShare] = useState(() => shareAtTimeout(whole, escrow.timeoutRecipientBps));
  const decide = () =>
    send.start({
      title: decisionTitle(outcomeOf(whole, share), `milestone ${index + 1}`),
      build: async (context) => ({
        instructions: await resolveDispute(context, {
          policyPda: snapshot.policyAddress,
          milestoneIndex: index,
          recipientAmount: share,
        }),
      }),
    });
  return (
    <div className="stack">
      <SplitSlider
        amount={whole}
        value={share}
        onChange={setShare}
        fees={{ gatewayFeeBps, protocolFeeBps, platformFeeBps: escrow.platformFeeBps }}
        decimals={snapshot.mint?.decimals ?? 0}
        symbol={symbols[snapshot.userPayment.mint.toBase58()]}
      />
      <ShareButtons whole={whole} onChoose={setShare} />
      <Notice kind="info" title="The chain has no place for reasons">
        <p>Send your reasons to both parties yourself. The chain keeps the amounts only.</p>
      </Notice>
      <div className="row">
        <Button kind="primary" onClick={decide}>
          Review the decision
        </Button>
      </div>
    </div>
  );
}
