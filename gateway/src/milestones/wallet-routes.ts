/** `/v1/payment-intents/:id/unsigned-transactions` and `/signed-transactions`: one way for everything that a wallet signs. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { isAddress } from "../chain";
import { chainOf, type GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { App, Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { listOf } from "../http/list";
import { write } from "../http/write";
import { findIntent, findIntentToChange } from "../intents/find-intent";
import {
  type ChainNow,
  readChainNow,
  returnTransaction,
  type ReturnResult,
} from "../intents/return-transaction";
import { IntentParams } from "../intents/schema";
import { readWalletNext } from "./wallet-next";
import { prepareAction } from "./wallet-actions";
import {
  ActionTransactionView,
  SignedTransactionBody,
  SignedTransactionView,
  UnsignedActionBody,
  WalletNextView,
  WalletQuery,
} from "./wallet-schema";

const tags = ["Wallet transactions"];
const config = { scope: "intents:write", asksChain: true, party: "intent" } as const;

/** Routes of transactions that wallets sign. */
export const walletTransactionRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  addNext(app, context);
  addUnsigned(app, context);
  addSigned(app, context);
  return Promise.resolve();
};

function addNext(app: App, context: GatewayContext): void {
  app.get(
    "/payment-intents/:id/wallet-actions",
    {
      config: { scope: "intents:read", asksChain: true, party: "intent" },
      schema: {
        operationId: "getWalletActions",
        tags,
        summary: "List what a wallet can sign now and later, and what happens by itself",
        params: IntentParams,
        querystring: WalletQuery,
        response: { 200: WalletNextView },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const intent = await findIntent(context.database, caller, request.params.id);
      const chain = chainOf(context, caller.mode);
      const { wallet } = request.query;
      if (isAddress(wallet)) return readWalletNext(context, { intent, chain, wallet });
      throw new GatewayError(
        "invalid_request",
        `wallet: expected a Solana address (base58, 32 bytes), received ${JSON.stringify(wallet)}`,
        { param: "wallet" },
      );
    },
  );
}

function addUnsigned(app: App, context: GatewayContext): void {
  app.post(
    "/payment-intents/:id/unsigned-transactions",
    {
      config,
      schema: {
        operationId: "createUnsignedTransactions",
        tags,
        summary: "Build the next transactions for a party's wallet to sign (live)",
        description:
          "Fails while the chain does not allow the action. Send each signed transaction to signed-transactions before it expires.",
        params: IntentParams,
        body: UnsignedActionBody,
        response: { 200: listOf(ActionTransactionView) },
      },
    },
    write(context, async (transaction, request, caller) => {
      const { id } = request.params as { id: string };
      const body = request.body as UnsignedActionBody;
      const intent = await findIntent(transaction, caller, id);
      const chain = chainOf(context, caller.mode);
      const askedBy = caller.session?.wallet;
      return {
        async finish() {
          const data = await prepareAction(context, { intent, chain, body, askedBy });
          return { status: 200, body: { object: "list", data, has_more: false } };
        },
      };
    }),
  );
}

function addSigned(app: App, context: GatewayContext): void {
  const readNow = readChainNow(context);
  app.post(
    "/payment-intents/:id/signed-transactions",
    {
      config,
      schema: {
        operationId: "sendSignedTransaction",
        tags,
        summary:
          "Submit a transaction that a wallet signed; the last missing signature sends it (live)",
        description:
          "Accepts only bytes that this gateway built for this intent. The sponsor signs last. Waits up to ten seconds for the chain.",
        params: IntentParams,
        body: SignedTransactionBody,
        response: { 200: SignedTransactionView },
      },
    },
    write(
      context,
      async (transaction, request, caller, now: ChainNow) => {
        const { id } = request.params as { id: string };
        const body = request.body as SignedTransactionBody;
        const intent = await findIntentToChange(transaction, caller, id);
        const chain = chainOf(context, caller.mode);
        const returned = { intent, chain, transaction: body.transaction, now };
        const result = await returnTransaction(context, transaction, returned);
        return {
          finish: async () => ({ status: 200, body: await shown(context, intent.id, result) }),
        };
      },
      async (request, caller) => {
        const { id } = request.params as { id: string };
        await findIntent(context.database, caller, id);
        return readNow(request, caller);
      },
    ),
  );
}

async function shown(
  { outbox }: GatewayContext,
  paymentIntentId: string,
  result: ReturnResult,
): Promise<SignedTransactionView> {
  const { purpose } = result;
  const base = { object: "signed_transaction", paymentIntentId, purpose } as const;
  if (result.state === "incomplete") {
    const { missing: missingSigners } = result;
    return { ...base, status: "incomplete", missingSigners, signature: null, problem: null };
  }
  const { state, error } = await outbox.wait(result.jobId);
  const isEnded = state === "landed" || state === "failed";
  return {
    ...base,
    status: isEnded ? state : "sent",
    missingSigners: [],
    signature: result.signature,
    problem: state === "failed" ? error : null,
  };
}
