/** A policy that was read: what to do, the timeline, the money, why, evidence, history and receipt. */
import {
  type ChainResult,
  MilestoneTimeline,
  type PolicyData,
  useChainTime,
  useConnectedWallet,
} from "@milepost/react";
import { decideNextActions } from "@milepost/sdk";
import { Badge } from "../../components/badge";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { Notice } from "../../components/notice";
import { PageTitle } from "../../components/page-title";
import { useConfig } from "../../config/config-context";
import { titleOf } from "../../format/title";
import { EvidenceCard } from "./evidence-card";
import { HistoryCard } from "./history-card";
import { MoneyCard } from "./money-card";
import { namesOf, roleSentence } from "./names";
import { NextCard } from "./next-card";
import { PartiesCard } from "./parties-card";
import { ReceiptCard } from "./receipt-card";
import { type PolicyStatus, statusOf } from "./policy-status";
import { tokenOf } from "./token";
import { useHistory } from "./use-history";
import { WhyCard } from "./why-card";

interface PolicyPageProps {
  data: PolicyData;
  policy: ChainResult<PolicyData>;
}

/** Renders a policy. All cards share one read of the chain. */
export function PolicyPage({ data, policy }: PolicyPageProps) {
  const { snapshot } = data;
  const { mints } = useConfig();
  const wallet = useConnectedWallet();
  const now = useChainTime(data.time)?.seconds;
  const address = snapshot.policyAddress.toBase58();
  const isGone = policy.status === "missing";
  const history = useHistory(address, `${policy.status} ${versionOf(data)}`);
  const mint = snapshot.userPayment.mint.toBase58();
  const token = tokenOf(mint, snapshot.mint?.decimals ?? 0, mints);
  const nameOf = namesOf(snapshot, wallet?.address ?? null);
  const roles = wallet ? decideNextActions(snapshot, wallet.publicKey).roles : [];
  const title = titleOf(snapshot.policy.memo) ?? `Agreement ${address.slice(0, 8)}`;
  const { payer, recipient } = {
    payer: snapshot.userPayment.owner.toBase58(),
    recipient: snapshot.policy.recipient.toBase58(),
  };
  const status: PolicyStatus = isGone ? DELETED : statusOf(snapshot);
  return (
    <>
      <PageTitle
        title={title}
        lead={roleSentence(roles, wallet !== null)}
        aside={<Badge kind={status.kind}>{status.text}</Badge>}
      />
      <StaleNotice policy={policy} />
      {isGone && <GoneNotice />}
      <div className="policy-layout">
        <div className="policy-side stack">
          <NextCard data={data} token={token} />
          {!isGone && <MoneyCard data={data} token={token} />}
        </div>
        <div className="policy-main stack">
          <Card title="Milestones">
            <MilestoneTimeline policy={data} />
          </Card>
          {!isGone && <WhyCard data={data} nameOf={nameOf} />}
          <EvidenceCard data={data} />
          <PartiesCard data={data} nameOf={nameOf} />
          <HistoryCard history={history} token={token} now={now} />
          <ReceiptCard {...{ address, title, payer, recipient, history, token }} />
        </div>
      </div>
    </>
  );
}

const DELETED: PolicyStatus = { text: "Deleted", kind: "neutral" };

function GoneNotice() {
  return (
    <Notice kind="info" title="This agreement was deleted" isLive>
      <p>Nothing more is paid through it. Its history stays on the chain.</p>
    </Notice>
  );
}

/** Returns text that changes with every transaction of the policy. */
function versionOf({ snapshot: { policy, escrow } }: PolicyData): string {
  const { currentMilestone } = policy.policyType.milestone;
  const states = escrow?.account.milestones.map(({ state }) => Object.keys(state)[0]).join() ?? "";
  const times = [policy.updatedAt, escrow?.account.updatedAt ?? 0].map(String).join();
  return `${times} ${currentMilestone} ${states}`;
}

function StaleNotice({
  policy: { isStale, problem, refresh },
}: {
  policy: ChainResult<PolicyData>;
}) {
  if (!isStale) return null;
  return (
    <Notice kind="warn" title="This may be out of date" isLive>
      <p>
        {problem?.text} {problem?.nextStep}
      </p>
      <div>
        <Button onClick={refresh}>Read it again</Button>
      </div>
    </Notice>
  );
}
