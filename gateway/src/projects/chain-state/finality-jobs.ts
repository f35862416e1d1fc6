/** Jobs that send nothing: one watches a transaction of another sender until it is final, one takes a dropped transaction back. */
import type { Database } from "@milepost/database";
import { type PolicyState, readPolicy } from "../../chain";
import type { GatewayContext } from "../../context";
import type { Job, JobHandler } from "../../outbox/outbox";
import { requireProject } from "../require";
import type { ProjectRow } from "../rows";
import type { PolicyUpdate } from "./read-update";
import { takeBack } from "./take-back";
import { signaturesOfOthers } from "./take-back-store";

/** Kind of the job that watches a transaction which this gateway did not send. */
export const WATCH_JOB = "project_watch_transaction";
/** Kind of the job that takes a dropped transaction back. */
export const TAKE_BACK_JOB = "project_take_back";

/** What happens after a transaction of a party was dropped. */
export const REPEAT_STEP = "Its step is undone. Take the step again.";
/** What happens after a payment that happens by itself was dropped. */
export const SENT_AGAIN = "The gateway sends it again.";

interface WatchPayload {
  signature: string;
  slot: number;
}

/** Asks to watch the new transactions of an update that other senders sent. */
export async function watchOthers(
  context: GatewayContext,
  transaction: Database,
  project: ProjectRow,
  steps: PolicyUpdate["steps"],
): Promise<void> {
  const { id, account_id: accountId, mode } = project;
  const signatures = steps.map(({ signature }) => signature);
  for (const signature of await signaturesOfOthers(transaction, project, signatures)) {
    const { slot } = steps.find((step) => step.signature === signature)!;
    await context.outbox.enqueue(transaction, {
      accountId,
      mode,
      kind: WATCH_JOB,
      subjectId: id,
      dedupeKey: `${WATCH_JOB}:${id}:${signature}`,
      payload: { signature, slot },
    });
  }
}

/** Asks to take a dropped transaction back; repeating it changes nothing. */
export async function enqueueTakeBack(
  { outbox }: GatewayContext,
  transaction: Database,
  { accountId, mode, subjectId }: Pick<Job, "accountId" | "mode" | "subjectId">,
  signature: string,
  consequence: string,
): Promise<void> {
  await outbox.enqueue(transaction, {
    accountId,
    mode,
    kind: TAKE_BACK_JOB,
    subjectId,
    dedupeKey: `${TAKE_BACK_JOB}:${subjectId}:${signature}`,
    payload: { signature, consequence },
  });
}

/** Returns the handler of `project_watch_transaction`: the outbox looks at a landed job until its transaction is final. */
export function watchHandler(context: GatewayContext): JobHandler {
  const payloadOf = ({ payload }: Job): WatchPayload => payload as unknown as WatchPayload;
  return {
    build: (_chain, job) => Promise.resolve({ do: "done", ...payloadOf(job) }),
    landed: () => Promise.resolve(),
    failed: () => Promise.resolve(),
    reverted: (transaction, job) =>
      enqueueTakeBack(context, transaction, job, payloadOf(job).signature, REPEAT_STEP),
  };
}

interface Seen {
  states: Map<string, PolicyState | null>;
  now: bigint;
}

/** Returns the handler of `project_take_back`. It reads the policies before the project is changed. */
export function takeBackHandler(context: GatewayContext): JobHandler<Seen> {
  return {
    build: () => Promise.resolve({ do: "done", signature: null, slot: null }),
    async observe(chain, job) {
      const { policies } = await requireProject(context.database, job, job.subjectId);
      const states = new Map<string, PolicyState | null>();
      for (const { address } of policies) states.set(address, await readPolicy(chain, address));
      return { states, now: await chain.time() };
    },
    async landed(transaction, job, _receipt, { states, now }) {
      const { signature, consequence } = job.payload as { signature: string; consequence: string };
      const { accountId: account_id, mode, subjectId: id } = job;
      const project = { id, account_id, mode };
      await takeBack(context, transaction, { project, signature, consequence, states, now });
    },
    failed: () => Promise.resolve(),
  };
}
