/** API keys of an account: create, roll and revoke. */
import type { components } from "@milepost/gateway/client";
import { useState } from "react";
import { Badge } from "../../components/badge";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { dataOf, useWrite } from "../../gateway";
import { forAccount } from "./account";
import { CreateKey } from "./create-key";
import { keyState } from "./key-state";
import { Pages } from "./pages";
import { SecretOnce } from "./secret-once";
import { TypedConfirmation } from "./typed-confirmation";
import { usePages } from "./use-pages";
import { When } from "./when";

type ApiKey = components["schemas"]["ApiKey"];
type CreatedKey = components["schemas"]["CreatedApiKey"];

/** Action that waits for a confirmation. */
interface Pending {
  action: "roll" | "revoke";
  apiKey: ApiKey;
}

/** Renders the keys. */
export function ApiKeys({ account }: { account: string }) {
  const [created, setCreated] = useState<CreatedKey | null>(null);
  const [isCreating, setCreating] = useState(false);
  const [pending, setPending] = useState<Pending | null>(null);
  const keys = usePages<ApiKey>(`keys ${account}`, ({ client }, query, signal) =>
    dataOf(client.GET("/v1/api-keys", { ...forAccount(account), params: { query }, signal })),
  );
  const take = (key: CreatedKey | null) => {
    setCreating(false);
    setPending(null);
    if (key) setCreated(key);
    void keys.refresh();
  };
  return (
    <Card
      title="API keys"
      aside={
        <Button kind="primary" onClick={() => setCreating(true)}>
          Create a key
        </Button>
      }
    >
      <p className="muted">
        A key belongs on a server, never in a page. The gateway keeps its hash alone.
      </p>
      <Pages pages={keys} what="keys" empty={<p>There are no keys yet.</p>}>
        {(rows) => (
          <ul className="operator-rows">
            {rows.map((key) => (
              <KeyRow
                key={key.id}
                apiKey={key}
                onAction={(action) => setPending({ action, apiKey: key })}
              />
            ))}
          </ul>
        )}
      </Pages>
      {isCreating && (
        <CreateKey account={account} onCreated={take} onClose={() => setCreating(false)} />
      )}
      {pending && (
        <KeyConfirmation
          {...pending}
          account={account}
          onDone={take}
          onClose={() => setPending(null)}
        />
      )}
      {created && (
        <SecretOnce
          title={`Key "${created.name}"`}
          secret={created.key}
          hint="Put this key into the settings of the program that uses it."
          onClose={() => setCreated(null)}
        />
      )}
    </Card>
  );
}

interface KeyRowProps {
  apiKey: ApiKey;
  onAction(action: Pending["action"]): void;
}

function KeyRow({ apiKey, onAction }: KeyRowProps) {
  const { name, lastFour, scopes, created, lastUsed, expires } = apiKey;
  const [now] = useState(() => Date.now() / 1_000);
  const { kind, text, isUsable } = keyState(apiKey, now);
  return (
    <li>
      <div className="row row-spread">
        <strong>{name}</strong>
        <Badge kind={kind}>{text}</Badge>
      </div>
      <dl className="facts small">
        <dt>Key</dt>
        <dd className="mono">… {lastFour}</dd>
        <dt>Scopes</dt>
        <dd>{scopes === null ? "All" : scopes.join(", ")}</dd>
        <dt>Created</dt>
        <dd>
          <When seconds={created} />
        </dd>
        <dt>Last used</dt>
        <dd>
          <When seconds={lastUsed} />
        </dd>
        {expires !== null && (
          <>
            <dt>Expires</dt>
            <dd>
              <When seconds={expires} />
            </dd>
          </>
        )}
      </dl>
      {isUsable && (
        <div className="row">
          <Button onClick={() => onAction("roll")} aria-label={`Roll the key ${name}`}>
            Roll
          </Button>
          <Button
            kind="danger"
            onClick={() => onAction("revoke")}
            aria-label={`Revoke the key ${name}`}
          >
            Revoke
          </Button>
        </div>
      )}
    </li>
  );
}

interface KeyConfirmationProps extends Pending {
  account: string;
  onDone(key: CreatedKey | null): void;
  onClose(): void;
}

/** Hours that an old key stays valid after it was rolled. */
const OVERLAP_HOURS = 24;

function KeyConfirmation({ action, apiKey: key, account, onDone, onClose }: KeyConfirmationProps) {
  const path = { keyId: key.id };
  const roll = useWrite(({ client }) =>
    dataOf(
      client.POST("/v1/api-keys/{keyId}/roll", {
        ...forAccount(account),
        params: { path },
        body: { overlapHours: OVERLAP_HOURS },
      }),
    ),
  );
  const revoke = useWrite(({ client }) =>
    dataOf(
      client.POST("/v1/api-keys/{keyId}/revoke", { ...forAccount(account), params: { path } }),
    ),
  );
  const common = { expected: key.lastFour, onClose };
  if (action === "roll") {
    return (
      <TypedConfirmation
        {...common}
        title={`Roll "${key.name}"`}
        action="Roll the key"
        isBusy={roll.isBusy}
        problem={roll.problem}
        onConfirm={async () => {
          const answer = await roll.send();
          if (answer) onDone(answer);
        }}
      >
        <p>
          A new key with the same scopes replaces it. The old one stays valid for {OVERLAP_HOURS}{" "}
          hours, so that programs can change over. The text to type is the end of the key.
        </p>
      </TypedConfirmation>
    );
  }
  return (
    <TypedConfirmation
      {...common}
      title={`Revoke "${key.name}"`}
      action="Revoke the key"
      isBusy={revoke.isBusy}
      problem={revoke.problem}
      onConfirm={async () => {
        if (await revoke.send()) onDone(null);
      }}
    >
      <p>
        Every request with this key is refused from now on. That cannot be undone. Payments on chain
        are not affected. The text to type is the end of the key.
      </p>
    </TypedConfirmation>
  );
}
