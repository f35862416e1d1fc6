/** Why the current milestone is not released yet. */
import { AddressText, type PolicyData, TimeText, useChainTime } from "@milepost/react";
import { decideRelease } from "@milepost/sdk";
import { Card } from "../../components/card";
import { Icon } from "../../components/icon";
import { releaseSentences, type ReleaseSentence } from "./release-sentences";

interface WhyCardProps {
  data: PolicyData;
  nameOf(address: string): string | undefined;
  /** Number of the milestone for readers. Default: its place in the policy. */
  number?: number;
}

/** Renders what is missing, who can do it, and the earliest time. What is met can be opened below. */
export function WhyCard({ data, nameOf, number }: WhyCardProps) {
  const now = useChainTime(data.time)?.seconds;
  const report = decideRelease(data.snapshot);
  if (report.milestoneIndex === null) return null;
  const sentences = releaseSentences(report, data.snapshot);
  const unmet = sentences.filter(({ isMet }) => !isMet);
  const met = sentences.filter(({ isMet }) => isMet);
  return (
    <Card title={titleOf(number ?? report.milestoneIndex + 1, unmet.length === 0)}>
      {unmet.length === 0 ? (
        <p>Everything is there. Anyone may release it now, and it can only go to the recipient.</p>
      ) : (
        <Sentences sentences={unmet} nameOf={nameOf} now={now} />
      )}
      <details>
        <summary>What is met ({met.length})</summary>
        <Sentences sentences={met} nameOf={nameOf} now={now} />
      </details>
    </Card>
  );
}

function titleOf(number: number, isReady: boolean): string {
  return isReady
    ? `Milestone ${number} can be paid now`
    : `Why milestone ${number} is not paid yet`;
}

interface SentencesProps extends Pick<WhyCardProps, "nameOf"> {
  sentences: readonly ReleaseSentence[];
  now: number | undefined;
}

function Sentences({ sentences, nameOf, now }: SentencesProps) {
  return (
    <ul className="policy-needs">
      {sentences.map(({ name, isMet, text, at, missing }) => (
        <li key={name} data-name={name} data-met={isMet}>
          <Icon name={isMet ? "good" : "clock"} />
          <span>
            <span className="visually-hidden">{isMet ? "Met: " : "Missing: "}</span>
            {text.split("{at}")[0]}
            {at !== null && <TimeText seconds={at} now={now} />}
            {text.split("{at}")[1]}
            {missing && (
              <>
                {" "}
                <AddressText address={missing} name={nameOf(missing)} className="small muted" />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
