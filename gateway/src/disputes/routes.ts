/** `/v1/payment-intents/:id/escrow/dispute`. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import { chainOf, type GatewayContext } from "../context";
import { awaitFunding } from "../escrow-orders/await-funding";
import { requireOrder } from "../escrow-orders/require-order";
import { GatewayError } from "../errors/gateway-error";
import type { App, Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { readChainTime } from "../http/chain-time";
import { listOf } from "../http/list";
import { optionalBody } from "../http/optional-body";
import { type Answer, write } from "../http/write";
import { findIntent, findIntentToChange } from "../intents/find-intent";
import { IntentParams } from "../intents/schema";
import { readMilestone } from "../milestones/store";
import type { Dispute } from "./dispute";
import { findDispute, resolveDispute, withdrawDispute } from "./end";
import { raiseDispute } from "./raise";
import { DisputeEnvelope, DisputeParams, RaiseDisputeBody, ResolveDisputeBody } from "./schema";
import { showDispute } from "./show";
import { listDisputes } from "./store";

const tags = ["Disputes"];
const PATH = "/payment-intents/:id/escrow/dispute";
const config = { scope: "disputes:write" } as const;

/** Routes of disputes. */
export const disputeRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  addRaise(app, context);
  addList(app, context);
  addWithdraw(app, context);
  addResolve(app, context);
  return Promise.resolve();
};

/** A dispute and the job that does what was asked of it. */
type Asked = Pick<Dispute, "intentId" | "id" | "jobId">;

/** Waits for the chain and returns the dispute as it is then. */
async function after(
  { database, outbox }: GatewayContext,
  { intentId, id, jobId }: Asked,
): Promise<Dispute> {
  if (jobId !== null) await outbox.wait(jobId);
  return findDispute(database, { id: intentId }, id);
}

/** Answers a withdrawal once the chain has it. Throws `GatewayError` (`conflict`) when the dispute ended otherwise. */
async function answerWithdrawal(context: GatewayContext, asked: Asked): Promise<Answer> {
  const dispute = await after(context, asked);
  if (dispute.status === "resolved") throw endedOtherwise("withdraw", dispute);
  return { status: 200, body: showDispute(dispute) };
}

/** Answers a decision once the chain has it. Throws `GatewayError` (`conflict`) when the dispute ended otherwise. */
async function answerResolution(
  context: GatewayContext,
  { recipientUnits, ...asked }: Asked & { recipientUnits: bigint },
): Promise<Answer> {
  const dispute = await after(context, asked);
  const { status, intentId, milestoneId } = dispute;
  if (status === "withdrawn") throw endedOtherwise("resolve", dispute);
  if (status === "resolved") {
    const milestone = await readMilestone(context.database, intentId, milestoneId);
    const isOther = dispute.outcome === null || milestone?.paid !== recipientUnits;
    if (isOther) throw endedOtherwise("resolve", dispute);
  }
  return { status: 200, body: showDispute(dispute) };
}

function endedOtherwise(what: string, { status, outcome }: Dispute): GatewayError {
  const as = outcome === null ? "" : ` as ${outcome}`;
  return new GatewayError("conflict", `Cannot ${what} the dispute: it is ${status}${as}.`);
}

function addRaise(app: App, context: GatewayContext): void {
  app.post(
    PATH,
    {
      config,
      schema: {
        operationId: "raiseDispute",
        tags,
        summary: "Raise a dispute: nothing is released while it is open",
        params: IntentParams,
        body: RaiseDisputeBody,
        response: { 201: DisputeEnvelope },
      },
    },
    write(
      context,
      async (transaction, request, caller, time: bigint) => {
        const { id } = request.params as { id: string };
        const body = request.body as RaiseDisputeBody;
        const intent = await findIntentToChange(transaction, caller, id);
        const order = await requireOrder(transaction, intent);
        const chain = chainOf(context, caller.mode);
        const raised = { intent, chain, order, body, time };
        const dispute = await raiseDispute(context, transaction, raised);
        return {
          finish: async () => ({ status: 201, body: showDispute(await after(context, dispute)) }),
        };
      },
      awaitFunding(context),
    ),
  );
}

function addList(app: App, context: GatewayContext): void {
  app.get(
    PATH,
    {
      config: { scope: "intents:read", party: "intent" },
      schema: {
        operationId: "listDisputes",
        tags,
        summary: "List an intent's disputes, the newest first",
        params: IntentParams,
        response: { 200: listOf(DisputeEnvelope) },
      },
    },
    async (request) => {
      const intent = await findIntent(context.database, callerOf(request), request.params.id);
      const disputes = await listDisputes(context.database, intent.id);
      return { object: "list" as const, data: disputes.map(showDispute), has_more: false };
    },
  );
}

function addWithdraw(app: App, context: GatewayContext): void {
  app.post(
    `${PATH}/:did/withdraw`,
    {
      config,
      schema: {
        operationId: "withdrawDispute",
        tags,
        summary: "Withdraw a dispute as its payer",
        params: DisputeParams,
        body: optionalBody(Type.Object({}, { additionalProperties: false })),
        response: { 200: DisputeEnvelope },
      },
    },
    write(
      context,
      async (transaction, request, caller, time: bigint) => {
        const { id, did } = request.params as { id: string; did: string };
        const intent = await findIntentToChange(transaction, caller, id);
        const dispute = await findDispute(transaction, intent, did);
        const chain = chainOf(context, caller.mode);
        const end = { intent, chain, dispute, time };
        const jobId = await withdrawDispute(context, transaction, end);
        return { finish: () => answerWithdrawal(context, { ...dispute, jobId }) };
      },
      readChainTime(context),
    ),
  );
}

function addResolve(app: App, context: GatewayContext): void {
  app.post(
    `${PATH}/:did/resolve`,
    {
      config,
      schema: {
        operationId: "resolveDispute",
        tags,
        summary: "Divide the milestone's money and end the dispute (sandbox)",
        params: DisputeParams,
        body: ResolveDisputeBody,
        response: { 200: DisputeEnvelope },
      },
    },
    write(
      context,
      async (transaction, request, caller, time: bigint) => {
        const { id, did } = request.params as { id: string; did: string };
        const body = request.body as ResolveDisputeBody;
        const intent = await findIntentToChange(transaction, caller, id);
        const dispute = await findDispute(transaction, intent, did);
        const chain = chainOf(context, caller.mode);
        const end = { intent, chain, dispute, time, body };
        const resolution = await resolveDispute(context, transaction, end);
        return { finish: () => answerResolution(context, { ...dispute, ...resolution }) };
      },
      readChainTime(context),
    ),
  );
}
