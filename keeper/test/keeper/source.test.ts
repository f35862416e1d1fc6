import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { ACCOUNT_SIZE, decodeAccount, PROGRAM_ID } from "@milepost/sdk";
import { openConnections } from "../../src/config/connections";
import type { PolicyListener, PolicySource } from "../../src/find/source";
import { createKeeper } from "../../src/keeper";
import { openQueue } from "../../src/queue/leases";
import { createLog } from "../../src/observe/log";
import { createMetrics } from "../../src/observe/metrics";
import type { Outcome } from "../../src/store/outcomes";
import { plansOf } from "../../src/store/policies";
import { MilepostNet } from "../harness/cli-localnet";
import { migratedDatabase, type TestDatabase } from "../harness/test-database";

const HOUR = 3_600n;

/** Source with an index of its own, whose events come by webhook. */
class WebhookSource implements PolicySource {
  private listener: PolicyListener | null = null;
  private readonly server: Server;
  starts = 0;
  scans = 0;

  constructor(private readonly chain: MilepostNet) {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const events = JSON.parse(Buffer.concat(chunks).toString()) as {
          address: string;
          slot: number;
        }[];
        for (const { address, slot } of events) this.listener?.policyChanged(address, slot);
        response.end();
      });
    });
  }

  get isLive(): boolean {
    return this.listener !== null;
  }

  async start(listener: PolicyListener): Promise<void> {
    this.starts += 1;
    this.listener = listener;
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  stop(): void {
    this.listener = null;
    this.server.close();
  }

  async *scan() {
    this.scans += 1;
    const { connection } = this.chain.net;
    const filters = [{ dataSize: ACCOUNT_SIZE.paymentPolicy }];
    const config = { filters, withContext: true } as const;
    const { context, value } = await connection.getProgramAccounts(PROGRAM_ID, config);
    const policies = value.map(({ pubkey, account }) => ({
      address: pubkey.toBase58(),
      policy: decodeAccount("paymentPolicy", pubkey, account, PROGRAM_ID),
    }));
    yield { slot: context.slot, policies };
  }

  async post(events: { address: string; slot: number }[]): Promise<void> {
    const { port } = this.server.address() as AddressInfo;
    const body = JSON.stringify(events);
    const { status } = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body });
    expect(status).to.equal(200);
  }
}

describe("keeper: a source of its own", () => {
  let chain: MilepostNet;
  let test: TestDatabase;
  before(async () => {
    test = await migratedDatabase();
    chain = await MilepostNet.start();
  });
  after(() => Promise.all([chain.stop(), test.drop()]));

  it("given a source that is fed by a webhook, when policies come by its scan and by its events, then both are paid, without a websocket or getProgramAccounts", async () => {
    const scanned = (await chain.policy(1)).address.toBase58();
    const methods = new Set<string>();
    const source = new WebhookSource(chain);
    const paid: string[] = [];
    let tellPaid: () => void = () => undefined;
    const bothPaid = new Promise<void>((resolve) => (tellPaid = resolve));
    const { any, each } = openConnections({
      urls: [chain.net.localnet.url],
      fetch: (input, init) => {
        methods.add((JSON.parse(String(init!.body)) as { method: string }).method);
        return fetch(input, init);
      },
    });
    const keeper = createKeeper({
      database: test.database,
      queue: await openQueue(test.database, { isAlone: true }),
      connection: any,
      connections: each,
      source,
      feePayer: await chain.net.funded(),
      log: createLog({ destination: { write: () => undefined } }),
      metrics: createMetrics(),
      events: {
        executed: ({ policy }: Outcome) => {
          paid.push(policy);
          if (paid.length === 2) tellPaid();
        },
      },
    });
    await keeper.start();
    try {
      expect(keeper.isScanned).to.equal(true);
      expect(await plansOf(test.database, [scanned])).to.have.length(1);
      const told = (await chain.policy(1)).address.toBase58();
      await source.post([{ address: told, slot: await chain.net.connection.getSlot() }]);
      await chain.pass(HOUR);
      await bothPaid;
      expect(paid).to.have.members([scanned, told]);
      expect(source).to.include({ starts: 1, scans: 1 });
      expect([...methods]).not.to.include("getProgramAccounts");
    } finally {
      await keeper.stop();
    }
    expect(source.isLive).to.equal(false);
  });

  it("given neither a source nor a websocket, when a keeper is created, then it refuses", async () => {
    const { any } = openConnections({ urls: [chain.net.localnet.url] });
    const feePayer = await chain.net.funded();
    const [log, metrics] = [createLog(), createMetrics()];
    const make = () =>
      createKeeper({
        database: test.database,
        queue: null,
        connection: any,
        feePayer,
        log,
        metrics,
      });
    expect(make).to.throw(TypeError, "expected connect or source, received neither");
  });
});
