/** Schedules of ChainPay. */
import { chainOf, type GatewayContext } from "../../context";
import type { App } from "../../http/app";
import { callerOf } from "../../http/authenticate";
import { readChainTime } from "../../http/chain-time";
import { write } from "../../http/write";
import { type Owner, notFound } from "../owner";
import { IntentParams } from "../payment-intents/schema";
import { findIntent } from "../payment-intents/service";
import { buildSchedule, fundAgain } from "./build-schedule";
import { BuiltScheduleSchema, ItemParams, ScheduleSchema, SignedFunding } from "./schema";
import { showItem } from "./show";
import { prepareNext, readHeight, showSigning, takeSignedFunding } from "./sign-funding";
import { listItems, readSchedule } from "./store";

const tags = ["Schedules"];

const idOf = (params: unknown): bigint => BigInt((params as { payment_id: number }).payment_id);

/** Adds the routes of schedules. */
export function addSchedules(app: App, context: GatewayContext): void {
  addBuild(app, context);
  addFund(app, context);
  addSigned(app, context);
  app.get(
    "/payment_intents/:payment_id/schedule",
    {
      config: { scope: "freight:read" },
      schema: {
        operationId: "getPaymentSchedule",
        tags,
        summary: "Retrieve a payment's schedule",
        params: IntentParams,
        response: { 200: ScheduleSchema },
      },
    },
    async (request) => showSchedule(context, callerOf(request), idOf(request.params)),
  );
}

async function showSchedule(context: GatewayContext, owner: Owner, intentId: bigint) {
  const { database } = context;
  await findIntent(database, owner, intentId);
  const schedule = await readSchedule(database, owner, intentId);
  if (!schedule) throw notFound("Payment schedule");
  const items = await listItems(database, owner, intentId);
  return {
    id: Number(schedule.id),
    payment_intent_id: Number(intentId),
    risk_tier: schedule.riskTier,
    items: items.map(showItem),
    signing: await showSigning(context, owner, items),
    created_at: schedule.createdAt.toISOString().replace(/\.\d{3}Z$/, "Z"),
  };
}

function addBuild(app: App, context: GatewayContext): void {
  app.post(
    "/payment_intents/:payment_id/build_schedule",
    {
      config: { scope: "freight:write" },
      schema: {
        operationId: "buildPaymentSchedule",
        tags,
        summary: "Build a payment's schedule by its risk, and put its money into escrow",
        params: IntentParams,
        response: { 200: BuiltScheduleSchema },
      },
    },
    write(
      context,
      async (transaction, request, caller, time: bigint) => {
        const input = { intentId: idOf(request.params), time };
        const { schedule, items } = await buildSchedule(context, transaction, caller, input);
        const finish = async () => {
          await waitFor(
            context,
            items.map(({ jobId }) => jobId),
          );
          const now = await listItems(context.database, caller, input.intentId);
          const body = {
            payment_id: Number(input.intentId),
            schedule_id: Number(schedule.id),
            risk_tier: schedule.riskTier,
            items_count: items.length,
            message: "Payment schedule created successfully",
            items: now.map(showItem),
          };
          return { status: 200, body } as const;
        };
        return { finish };
      },
      readChainTime(context),
    ),
  );
}

function addFund(app: App, context: GatewayContext): void {
  app.post(
    "/payment_intents/:payment_id/fund",
    {
      config: { scope: "freight:write", asksChain: true },
      schema: {
        operationId: "fundPaymentSchedule",
        tags,
        summary: "Fund a schedule: retry failed fundings, or get the next transaction to sign",
        description:
          "In live mode, payer and carrier sign one transaction per item. The answer's `signing` has the next one.",
        params: IntentParams,
        response: { 200: ScheduleSchema },
      },
    },
    write(context, async (transaction, request, caller) => {
      const id = idOf(request.params);
      const intent = await findIntent(transaction, caller, id, { isLocked: true });
      const items = await listItems(transaction, caller, id);
      if (items.length === 0) throw notFound("Payment schedule");
      const jobs = await fundAgain(context, transaction, caller, { intent, items });
      const finish = async () => {
        const isSigned = chainOf(context, caller.mode).sandboxKey === null;
        await waitFor(context, isSigned ? [await prepareNext(context, caller, id)] : jobs);
        return { status: 200, body: await showSchedule(context, caller, id) } as const;
      };
      return { finish };
    }),
  );
}

function addSigned(app: App, context: GatewayContext): void {
  app.post(
    "/payment_intents/:payment_id/items/:item_id/signed_transaction",
    {
      config: { scope: "freight:write", asksChain: true },
      schema: {
        operationId: "sendSignedFunding",
        tags,
        summary: "Submit an item's transaction that a wallet signed",
        params: ItemParams,
        body: SignedFunding,
        response: { 200: ScheduleSchema },
      },
    },
    write(
      context,
      async (database, request, caller, height: number) => {
        const { item_id } = request.params as { item_id: number };
        const { transaction } = request.body as { transaction: string };
        const [intentId, itemId] = [idOf(request.params), BigInt(item_id)];
        const given = { intentId, itemId, transaction, height };
        const job = await takeSignedFunding(context, database, caller, given);
        const finish = async () => {
          await waitFor(context, [job]);
          return { status: 200, body: await showSchedule(context, caller, intentId) } as const;
        };
        return { finish };
      },
      (_request, caller) => readHeight(context, caller),
    ),
  );
}

/** Waits for the chain, so that the answer tells what is there; what takes longer goes on by itself. */
async function waitFor(
  { outbox }: GatewayContext,
  jobs: readonly (string | null)[],
): Promise<void> {
  const ids = jobs.filter((id) => id !== null);
  await Promise.all(ids.map((id) => outbox.wait(id)));
}
