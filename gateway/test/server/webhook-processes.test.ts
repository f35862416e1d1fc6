import { expect } from "chai";
import { migrate, openDatabase } from "@milepost/database";
import {
  createDatabase,
  dropDatabase,
  openServer,
  type Server,
  startPostgres,
} from "@milepost/database/testing";
import { recordEvent } from "../../src/events/record";
import { createSecrets } from "../../src/secrets/process-secrets";
import { GATEWAY_SCHEMA, PROGRAM } from "../../src/store/migrations";
import { createDeliveries } from "../../src/webhooks/deliveries";
import { createEndpoint } from "../../src/webhooks/service";
import { type Receiver, startReceiver } from "../harness/receiver";
import { endProcesses, startProcess } from "../harness/start-process";
import type { GatewayContext } from "../../src/context";
import { createLog } from "../../src/observe/log";
import { createRandom } from "../harness/random";

const START = Date.parse("2026-01-01T00:00:00Z");

describe("webhooks of several processes on Postgres", () => {
  let server: Server;
  let url: string;
  let context: GatewayContext;
  let receiver: Receiver;

  before(async () => (server = await openServer()));
  after(() => server.stop());
  beforeEach(async () => {
    url = await createDatabase(server);
    context = await openContext(url);
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await endProcesses();
    await receiver.close();
    await context.database.close();
    await dropDatabase(server, url);
  });

  const endpoint = () =>
    context.database.transaction((transaction) =>
      createEndpoint(
        context,
        transaction,
        { accountId: "acct_1", mode: "test" },
        { url: receiver.url },
      ),
    );
  const record = (objectId: string) => recordOn(context, objectId);
  /** Waits until the receiver has got something; the test's time limit ends the wait. */
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  it("given two processes and failures then each object's events come in order, one at a time", async () => {
    const random = createRandom();
    await endpoint();
    const objects = Array.from({ length: 20 }, (_, index) => `intent_${index}`);
    const inFlight = new Map<string, number>();
    const done = new Map<string, number[]>();
    const faults: string[] = [];
    receiver.answer = (response, { event }) => {
      const { objectId, sequence } = event;
      const open = (inFlight.get(objectId) ?? 0) + 1;
      inFlight.set(objectId, open);
      if (open > 1) faults.push(`${objectId} has ${open} in flight`);
      const finished = done.get(objectId) ?? [];
      done.set(objectId, finished);
      if (sequence !== finished.length + 1)
        faults.push(`${objectId} got ${sequence} after ${finished}`);
      const isFailure = random() < 0.3;
      setImmediate(() => {
        inFlight.set(objectId, open - 1);
        if (!isFailure) finished.push(sequence);
        response.writeHead(isFailure ? 503 : 200).end();
      });
    };
    // A minute of retries takes under a second.
    const orders = { database: { url }, startsAt: START, speed: 100 };
    const processes = [startProcess(orders), startProcess(orders)];
    await Promise.all(processes.map(({ ready }) => ready));
    for (let sequence = 1; sequence <= 5; sequence += 1) {
      await Promise.all(objects.map((object) => record(object)));
    }
    await until(() => objects.every((object) => done.get(object)?.length === 5));
    expect(faults).to.deep.equal([]);
  });

  for (const [crashAt, times] of [
    ["after-record", 1],
    ["after-claim", 1],
    ["after-send", 2],
  ] as const) {
    it(`given kill -9 ${crashAt} then another process delivers, and the receiver gets it ${times === 1 ? "once" : "twice with one webhook-id"}`, async () => {
      await endpoint();
      const event = {
        accountId: "acct_1",
        type: "milestone.completed",
        objectId: "milestone_1",
      } as const;
      const first = startProcess({ database: { url }, crashAt, record: event, leaseSecs: 1 });
      expect(await first.ended).to.equal("SIGKILL");
      expect(receiver.received).to.have.length(times - 1);
      const second = startProcess({ database: { url }, leaseSecs: 1, speed: 100 });
      await second.ready;
      await until(() => receiver.received.length === times);
      expect(new Set(receiver.received.map(({ id }) => id)).size).to.equal(1);
      expect(new Set(receiver.received.map(({ body }) => body)).size).to.equal(1);
      for (let state = ""; state !== "delivered";) {
        const [row] = await context.database.query<{ state: string }>(
          "SELECT state FROM milepost_gateway.webhook_deliveries",
        );
        state = row!.state;
      }
      expect(receiver.received).to.have.length(times);
    });
  }

  it("given a process is killed in the middle then the other one sends the rest in order", async () => {
    await endpoint();
    const [doomed, other] = [
      startProcess({ database: { url }, leaseSecs: 1, speed: 100 }),
      startProcess({ database: { url }, leaseSecs: 1, speed: 100 }),
    ];
    await Promise.all([doomed.ready, other.ready]);
    for (let index = 0; index < 10; index += 1) {
      await Promise.all([record("intent_a"), record("intent_b")]);
      if (index === 4) doomed.kill();
    }
    const seen = (object: string) =>
      receiver.received
        .filter(({ event }) => event.objectId === object)
        .map(({ event }) => event.sequence as number);
    const expected = Array.from({ length: 10 }, (_, index) => index + 1);
    await until(() => ["intent_a", "intent_b"].every((object) => seen(object).includes(10)));
    for (const object of ["intent_a", "intent_b"]) {
      // The one that was in flight may come twice.
      const unique = seen(object).filter((sequence, index, all) => sequence !== all[index - 1]);
      expect(unique).to.deep.equal(expected);
    }
  });
});

describe("webhooks and a Postgres that restarts", () => {
  it("given Postgres restarts then deliveries go on without a restart of the process", async () => {
    const postgres = await startPostgres();
    const context = await openContext(postgres.url);
    const receiver = await startReceiver();
    const deliveries = createDeliveries(context, { pollMs: 10 });
    try {
      await context.database.transaction((transaction) =>
        createEndpoint(
          context,
          transaction,
          { accountId: "acct_1", mode: "test" },
          { url: receiver.url },
        ),
      );
      deliveries.start();
      await recordOn(context, "milestone_1");
      while (receiver.received.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
      await postgres.restart();
      await recordOn(context, "milestone_1");
      while (receiver.received.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(receiver.received.map(({ event }) => event.sequence)).to.deep.equal([1, 2]);
    } finally {
      await deliveries.stop();
      await receiver.close();
      await context.database.close();
      await postgres.stop();
    }
  });
});

async function openContext(url: string): Promise<GatewayContext> {
  const database = await openDatabase({ url }, PROGRAM);
  await migrate(database, GATEWAY_SCHEMA);
  return {
    database,
    chains: { test: { sandboxKey: () => null } },
    secrets: createSecrets([Buffer.alloc(32, 7)]),
    log: createLog({ level: "silent" }),
    now: () => new Date(START),
  } as unknown as GatewayContext;
}

function recordOn(context: GatewayContext, objectId: string): Promise<string> {
  return context.database.transaction((transaction) =>
    recordEvent(
      transaction,
      { accountId: "acct_1", mode: "test", type: "milestone.completed", objectId, data: {} },
      context.now(),
    ),
  );
}
