import { expect } from "chai";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const WALLET = "11111111111111111111111111111111";

describe("persons", () => {
  let gateway: TestGateway;
  before(async () => (gateway = await startTestGateway()));
  after(() => gateway.close());

  const live = () => ({ "x-api-key": gateway.keys.live });
  const create = async (body: object = { name: "Ada", email: "ada@example.com" }) =>
    (await gateway.request("POST", "/v1/persons", body)).body;

  it("creates, reads and changes a person, and removes an address", async () => {
    const person = await create();
    expect(person).to.deep.include({
      object: "person",
      name: "Ada",
      email: "ada@example.com",
      wallet: null,
    });
    const url = `/v1/persons/${person.id}`;
    expect((await gateway.request("GET", url)).body).to.deep.equal(person);
    const renamed = await gateway.request("PATCH", url, { name: "Ada L." });
    expect([renamed.status, renamed.body]).to.deep.equal([200, { ...person, name: "Ada L." }]);
    const silent = await gateway.request("PATCH", url, { email: null });
    expect(silent.body).to.deep.equal({ ...person, name: "Ada L.", email: null });
  });

  it("is a party of a project by id, and the project shows the change", async () => {
    const person = await create();
    const { body: project } = await gateway.request("POST", "/v1/projects", {
      title: "Kitchen",
      projectType: "kitchen_renovation",
      amount: "1000.00",
      currency: "USDC",
      homeowner: { id: person.id },
      contractor: { name: "Ben" },
      mediator: { name: "Cleo" },
    });
    expect(project.homeowner.id).to.equal(person.id);
    await gateway.request("PATCH", `/v1/persons/${person.id}`, { email: "new@example.com" });
    const { body } = await gateway.request("GET", `/v1/persons/${project.contractor.id}`);
    expect(body.name).to.equal("Ben");
    const parties = await gateway.database.database.query<{ email: string }>(
      "SELECT email FROM milepost_gateway.persons WHERE id = $1",
      [project.homeowner.id],
    );
    expect(parties[0]!.email).to.equal("new@example.com");
  });

  it("lists the newest first, and pages without losing one", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      gateway.clock.now += 1;
      ids.unshift((await create()).id);
    }
    const first = (await gateway.request("GET", "/v1/persons?limit=2")).body;
    expect(first.data.map(({ id }: { id: string }) => id)).to.deep.equal(ids.slice(0, 2));
    expect(first.has_more).to.equal(true);
    const next = await gateway.request("GET", `/v1/persons?limit=1&starting_after=${ids[1]}`);
    expect(next.body.data[0].id).to.equal(ids[2]);
  });

  it("takes a wallet in live mode, and refuses one where the sandbox's keys sign", async () => {
    const body = { name: "Ada", wallet: WALLET };
    const made = await gateway.request("POST", "/v1/persons", body, live());
    expect([made.status, made.body.wallet]).to.deep.equal([201, WALLET]);
    const refused = await gateway.request("POST", "/v1/persons", body);
    expect([refused.status, refused.body.error.param]).to.deep.equal([400, "wallet"]);
    const { id } = await create();
    const changed = await gateway.request("PATCH", `/v1/persons/${id}`, { wallet: WALLET });
    expect([changed.status, changed.body.error.param]).to.deep.equal([400, "wallet"]);
  });

  for (const [what, body] of [
    ["no name", {}],
    ["an empty name", { name: "" }],
    ["an address without @", { name: "Ada", email: "ada" }],
    ["two addresses in one", { name: "Ada", email: "a@b.c,d@e.f\r\nBcc: x@y.z" }],
    ["an unknown field", { name: "Ada", phone: "1" }],
  ] as const) {
    it(`refuses ${what}, and writes nothing`, async () => {
      const rows = () => gateway.database.database.query("SELECT id FROM milepost_gateway.persons");
      const before = await rows();
      const { status, body: answer } = await gateway.request("POST", "/v1/persons", body);
      expect([status, answer.error.code]).to.deep.equal([400, "invalid_request"]);
      expect(await rows()).to.deep.equal(before);
    });
  }

  it("hides a person from another account and from the other mode", async () => {
    const { id } = await create();
    for (const key of [gateway.keys.other, gateway.keys.live]) {
      const headers = { "x-api-key": key };
      for (const [method, body] of [
        ["GET", undefined],
        ["PATCH", { name: "Mallory" }],
      ] as const) {
        const answer = await gateway.request(method, `/v1/persons/${id}`, body, headers);
        expect([answer.status, answer.body.error.code]).to.deep.equal([404, "resource_missing"]);
      }
      const { body } = await gateway.request("GET", "/v1/persons", undefined, headers);
      expect(body.data.some((person: { id: string }) => person.id === id)).to.equal(false);
    }
    expect((await gateway.request("GET", `/v1/persons/${id}`)).body.name).to.equal("Ada");
  });
});
