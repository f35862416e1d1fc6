import { expect } from "chai";
import { createDeliveries } from "../../src/webhooks/deliveries";
import { RESOURCES } from "../../src/resources";
import { testClockRoutes } from "../../src/test-clock/routes";
import { type Sandbox, START, startSandbox } from "../harness/sandbox";
import { record } from "../harness/events";
import { startReceiver } from "../harness/receiver";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

describe("the test clock", () => {
  let sandbox: Sandbox;
  let gateway: TestGateway;
  const now = Number(START);
  const advance = (body: unknown, headers = {}) =>
    gateway.request("POST", "/v1/test-clock/advance", body, headers);
  const read = async () => (await gateway.request("GET", "/v1/test-clock")).body.now;

  before(async () => {
    sandbox = await startSandbox();
    gateway = await startTestGateway([testClockRoutes], { chains: { test: sandbox.chain } });
  });
  after(async () => {
    await gateway.close();
    await sandbox.close();
  });
  beforeEach(() => sandbox.setTime(START));

  it("shows the chain's time", async () => {
    const { status, body } = await gateway.request("GET", "/v1/test-clock");
    expect([status, body]).to.deep.equal([200, { object: "test_clock", now }]);
  });

  it("skips so many seconds, and to a time", async () => {
    expect((await advance({ seconds: 86_400 })).body.now).to.equal(now + 86_400);
    expect((await advance({ to: now + 100_000 })).body.now).to.equal(now + 100_000);
    expect(await read()).to.equal(now + 100_000);
  });

  it("skips once for one Idempotency-Key", async () => {
    for (const replayed of [undefined, "true"]) {
      const { body, headers } = await advance({ seconds: 60 }, { "idempotency-key": "skip" });
      expect([body.now, headers["idempotent-replayed"]]).to.deep.equal([now + 60, replayed]);
    }
    expect(await read()).to.equal(now + 60);
  });

  for (const [body, param, message] of [
    [{}, "seconds", "seconds: expected one of seconds and to, received neither"],
    [{ seconds: 1, to: 5 }, "seconds", "seconds: expected one of seconds and to, received both"],
    [{ to: 5 }, "to", `to: expected a time from ${now} to ${now + 315_360_000}, received 5`],
    [{ seconds: 0 }, "seconds", "seconds: expected at least 1, received 0"],
    [{ seconds: "60" }, "seconds", 'seconds: expected an integer, received "60"'],
  ] as const) {
    it(`refuses ${JSON.stringify(body)} and leaves the time unchanged`, async () => {
      const { status, body: answer } = await advance(body);
      expect([status, answer.error.code, answer.error.param, answer.error.message]).to.deep.equal([
        400,
        "invalid_request",
        param,
        message,
      ]);
      expect(await read()).to.equal(now);
    });
  }

  it("does not exist for a live key", async () => {
    const live = await gateway.request("GET", "/v1/test-clock", undefined, {
      "x-api-key": gateway.keys.live,
    });
    expect([live.status, live.body.error.code]).to.deep.equal([401, "authentication_required"]);
  });
});

describe("the test clock and the machine's clock (trap 12)", () => {
  const YEAR_SECS = 31_536_000;
  const HOUR_SECS = 3_600;
  let sandbox: Sandbox;
  let gateway: TestGateway;
  beforeEach(async () => {
    sandbox = await startSandbox();
    gateway = await startTestGateway(RESOURCES, { chains: { test: sandbox.chain } });
  });
  afterEach(async () => {
    await gateway.close();
    await sandbox.close();
  });

  const as = (key: string) => ({ "x-api-key": key });
  const advance = async () => {
    const { status } = await gateway.request("POST", "/v1/test-clock/advance", {
      seconds: YEAR_SECS,
    });
    expect(status).to.equal(200);
  };

  it("moves every account of the localnet", async () => {
    await advance();
    const other = await gateway.request("GET", "/v1/test-clock", undefined, as(gateway.keys.other));
    expect(other.body.now).to.equal(Number(START) + YEAR_SECS);
  });

  it("ends no API key and forgets no Idempotency-Key; the machine's clock does", async () => {
    const local = gateway.clock.now / 1_000;
    const { body: key } = await gateway.request("POST", "/v1/api-keys", {
      name: "short",
      expires: local + HOUR_SECS,
    });
    const make = () =>
      gateway.request("POST", "/v1/persons", { name: "Ada" }, { "idempotency-key": "ada" });
    const first = await make();
    await advance();
    const read = async () =>
      (await gateway.request("GET", "/v1/persons", undefined, as(key.key as string))).status;
    expect(await read()).to.equal(200);
    const again = await make();
    expect([again.headers["idempotent-replayed"], again.body]).to.deep.equal(["true", first.body]);
    gateway.clock.now += HOUR_SECS * 1_000;
    expect(await read()).to.equal(401);
  });

  it("makes no webhook's retry due; the machine's clock does", async () => {
    const receiver = await startReceiver();
    try {
      receiver.answer = (response) => void response.writeHead(500).end();
      await gateway.request("POST", "/v1/webhook-endpoints", { url: receiver.url });
      await record(gateway, "milestone.completed", "milestone_1");
      const drain = () => createDeliveries(gateway.context).drain();
      await drain();
      expect(receiver.received).to.have.length(1);
      await advance();
      expect(await drain()).to.equal(0);
      expect(receiver.received).to.have.length(1);
      gateway.clock.now += 60_000;
      await drain();
      expect(receiver.received).to.have.length(2);
    } finally {
      await receiver.close();
    }
  });
});
