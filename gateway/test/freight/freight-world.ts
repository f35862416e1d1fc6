/** ChainFreight and ChainPay on a localnet: two ports, a real outbox, the accounts' keys, and the chain to read. */
import type { TestDatabase } from "@milepost/database/testing";
import { type ChainRuntime, type PolicyState, readPolicy, type SandboxRole } from "../../src/chain";
import type { GatewayContext } from "../../src/context";
import {
  type Freight,
  type FreightOptions,
  registerFreightHandlers,
  startFreight,
} from "../../src/freight/start-freight";
import { createAccount, createKey } from "../../src/keys/store";
import type { OutboxOptions, RunningOutbox } from "../../src/outbox/create-outbox";
import { startMilepostLocalnet, type MilepostLocalnet } from "../../../localnet/src";
import { createSandboxChain } from "../../src/chain";
import { openTestDatabase } from "../harness/test-database";
import { tokenBalance, workerContext } from "../harness/worker-context";

/** Time at which a chain with a manual clock stands still. */
export const START = 1_800_000_000n;

/** Answer of a request. */
export interface Reply {
  status: number;
  // JSON of an answer: a test asserts what is in it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
}

export class FreightWorld {
  private constructor(
    readonly localnet: MilepostLocalnet,
    readonly chain: ChainRuntime,
    readonly context: GatewayContext,
    readonly outbox: RunningOutbox,
    readonly opened: TestDatabase,
    readonly accounts: { own: string; other: string },
    readonly keys: { own: string; other: string; reading: string },
    public freight: Freight,
  ) {}

  static async open(
    options: FreightOptions & { clock?: "wall"; outbox?: Partial<OutboxOptions> } = {},
  ): Promise<FreightWorld> {
    // The embedded database first: while it compiles, it blocks the process, and idle connections of a localnet end.
    const opened = await openTestDatabase();
    const { database } = opened;
    const localnet = await startMilepostLocalnet({
      port: 0,
      ...(options.clock ? {} : { clock: { mode: "manual", unixTimestamp: Number(START) } }),
    });
    const chain = await createSandboxChain(localnet, { seed: Buffer.alloc(32, 7) });
    const { context, outbox } = workerContext(database, chain, {
      random: () => 0,
      ...options.outbox,
    });
    const { now } = context;
    registerFreightHandlers(context);
    outbox.start();
    const own = await createAccount(database, "Shipper", now());
    const other = await createAccount(database, "Other", now());
    const keyOf = async (accountId: string, scopes: "freight:read"[] | null) =>
      (await createKey(database, { accountId, mode: "test", name: "t", scopes }, now())).text;
    const keys = {
      own: await keyOf(own, null),
      other: await keyOf(other, null),
      reading: await keyOf(own, ["freight:read"]),
    };
    const freight = await startFreight(context, {
      freightPort: 0,
      payPort: 0,
      keylessAccountId: own,
      webhookMs: 50,
      ...options,
    });
    const accounts = { own, other };
    return new FreightWorld(localnet, chain, context, outbox, opened, accounts, keys, freight);
  }

  async close(): Promise<void> {
    await this.freight.close();
    await this.outbox.stop();
    await this.localnet.close();
    await this.opened.drop();
  }

  /** Asks one of the servers; without a key by default. */
  async ask(
    service: "freight" | "pay",
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const url = service === "freight" ? this.freight.freightUrl : this.freight.payUrl;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: text }),
    });
    return { status: answer.status, body: await answer.json() };
  }

  /** Creates shipment, token, intent and schedule; returns their ids. */
  async scheduled({ risk, amount = 10_000 }: { risk?: number; amount?: unknown } = {}): Promise<{
    shipment: number;
    token: number;
    intent: number;
  }> {
    const created = async (service: "freight" | "pay", path: string, body?: unknown) => {
      const { status, body: answer } = await this.ask(service, "POST", path, body);
      if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
      return (answer as { id: number }).id;
    };
    const shipment = await created("freight", "/shipments", {
      shipper_name: "FedEx",
      origin: "SF",
      destination: "NY",
      ...(risk === undefined ? {} : { risk_score: risk }),
    });
    const token = await created("freight", `/shipments/${shipment}/tokenize`, {
      face_value: 10_000,
    });
    const intent = await created("pay", "/payment_intents", { freight_token_id: token, amount });
    await created("pay", `/payment_intents/${intent}/build_schedule`);
    return { shipment, token, intent };
  }

  /** Records an event of a shipment. */
  async event(shipment: number, type: string): Promise<Reply> {
    return this.ask("freight", "POST", `/shipments/${shipment}/events`, { event_type: type });
  }

  /** Waits until every settlement of the intent that waits for the chain has an end; returns the history. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  async history(intent: number): Promise<any> {
    for (;;) {
      const { body } = await this.ask("pay", "GET", `/payment_intents/${intent}/history`);
      const { milestone_settlements: all } = body as {
        milestone_settlements: { waits_for: string | null }[];
      };
      if (all.every(({ waits_for }) => waits_for !== "chain")) return body;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Waits for every job that is due. */
  async settled(): Promise<void> {
    const time = await this.chain.time();
    const rows = await this.context.database.query<{ id: string }>(
      `SELECT id FROM milepost_gateway.chain_jobs WHERE state IN ('queued', 'signed')
       AND (not_before IS NULL OR not_before <= $1)`,
      [time.toString()],
    );
    this.outbox.wake();
    for (const { id } of rows) await this.outbox.wait(id);
  }

  /** Returns how many landed jobs the outbox has not found final yet. */
  async notFinal(): Promise<number> {
    const rows = await this.context.database.query(
      "SELECT id FROM milepost_gateway.chain_jobs WHERE state = 'landed' AND finalized_at IS NULL AND signature IS NOT NULL",
    );
    return rows.length;
  }

  /** Moves the chain's clock. */
  async pass(seconds: bigint): Promise<void> {
    this.localnet.chain.setTime(Number((await this.chain.time()) + seconds));
    this.outbox.wake();
  }

  /** Base units in a party's token account; 0 where it does not exist. */
  async balance(role: SandboxRole, accountId = this.accounts.own): Promise<bigint> {
    return tokenBalance(this.chain, this.chain.sandboxKey!(accountId, role).publicKey);
  }

  /** Policies of an intent's items as the chain has them; null for an item without one. */
  async policies(intent: number): Promise<(PolicyState | null)[]> {
    const { body } = await this.ask("pay", "GET", `/payment_intents/${intent}/schedule`);
    const { items } = body as { items: { policy: string | null }[] };
    const states: (PolicyState | null)[] = [];
    for (const { policy } of items) {
      states.push(policy === null ? null : await readPolicy(this.chain, policy));
    }
    return states;
  }
}
