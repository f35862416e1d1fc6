/** The form that creates or changes a webhook endpoint. */
import type { components } from "@milepost/gateway/client";
import { useState } from "react";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { dataOf, ProblemNotice, useWrite } from "../../gateway";
import { forAccount } from "./account";
import { type Endpoint, type EndpointEntries, readEndpoint } from "./endpoint-entries";

type EndpointWithSecret = components["schemas"]["WebhookEndpointWithSecret"];

interface EndpointFormProps {
  account: string;
  /** Endpoint to change; null to create one. */
  endpoint: Endpoint | null;
  /** Called with the secret of a new endpoint. */
  onSecret(secret: string): void;
  onClose(message?: string): void;
}

/** Renders the open dialog. A failure keeps what was typed. */
export function EndpointForm({ account, endpoint, onSecret, onClose }: EndpointFormProps) {
  const [typed, setTyped] = useState<EndpointEntries>({
    url: endpoint?.url ?? "",
    description: endpoint?.description ?? "",
    events: endpoint?.enabledEvents.join("\n") ?? "*",
  });
  const [isTried, setTried] = useState(false);
  const { entries, errors } = readEndpoint(typed);
  const save = useSave(account, endpoint);
  const submit = async () => {
    setTried(true);
    if (!entries) return;
    const answer = await save.send(entries);
    if (!answer) return;
    if ("secret" in answer) onSecret(answer.secret);
    else onClose("The endpoint is changed.");
  };
  return (
    <Dialog
      title={endpoint ? "Edit the endpoint" : "Add a webhook endpoint"}
      isOpen
      isSticky
      onClose={() => onClose()}
    >
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <EndpointFields typed={typed} errors={isTried ? errors : {}} onChange={setTyped} />
        <ProblemNotice
          problem={save.problem}
          onRetry={save.problem?.canRetry ? submit : undefined}
        />
        <div className="dialog-actions">
          <Button onClick={() => onClose()}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={save.isBusy}>
            {endpoint ? "Save the changes" : "Add the endpoint"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface EndpointFieldsProps {
  typed: EndpointEntries;
  errors: { url?: string; events?: string };
  onChange(typed: EndpointEntries): void;
}

function EndpointFields({ typed, errors, onChange }: EndpointFieldsProps) {
  const change = (entries: Partial<EndpointEntries>) => onChange({ ...typed, ...entries });
  return (
    <>
      <Field
        label="URL"
        hint="https. In the sandbox also an http address of this machine."
        error={errors.url}
      >
        {(control) => (
          <input
            {...control}
            type="url"
            value={typed.url}
            onChange={(event) => change({ url: event.target.value })}
          />
        )}
      </Field>
      <Field label="Description (optional)">
        {(control) => (
          <input
            {...control}
            value={typed.description}
            maxLength={500}
            onChange={(event) => change({ description: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Events"
        hint="One per line: milestone.completed, milestone.* for a kind, or * for all."
        error={errors.events}
      >
        {(control) => (
          <textarea
            {...control}
            rows={4}
            value={typed.events}
            spellCheck={false}
            onChange={(event) => change({ events: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

type Entries = NonNullable<ReturnType<typeof readEndpoint>["entries"]>;

function useSave(account: string, endpoint: Endpoint | null) {
  return useWrite<[Entries], Endpoint | EndpointWithSecret>(({ client }, body) =>
    endpoint
      ? dataOf(
          client.PATCH("/v1/webhook-endpoints/{id}", {
            ...forAccount(account),
            params: { path: { id: endpoint.id } },
            body,
          }),
        )
      : dataOf(client.POST("/v1/webhook-endpoints", { ...forAccount(account), body })),
  );
}
