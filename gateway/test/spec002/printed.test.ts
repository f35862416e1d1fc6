/** Spec 002 (Time-Based Payouts), taken at its word, and afterwards the chain is asked. */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import path from "node:path";
import { readPrinted, runCurl, runPython, runTypeScript } from "../harness/printed";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";

const PRINTED = path.join(__dirname, "printed");

describe("spec 002's printed examples", () => {
  let gateway: SandboxGateway;
  before(async () => (gateway = await startSandboxGateway()));
  after(() => gateway?.close());
  const curl = (name: string) =>
    runCurl(
      readPrinted(path.join(PRINTED, `${name}.sh.txt`), {
        url: gateway.url,
        key: gateway.keys.test,
      }),
    );

  it("given the curls then the money is locked, and paid as soon as the order is DELIVERED", async () => {
    const before = await gateway.balance("payee");
    const created = await curl("create-time-locked");
    expect([created.status, created.data.timeLockUntil]).to.deep.equal(["INITIATED", "1735689600"]);
    const confirmed = await curl("confirm");
    expect([confirmed.id, confirmed.status]).to.deep.equal([created.id, "PROCESSING"]);
    await gateway.settled();
    const locked = await curl("get-escrow");
    expect(locked).to.include({
      object: "escrow_order",
      releaseType: "TIME_LOCKED",
      timeLockUntil: "1735689600",
      orderStatus: "CREATED",
      settlementStatus: "NONE",
      releasedAt: null,
    });
    expect(locked.data.orderStatus).to.equal("CREATED");
    expect(await gateway.balance("payee")).to.equal(before);
    const delivered = await gateway.request("PATCH", `/v1/payment-intents/${created.id}/escrow`, {
      orderStatus: "DELIVERED",
    });
    expect([delivered.status, delivered.body.orderStatus]).to.deep.equal([200, "DELIVERED"]);
    await gateway.settled();
    const released = await curl("get-escrow");
    expect(released).to.include({ orderStatus: "COMPLETED", settlementStatus: "EXECUTED" });
    expect(released["releasedAt"]).to.match(/^\d{10}$/);
    expect((await gateway.balance("payee")) - before).to.equal(990_000_000n);
  });

  const DAY = 86_400;
  const printed = (name: string) => readFileSync(path.join(PRINTED, `${name}.txt`), "utf8");
  const printedJson = (name: string) => JSON.parse(printed(`${name}.json`)) as object;

  for (const [name, days, amount] of [
    ["subscription", 30, 99_000_000n],
    ["retainer", 90, 4_950_000_000n],
  ] as const) {
    it(`given the TypeScript of the ${name} then it is paid on chain ${days} days later, not before, and the answers are as printed`, async () => {
      const { url, keys } = gateway;
      const file = path.join(PRINTED, `${name}.ts.txt`);
      const source = readPrinted(file, { url, key: keys.test });
      const { result } = await runTypeScript(source, "intent.json()", keys.test);
      const intent = result as { id: string; data: { timeLockUntil: string } };
      const until = Number(intent.data.timeLockUntil);
      const lockedFor = until - Number(await gateway.chain.time());
      // The program calculated it by the local clock, which the test clock has left behind; a chain's second may begin later.
      expect(lockedFor).to.be.at.most(days * DAY + 1);
      const before = await gateway.balance("payee");
      await curl("confirm");
      await gateway.settled();
      const escrow = `/v1/payment-intents/${intent.id}/escrow`;
      await gateway.request("PATCH", escrow, { orderStatus: "DELIVERED" });
      await gateway.post("/v1/test-clock/advance", { to: until - 3_600 });
      await gateway.settled();
      const locked = (await gateway.get(escrow)).body;
      expect(locked).to.include(printedJson("before-expiration"));
      const { id, ...shape } = printedJson("escrow-order") as { id: string };
      expect(id).to.match(/^escrow_/);
      expect(locked.id).to.match(/^escrow_order_/);
      expect(locked).to.include({ ...shape, timeLockUntil: String(until) });
      expect(await gateway.balance("payee")).to.equal(before);

      await gateway.post("/v1/test-clock/advance", { to: until });
      await gateway.settled();
      const { releasedAt, ...after } = printedJson("after-expiration") as { releasedAt: string };
      const released = (await gateway.get(escrow)).body;
      expect(released).to.include(after);
      expect(released.releasedAt).to.be.a(typeof releasedAt);
      expect(Number(released.releasedAt)).to.be.at.least(until);
      expect((await gateway.balance("payee")) - before).to.equal(amount);
      // The mock of the off-ramp takes ten seconds.
      await gateway.post("/v1/test-clock/advance", { seconds: 10 });
      let status = "";
      while (status !== "SETTLED") {
        await gateway.settled();
        ({ status } = (await gateway.get(`/v1/payment-intents/${intent.id}`)).body);
      }
    });
  }

  it("given the printed calculations then TypeScript and Python give Unix seconds that the API accepts", async () => {
    // Both halves of the TypeScript name their result alike: they run one after the other.
    const halves = printed("calculate-time-lock.ts").split(/^(?=\/\/ Or )/m);
    expect(halves).to.have.length(2);
    const found: number[] = [];
    for (const half of halves) {
      found.push((await runTypeScript(half, "timeLockUntil", "")).result as number);
    }
    const python = printed("calculate-time-lock.py").replace(
      /^(?=# Or )/m,
      "print(time_lock_until)\n",
    );
    found.push(...(await runPython(`${python}print(time_lock_until)`, "")).map(Number));
    expect(found[0]).to.be.closeTo(found[2]!, 60);
    expect(found[1]).to.equal(Date.UTC(2024, 11, 31) / 1_000);
    for (const seconds of found) {
      const { status, body } = await gateway.post("/v1/payment-intents", {
        ...{ amount: "1.00", currency: "USDC", type: "DELIVERY_VS_PAYMENT" },
        ...{ settlementMethod: "OFF_RAMP_MOCK", settlementDestination: "bank_account_123" },
        metadata: { releaseType: "TIME_LOCKED", timeLockUntil: String(seconds) },
      });
      expect([status, body.data.timeLockUntil]).to.deep.equal([201, String(seconds)]);
    }
  });
});
