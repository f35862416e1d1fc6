import { associatedTokenAddress, TOKEN_PROGRAM_ID } from "@milepost/sdk";
import { expect } from "chai";
import { START } from "../harness/sandbox";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import {
  complete,
  confirm,
  createIntent,
  eventsOf,
  expectAgreement,
  fundedIntent,
  policyOf,
  type TestIntent,
} from "../harness/intent-world";

/** Offset of the state in a token account, and what it is when the issuer has frozen the account. */
const STATE = 108;
const [USABLE, FROZEN] = [1, 2];

describe("faults of other gateways that this one must not have", () => {
  let gateway: SandboxGateway;
  beforeEach(
    async () =>
      (gateway = await startSandboxGateway({ clock: "manual", outbox: { random: () => 0 } })),
  );
  afterEach(async () => {
    await expectAgreement(gateway);
    await gateway.close();
  });

  const orderOf = async ({ path }: TestIntent) => (await gateway.get(`${path}/escrow`)).body;
  const setPayee = (state: number) => {
    const { mint } = gateway.chain.mints.USDC!;
    const { chain } = gateway.localnet;
    const address = associatedTokenAddress(mint, gateway.address("payee"), TOKEN_PROGRAM_ID);
    const account = chain.getAccount(address.toBase58())!;
    const data = Buffer.from(account.data);
    data[STATE] = state;
    chain.setAccount(address.toBase58(), { ...account, data });
  };
  /** The payee has an account once they were paid. */
  const payOnce = async () => complete(gateway, await fundedIntent(gateway), 0);
  const timeLocked = async (until: bigint) => {
    const terms = { releaseType: "TIME_LOCKED", timeLockUntil: `${until}` };
    const intent = await createIntent(gateway, terms);
    await confirm(gateway, intent.path);
    return intent;
  };

  it("FB: any key completes any account's milestone. Here another account's key finds none, and nothing moves", async () => {
    const intent = await fundedIntent(gateway);
    const url = `${intent.path}/escrow/milestones/${intent.ids[0]!}/complete`;
    const before = [(await gateway.get(intent.path)).body, await gateway.balance("payee")];
    const by = { completedBy: "contractor" };
    const { status, body } = await gateway.post(url, by, { "x-api-key": gateway.keys.other });
    expect([status, body.error.code]).to.deep.equal([404, "resource_missing"]);
    await gateway.settled();
    expect([(await gateway.get(intent.path)).body, await gateway.balance("payee")]).to.deep.equal(
      before,
    );
    expect((await policyOf(gateway, intent.path)).paid).to.equal(0n);
    expect((await gateway.post(url, by)).body.data.status).to.equal("RELEASED");
  });

  it("FB: every milestone settles the whole order. Here it pays its own amount, and the order goes on", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["30.00", "50.00", "20.00"] });
    const before = await gateway.balance("payee");
    const { body } = await complete(gateway, intent, 0);
    expect(body.data.paid).to.equal("30.00");
    expect((await gateway.balance("payee")) - before).to.equal(29_700_000n);
    const order = await orderOf(intent);
    expect([order.orderStatus, order.settlementStatus]).to.deep.equal(["CREATED", "EXECUTED"]);
    expect(order.milestones.map(({ status }: { status: string }) => status)).to.deep.equal([
      "RELEASED",
      "PENDING",
      "PENDING",
    ]);
    expect((await policyOf(gateway, intent.path)).outstanding).to.equal(70_000_000n);
    expect((await gateway.get(intent.path)).body.status).to.equal("SUCCEEDED");
  });

  it("FB: RELEASED although the chain call failed. Here it stays COMPLETED with the reason, and is paid once it can be", async () => {
    await payOnce();
    const intent = await fundedIntent(gateway, { amounts: ["100.00"] });
    setPayee(FROZEN);
    const refused = await complete(gateway, intent, 0);
    await gateway.settled();
    expect(refused.body.data.status).to.equal("COMPLETED");
    const { body } = await gateway.get(intent.path);
    expect([body.status, body.data.next_action]).to.deep.equal([
      "REQUIRES_ACTION",
      "complete_milestone",
    ]);
    expect(body.data.problem).to.contain("release_milestone of milestone 0 failed");
    expect((await policyOf(gateway, intent.path)).paid).to.equal(0n);
    const path = `/v1/account/ledger-entries?paymentIntentId=${intent.id}&type=RELEASE`;
    expect((await gateway.get(path)).body.data).to.deep.equal([]);
    expect((await eventsOf(gateway, intent.ids[0]!)).map(({ type }) => type)).to.deep.equal([
      "milestone.completed",
    ]);

    setPayee(USABLE);
    const before = await gateway.balance("payee");
    expect((await complete(gateway, intent, 0)).body.data.status).to.equal("RELEASED");
    expect((await gateway.balance("payee")) - before).to.equal(99_000_000n);
    const after = (await gateway.get(intent.path)).body;
    expect([after.status, after.data.problem]).to.deep.equal(["SETTLED", null]);
  });

  it("FB: three attempts at a time lock and then never. Here a node that fails four times is asked again, and it is paid", async () => {
    const intent = await timeLocked(START + 100n);
    const { connection } = gateway.chain;
    const { address } = await policyOf(gateway, intent.path);
    const read = connection.getMultipleAccountsInfoAndContext.bind(connection);
    let failures = 0;
    connection.getMultipleAccountsInfoAndContext = (...args) => {
      const isPolicy = args[0].some((key) => key.toBase58() === address);
      if (failures >= 4 || !isPolicy) return read(...args);
      failures += 1;
      return Promise.reject(new Error("the node is down"));
    };
    await gateway.request("PATCH", `${intent.path}/escrow`, { orderStatus: "SHIPPED" });
    gateway.setTime(START + 100n);
    await gateway.settled();
    await gateway.settled();
    expect(failures).to.equal(4);
    expect((await gateway.get(intent.path)).body.status).to.equal("SETTLED");
  }).timeout(90_000);

  it("FB: a time lock that the chain refused is never paid. Here the problem says what to do, and the same status asks again", async () => {
    await payOnce();
    const intent = await timeLocked(START + 100n);
    setPayee(FROZEN);
    gateway.setTime(START + 100n);
    const deliver = () =>
      gateway.request("PATCH", `${intent.path}/escrow`, { orderStatus: "DELIVERED" });
    await deliver();
    await gateway.settled();
    const { body } = await gateway.get(intent.path);
    expect([body.status, body.data.next_action]).to.deep.equal(["REQUIRES_ACTION", "update_order"]);
    const { body: why } = await gateway.get(`${intent.path}/why`);
    const need = (name: string) =>
      why.requirements.find((each: { name: string }) => each.name === name);
    expect(need("payee_can_receive").missing).to.equal("payee");
    setPayee(USABLE);
    expect((await deliver()).status).to.equal(200);
    await gateway.settled();
    expect((await gateway.get(intent.path)).body.status).to.equal("SETTLED");
    expect((await deliver()).status).to.equal(400);
  });

  it("complaint (f): database and chain disagree (Truxify#5703, #4003). Here a status never runs ahead of the transaction on chain", async () => {
    const intent = await fundedIntent(gateway);
    await complete(gateway, intent, 0);
    const state = await policyOf(gateway, intent.path);
    const { body } = await gateway.get(`${intent.path}/escrow/milestones`);
    for (const { data } of body.data) {
      const held = state.milestones[data.milestoneIndex]!;
      expect(data.status === "RELEASED").to.equal(held.state === "released");
      if (data.status !== "RELEASED") continue;
      const landed = await gateway.chain.connection.getTransaction(data.releaseTxHash as string, {
        commitment: "confirmed",
        maxSupportedTransactionVersion: 0,
      });
      expect(landed!.meta!.err).to.equal(null);
    }
  });

  it("complaint (k): lost cents (spliit#374, blnk#73). Here twenty shares of an odd amount sum to the last unit, on chain and in the ledger", async () => {
    const amount = "1000.000007";
    const intent = await createIntent(gateway, {
      amount,
      releaseType: "MILESTONE_LOCKED",
      autoRelease: true,
    });
    for (let milestoneIndex = 0; milestoneIndex < 19; milestoneIndex += 1) {
      const body = { milestoneIndex, percentage: 3.33 };
      const created = await gateway.post(`${intent.path}/escrow/milestones`, body);
      intent.ids.push(created.body.id as string);
    }
    const rest = { milestoneIndex: 19, percentage: 36.73 };
    const last = await gateway.post(`${intent.path}/escrow/milestones`, rest);
    intent.ids.push(last.body.id as string);
    await confirm(gateway, intent.path);
    let funded = 0n;
    for (let part = 0; part < 5; part += 1) {
      funded += (await policyOf(gateway, intent.path, part)).funded;
    }
    expect(funded).to.equal(1_000_000_007n);
    for (const index of intent.ids.keys()) await complete(gateway, intent, index);
    const { body } = await gateway.get("/v1/account/balance");
    const [{ available, fees, reserved }] = body.data.balances;
    const units = (text: string) =>
      BigInt(text.replace(".", "").padEnd(text.indexOf(".") + 6, "0"));
    expect([units(available as string) + units(fees as string), reserved]).to.deep.equal([
      1_000_000_007n,
      "0.00",
    ]);
  }).timeout(90_000);

  it("complaint (m): lists that lose rows (hyperswitch#13678). Here the pages of intents that were created at once have each one once", async () => {
    const created = await Promise.all(Array.from({ length: 15 }, () => createIntent(gateway)));
    const seen: string[] = [];
    let after = "";
    for (let isMore = true; isMore;) {
      const { body } = await gateway.get(`/v1/payment-intents?limit=4${after}`);
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      after = `&starting_after=${seen.at(-1)!}`;
      isMore = body.has_more;
      // A new row at the top moves nothing below it.
      if (isMore) await createIntent(gateway);
    }
    expect([...seen].sort()).to.deep.equal(created.map(({ id }) => id).sort());
  });
});
