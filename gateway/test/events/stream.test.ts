import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { repairPositions } from "../../src/events/positions";
import { streamRoutesWith } from "../../src/event-feed/stream-routes";
import { recordEvent } from "../../src/events/record";
import { record } from "../harness/events";
import { keyRoutes } from "../../src/keys/routes";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

/** An open stream: what came, by lines, and a wait for more. */
class Stream {
  private text = "";
  private readonly abort = new AbortController();
  status = 0;
  isEnded = false;

  private waiting: (() => void)[] = [];

  async open(url: string, headers: Record<string, string>): Promise<this> {
    const answer = await fetch(url, { headers, signal: this.abort.signal });
    this.status = answer.status;
    void this.read(answer);
    return this;
  }

  private async read(answer: Response): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const piece of answer.body! as unknown as AsyncIterable<Uint8Array>) {
        this.text += decoder.decode(piece, { stream: true });
        for (const wake of this.waiting.splice(0)) wake();
      }
    } catch {
      // Closed by the test.
    }
    this.isEnded = true;
    for (const wake of this.waiting.splice(0)) wake();
  }

  get ids(): string[] {
    return [...this.text.matchAll(/^id: (\S+)$/gm)].map(([, id]) => id!);
  }

  get events(): { id: string; type: string; sequence: number; objectId: string }[] {
    return [...this.text.matchAll(/^data: (.+)$/gm)].map(([, json]) => JSON.parse(json!));
  }

  get heartbeats(): number {
    return this.text.split(": heartbeat").length - 1;
  }

  /** Waits until something holds; the test's own time limit ends the wait. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  close(): void {
    this.abort.abort();
  }
}

describe("GET /v1/events/stream", () => {
  let gateway: TestGateway;
  let base: string;
  const streams: Stream[] = [];

  beforeEach(async () => {
    const settings = { pollMs: 5, heartbeatMs: 50, perAccount: 2 };
    gateway = await startTestGateway([keyRoutes, streamRoutesWith(settings)]);
    await gateway.app.listen({ host: "127.0.0.1", port: 0 });
    base = `http://127.0.0.1:${(gateway.app.server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.close();
    await gateway.close();
  });

  const open = async (query = "", headers: Record<string, string> = {}) => {
    const stream = await new Stream().open(`${base}/v1/events/stream${query}`, {
      "x-api-key": gateway.keys.test,
      ...headers,
    });
    streams.push(stream);
    return stream;
  };

  it("sends what happens from now on, whole and in order", async () => {
    await record(gateway, "milestone.completed", "milestone_0");
    const stream = await open();
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      ids.push(await record(gateway, "milestone.completed", "milestone_1"));
    }
    await stream.until(() => stream.ids.length === 5);
    expect(stream.ids).to.deep.equal(ids);
    expect(stream.events.map(({ sequence }) => sequence)).to.deep.equal([1, 2, 3, 4, 5]);
  });

  it("complaint (b): resumes after Last-Event-ID without a gap or a repetition, by header and by query", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 250; index += 1) {
      ids.push(await record(gateway, "milestone.completed", `milestone_${index}`));
    }
    const byHeader = await open("", { "last-event-id": ids[9]! });
    const byQuery = await open(`?last_event_id=${ids[239]}`);
    ids.push(await record(gateway, "milestone.completed", "milestone_250"));
    await byHeader.until(() => byHeader.ids.length >= 241);
    await byQuery.until(() => byQuery.ids.length >= 11);
    expect(byHeader.ids).to.deep.equal(ids.slice(10));
    expect(byQuery.ids).to.deep.equal(ids.slice(240));
  });

  it("complaint (b): sends heartbeats, so that a silent stream is a dead one", async () => {
    const stream = await open();
    await stream.until(() => stream.heartbeats >= 2);
  });

  it("complaint (b): answers 404 for an event that is not kept, instead of a stream with a gap", async () => {
    const answer = await fetch(`${base}/v1/events/stream`, {
      headers: { "x-api-key": gateway.keys.test, "last-event-id": "evt_gone" },
    });
    const { error } = (await answer.json()) as { error: { code: string; param: string } };
    expect([answer.status, error.code, error.param]).to.deep.equal([
      404,
      "resource_missing",
      "Last-Event-ID",
    ]);
  });

  it("answers 404 for the event of another account, like for an unknown one", async () => {
    const id = await record(gateway, "milestone.completed", "milestone_1");
    const stream = await open("", { "x-api-key": gateway.keys.other, "last-event-id": id });
    expect(stream.status).to.equal(404);
  });

  it("sends only events of the account, the mode, and the filters", async () => {
    const stream = await open("?type=dispute.*&object_id=dispute_1");
    await record(gateway, "dispute.raised", "dispute_1", { mode: "live" });
    await record(gateway, "milestone.completed", "dispute_1");
    await record(gateway, "dispute.raised", "dispute_2");
    const id = await record(gateway, "dispute.raised", "dispute_1");
    await stream.until(() => stream.ids.length > 0);
    expect(stream.ids).to.deep.equal([id]);
  });

  it("refuses more streams than an account may have, and takes one again after one is closed", async () => {
    const first = await open();
    await open();
    const refused = await fetch(`${base}/v1/events/stream`, {
      headers: { "x-api-key": gateway.keys.test },
    });
    expect([refused.status, refused.headers.get("retry-after")]).to.deep.equal([429, "10"]);
    expect((await open("", { "x-api-key": gateway.keys.other })).status).to.equal(200);
    first.close();
    let { status } = refused;
    while (status === 429) status = (await open()).status;
    expect(status).to.equal(200);
  });

  it("ends once its key is revoked", async () => {
    const stream = await open();
    await gateway.context.database.query("UPDATE milepost_gateway.api_keys SET revoked_at = now()");
    await stream.until(() => stream.isEnded);
  });

  it("ends when the process stops, which does not wait for it", async () => {
    const stream = await open();
    const closed = gateway.app.close();
    await stream.until(() => stream.isEnded);
    await closed;
  });

  it("given the tables come from another cluster then old events come first and new ones still come", async () => {
    const { database } = gateway.context;
    const old = await record(gateway, "milestone.completed", "milestone_1");
    await database.query("UPDATE milepost_gateway.events SET xid = '999999999'::xid8");
    await repairPositions(database);
    const stream = await open("", { "last-event-id": old });
    const id = await record(gateway, "milestone.completed", "milestone_1");
    await stream.until(() => stream.ids.length > 0);
    expect(stream.ids).to.deep.equal([id]);
  });

  it("given a transaction that began earlier commits later then its event is not lost", async function () {
    // The embedded database has one session: two transactions need a server.
    if (gateway.database.url === null) this.skip();
    const stream = await open();
    const another = await gateway.database.another();
    const { accountId } = gateway;
    const event = (objectId: string) => ({
      accountId,
      mode: "test" as const,
      type: "milestone.completed" as const,
      objectId,
      data: {},
    });
    let early = "";
    let late = "";
    await another.transaction(async (transaction) => {
      early = await recordEvent(transaction, event("milestone_a"), gateway.context.now());
      late = await record(gateway, "milestone.completed", "milestone_b");
      const beats = stream.heartbeats;
      await stream.until(() => stream.heartbeats > beats);
    });
    await stream.until(() => stream.ids.length === 2);
    expect(stream.ids).to.deep.equal([early, late]);
  });
});
