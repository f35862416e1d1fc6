/** Deliveries to a webhook endpoint, each of which can be sent again. */
import type { components } from "@milepost/gateway/client";
import { useState } from "react";
import { Badge } from "../../components/badge";
import { Button } from "../../components/button";
import { Field } from "../../components/field";
import { dataOf, ProblemNotice, useWrite } from "../../gateway";
import { forAccount } from "./account";
import { Pages } from "./pages";
import { usePages } from "./use-pages";
import { When } from "./when";

type Delivery = components["schemas"]["WebhookDelivery"];
type Status = Delivery["status"];

const STATES = {
  pending: { kind: "warn", text: "Waiting" },
  delivered: { kind: "good", text: "Delivered" },
  failed: { kind: "bad", text: "Failed" },
} as const;

const POLL_MS = 5_000;

interface DeliveriesProps {
  account: string;
  endpoint: string;
}

/** Renders the deliveries, which load again every five seconds. */
export function Deliveries({ account, endpoint }: DeliveriesProps) {
  const [status, setStatus] = useState<Status | "">("");
  const key = `deliveries ${account} ${endpoint} ${status}`;
  const deliveries = usePages<Delivery>(
    key,
    ({ client }, page, signal) =>
      dataOf(
        client.GET("/v1/webhook-endpoints/{id}/deliveries", {
          ...forAccount(account),
          params: {
            path: { id: endpoint },
            query: { ...page, ...(status === "" ? {} : { status }) },
          },
          signal,
        }),
      ),
    { pollMs: POLL_MS },
  );
  return (
    <section className="stack operator-deliveries" aria-label="Deliveries">
      <Field label="Show">
        {(control) => (
          <select
            {...control}
            value={status}
            onChange={(event) => setStatus(event.target.value as Status | "")}
          >
            <option value="">All deliveries</option>
            <option value="failed">Failed</option>
            <option value="pending">Waiting</option>
            <option value="delivered">Delivered</option>
          </select>
        )}
      </Field>
      <Pages pages={deliveries} what="deliveries" empty={<p>There are no deliveries.</p>}>
        {(rows) => (
          <ul className="operator-rows">
            {rows.map((delivery) => (
              <DeliveryRow
                key={delivery.id}
                {...{ account, delivery }}
                onReplayed={() => void deliveries.refresh()}
              />
            ))}
          </ul>
        )}
      </Pages>
    </section>
  );
}

interface DeliveryRowProps {
  account: string;
  delivery: Delivery;
  onReplayed(): void;
}

function DeliveryRow({ account, delivery, onReplayed }: DeliveryRowProps) {
  const { event, objectId, attempts, lastAttempt, nextAttempt, endpoint, status } = delivery;
  const { kind, text } = STATES[status];
  const replay = useWrite(({ client }) =>
    dataOf(
      client.POST("/v1/events/{id}/replay", {
        ...forAccount(account),
        params: { path: { id: event } },
        body: { endpoint },
      }),
    ),
  );
  return (
    <li>
      <div className="row row-spread">
        <span className="mono small operator-id">{event}</span>
        <Badge kind={kind}>{text}</Badge>
      </div>
      <p className="small">
        {attempts} {attempts === 1 ? "attempt" : "attempts"}, last: <When seconds={lastAttempt} />
        {nextAttempt !== null && (
          <>
            , next: <When seconds={nextAttempt} />
          </>
        )}
      </p>
      <p className="small muted operator-id">About {objectId}</p>
      <Answer delivery={delivery} />
      <ProblemNotice problem={replay.problem} />
      <div>
        <Button
          isBusy={replay.isBusy}
          onClick={() =>
            void replay.send().then((answer) => {
              if (answer) onReplayed();
            })
          }
          aria-label={`Send ${event} again`}
        >
          Send again
        </Button>
      </div>
    </li>
  );
}

/** Shows what the endpoint answered, as text alone. */
function Answer({
  delivery: { responseStatus, responseBody, error, durationMs },
}: {
  delivery: Delivery;
}) {
  if (responseStatus === null && error === null) return null;
  return (
    <details>
      <summary>
        {responseStatus === null ? "No answer" : `Answer ${responseStatus}`}
        {durationMs === null ? "" : ` after ${durationMs} ms`}
      </summary>
      {error !== null && <p className="small">{error}</p>}
      {responseBody !== null && responseBody !== "" && (
        <pre className="operator-answer">{responseBody}</pre>
      )}
    </details>
  );
}
