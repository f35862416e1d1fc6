/** `/v1/payment-intents/:id/escrow/delivery-proof`. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { chainOf } from "../context";
import { awaitFunding } from "../escrow-orders/await-funding";
import { requireOrder } from "../escrow-orders/require-order";
import type { Routes } from "../http/app";
import { write } from "../http/write";
import { findIntentToChange } from "../intents/find-intent";
import { IntentParams } from "../intents/schema";
import { readProof, showProof } from "./record";
import { DeliveryProofBody, DeliveryProofEnvelope } from "./schema";
import { submitProof } from "./submit";

/** Routes of delivery proofs. */
export const deliveryProofRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  app.post(
    "/payment-intents/:id/escrow/delivery-proof",
    {
      config: { scope: "milestones:complete" },
      schema: {
        operationId: "submitDeliveryProof",
        tags: ["Escrow orders"],
        summary: "Submit a delivery proof: the order is DELIVERED",
        description:
          "A key without the scope `release` submits and does not pay. To pay, repeat the request with a key that has the scope.",
        params: IntentParams,
        body: DeliveryProofBody,
        response: { 201: DeliveryProofEnvelope },
      },
    },
    write(
      context,
      async (transaction, request, caller, time: bigint) => {
        const { id } = request.params as { id: string };
        const body = request.body as DeliveryProofBody;
        const intent = await findIntentToChange(transaction, caller, id);
        const order = await requireOrder(transaction, intent);
        const mayRelease = caller.scopes.includes("release");
        const chain = chainOf(context, caller.mode);
        const proof = { intent, chain, order, body, mayRelease, time };
        const { body: shown, jobId } = await submitProof(context, transaction, proof);
        return {
          async finish() {
            if (jobId !== null) await context.outbox.wait(jobId);
            const row = await readProof(context.database, intent.id);
            return { status: 201, body: row ? showProof(intent, order, row) : shown };
          },
        };
      },
      awaitFunding(context),
    ),
  );
  return Promise.resolve();
};
