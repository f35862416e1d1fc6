/** From a completed milestone over the chain to the receiver of its webhook, with kill -9 at every point on the way. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { bundleProgram, MODULES } from "@milepost/database/testing";
import { Keypair, LAMPORTS_PER_SOL } from "@solana/web3.js";
import { expect } from "chai";
import { CRASH_POINTS as OUTBOX_POINTS } from "../../src/outbox/crash-points";
import { CRASH_POINTS as WEBHOOK_POINTS } from "../../src/webhooks/crash-points";
import { type Receiver, startReceiver } from "../harness/receiver";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import { fundedIntent } from "../harness/serve-process";
import type { PaymentOrders } from "./payment-process";

const POINTS = [
  ...OUTBOX_POINTS.map((point) => `outbox ${point}` as const),
  ...WEBHOOK_POINTS.map((point) => `webhooks ${point}` as const),
];
/** 100.00 less one percent. */
const NET = 99_000_000n;

describe("from the outbox to the webhook, with kill -9 at every point", () => {
  let gateway: SandboxGateway;
  let receiver: Receiver;
  const sponsor = Keypair.generate();
  const running: ChildProcess[] = [];
  before(async () => {
    gateway = await startSandboxGateway();
    receiver = await startReceiver();
    await gateway.chain.connection.requestAirdrop(sponsor.publicKey, LAMPORTS_PER_SOL);
  });
  after(async () => {
    for (const child of running) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
    }
    await receiver?.close();
    await gateway?.close();
  });

  function start(crashAt: PaymentOrders["crashAt"]): ChildProcess {
    const { localnet, chain, opened } = gateway;
    const orders: PaymentOrders = {
      databaseUrl: opened.url!,
      rpcUrl: localnet.url,
      programId: chain.programId.toBase58(),
      mint: localnet.mint.toBase58(),
      signer: [...chain.signer.secretKey],
      sponsor: [...sponsor.secretKey],
      master: Buffer.alloc(32, 7).toString("hex"),
      crashAt,
    };
    const program = bundleProgram(path.join(__dirname, "payment-process.ts"));
    const child = spawn(process.execPath, [program, JSON.stringify(orders)], {
      env: { ...process.env, NODE_PATH: MODULES },
      stdio: ["ignore", "pipe", "inherit"],
    });
    running.push(child);
    return child;
  }

  const query = <Row>(text: string) => gateway.context.database.query<Row>(text);
  const until = async (holds: () => Promise<boolean> | boolean) => {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  it("pays each milestone once, and the receiver gets every event of every object in order, at least once", async function () {
    // A process is started and killed for each point.
    this.timeout(180_000);
    const intents: { path: string; ids: string[] }[] = [];
    while (intents.length < POINTS.length) intents.push(await fundedIntent(gateway, 1));
    await gateway.outbox.stop();
    const hook = await gateway.post("/v1/webhook-endpoints", { url: receiver.url });
    expect(hook.status).to.equal(201);
    const paidBefore = await gateway.balance("payee");

    const answers: Promise<{ status: number }>[] = [];
    for (const [index, point] of POINTS.entries()) {
      const { path: at, ids } = intents[index]!;
      const url = `${at}/escrow/milestones/${ids[0]}/complete`;
      answers.push(
        gateway.post(url, { completedBy: "shop" }, { "idempotency-key": `key-${index}` }),
      );
      await until(async () => {
        const rows = await query(
          "SELECT 1 FROM milepost_gateway.chain_jobs WHERE kind LIKE '%release%'",
        );
        return rows.length > index;
      });
      const doomed = start(point);
      const [, signal] = (await once(doomed, "exit")) as [unknown, string];
      expect(signal, point).to.equal("SIGKILL");
    }
    start(null);
    await until(async () => {
      const open = await query(
        "SELECT 1 FROM milepost_gateway.webhook_deliveries WHERE state <> 'delivered'",
      );
      const unpaid = await query(
        "SELECT 1 FROM milepost_gateway.milestones WHERE status <> 'RELEASED'",
      );
      return open.length + unpaid.length === 0;
    });

    expect((await gateway.balance("payee")) - paidBefore).to.equal(NET * BigInt(POINTS.length));
    const entries = await query<{ type: string; net: string }>(
      "SELECT type, net::text FROM milepost_gateway.ledger_entries WHERE type = 'RELEASE'",
    );
    expect(entries.map(({ net }) => BigInt(net))).to.deep.equal(POINTS.map(() => NET));
    const { body: report } = await gateway.post("/v1/reconciliations");
    expect([report.status, report.differences]).to.deep.equal(["matched", []]);

    const events = await query<{ id: string; object_id: string; sequence: number }>(
      "SELECT e.id, e.object_id, e.sequence FROM milepost_gateway.events e JOIN milepost_gateway.webhook_deliveries d ON d.event_id = e.id ORDER BY e.object_id, e.sequence",
    );
    const got = receiver.received.map(({ id }) => id);
    expect([...new Set(got)].sort()).to.deep.equal(events.map(({ id }) => id).sort());
    for (const { object_id: objectId } of events) {
      const sequences = receiver.received
        .filter(({ event }) => event.objectId === objectId)
        .map(({ event }) => event.sequence as number);
      // An event that was in flight may come twice, and never after a later one.
      expect(sequences).to.deep.equal([...sequences].sort((a, b) => a - b));
    }
    const bodies = new Map<string, string>();
    for (const { id, body } of receiver.received) {
      expect(bodies.get(id) ?? body).to.equal(body);
      bodies.set(id, body);
    }
    const completed = receiver.received.filter(({ event }) => event.type === "milestone.completed");
    expect(new Set(completed.map(({ event }) => event.objectId)).size).to.equal(POINTS.length);
    await Promise.allSettled(answers);
  });
});
