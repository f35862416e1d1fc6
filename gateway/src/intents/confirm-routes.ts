/** `/v1/payment-intents/:id/confirm`, and the consent that it may need. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { type Static, Type } from "@sinclair/typebox";
import type { FastifyRequest } from "fastify";
import type { Caller } from "../caller/caller";
import { isAddress } from "../chain";
import { chainOf, type GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { App, Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { readChainTime } from "../http/chain-time";
import { optionalBody } from "../http/optional-body";
import { type Answer, type Unfinished, write } from "../http/write";
import { SIGNING_FIELDS } from "../signing/schema";
import { confirmInSandbox } from "./confirm";
import { confirmLanded, type LandedPart, verifyLanded } from "./confirm-landed";
import { requestSignatures } from "./confirm-live";
import { findIntent, findIntentToChange } from "./find-intent";
import type { Intent } from "./intent";
import { consentText, needsConsent } from "./release-consent";
import {
  type ChainNow,
  readChainNow,
  returnTransaction,
  type ReturnResult,
} from "./return-transaction";
import { ConfirmBody, IntentEnvelope, IntentParams } from "./schema";
import { showIntent } from "./show";
import { readIntent } from "./store";
import { offerPart } from "./self-sent";
import { type PartTransaction, preparePartTransactions } from "./unsigned-parts";

const tags = ["Payment intents"];

const PartTransactionSchema = Type.Object(
  {
    purpose: Type.Literal("fund_part"),
    part: Type.Integer({ description: "Number of the policy that it creates and funds." }),
    ...SIGNING_FIELDS,
  },
  { title: "PartTransaction" },
);

/** An intent after its confirmation. In live mode it comes with what the wallets have to sign. */
const ConfirmedIntent = Type.Object({
  ...IntentEnvelope.properties,
  transactions: Type.Optional(
    Type.Array(PartTransactionSchema, {
      description:
        "Live: one transaction per part that is not funded. Sign all of them, and send them back in this order.",
    }),
  ),
  missingSigners: Type.Optional(
    Type.Array(Type.String(), { description: "Live: wallets that have not signed yet, base58." }),
  ),
});

/** Routes of confirmations. */
export const confirmRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  addConfirm(app, context);
  addConsent(app, context);
  return Promise.resolve();
};

/** What a confirmation reads of the chain before its transaction begins. */
interface Prepared {
  now: ChainNow;
  /** The verified transaction that the body names. */
  landed: LandedPart | null;
}

function prepareConfirm(context: GatewayContext) {
  const [readTime, readNow] = [readChainTime(context), readChainNow(context)];
  return async (request: FastifyRequest, caller: Caller): Promise<Prepared> => {
    const chain = chainOf(context, caller.mode);
    const body = (request.body ?? {}) as ConfirmBody;
    const isReturned = body.transaction !== undefined && !chain.sandboxKey;
    const now = isReturned
      ? await readNow(request, caller)
      : { time: await readTime(request, caller), height: 0 };
    const signature = body.signature ?? body.transactionHash;
    if (chain.sandboxKey || signature === undefined) return { now, landed: null };
    const { id } = request.params as { id: string };
    const intent = await findIntent(context.database, caller, id);
    const payerAddress = body.payerAddress ?? null;
    const claim = { intent, chain, signature, payerAddress };
    return { now, landed: await verifyLanded(context, claim) };
  };
}

