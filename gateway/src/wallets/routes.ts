/** `/v1/account/wallets`. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "@sinclair/typebox";
import type { GatewayContext } from "../context";
import type { App, Routes } from "../http/app";
import { callerOf } from "../http/authenticate";
import { ListQuery, listOf, pageOf, toList } from "../http/list";
import { optionalBody } from "../http/optional-body";
import { write } from "../http/write";
import { toSeconds } from "../time/seconds";
import {
  ChallengeBody,
  RegisterWalletBody,
  WalletChallengeView,
  WalletParams,
  WalletView,
} from "./schema";
import { createChallenge, findWallet, registerWallet } from "./service";
import { listWallets, removeWallet } from "./store";
import type { Wallet } from "./wallet";

const tags = ["Wallets"];
const PATH = "/account/wallets";

/** Routes of wallets. */
export const walletRoutes: Routes = (context) => (instance) => {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  addRegistration(app, context);
  addReads(app, context);
  addRemoval(app, context);
  return Promise.resolve();
};

const show = ({ id, address, label, createdAt }: Wallet): WalletView => ({
  id,
  object: "wallet",
  address,
  label,
  created: toSeconds(createdAt),
});

function addRegistration(app: App, context: GatewayContext): void {
  app.post(
    "/account/wallet-challenges",
    {
      config: { scope: "account:write" },
      schema: {
        operationId: "createWalletChallenge",
        tags,
        summary: "Create the text that a wallet signs to register",
        body: ChallengeBody,
        response: { 201: WalletChallengeView },
      },
    },
    write(context, async (transaction, request, caller) => {
      const body = request.body as ChallengeBody;
      const challenge = await createChallenge(context, transaction, caller, body);
      return { status: 201, body: challenge };
    }),
  );

  app.post(
    PATH,
    {
      config: { scope: "account:write", namesObject: true },
      schema: {
        operationId: "registerWallet",
        tags,
        summary: "Register a wallet of the account with its signed challenge",
        description:
          "Name a registered wallet by its id in `settlementDestination`. The payer's approval or silence releases the milestones that pay it, never a key of this account.",
        body: RegisterWalletBody,
        response: { 201: WalletView },
      },
    },
    write(context, async (transaction, request, caller) => {
      const body = request.body as RegisterWalletBody;
      const wallet = await registerWallet(context, transaction, caller, body);
      return { status: 201, body: show(wallet) };
    }),
  );
}

function addReads(app: App, context: GatewayContext): void {
  app.get(
    PATH,
    {
      config: { scope: "account:read" },
      schema: {
        operationId: "listWallets",
        tags,
        summary: "List the account's wallets of this mode, newest first",
        querystring: Type.Object(ListQuery, { additionalProperties: false }),
        response: { 200: listOf(WalletView) },
      },
    },
    async (request) => {
      const page = pageOf(request.query, "wallet_");
      const wallets = await listWallets(context.database, callerOf(request), page);
      return toList(wallets, page, show);
    },
  );

  app.get(
    `${PATH}/:walletId`,
    {
      config: { scope: "account:read" },
      schema: {
        operationId: "getWallet",
        tags,
        summary: "Retrieve a wallet",
        params: WalletParams,
        response: { 200: WalletView },
      },
    },
    async (request) =>
      show(await findWallet(context.database, callerOf(request), request.params.walletId)),
  );
}

function addRemoval(app: App, context: GatewayContext): void {
  app.delete(
    `${PATH}/:walletId`,
    {
      config: { scope: "account:write" },
      schema: {
        operationId: "removeWallet",
        tags,
        summary: "Remove a wallet; new intents can no longer name it by its id",
        params: WalletParams,
        body: optionalBody(Type.Object({}, { additionalProperties: false })),
        response: {
          200: Type.Object({
            id: Type.String(),
            object: Type.Literal("wallet"),
            deleted: Type.Literal(true),
          }),
        },
      },
    },
    write(context, async (transaction, request, caller) => {
      const { walletId } = request.params as { walletId: string };
      const { id } = await findWallet(transaction, caller, walletId);
      await removeWallet(transaction, id, context.now());
      return { status: 200, body: { id, object: "wallet", deleted: true } };
    }),
  );
}
