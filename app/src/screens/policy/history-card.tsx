/** What happened to a policy, from the chain, newest first. */
import { AddressText, ProblemNotice, TimeText, useMilepost } from "@milepost/react";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { Loading } from "../../components/spinner";
import { explorerLink } from "../../format/explorer";
import { describeEvent } from "./history-texts";
import type { HistoryEntry } from "./load-history";
import type { Token } from "./token";
import type { History } from "./use-history";

interface HistoryCardProps {
  history: History;
  token: Token;
  now: number | undefined;
}

/** Renders the history. It costs requests, so that it is loaded when it is asked for. */
export function HistoryCard({ history, token, now }: HistoryCardProps) {
  const { entries, next, status, problem, loadMore } = history;
  const isLoading = status === "loading";
  return (
    <Card title="History">
      {status === "idle" && <p className="muted">Every step is a transaction on the chain.</p>}
      {entries.length > 0 && (
        <ol className="policy-history" aria-label="History, newest first">
          {entries.map((entry) => (
            <Entry key={entry.signature} entry={entry} token={token} now={now} />
          ))}
        </ol>
      )}
      {status === "ready" && entries.length === 0 && (
        <p className="muted">
          The node has no transactions of this address. It may keep only the newest.
        </p>
      )}
      {problem && <ProblemNotice problem={problem} />}
      {isLoading && <Loading what="the history" />}
      {(status === "idle" || next !== null || status === "failed") && !isLoading && (
        <div>
          <Button onClick={loadMore}>
            {status === "idle"
              ? "Show the history"
              : status === "failed"
                ? "Try again"
                : "Load more"}
          </Button>
        </div>
      )}
    </Card>
  );
}

function Entry({
  entry,
  token,
  now,
}: {
  entry: HistoryEntry;
  token: Token;
  now: number | undefined;
}) {
  const { explorerUrl } = useMilepost();
  const { signature, time, events, sender, isIncomplete } = entry;
  const texts = events.flatMap((event) => describeEvent(event, token) ?? []);
  const link = explorerLink(explorerUrl, "tx", signature);
  return (
    <li className="stack-tight">
      {texts.map(({ title, details }) => (
        <div key={title}>
          <strong>{title}</strong>
          {details && <p className="policy-details">{details}</p>}
        </div>
      ))}
      {isIncomplete && (
        <p className="muted">The node no longer has the details of this transaction.</p>
      )}
      <p className="small muted">
        {time !== null && <TimeText seconds={time} now={now} />}
        {sender && (
          <>
            {" · sent by "}
            <AddressText address={sender} />
          </>
        )}
        {" · "}
        {link ? (
          <a href={link} target="_blank" rel="noopener noreferrer nofollow">
            transaction <AddressText address={signature} />
          </a>
        ) : (
          <>
            transaction <AddressText address={signature} />
          </>
        )}
      </p>
    </li>
  );
}
