/** What happened, with links to the explorer, and what happens by itself. */
import { explorerLink, TimeText, useMilepost } from "@milepost/react";
import { Card } from "../../../components/card";
import type { Project, Timeline } from "../rules/types";
import { personName } from "../rules/role";

/** Renders the history, newest first. */
export function History({ project, timeline }: { project: Project; timeline: Timeline }) {
  const { explorerUrl } = useMilepost();
  const past = [...timeline.past].reverse();
  return (
    <Card title="History">
      {timeline.upcoming.length > 0 && (
        <div className="stack-tight">
          <h3>Automatically, if nobody acts</h3>
          <ul className="project-history">
            {timeline.upcoming.map(({ type, at, text, milestoneId }) => (
              <li key={`${type} ${milestoneId}`}>
                <TimeText seconds={at} now={timeline.now} />: {text}
              </li>
            ))}
          </ul>
        </div>
      )}
      <ol className="project-history" aria-label="What happened, newest first">
        {past.map(({ type, at, text, party, signature, milestoneId }, index) => (
          <li key={`${type} ${milestoneId} ${signature ?? index}`} data-event={type}>
            <p>{text}</p>
            <p className="small muted">
              <TimeText seconds={at} now={timeline.now} />
              {party && <> by {personName(project, party)}</>}
              {signature && (
                <>
                  {" "}
                  <Signature signature={signature} explorerUrl={explorerUrl} />
                </>
              )}
            </p>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Signature({ signature, explorerUrl }: { signature: string; explorerUrl: string | null }) {
  const short = `${signature.slice(0, 8)}…`;
  if (!explorerUrl || !/^https?:\/\//.test(explorerUrl)) {
    return (
      <span className="mono" title={signature}>
        {short}
      </span>
    );
  }
  return (
    <a
      className="mono"
      href={explorerLink(explorerUrl, "tx", signature)}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={`Transaction ${signature} in the explorer`}
    >
      {short}
    </a>
  );
}
