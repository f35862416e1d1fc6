/** Webhook endpoints of an account, and the deliveries to each. */
import { useState } from "react";
import { Badge } from "../../components/badge";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { Notice } from "../../components/notice";
import { dataOf, useWrite, ProblemNotice } from "../../gateway";
import { forAccount } from "./account";
import { Deliveries } from "./deliveries";
import { EndpointActions, type EndpointAction } from "./endpoint-actions";
import type { Endpoint } from "./endpoint-entries";
import { EndpointForm } from "./endpoint-form";
import { Pages } from "./pages";
import { SecretOnce } from "./secret-once";
import { usePages } from "./use-pages";
import { When } from "./when";

/** Open dialog of the screen. */
type Opened =
  | { dialog: "create" }
  | { dialog: "edit"; endpoint: Endpoint }
  | { dialog: EndpointAction; endpoint: Endpoint }
  | { dialog: "secret"; secret: string };

/** Renders the endpoints. */
export function Webhooks({ account }: { account: string }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [said, setSaid] = useState("");
  const endpoints = usePages<Endpoint>(`endpoints ${account}`, ({ client }, query, signal) =>
    dataOf(
      client.GET("/v1/webhook-endpoints", { ...forAccount(account), params: { query }, signal }),
    ),
  );
  const close = (message?: string) => {
    setOpened(null);
    if (message !== undefined) setSaid(message);
    void endpoints.refresh();
  };
  const showSecret = (secret: string) => {
    setOpened({ dialog: "secret", secret });
    void endpoints.refresh();
  };
  return (
    <Card
      title="Webhook endpoints"
      aside={
        <Button kind="primary" onClick={() => setOpened({ dialog: "create" })}>
          Add an endpoint
        </Button>
      }
    >
      <p role="status" className={said === "" ? "visually-hidden" : "operator-said"}>
        {said}
      </p>
      <Pages
        pages={endpoints}
        what="webhook endpoints"
        empty={<p>No endpoint listens yet. Add one to hear of payments without asking.</p>}
      >
        {(rows) => (
          <ul className="operator-rows">
            {rows.map((endpoint) => (
              <EndpointRow
                key={endpoint.id}
                {...{ account, endpoint }}
                onOpen={(dialog) => setOpened({ dialog, endpoint })}
                onChanged={close}
              />
            ))}
          </ul>
        )}
      </Pages>
      {opened && <OpenDialog {...{ account, opened }} onSecret={showSecret} onClose={close} />}
    </Card>
  );
}

interface OpenDialogProps {
  account: string;
  opened: Opened;
  onSecret(secret: string): void;
  onClose(message?: string): void;
}

function OpenDialog({ account, opened, onSecret, onClose }: OpenDialogProps) {
  switch (opened.dialog) {
    case "create":
      return <EndpointForm {...{ account, onSecret, onClose }} endpoint={null} />;
    case "edit":
      return <EndpointForm {...{ account, onSecret, onClose }} endpoint={opened.endpoint} />;
    case "secret":
      return (
        <SecretOnce
          title="Signing secret"
          secret={opened.secret}
          hint="Your program checks the signature of each delivery with this secret."
          onClose={() => onClose()}
        />
      );
    default:
      return (
        <EndpointActions
          {...{ account, onSecret, onClose }}
          action={opened.dialog}
          endpoint={opened.endpoint}
        />
      );
  }
}

interface EndpointRowProps {
  account: string;
  endpoint: Endpoint;
  onOpen(dialog: "edit" | EndpointAction): void;
  onChanged(message?: string): void;
}

function EndpointRow({ account, endpoint, onOpen, onChanged }: EndpointRowProps) {
  const [isOpen, setOpen] = useState(false);
  const { url, description, enabledEvents, failingSince, disabledReason, status } = endpoint;
  const isEnabled = status === "enabled";
  const kind = !isEnabled ? "bad" : failingSince === null ? "good" : "warn";
  const state = !isEnabled ? "Disabled" : failingSince === null ? "Enabled" : "Failing";
  return (
    <li>
      <div className="row row-spread">
        <strong className="operator-url">{url}</strong>
        <Badge kind={kind}>{state}</Badge>
      </div>
      {description !== null && <p>{description}</p>}
      <p className="small muted">
        {enabledEvents.includes("*") ? "All events" : enabledEvents.join(", ")}
      </p>
      {failingSince !== null && (
        <Notice kind="warn" title="Deliveries fail">
          <p>
            Since <When seconds={failingSince} />. Look at the deliveries, repair your program, then
            recover what it missed.
          </p>
        </Notice>
      )}
      {disabledReason !== null && (
        <Notice kind="bad" title="Switched off">
          <p>{disabledReason} Enable it again, then recover the events since.</p>
        </Notice>
      )}
      <EndpointButtons {...{ account, endpoint, onOpen, onChanged }} />
      <Button kind="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? "Hide deliveries" : "Show deliveries"}
      </Button>
      {isOpen && <Deliveries account={account} endpoint={endpoint.id} />}
    </li>
  );
}

function EndpointButtons({ account, endpoint, onOpen, onChanged }: EndpointRowProps) {
  const { id, status } = endpoint;
  const options = { ...forAccount(account), params: { path: { id } } };
  const test = useWrite(({ client }) =>
    dataOf(client.POST("/v1/webhook-endpoints/{id}/test", options)),
  );
  const toggle = useWrite(({ client }) =>
    dataOf(
      client.PATCH("/v1/webhook-endpoints/{id}", {
        ...options,
        body: { status: status === "enabled" ? ("disabled" as const) : ("enabled" as const) },
      }),
    ),
  );
  const run = async (send: () => Promise<unknown>, said: string) => {
    if (await send()) onChanged(said);
  };
  const isEnabled = status === "enabled";
  return (
    <>
      <div className="row">
        <Button
          isBusy={test.isBusy}
          onClick={() => void run(test.send, "A ping is on its way. Look at the deliveries.")}
        >
          Send a test
        </Button>
        <Button onClick={() => onOpen("edit")}>Edit</Button>
        <Button onClick={() => onOpen("recover")}>Recover events</Button>
        <Button onClick={() => onOpen("roll")}>Roll the secret</Button>
        <Button
          isBusy={toggle.isBusy}
          onClick={() =>
            void run(
              toggle.send,
              isEnabled ? "The endpoint is disabled." : "The endpoint is enabled.",
            )
          }
        >
          {isEnabled ? "Disable" : "Enable"}
        </Button>
        <Button kind="danger" onClick={() => onOpen("delete")}>
          Delete
        </Button>
      </div>
      <ProblemNotice problem={test.problem ?? toggle.problem} />
    </>
  );
}
