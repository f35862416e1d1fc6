/** A sandbox whose intents are paid by wallets, as a checkout page and Solana Actions do: without an API key. */
import { Keypair, VersionedTransaction } from "@solana/web3.js";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../../src/http/app";
import { RESOURCES, ROOT_ROUTES } from "../../src/resources";
import { signText } from "./live-gateway";
import { type SandboxGateway, startSandboxGateway } from "./sandbox-gateway";
import { tokenBalance } from "./worker-context";

/** JSON of an answer: a test asserts what is in it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

/** Answer of a request without a key. */
export interface PageAnswer {
  status: number;
  body: Json;
}

/** An intent with the secret of its checkout. */
export interface Payment {
  id: string;
  secret: string;
  /** Path of the API, for the account's key. */
  path: string;
  milestoneIds: string[];
}

/** Amounts of three milestones that sum to 1000.00. */
export const THREE = ["300.00", "500.00", "200.00"] as const;

/** A gateway with the routes of pages and wallets. */
export class CheckoutWorld {
  private constructor(
    readonly gateway: SandboxGateway,
    readonly app: FastifyInstance,
  ) {}

  static async open(): Promise<CheckoutWorld> {
    const gateway = await startSandboxGateway({ clock: "manual" });
    const app = await buildApp(gateway.context, RESOURCES, { rootRoutes: ROOT_ROUTES });
    return new CheckoutWorld(gateway, app);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.gateway.close();
  }

  /** Sends a request as a page or a wallet does: no key. */
  async ask(method: "GET" | "POST", url: string, payload?: object): Promise<PageAnswer> {
    const answer = await this.app.inject({
      method,
      url: url.replace(this.gateway.context.publicUrl, ""),
      ...(payload ? { payload } : {}),
    });
    return { status: answer.statusCode, body: answer.json<Json>() };
  }

  /** Creates an intent, with milestones where amounts are given. */
  async payment(
    changes: Record<string, unknown> = {},
    amounts: readonly string[] = THREE,
  ): Promise<Payment> {
    const { body } = await this.gateway.post("/v1/payment-intents", {
      amount: "1000.00",
      currency: "USDC",
      type: "DELIVERY_VS_PAYMENT",
      settlementMethod: "ON_CHAIN",
      settlementDestination: "payee",
      description: "A new roof",
      releaseType: "MILESTONE_LOCKED",
      autoRelease: true,
      ...changes,
    });
    const path = `/v1/payment-intents/${body.id}`;
    const milestoneIds: string[] = [];
    const isMilestones = body.data.releaseType === "MILESTONE_LOCKED";
    for (const [milestoneIndex, amount] of (isMilestones ? amounts : []).entries()) {
      const description = `Part ${milestoneIndex + 1}`;
      const draft = { milestoneIndex, amount, description };
      milestoneIds.push((await this.gateway.post(`${path}/escrow/milestones`, draft)).body.id);
    }
    return { id: body.id, secret: body.data.client_secret, path, milestoneIds };
  }

  /** Returns a wallet of the test with SOL and tokens. */
  async wallet(units = 5_000_000_000n): Promise<Keypair> {
    const wallet = Keypair.generate();
    await this.gateway.chain.sandboxFund!(wallet.publicKey, "USDC", units);
    return wallet;
  }

  balance({ publicKey }: Keypair): Promise<bigint> {
    return tokenBalance(this.gateway.chain, publicKey);
  }

  publicUrl({ id, secret }: Payment, tail = ""): string {
    return `/v1/payment-intents/public/${id}${tail}?client_secret=${secret}`;
  }

  actionUrl({ id, secret }: Payment, tail = ""): string {
    return `/actions/intents/${id}${tail}?client_secret=${secret}`;
  }

  /** What the payer's page shows. */
  async checkout(payment: Payment): Promise<Json> {
    return (await this.ask("GET", this.publicUrl(payment))).body.checkout;
  }

  /** Signs the consent's message and sends it. */
  async consent(payment: Payment, wallet: Keypair): Promise<PageAnswer> {
    const { message } = (await this.checkout(payment)).consent;
    return this.ask("POST", this.publicUrl(payment, "/release-consent"), {
      account: wallet.publicKey.toBase58(),
      signature: signText(message, wallet),
    });
  }

  /** Asks for the next part's transaction; the wallet signs and sends it. Returns its signature. */
  async send(payment: Payment, wallet: Keypair): Promise<string> {
    const account = wallet.publicKey.toBase58();
    const built = await this.ask("POST", this.actionUrl(payment), { account });
    if (built.status !== 200) throw new Error(JSON.stringify(built.body));
    return this.sendBytes(built.body.transaction, wallet);
  }

  async sendBytes(transaction: string, wallet: Keypair): Promise<string> {
    const { connection } = this.gateway.chain;
    const bytes = VersionedTransaction.deserialize(Buffer.from(transaction, "base64"));
    bytes.sign([wallet]);
    const signature = await connection.sendRawTransaction(bytes.serialize());
    await connection.confirmTransaction(signature, "confirmed");
    return signature;
  }

  /** The intent as its own account sees it. */
  async intent({ path }: Payment): Promise<Json> {
    return (await this.gateway.get(path)).body.data;
  }
}
