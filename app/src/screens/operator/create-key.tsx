/** The form that creates an API key. */
import type { components } from "@milepost/gateway/client";
import { useState } from "react";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { dataOf, ProblemNotice, useWrite } from "../../gateway";
import { forAccount } from "./account";
import { SCOPES } from "./key-state";

type Scope = components["schemas"]["Scope"];
type CreatedKey = components["schemas"]["CreatedApiKey"];

interface CreateKeyProps {
  account: string;
  onCreated(key: CreatedKey): void;
  onClose(): void;
}

/** Renders the open dialog. A failure keeps what was typed. */
export function CreateKey({ account, onCreated, onClose }: CreateKeyProps) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly Scope[]>(["intents:read"]);
  const create = useWrite(({ client }, body: components["schemas"]["NewApiKey"]) =>
    dataOf(client.POST("/v1/api-keys", { ...forAccount(account), body })),
  );
  const isComplete = name.trim() !== "" && scopes.length > 0;
  const submit = async () => {
    if (!isComplete) return;
    const answer = await create.send({ name: name.trim(), scopes: [...scopes] });
    if (answer) onCreated(answer);
  };
  return (
    <Dialog title="Create an API key" isOpen isSticky onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field label="Name" hint="Names the program that uses the key, such as Order service.">
          {(control) => (
            <input
              {...control}
              value={name}
              maxLength={100}
              required
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <ScopeChoice scopes={scopes} onChange={setScopes} />
        <ProblemNotice
          problem={create.problem}
          onRetry={create.problem?.canRetry ? submit : undefined}
        />
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={!isComplete} isBusy={create.isBusy}>
            Create the key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ScopeChoiceProps {
  scopes: readonly Scope[];
  onChange(scopes: readonly Scope[]): void;
}

function ScopeChoice({ scopes, onChange }: ScopeChoiceProps) {
  return (
    <fieldset className="field operator-scopes">
      <legend>What the key may do</legend>
      <p className="field-hint">
        Choose as little as possible. An administrator can give what an administrator has; the
        command <code>milepost-gateway keys create</code> gives the rest.
      </p>
      {SCOPES.map((scope) => (
        <label key={scope} className="row">
          <input
            type="checkbox"
            checked={scopes.includes(scope)}
            onChange={(event) =>
              onChange(
                event.target.checked ? [...scopes, scope] : scopes.filter((each) => each !== scope),
              )
            }
          />
          <span className="mono small">{scope}</span>
        </label>
      ))}
    </fieldset>
  );
}
