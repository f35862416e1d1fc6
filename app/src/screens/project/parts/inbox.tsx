/** Notices of this project, with what was read. */
import { TimeText } from "@milepost/react";
import { Badge } from "../../../components/badge";
import { Button } from "../../../components/button";
import { Card } from "../../../components/card";
import { UserText } from "../../../components/user-text";
import { dataOf, ProblemNotice, useWrite } from "../../../gateway";
import type { Notification } from "../rules/types";

interface InboxProps {
  notices: readonly Notification[];
  now: number;
  refresh(): void;
}

/** Renders the notices, newest first. */
export function Inbox({ notices, now, refresh }: InboxProps) {
  const mark = useWrite(({ client }, { id, read }: Notification) => {
    const params = { path: { id } };
    return dataOf(
      read === null
        ? client.POST("/v1/inbox/{id}/read", { params })
        : client.POST("/v1/inbox/{id}/unread", { params }),
    );
  });
  const unread = notices.filter(({ read }) => read === null).length;
  return (
    <Card
      title="Inbox"
      aside={<Badge kind={unread > 0 ? "warn" : "neutral"}>{`${unread} unread`}</Badge>}
    >
      <ProblemNotice problem={mark.problem} />
      {notices.length === 0 && <p className="muted">No notice yet.</p>}
      <ul className="project-inbox">
        {notices.map((notice) => (
          <li key={notice.id} data-read={notice.read !== null} className="stack-tight">
            <details>
              <summary>{`${notice.read === null ? "Unread: " : ""}${notice.subject}`}</summary>
              <UserText text={notice.text} />
            </details>
            <div className="row row-spread small muted">
              <TimeText seconds={notice.at} now={now} />
              <Button
                kind="quiet"
                aria-label={`Mark as ${notice.read === null ? "read" : "unread"}: ${notice.subject}`}
                onClick={() => void mark.send(notice).then((done) => done && refresh())}
              >
                {notice.read === null ? "Mark as read" : "Mark as unread"}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
