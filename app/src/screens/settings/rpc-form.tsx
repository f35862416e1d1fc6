/** The form that replaces the page's RPC node by the user's own. */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "../../components/button";
import { Field } from "../../components/field";
import { Notice } from "../../components/notice";
import { browserStorage } from "../../config/browser-storage";
import { useConfig } from "../../config/config-context";
import {
  type ChainCheck,
  checkChain,
  checkRpcUrl,
  readOwnRpc,
  writeOwnRpc,
} from "../../wallet/own-rpc";

/** Milliseconds that a node has for its answer. */
const TIMEOUT_MS = 15_000;

type Step =
  | { name: "idle" }
  | { name: "checking" }
  | { name: "invalid"; error: string }
  | { name: "refused"; check: Exclude<ChainCheck, { status: "same" }> }
  | { name: "unsaved" };

/** Renders the form. The page loads anew with another node, so that nothing read from the old one stays. */
export function RpcForm() {
  const [current] = useState(() => readOwnRpc(browserStorage("localStorage")));
  const [text, setText] = useState(current ?? "");
  const { step, submit } = useRpcChange();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void submit(text);
  };
  return (
    <form className="stack" onSubmit={onSubmit} noValidate>
      <p>
        The RPC node tells the page what is on the chain and forwards what you sign. It cannot sign
        for you. It can see which addresses you look at.
      </p>
      {current && (
        <Notice kind="info" title="You use your own node">
          <p className="mono">{current}</p>
          <div>
            <Button
              onClick={() => writeOwnRpc(browserStorage("localStorage"), null) && location.reload()}
            >
              Use the page&apos;s node again
            </Button>
          </div>
        </Notice>
      )}
      <Field
        label="URL of the node"
        hint="https, or http on this computer. The page asks it for its genesis hash before it is used."
        error={step.name === "invalid" ? step.error : null}
      >
        {(control) => (
          <input
            {...control}
            type="url"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            placeholder="https://rpc.example.com"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <StepNotice step={step} />
      <div>
        <Button type="submit" kind="primary" isBusy={step.name === "checking"}>
          Check and use this node
        </Button>
      </div>
    </form>
  );
}

function useRpcChange() {
  const config = useConfig();
  const [step, setStep] = useState<Step>({ name: "idle" });
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const submit = async (text: string) => {
    const checked = checkRpcUrl(text);
    if (checked.error !== undefined) return setStep({ name: "invalid", error: checked.error });
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setStep({ name: "checking" });
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const fetchJson: typeof fetch = (input, init) => fetch(input, init);
    const check = await checkChain(fetchJson, checked.url, config, signal);
    if (controller.signal.aborted) return;
    if (check.status !== "same") setStep({ name: "refused", check });
    else if (writeOwnRpc(browserStorage("localStorage"), checked.url)) location.reload();
    else setStep({ name: "unsaved" });
  };
  return { step, submit };
}

function StepNotice({ step }: { step: Step }) {
  if (step.name === "checking") {
    return <Notice kind="info" title="Asking the node for its genesis hash" isLive />;
  }
  if (step.name === "unsaved") {
    return (
      <Notice kind="bad" title="This browser does not let the page keep the setting" isLive>
        <p>Allow storage for this site, then try again. The page still uses its own node.</p>
      </Notice>
    );
  }
  if (step.name !== "refused") return null;
  const { check } = step;
  if (check.status === "unreachable") {
    return (
      <Notice kind="bad" title="The node cannot be used" isLive>
        <p>{check.reason} The page still uses the previous node.</p>
      </Notice>
    );
  }
  return (
    <Notice kind="bad" title="This node is on another chain" isLive>
      <p>Enter a node of this page&apos;s network. The page still uses the previous node.</p>
      <p className="small">
        Expected genesis hash <span className="mono">{check.expected}</span>, received{" "}
        <span className="mono">{check.received}</span>.
      </p>
    </Notice>
  );
}
