import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { migrate, openDatabase } from "@milepost/database";
import { putDatabaseFiles } from "@milepost/database/testing";
import { GATEWAY_SCHEMA, PROGRAM } from "../../src/store/migrations";
import { claimDue } from "../../src/webhooks/claim";
import { createDeliveries, type Deliveries } from "../../src/webhooks/deliveries";
import { requeueSince } from "../../src/webhooks/delivery-store";
import { finishAttempt } from "../../src/webhooks/finish";
import { createEndpoint } from "../../src/webhooks/service";
import { findEndpoint } from "../../src/webhooks/store";
import { record } from "../harness/events";
import { type Receiver, startReceiver } from "../harness/receiver";
import { endProcesses, startProcess } from "../harness/start-process";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

describe("sharing of deliveries", () => {
  let gateway: TestGateway;
  let receiver: Receiver;
  let deliveries: Deliveries;
  let endpoint: string;

  beforeEach(async () => {
    gateway = await startTestGateway();
    receiver = await startReceiver();
    deliveries = createDeliveries(gateway.context, { pollMs: 5 });
    endpoint = await create(receiver.url);
  });
  afterEach(async () => {
    await receiver.close();
    await deliveries.stop();
    await gateway.close();
  });

  const create = async (url: string): Promise<string> =>
    (await gateway.request("POST", "/v1/webhook-endpoints", { url })).body.id;
  const claim = (lease: string, leaseSecs = 60, perEndpoint = 5) =>
    claimDue(gateway.context.database, gateway.context.now(), lease, {
      total: 100,
      perEndpoint,
      leaseSecs,
    });
  const ok = { status: 200, body: "", error: null, retryAfterSecs: null };
  const finish = ([delivery]: Awaited<ReturnType<typeof claim>>) =>
    finishAttempt(
      gateway.context.database,
      {
        delivery: delivery!,
        result: ok,
        durationMs: 1,
        now: gateway.context.now(),
        random: 0,
      },
      null,
    );
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise<void>((resolve) => setImmediate(resolve));
  };

  it("hands a delivery to one process, and the next of its object only after the result", async () => {
    await record(gateway, "milestone.completed", "milestone_1");
    await record(gateway, "milestone.completed", "milestone_1");
    const first = await claim("a");
    expect(first.map(({ sequence }) => sequence)).to.deep.equal([1]);
    expect(await claim("b")).to.deep.equal([]);
    expect(await finish(first)).to.equal("delivered");
    expect((await claim("b")).map(({ sequence }) => sequence)).to.deep.equal([2]);
  });

  it("given a lease runs out then another process sends it, and the first one's result counts nothing", async () => {
    await record(gateway, "milestone.completed", "milestone_1");
    const first = await claim("a", 0);
    const second = await claim("b");
    expect(second.map(({ id }) => id)).to.deep.equal(first.map(({ id }) => id));
    expect(second[0]!.attempts).to.equal(2);
    expect(await finish(first)).to.equal("lost");
    expect(await finish(second)).to.equal("delivered");
  });

  it("given an earlier event is queued again then it waits for the one in flight", async () => {
    const { database } = gateway.context;
    await record(gateway, "milestone.completed", "milestone_1");
    await record(gateway, "milestone.completed", "milestone_1");
    await finish(await claim("a"));
    const second = await claim("a");
    const row = await findEndpoint(
      database,
      { accountId: gateway.accountId, mode: "test" },
      endpoint,
    );
    const since = { time: new Date(0) };
    const now = gateway.context.now();
    expect(await requeueSince(database, row!, since, false, now)).to.equal(1);
    expect(await claim("b")).to.deep.equal([]);
    await finish(second);
    expect((await claim("b")).map(({ sequence }) => sequence)).to.deep.equal([1]);
  });

  it("given a receiver hangs then it holds few deliveries, and other endpoints get theirs", async () => {
    const hanging = await startReceiver();
    hanging.answer = () => undefined;
    await gateway.request("PATCH", `/v1/webhook-endpoints/${endpoint}`, { url: hanging.url });
    await create(receiver.url);
    for (let index = 0; index < 30; index += 1) {
      await record(gateway, "milestone.completed", `milestone_${index}`);
    }
    deliveries.start();
    await until(() => receiver.received.length === 30);
    await until(() => hanging.received.length === 5);
    expect(await claim("b")).to.deep.equal([]);
    await hanging.close();
  });

  it("given a stop then what is in flight ends first and nothing new begins", async () => {
    await record(gateway, "milestone.completed", "milestone_1");
    await record(gateway, "milestone.completed", "milestone_1");
    let answer: (() => void) | undefined;
    receiver.answer = (response) => {
      answer = () => void response.writeHead(200).end();
    };
    deliveries.start();
    await until(() => answer !== undefined);
    const stopped = deliveries.stop();
    answer!();
    await stopped;
    const rows = await gateway.context.database.query<{ state: string; lease: string | null }>(
      "SELECT state, lease FROM milepost_gateway.webhook_deliveries ORDER BY sequence",
    );
    expect(rows).to.deep.equal([
      { state: "delivered", lease: null },
      { state: "pending", lease: null },
    ]);
    expect(receiver.received).to.have.length(1);
  });

  it("given a deleted endpoint then nothing more is sent to it", async () => {
    await record(gateway, "milestone.completed", "milestone_1");
    await gateway.request("DELETE", `/v1/webhook-endpoints/${endpoint}`);
    expect(await deliveries.drain()).to.equal(0);
    expect(receiver.received).to.deep.equal([]);
  });

  it("given 100 events at once of one object then numbers without gaps, and deliveries in order", async () => {
    const recorded = Array.from({ length: 100 }, () =>
      record(gateway, "milestone.completed", "milestone_1"),
    );
    await Promise.all(recorded);
    await deliveries.drain();
    expect(receiver.received.map(({ event }) => event.sequence)).to.deep.equal(
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
  });
});

describe("deliveries on an embedded database", () => {
  it("given kill -9 between the event's commit and its delivery then the next start delivers it", async () => {
    const directory = mkdtempSync(path.join(tmpdir(), "milepost-webhooks-"));
    const receiver = await startReceiver();
    try {
      await putDatabaseFiles(directory);
      const database = await openDatabase({ directory }, PROGRAM);
      await migrate(database, GATEWAY_SCHEMA);
      const gateway = await startTestGateway();
      await database.transaction((transaction) =>
        createEndpoint(
          gateway.context,
          transaction,
          { accountId: "acct_1", mode: "test" },
          { url: receiver.url },
        ),
      );
      await gateway.close();
      await database.close();
      const event = {
        accountId: "acct_1",
        type: "milestone.completed",
        objectId: "milestone_1",
      } as const;
      const first = startProcess({
        database: { directory },
        crashAt: "after-record",
        record: event,
      });
      expect(await first.ended).to.equal("SIGKILL");
      expect(receiver.received).to.deep.equal([]);
      await startProcess({ database: { directory } }).ready;
      while (receiver.received.length === 0) {
        await new Promise<void>((resolve) => setTimeout(resolve, 10));
      }
      expect(receiver.received[0]!.event).to.include({ objectId: "milestone_1", sequence: 1 });
    } finally {
      await endProcesses();
      await receiver.close();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
