/** What is done with a webhook endpoint after a question: recover events, roll the secret, delete. */
import { useState } from "react";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { dataOf, ProblemNotice, useWrite } from "../../gateway";
import { forAccount } from "./account";
import { type Endpoint, readSince } from "./endpoint-entries";
import { TypedConfirmation } from "./typed-confirmation";

/** Action with a dialog. */
export type EndpointAction = "recover" | "roll" | "delete";

interface EndpointActionProps {
  account: string;
  endpoint: Endpoint;
  /** Called with the new secret. */
  onSecret(secret: string): void;
  onClose(message?: string): void;
}

/** Renders the dialog of the action. */
export function EndpointActions({
  action,
  ...props
}: EndpointActionProps & { action: EndpointAction }) {
  if (action === "recover") return <Recover {...props} />;
  return action === "roll" ? <Roll {...props} /> : <Delete {...props} />;
}

const optionsOf = ({ account, endpoint }: EndpointActionProps) => ({
  ...forAccount(account),
  params: { path: { id: endpoint.id } },
});

function Recover(props: EndpointActionProps) {
  const { onClose } = props;
  const [since, setSince] = useState("");
  const [undeliveredOnly, setUndeliveredOnly] = useState(true);
  const start = readSince(since);
  const recover = useWrite(({ client }, from: string | number) =>
    dataOf(
      client.POST("/v1/webhook-endpoints/{id}/recover", {
        ...optionsOf(props),
        body: { since: from, undeliveredOnly },
      }),
    ),
  );
  const submit = async () => {
    if (start === null) return;
    const answer = await recover.send(start);
    if (answer) onClose(`${answer.queued} events are queued again.`);
  };
  return (
    <Dialog title="Recover events" isOpen onClose={() => onClose()}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <RecoverFields
          {...{ since, undeliveredOnly }}
          isWrong={since !== "" && start === null}
          onSince={setSince}
          onUndeliveredOnly={setUndeliveredOnly}
        />
        <ProblemNotice
          problem={recover.problem}
          onRetry={recover.problem?.canRetry ? submit : undefined}
        />
        <div className="dialog-actions">
          <Button onClick={() => onClose()}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={start === null} isBusy={recover.isBusy}>
            Send them again
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface RecoverFieldsProps {
  since: string;
  undeliveredOnly: boolean;
  isWrong: boolean;
  onSince(text: string): void;
  onUndeliveredOnly(is: boolean): void;
}

function RecoverFields(props: RecoverFieldsProps) {
  const { since, undeliveredOnly, isWrong, onSince, onUndeliveredOnly } = props;
  return (
    <>
      <p>
        The gateway keeps events for 30 days. Your program may see one twice; its id stays the same.
      </p>
      <Field
        label="Since"
        hint="A local time such as 2026-11-29 14:00, or the id of the last event that you have."
        error={isWrong ? "Expected a time or an id such as evt_01jdx3." : null}
      >
        {(control) => (
          <input {...control} value={since} onChange={(event) => onSince(event.target.value)} />
        )}
      </Field>
      <label className="row">
        <input
          type="checkbox"
          checked={undeliveredOnly}
          onChange={(event) => onUndeliveredOnly(event.target.checked)}
        />
        Only what your program has not answered with 2xx
      </label>
    </>
  );
}

/** Hours for which the old secret signs as well. */
const OVERLAP_HOURS = 24;

function Roll(props: EndpointActionProps) {
  const { onSecret, onClose } = props;
  const roll = useWrite(({ client }) =>
    dataOf(
      client.POST("/v1/webhook-endpoints/{id}/roll-secret", {
        ...optionsOf(props),
        body: { overlapHours: OVERLAP_HOURS },
      }),
    ),
  );
  return (
    <TypedConfirmation
      title="Roll the secret"
      expected="roll"
      action="Roll the secret"
      isBusy={roll.isBusy}
      problem={roll.problem}
      onConfirm={async () => {
        const answer = await roll.send();
        if (answer) onSecret(answer.secret);
      }}
      onClose={() => onClose()}
    >
      <p>
        The endpoint gets a new secret. Deliveries carry both signatures for {OVERLAP_HOURS} hours,
        so that your program can change over.
      </p>
    </TypedConfirmation>
  );
}

function Delete(props: EndpointActionProps) {
  const { endpoint, onClose } = props;
  const remove = useWrite(({ client }) =>
    dataOf(client.DELETE("/v1/webhook-endpoints/{id}", optionsOf(props))),
  );
  return (
    <TypedConfirmation
      title="Delete the endpoint"
      expected="delete"
      action="Delete the endpoint"
      isBusy={remove.isBusy}
      problem={remove.problem}
      onConfirm={async () => {
        if (await remove.send()) onClose("The endpoint is deleted.");
      }}
      onClose={() => onClose()}
    >
      <p className="operator-url">{endpoint.url}</p>
      <p>
        Its deliveries are deleted with it. Events stay for 30 days, and payments are not affected.
        To pause it, disable it instead.
      </p>
    </TypedConfirmation>
  );
}
