import { expect } from "chai";
import { Keypair } from "@solana/web3.js";
import { type MilepostLocalnet, startMilepostLocalnet } from "../../../localnet/src";
import type { ChainRuntime } from "../../src/chain/chain-runtime";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const WALLETS = {
  payer: Keypair.generate(),
  payee: Keypair.generate(),
  mediator: Keypair.generate(),
};

describe("projects: finalization", () => {
  let localnet: MilepostLocalnet;
  let gateway: TestGateway;
  let project: {
    id: string;
    homeowner: { id: string };
    contractor: { id: string };
    milestones: { id: string }[];
  };
  const request = (path: string, body?: object) =>
    gateway.request(body ? "POST" : "GET", `/v1/projects/${project.id}${path}`, body);
  const finalize = (party = project.homeowner.id) => request("/finalize", { party });

  before(async () => {
    localnet = await startMilepostLocalnet({ port: 0 });
    const { connection, programId, gateway: address, mint, wallets } = localnet;
    const test: ChainRuntime = {
      mode: "test",
      connection,
      genesisHash: "genesis-test",
      programId,
      gateway: address,
      signer: wallets.gatewaySigner,
      sponsor: wallets.keeper,
      mints: { USDC: { mint, decimals: 6 } },
      time: () => Promise.resolve(1_767_225_600n),
      sandboxKey: (_accountId, role) => WALLETS[role],
      sandboxFund: null,
    };
    gateway = await startTestGateway(undefined, {
      chains: { test, live: { ...test, mode: "live", sandboxKey: null } },
    });
  });
  after(async () => {
    await gateway.close();
    await localnet.close();
  });

  const BID = {
    title: "Bathroom",
    projectType: "bathroom_renovation",
    size: "small",
    amount: "1000.00",
    currency: "USDC",
    homeowner: { name: "Ada" },
    contractor: { name: "Brook" },
    mediator: { name: "Carol" },
  };
  beforeEach(async () => {
    project = (await gateway.request("POST", "/v1/projects", BID)).body;
  });

  it("fixes milestones, wallets, fees and terms", async () => {
    const { status, body } = await finalize();
    expect([status, body.status, body.finalized]).to.deep.equal([200, "active", 1_767_225_600]);
    expect(body.homeowner.wallet).to.equal(WALLETS.payer.publicKey.toBase58());
    expect(body.contractor.wallet).to.equal(WALLETS.payee.publicKey.toBase58());
    expect(body.mediator.wallet).to.equal(WALLETS.mediator.publicKey.toBase58());
    expect(new Set(body.milestones.map((each: { status: string }) => each.status))).to.deep.equal(
      new Set(["unfunded"]),
    );
  });

  it("shows a schedule that adds up: amount = fees + net, total = amount + platform fee", async () => {
    expect((await request("/schedule")).body.status).to.equal("provisional");
    await finalize();
    const { body } = await request("/schedule");
    expect(body).to.deep.include({
      status: "fixed",
      platformFeeBps: 250,
      gatewayFeeBps: 100,
      protocolFeeBps: 0,
      amount: "1000.00",
      fee: "25.00",
      total: "1025.00",
      net: "990.00",
    });
    expect(body.payments[0]).to.deep.include({
      milestoneId: project.milestones[0]!.id,
      amount: "300.00",
      fee: "7.50",
      total: "307.50",
      gatewayFee: "3.00",
      protocolFee: "0.00",
      net: "297.00",
      remaining: "717.50",
    });
    expect(body.payments.at(-1).remaining).to.equal("0.00");
  });

  it("refuses every edit and a second finalization with schedule_locked, and changes nothing", async () => {
    await finalize();
    const before = (await request("")).body;
    const path = `/v1/projects/${project.id}/milestones`;
    for (const answer of [
      await finalize(),
      await gateway.request("PATCH", path, { milestones: [{ title: "a", percentage: 100 }] }),
      await gateway.request("PATCH", `${path}/${project.milestones[0]!.id}`, { amount: "1" }),
    ]) {
      expect([answer.status, answer.body.error]).to.deep.equal([
        409,
        {
          code: "schedule_locked",
          message: `The schedule of ${project.id} was fixed at its finalization. Agree on another division with a settlement, or create a new project.`,
          type: "invalid_request_error",
          docUrl: answer.body.error.docUrl,
        },
      ]);
    }
    expect((await request("")).body).to.deep.equal(before);
  });

  it("refuses an incomplete draft and says how much of how much", async () => {
    const path = `/v1/projects/${project.id}/milestones/${project.milestones[2]!.id}`;
    await gateway.request("PATCH", path, { amount: "100.00" });
    const { status, body } = await finalize();
    expect([status, body.error.code, body.error.message]).to.deep.equal([
      409,
      "schedule_incomplete",
      "The milestones sum to 900.00 of 1000.00. Change their amounts, then finalize.",
    ]);
    expect((await request("")).body.status).to.equal("draft");
  });

  it("refuses a missing due date where due dates bind", async () => {
    const binding = { ...BID, releaseRule: "approval_after_due_date" };
    project = (await gateway.request("POST", "/v1/projects", binding)).body;
    const path = `/v1/projects/${project.id}/milestones/${project.milestones[1]!.id}`;
    await gateway.request("PATCH", path, { dueDate: null });
    const { status, body } = await finalize();
    expect([status, body.error.code, body.error.param]).to.deep.equal([
      409,
      "schedule_incomplete",
      "milestones[1].dueDate",
    ]);
  });

  it("lets only the homeowner finalize", async () => {
    const { status, body } = await finalize(project.contractor.id);
    expect([status, body.error.code, body.error.message]).to.deep.equal([
      403,
      "forbidden",
      `party: expected the homeowner ${project.homeowner.id}, received ${project.contractor.id}, the contractor.`,
    ]);
    const stranger = await finalize("person_0");
    expect([stranger.status, stranger.body.error.message]).to.deep.equal([
      404,
      "No such party of this project: person_0",
    ]);
    expect((await request("")).body.status).to.equal("draft");
  });

  it("in live mode refuses a party without a wallet, and two parties with one", async () => {
    const live = { "x-api-key": gateway.keys.live };
    const post = (url: string, body: object) => gateway.request("POST", url, body, live);
    const finalizeWith = async (wallets: (string | undefined)[]) => {
      const [homeowner, contractor, mediator] = wallets.map((wallet) => ({ name: "x", wallet }));
      const { body } = await post("/v1/projects", { ...BID, homeowner, contractor, mediator });
      return post(`/v1/projects/${body.id}/finalize`, { party: body.homeowner.id });
    };
    const [a, b, c] = [WALLETS.payer, WALLETS.payee, WALLETS.mediator].map(({ publicKey }) =>
      publicKey.toBase58(),
    );
    const without = await finalizeWith([a, b, undefined]);
    expect([without.status, without.body.error.param]).to.deep.equal([409, "mediator.wallet"]);
    const same = await finalizeWith([a, b, a]);
    expect([same.status, same.body.error.message]).to.deep.equal([
      409,
      `The mediator and the homeowner have the same wallet ${a}. Give each their own.`,
    ]);
    expect((await finalizeWith([a, b, c])).body.status).to.equal("active");
  });
});
