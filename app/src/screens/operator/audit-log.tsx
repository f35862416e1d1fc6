/** Who changed what in an account, newest first. */
import type { components } from "@milepost/gateway/client";
import { useState } from "react";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { Field } from "../../components/field";
import { dataOf } from "../../gateway";
import { forAccount } from "./account";
import { Pages } from "./pages";
import { usePages } from "./use-pages";
import { When } from "./when";

type Entry = components["schemas"]["AuditEntry"];

/** Renders the log, with a filter by object. */
export function AuditLog({ account }: { account: string }) {
  const [typed, setTyped] = useState("");
  const [objectId, setObjectId] = useState("");
  const entries = usePages<Entry>(`audit ${account} ${objectId}`, ({ client }, page, signal) =>
    dataOf(
      client.GET("/v1/audit-log", {
        ...forAccount(account),
        params: { query: { ...page, ...(objectId === "" ? {} : { objectId }) } },
        signal,
      }),
    ),
  );
  return (
    <Card title="Audit log">
      <p className="muted">An entry is written with its change, and never changes.</p>
      <form
        className="operator-filter"
        onSubmit={(event) => {
          event.preventDefault();
          setObjectId(typed.trim());
        }}
      >
        <Field label="Object" hint="Id of an intent, milestone, key or endpoint. Empty shows all.">
          {(control) => (
            <input
              {...control}
              value={typed}
              maxLength={64}
              spellCheck={false}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit">Filter</Button>
      </form>
      <Pages pages={entries} what="entries" empty={<p>No entry matches.</p>}>
        {(rows) => (
          <ul className="operator-rows">
            {rows.map((entry) => (
              <EntryRow key={entry.id} entry={entry} />
            ))}
          </ul>
        )}
      </Pages>
    </Card>
  );
}

function EntryRow({
  entry: { action, objectId, keyId, requestId, details, created },
}: {
  entry: Entry;
}) {
  const isDetailed = Object.keys(details).length > 0;
  return (
    <li>
      <div className="row row-spread">
        <strong className="operator-id">{action}</strong>
        <span className="small muted">
          <When seconds={created} />
        </span>
      </div>
      <p className="small mono operator-id">{objectId ?? "no object"}</p>
      <p className="small muted operator-id">
        By {keyId}, request {requestId}
      </p>
      {isDetailed && (
        <details>
          <summary>Details</summary>
          <pre className="operator-answer">{JSON.stringify(details, null, 2)}</pre>
        </details>
      )}
    </li>
  );
}
