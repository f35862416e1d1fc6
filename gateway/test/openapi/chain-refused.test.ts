/** Operations that ask the chain say in the document that it may refuse: asked of a chain whose accounts the SDK cannot read. */
import { associatedTokenAddress, TOKEN_PROGRAM_ID } from "@milepost/sdk";
import { expect } from "chai";
import { complete, fundedIntent } from "../harness/intent-world";
import { type Operation, operations, sampleOf } from "../harness/operations";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";

/** Offset of the state in a token account, and what it is when the issuer has frozen the account. */
const [STATE, FROZEN] = [108, 2];

/** The stream answers until the client leaves; a form needs a file. */
const ALL = operations().filter(
  ({ id, bodyType }) => id !== "streamEvents" && bodyType !== "multipart/form-data",
);

describe("operations that the chain may refuse", () => {
  let gateway: SandboxGateway;
  beforeEach(async () => (gateway = await startSandboxGateway({ clock: "manual" })));
  afterEach(() => gateway.close());

  /** Ids by the names that paths have for them, of a funded intent and a funded project. */
  async function objects(): Promise<Record<string, Record<string, string>>> {
    const intent = await fundedIntent(gateway, { autoRelease: false });
    await complete(gateway, intent, 0);
    const dispute = { reason: "Late", raisedBy: "buyer" };
    const raised = await gateway.post(`${intent.path}/escrow/dispute`, dispute);
    expect(raised.status, JSON.stringify(raised.body)).to.be.within(200, 201);
    const { body: project } = await gateway.post("/v1/projects", {
      ...{ title: "Kitchen", projectType: "general", amount: "1000.00", currency: "USDC" },
      ...{ homeowner: { name: "A" }, contractor: { name: "B" }, mediator: { name: "C" } },
    });
    const path = `/v1/projects/${project.id}`;
    const party = project.homeowner.id as string;
    const [{ id: milestoneId }] = project.milestones;
    await gateway.post(`${path}/finalize`, { party });
    const funded = await gateway.post(`${path}/milestones/${milestoneId}/fund`, { party });
    expect(funded.status, JSON.stringify(funded.body)).to.equal(200);
    return {
      "payment-intents": { id: intent.id, mid: intent.ids[0]!, did: raised.body.id },
      projects: { id: project.id, milestoneId, party, actionId: "action_none" },
    };
  }

  /** Cuts the data of every policy: the owner stays the program, and nothing in it can be read. */
  async function damagePolicies(): Promise<void> {
    const { chain } = gateway.localnet;
    const rows = await gateway.context.database.query<{ address: string }>(
      `SELECT policy AS address FROM milepost_gateway.intent_parts WHERE policy IS NOT NULL
       UNION SELECT address FROM milepost_gateway.project_policies`,
    );
    expect(rows).to.have.length(2);
    for (const { address } of rows) {
      const account = chain.getAccount(address)!;
      chain.setAccount(address, { ...account, data: Buffer.from(account.data).subarray(0, 40) });
    }
  }

  function freezePayer(): void {
    const { mint } = gateway.chain.mints.USDC!;
    const { chain } = gateway.localnet;
    const address = associatedTokenAddress(mint, gateway.address("payer"), TOKEN_PROGRAM_ID);
    const account = chain.getAccount(address.toBase58())!;
    const data = Buffer.from(account.data);
    data[STATE] = FROZEN;
    chain.setAccount(address.toBase58(), { ...account, data });
  }

  const pathOf = ({ path }: Operation, ids: Record<string, Record<string, string>>) =>
    path.replace(/\{(\w+)\}/g, (_all, name: string) => ids[path.split("/")[2]!]?.[name] ?? "none");

  /** Asks every operation that takes JSON, with bodies that its schema accepts. */
  async function askAll(ids: Record<string, Record<string, string>>) {
    const party = ids["projects"]!["party"]!;
    const wallet = gateway.address("payer").toBase58();
    const references: Record<string, string> = { party, person: party, wallet };
    const answers: { operation: Operation; status: number; message: string }[] = [];
    for (const operation of ALL) {
      const { method, query, bodySchema } = operation;
      const named = query.filter((name) => name in references);
      const { status, body } = await gateway.request(
        method,
        `${pathOf(operation, ids)}?${named.map((name) => `${name}=${references[name]}`).join("&")}`,
        bodySchema ? sampleOf(bodySchema, references) : undefined,
      );
      answers.push({ operation, status, message: body.error?.message ?? "" });
    }
    return answers;
  }

  it("given accounts that cannot be read then each operation that hands on the chain's words documents 502", async () => {
    const ids = await objects();
    await damagePolicies();
    const handedOn = (await askAll(ids)).filter(({ message }) =>
      message.includes("is not a PaymentPolicy"),
    );
    for (const { operation } of handedOn)
      expect(operation.statuses, operation.id).to.include("502");
    expect(handedOn.map(({ operation }) => operation.id)).to.include.members([
      "explainPaymentIntent",
      "getWalletActions",
      "fundProjectMilestone",
      "listProjectActions",
    ]);
  }).timeout(120_000);

  it("given a payer whose account is frozen then a project's funding answers 502 as documented, and nothing moves", async () => {
    const { projects } = await objects();
    const { id, milestoneId, party } = projects!;
    const path = `/v1/projects/${id}/milestones`;
    const { body: project } = await gateway.get(`/v1/projects/${id}`);
    const [, next] = project.milestones;
    expect(next.id).to.not.equal(milestoneId);
    freezePayer();
    const before = await gateway.balance("payer");
    const { status, body } = await gateway.post(`${path}/${next.id}/fund`, { party });
    expect([status, body.error?.code], JSON.stringify(body)).to.deep.equal([502, "chain_refused"]);
    expect(await gateway.balance("payer")).to.equal(before);
    const operation = ALL.find((each) => each.id === "fundProjectMilestone")!;
    expect(operation.statuses).to.include("502");
  }).timeout(120_000);
});
