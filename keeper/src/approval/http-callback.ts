/** Asks the operator's server, with a question signed by Standard Webhooks. */
import { randomUUID } from "node:crypto";
import { withoutSecrets } from "../observe/redact";
import type { Approval, ReleaseRule } from "./release-rule";
import { CallbackError, openWebhook, signedRequest, webhookTarget } from "../webhook/signed-call";

export { CallbackError };

/** Options of `httpCallbackRule`. */
export interface HttpCallbackOptions {
  /** URL of the server: `https:`, or `http:` on this machine, since changing the answer means releasing money. */
  url: string;
  /** Secret of the signature, as Standard Webhooks has it: `whsec_` and base64. */
  secret: string;
  /** Time limit for the whole answer, in milliseconds. Default: 10,000. */
  timeoutMs?: number;
  /** Function that makes the requests. Default: the global `fetch`. */
  fetch?: typeof fetch;
  /** Local time, which the signature contains, because the server refuses old questions. Default: the system's. */
  now?: () => Date;
  /** Function that returns a signal which aborts after so many milliseconds. Default: `AbortSignal.timeout`. */
  timeout?: (milliseconds: number) => AbortSignal;
  /** Listener for questions without a valid answer; each counts as `later`. Default: ignored. */
  onProblem?: (error: CallbackError) => void;
}

/** Longest answer that is read, in bytes. */
const MAX_ANSWER_BYTES = 10_000;

/**
 * POSTs `{ type: "milestone.release", timestamp, data: { policy, milestoneIndex } }`. An answer of 2xx with
 * `{ "approve": "yes" | "no" | "later", id, data }` counts, where `id` is the question's `webhook-id` and `data` its data: a
 * "yes" without both may answer another or an old question. Every other answer is "later".
 * Throws `CallbackError` for an invalid URL or secret.
 * @example
 * const rule = httpCallbackRule({ url: "https://example.com/release", secret: process.env.RELEASE_SECRET! });
 */
export function httpCallbackRule(options: HttpCallbackOptions): ReleaseRule {
  const { url, authorization } = webhookTarget(options.url);
  const webhook = openWebhook(options.secret);
  const send = options.fetch ?? fetch;
  const timeout = options.timeout ?? ((milliseconds) => AbortSignal.timeout(milliseconds));
  const now = options.now ?? (() => new Date());
  // The path or the query may contain a secret.
  const shown = withoutSecrets(url.href);

  return {
    name: "http-callback",
    async approve(policy, milestoneIndex): Promise<Approval> {
      try {
        const id = `msg_${randomUUID()}`;
        const at = now();
        const body = JSON.stringify({
          type: "milestone.release",
          timestamp: at.toISOString(),
          data: { policy: policy.toBase58(), milestoneIndex },
        });
        const signal = timeout(options.timeoutMs ?? 10_000);
        const call = { id, at, body, authorization, signal };
        const answer = await send(url, signedRequest(webhook, call));
        if (!answer.ok) {
          // Otherwise the connection stays open until the rest of the answer has come.
          await answer.body?.cancel();
          throw new CallbackError(`${shown} answered ${answer.status}`);
        }
        const question = { id, policy: policy.toBase58(), milestoneIndex };
        return approvalIn(await readShort(answer, shown), question, shown);
      } catch (error) {
        options.onProblem?.(
          error instanceof CallbackError
            ? error
            : new CallbackError(`${shown} could not be asked: ${(error as Error).name}`),
        );
        return "later";
      }
    },
  };
}

interface Question {
  id: string;
  policy: string;
  milestoneIndex: number;
}

type Answer = Partial<Record<"approve" | "id" | "data", unknown>>;

function approvalIn(text: string, question: Question, shown: string): Approval {
  let answer: Answer | null;
  try {
    answer = JSON.parse(text) as Answer | null;
  } catch {
    throw new CallbackError(`${shown} answered without valid JSON`);
  }
  const approve = answer?.approve;
  if (approve !== "yes" && approve !== "no" && approve !== "later") {
    throw new CallbackError(`${shown} answered without approve: yes, no or later`);
  }
  if (approve === "yes" && !isAnswerTo(question, answer!)) {
    throw new CallbackError(`${shown} said yes without the id and the data of the question`);
  }
  return approve;
}

function isAnswerTo({ id, policy, milestoneIndex }: Question, answer: Answer): boolean {
  const data = answer.data as Partial<Question> | null | undefined;
  return answer.id === id && data?.policy === policy && data.milestoneIndex === milestoneIndex;
}

async function readShort(answer: Response, shown: string): Promise<string> {
  const reader = answer.body?.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) return Buffer.concat(parts).toString("utf8");
    size += part.value.length;
    if (size > MAX_ANSWER_BYTES) {
      await reader!.cancel();
      throw new CallbackError(`${shown} answered with more than ${MAX_ANSWER_BYTES} bytes`);
    }
    parts.push(part.value);
  }
}