function addConfirm(app: App, context: GatewayContext): void {
  app.post(
    "/payment-intents/:id/confirm",
    {
      config: { scope: "intents:write", asksChain: true },
      schema: {
        operationId: "confirmPaymentIntent",
        tags,
        summary: "Confirm an intent: its money goes into escrow",
        description:
          "Live: send `payerAddress` to get the transactions that the wallets sign, then send each signed one as `transaction`. " +
          "Or send the `signature` of a transaction that has landed: the gateway compares it with the intent field by field.",
        params: IntentParams,
        body: optionalBody(ConfirmBody),
        response: { 200: ConfirmedIntent },
      },
    },
    write(
      context,
      async (transaction, request, caller, { now, landed }: Prepared) => {
        const { id } = request.params as { id: string };
        const body = (request.body ?? {}) as ConfirmBody;
        const intent = await findIntentToChange(transaction, caller, id);
        const chain = chainOf(context, caller.mode);
        const { time } = now;
        const confirmation = { intent, chain, body, time };
        if (chain.sandboxKey) {
          const confirmed = await confirmInSandbox(context, transaction, confirmation);
          return { status: 200, body: showIntent(context, confirmed) };
        }
        if (landed) {
          const claim = { intent, landed, body, time };
          const confirmed = await confirmLanded(context, transaction, claim);
          return { status: 200, body: showIntent(context, confirmed) };
        }
        if (body.transaction !== undefined) {
          const returned = { intent, chain, transaction: body.transaction, now };
          return sent(context, intent, await returnTransaction(context, transaction, returned));
        }
        if (body.feePayer === "payer") {
          const offer = await offerPart(context, transaction, confirmation);
          return unsigned(context, intent, async () => [await offer()]);
        }
        const waiting = await requestSignatures(context, transaction, confirmation);
        const options = { isAccepted: body.payeeSigns ?? false };
        return unsigned(context, intent, () =>
          preparePartTransactions(context, chain, waiting, options),
        );
      },
      prepareConfirm(context),
    ),
  );
}

/** Waits for the chain where everything is signed, and answers with the intent. */
function sent(context: GatewayContext, { id }: Intent, result: ReturnResult): Unfinished {
  return {
    async finish(): Promise<Answer> {
      if (result.state === "sent") await context.outbox.wait(result.jobId);
      const missing = result.state === "incomplete" ? { missingSigners: result.missing } : {};
      const shown = showIntent(context, (await readIntent(context.database, id))!);
      return { status: 200, body: { ...shown, ...missing } };
    },
  };
}

/** Builds the transactions after the commit, and answers with them. */
function unsigned(
  context: GatewayContext,
  { id }: Intent,
  prepare: () => Promise<PartTransaction[]>,
): Unfinished {
  return {
    async finish(): Promise<Answer> {
      const transactions = await prepare();
      const shown = showIntent(context, (await readIntent(context.database, id))!);
      return { status: 200, body: { ...shown, transactions } };
    },
  };
}

const ConsentQuery = Type.Object(
  { payerAddress: Type.String({ minLength: 32, maxLength: 44 }) },
  { additionalProperties: false },
);

const ReleaseConsent = Type.Object(
  {
    object: Type.Literal("release_consent"),
    isRequired: Type.Boolean({
      description: "True if a confirmation needs the payer's signature of the message.",
    }),
    message: Type.String({ description: "Text for the wallet's `signMessage`, as UTF-8." }),
  },
  { title: "ReleaseConsent" },
);

function addConsent(app: App, context: GatewayContext): void {
  app.get(
    "/payment-intents/:id/release-consent",
    {
      config: { scope: "intents:read" },
      schema: {
        operationId: "getReleaseConsent",
        tags,
        summary: "Get the text that a payer signs to let this account release the money",
        params: IntentParams,
        querystring: ConsentQuery,
        response: { 200: ReleaseConsent },
      },
    },
    async (request): Promise<Static<typeof ReleaseConsent>> => {
      const intent = await findIntent(context.database, callerOf(request), request.params.id);
      const { payerAddress } = request.query;
      if (!isAddress(payerAddress)) {
        throw new GatewayError(
          "invalid_request",
          `payerAddress: expected a Solana address (base58, 32 bytes), received ${JSON.stringify(payerAddress)}`,
          { param: "payerAddress" },
        );
      }
      const isSandbox = chainOf(context, intent.mode).sandboxKey !== null;
      const isRequired = !isSandbox && (await needsConsent(context.database, intent));
      const message = consentText(context.publicUrl, intent);
      return { object: "release_consent", isRequired, message };
    },
  );
}
