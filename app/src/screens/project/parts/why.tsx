/** Why the active milestone is not released yet, from the chain. */
import { usePolicy } from "@milepost/react";
import { Card } from "../../../components/card";
import { Loading } from "../../../components/spinner";
import { WhyCard } from "../../policy/why-card";
import "../../policy/policy.css";
import type { ProjectMilestone } from "../rules/types";

interface WhyProps {
  milestone: ProjectMilestone;
  nameOf(address: string): string | undefined;
}

/** Renders what a release lacks, who can do it, and when. Nothing before the milestone has an escrow. */
export function Why({ milestone: { chain, index }, nameOf }: WhyProps) {
  const { data, problem } = usePolicy(chain?.policy ?? null);
  if (!chain) return null;
  if (data) return <WhyCard data={data} nameOf={nameOf} number={index + 1} />;
  return (
    <Card title="Why it is not paid yet">
      {problem ? <p>{`${problem.text} ${problem.nextStep}`}</p> : <Loading what="the chain" />}
    </Card>
  );
}
