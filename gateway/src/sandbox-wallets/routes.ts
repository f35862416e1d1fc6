/** `/sandbox/wallets`: the page's wallets sign here, in the sandbox only and for its own page only. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { Keypair } from "@solana/web3.js";
import { signMessageBytes, signTransactionBytes } from "../chain";
import { GatewayError } from "../errors/gateway-error";
import type { Routes } from "../http/app";
import { ownOriginOnly } from "./own-page-only";
import { SignMessageBody, SignTransactionsBody, WalletParams } from "./schema";
import type { SandboxWallets } from "./wallets";

const config = { isPublic: true } as const;

/** Returns the routes of wallets with these keys; they lie at the root. */
export const sandboxWalletRoutes =
  (wallets: SandboxWallets): Routes =>
  () =>
  (instance) => {
    const app = instance.withTypeProvider<TypeBoxTypeProvider>();
    app.addHook("onRequest", ownOriginOnly);
    const transactions = { hide: true, params: WalletParams, body: SignTransactionsBody };
    app.post(
      "/sandbox/wallets/:role/sign-transactions",
      { config, schema: transactions },
      ({ params, body }) => {
        const key = wallets[params.role];
        return { transactions: body.transactions.map((text, index) => signed(key, text, index)) };
      },
    );
    const message = { hide: true, params: WalletParams, body: SignMessageBody };
    app.post("/sandbox/wallets/:role/sign-message", { config, schema: message }, (request) => {
      const bytes = Buffer.from(request.body.message, "base64");
      const signature = signMessageBytes(wallets[request.params.role], bytes);
      return { signature: Buffer.from(signature).toString("base64") };
    });
    return Promise.resolve();
  };

function signed(key: Keypair, text: string, index: number): string {
  const bytes = signTransactionBytes(key, Buffer.from(text, "base64"));
  if (bytes) return Buffer.from(bytes).toString("base64");
  const param = `transactions[${index}]`;
  throw new GatewayError(
    "invalid_request",
    `${param}: expected a transaction in base64 that ${key.publicKey.toBase58()} signs. Ask the wallet whose signature it needs.`,
    { param },
  );
}
