/** Takes a party's step: the gateway builds it, the dialog shows it, the wallet signs, the gateway sends. */
import { type Problem, ProblemError, type Send, useSend } from "@milepost/react";
import { useCallback } from "react";
import { explainGatewayProblem, type Gateway, GatewayProblem, useGateway } from "../../../gateway";
import type { ProjectAction } from "../rules/types";

/** A step that begins now. */
export interface NewStep {
  /** Title of the review. */
  title: string;
  /** Path of the gateway, as the project's actions name it. */
  path: string;
  body: Readonly<Record<string, unknown>>;
  /** Called once it has landed, or waits for the other party's signature. */
  onEnd?(): void;
}

/** Steps of a project. */
export interface Steps {
  send: Send;
  /** Begins a step. */
  begin(step: NewStep): void;
  /** Continues a step whose transaction is still waiting for this wallet. */
  resume(action: ProjectAction, title: string): void;
}

/** Milliseconds between two looks at a step that is being confirmed, and the most looks. */
const LOOK_MS = 1_000;
const MAX_LOOKS = 60;

/** Returns the steps of a project. `onChange` is called after each of them. */
export function useSteps(projectId: string, onChange: () => void): Steps {
  const gateway = useGateway();
  const send = useSend();
  const { start } = send;
  const begin = useCallback(
    ({ title, path, body, onEnd }: NewStep) =>
      start({
        title,
        build: () =>
          explained(always, async () => {
            const answer = await gateway.json<ProjectAction>(path, { method: "POST", body });
            return built(gateway, projectId, answer, () => {
              onEnd?.();
              onChange();
            });
          }),
      }),
    [gateway, start, projectId, onChange],
  );
  const resume = useCallback(
    (action: ProjectAction, title: string) =>
      start({
        title,
        build: () =>
          explained(always, async () =>
            built(gateway, projectId, await readAction(gateway, projectId, action.id), onChange),
          ),
      }),
    [gateway, start, projectId, onChange],
  );
  return { send, begin, resume };
}

const readAction = (gateway: Gateway, projectId: string, id: string): Promise<ProjectAction> =>
  gateway.json<ProjectAction>(`/v1/projects/${projectId}/actions/${id}`);

function built(gateway: Gateway, projectId: string, action: ProjectAction, onEnd: () => void) {
  const { signing } = action;
  if (action.object !== "project_action" || !signing) {
    throw new GatewayProblem(
      "conflict",
      "This step needs no signature any more: it was sent, or a newer one replaced it.",
    );
  }
  return {
    transaction: bytesOf(signing.transaction),
    submit: (signed: Uint8Array) =>
      explained(isRefusal, async () => {
        const path = `/v1/projects/${projectId}/signed-transactions`;
        const body = { transaction: textOf(signed) };
        const answer = await gateway.json<ProjectAction>(path, { method: "POST", body });
        const { state, signature } = await confirmed(gateway, projectId, answer);
        if (state === "pending") {
          throw new GatewayProblem("step_pending", "The chain has not confirmed the step yet.");
        }
        onEnd();
        if (state === "prepared") throw new ProblemError(AWAITS_OTHER);
        return { signature: signature ?? "" };
      }),
  };
}

/** End of a step that needs the other party's signature as well: nothing failed, but nothing has landed. */
const AWAITS_OTHER: Problem = {
  code: "step.awaits_other",
  title: "Signed. The other party signs next",
  text: "Your signature is with the gateway. It sends the transaction once the other party has signed too.",
  nextStep: "Close this window. If they do not sign within a minute, agree again.",
  canRetry: false,
};

/** Waits until a step has landed. A step that waits for the other party's signature has no end yet. */
async function confirmed(
  gateway: Gateway,
  projectId: string,
  answer: ProjectAction,
): Promise<ProjectAction> {
  let action = answer;
  for (let look = 0; action.state === "pending" && look < MAX_LOOKS; look += 1) {
    await new Promise((done) => setTimeout(done, LOOK_MS));
    action = await readAction(gateway, projectId, action.id);
  }
  if (action.state === "failed") {
    throw new GatewayProblem("chain_refused", action.error ?? "The chain refused the step.");
  }
  return action;
}

/** Turns failures of the gateway that `isEnd` accepts into the problem that the dialog shows. */
async function explained<Result>(
  isEnd: (problem: GatewayProblem) => boolean,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GatewayProblem)) throw error;
    // Without its status, which alone would make it a refusal.
    if (!isEnd(error)) throw new Error(error.message, { cause: error });
    throw new ProblemError(explainGatewayProblem(error), error);
  }
}

/** Before a signature, nothing can have been sent. */
const always = () => true;

/** After another failure the gateway may have sent the transaction: the dialog looks again with the same bytes. */
const isRefusal = ({ status, code }: GatewayProblem): boolean =>
  code === "chain_refused" ||
  (status !== null && status >= 400 && status < 500 && !isStillRunning(code));

/** The gateway still works on the same bytes of an earlier request, whose answer was lost. */
const isStillRunning = (code: string): boolean => code === "idempotency_in_progress";

const textOf = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
