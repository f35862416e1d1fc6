"use client";

import { type ReactNode, useId } from "react";
import { useOptionalChain } from "../context/provider";
import { changeWords } from "../format/action-words";
import type { PolicyData } from "../policies/policy-store";
import { useChainTime } from "../policies/use-chain-time";
import { AmountText, classes } from "./amount-text";
import { TimeText } from "./time-text";
import { type TimelineMilestone, timelineMilestones } from "./timeline-milestones";

/** Properties of `MilestoneTimeline`. */
export interface MilestoneTimelineProps {
  /** Policy to show: the data of `usePolicy`. */
  policy: PolicyData;
  /** Titles of the milestones in their order. Default: `Milestone 1` and so on. */
  titles?: readonly string[];
  /** Returns additional content for a milestone, such as its delivery. Default: none. */
  renderMilestone?: (milestone: TimelineMilestone) => ReactNode;
  /** Label of the list for screen readers. Default: `Milestones`. */
  label?: string;
  /** Additional class names. */
  className?: string;
}

/**
 * Shows a policy as a timeline: its milestones, their dates, and what happens by itself. Screen readers read an ordered list;
 * the line beside it is a picture only.
 * @example
 * import { MilestoneTimeline, usePolicy } from "@milepost/react";
 *
 * const { data } = usePolicy(address);
 * return data && <MilestoneTimeline policy={data} titles={["Design", "Construction"]} />;
 */
export function MilestoneTimeline({
  policy,
  titles = [],
  renderMilestone,
  label = "Milestones",
  className,
}: MilestoneTimelineProps) {
  const milestones = timelineMilestones(policy.snapshot);
  const now = useChainTime(policy.time)?.seconds ?? policy.time.seconds;
  return (
    <ol className={classes("milepost-timeline", className)} aria-label={label}>
      {milestones.map((milestone) => (
        <MilestoneItem
          key={milestone.index}
          milestone={milestone}
          policy={policy}
          now={now}
          title={titles[milestone.index] ?? `Milestone ${milestone.index + 1}`}
          isLast={milestone.index === milestones.length - 1}
        >
          {renderMilestone?.(milestone)}
        </MilestoneItem>
      ))}
    </ol>
  );
}

function MilestoneItem({
  milestone,
  policy,
  now,
  title,
  isLast,
  children,
}: {
  milestone: TimelineMilestone;
  policy: PolicyData;
  now: number;
  title: string;
  isLast: boolean;
  children: ReactNode;
}) {
  const { mint, userPayment } = policy.snapshot;
  const symbol = useOptionalChain()?.symbols[userPayment.mint.toBase58()];
  const id = useId();
  return (
    <li
      className="milepost-timeline-milestone"
      data-state={milestone.state}
      aria-current={milestone.isCurrent ? "step" : undefined}
      aria-labelledby={id}
    >
      <TimelineMark state={milestone.state} isLast={isLast} />
      <div className="milepost-timeline-body">
        <h3 id={id} className="milepost-timeline-title">
          {title}
        </h3>
        <p className="milepost-timeline-amount">
          <AmountText amount={milestone.amount} decimals={mint?.decimals ?? null} symbol={symbol} />
        </p>
        <p className="milepost-timeline-state">{milestone.stateText}</p>
        {milestone.date === null ? null : (
          <p className="milepost-timeline-date">
            Date: <TimeText seconds={milestone.date} now={now} />
          </p>
        )}
        {milestone.byItself.length > 0 ? (
          <>
            <p className="milepost-timeline-by-itself">If nobody acts:</p>
            <ul className="milepost-timeline-changes">
              {milestone.byItself.map(({ change, at }) => (
                <li key={change} data-change={change}>
                  {changeWords(change)}: <TimeText seconds={at} now={now} />
                </li>
              ))}
            </ul>
          </>
        ) : null}
        {children}
      </div>
    </li>
  );
}

/** Shapes that differ without colour: a tick, a ring, a dot, an exclamation mark. */
function TimelineMark({ state, isLast }: { state: TimelineMilestone["state"]; isLast: boolean }) {
  const isEnded = ["released", "resolved", "refunded", "closed"].includes(state);
  const isConflict = state === "disputed" || state === "mediation";
  const isOpen = state === "waiting" || state === "unfunded";
  return (
    <svg
      className="milepost-timeline-mark"
      viewBox="0 0 24 64"
      width="24"
      height="64"
      aria-hidden="true"
      focusable="false"
    >
      {isLast ? null : (
        <line x1="12" y1="24" x2="12" y2="64" stroke="currentColor" strokeWidth="2" />
      )}
      <circle
        cx="12"
        cy="12"
        r="10"
        fill={isOpen ? "none" : "currentColor"}
        stroke="currentColor"
        strokeWidth="2"
      />
      {isEnded ? (
        <path
          className="milepost-timeline-sign"
          d="M7 12l4 4 6-8"
          fill="none"
          stroke="Canvas"
          strokeWidth="2"
        />
      ) : null}
      {isConflict ? (
        <path
          className="milepost-timeline-sign"
          d="M12 6v7M12 16v2"
          fill="none"
          stroke="Canvas"
          strokeWidth="2"
        />
      ) : null}
    </svg>
  );
}
