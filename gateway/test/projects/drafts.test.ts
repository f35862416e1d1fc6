import { expect } from "chai";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const BID = {
  title: "Kitchen at 12 Elm Street",
  bidId: "bid_77",
  projectType: "kitchen_renovation",
  size: "small",
  amount: "1000.00",
  currency: "USDC",
  homeowner: { name: "Ada", email: "ada@example.com" },
  contractor: { name: "Brook & Sons", email: "office@brook.example" },
  mediator: { name: "Carol" },
};

describe("projects: drafts", () => {
  let gateway: TestGateway;
  const create = (over: object = {}) =>
    gateway.request("POST", "/v1/projects", { ...BID, bidId: undefined, ...over });
  const read = async (id: string) => (await gateway.request("GET", `/v1/projects/${id}`)).body;
  /** Asserts the exact refusal, and that the project is as it was. */
  async function refuses(
    request: () => ReturnType<TestGateway["request"]>,
    [status, code, param, message]: [number, string, string | undefined, string],
    id?: string,
  ) {
    const before = id && (await read(id));
    const { status: got, body } = await request();
    expect([got, body.error.code, body.error.param, body.error.message]).to.deep.equal([
      status,
      code,
      param,
      message,
    ]);
    if (id) expect(await read(id)).to.deep.equal(before);
  }

  before(async () => (gateway = await startTestGateway()));
  after(() => gateway.close());

  it("creates a project from an accepted bid with default milestones, amounts, fees and dates", async () => {
    const { status, body } = await create({ bidId: "bid_77" });
    expect(status).to.equal(201);
    expect(body).to.deep.include({
      object: "project",
      status: "draft",
      bidId: "bid_77",
      amount: "1000.00",
      fee: "25.00",
      total: "1025.00",
      releaseRule: "approval",
      finalized: null,
    });
    expect(body.terms.platformFeeBps).to.equal(250);
    expect(body.homeowner).to.deep.include({ name: "Ada", email: "ada@example.com", wallet: null });
    expect(body.homeowner.id).to.match(/^person_/);
    const start = Math.floor(gateway.clock.now / 1000);
    expect(
      body.milestones.map((each: Record<string, unknown>) => [
        each["title"],
        each["status"],
        each["amount"],
        each["fee"],
        each["total"],
        each["dueDate"],
      ]),
    ).to.deep.equal([
      ["Demolition", "draft", "300.00", "7.50", "307.50", start + 5 * 86_400],
      ["Installation", "draft", "500.00", "12.50", "512.50", start + 15 * 86_400],
      ["Final inspection", "draft", "200.00", "5.00", "205.00", start + 18 * 86_400],
    ]);
    expect(await read(body.id)).to.deep.equal(body);
  });

  it("refuses a second project for the same bid, and names the first", async () => {
    const { body } = await create({ bidId: "bid_78" });
    await refuses(
      () => create({ bidId: "bid_78" }),
      [409, "conflict", "bidId", `The bid bid_78 has the project ${body.id} already.`],
      body.id,
    );
  });

  it("chooses the size by the amount when none is given", async () => {
    const { body } = await create({ size: undefined, amount: "25000" });
    expect([body.size, body.milestones.length]).to.deep.equal(["large", 6]);
  });

  it("takes a person of another project as a party, but one person once", async () => {
    const { body: first } = await create();
    const { body } = await create({ homeowner: { id: first.homeowner.id } });
    expect(body.homeowner).to.deep.equal(first.homeowner);
    const id = first.homeowner.id as string;
    await refuses(
      () => create({ homeowner: { id }, contractor: { id } }),
      [
        400,
        "invalid_request",
        "contractor.id",
        `contractor.id: expected a person other than the homeowner, received ${id}`,
      ],
    );
  });

  it("does not know a person, a project or a milestone of another account", async () => {
    const { body } = await create();
    const asOther = { "x-api-key": gateway.keys.other };
    const person = body.homeowner.id as string;
    const milestone = `/v1/projects/${body.id}/milestones/${body.milestones[0].id}`;
    for (const [method, url, payload, message] of [
      ["GET", `/v1/projects/${body.id}`, undefined, `No such project: ${body.id}`],
      ["GET", `/v1/projects/${body.id}/schedule`, undefined, `No such project: ${body.id}`],
      ["PATCH", milestone, { title: "x" }, `No such project: ${body.id}`],
      [
        "POST",
        "/v1/projects",
        { ...BID, bidId: "other", homeowner: { id: person } },
        `No such person: ${person}`,
      ],
    ] as const) {
      const answer = await gateway.request(method, url, payload, asOther);
      expect([answer.status, answer.body.error.message], url).to.deep.equal([404, message]);
    }
    expect(await read(body.id)).to.deep.equal(body);
    const list = await gateway.request("GET", "/v1/projects", undefined, asOther);
    expect(list.body.data).to.deep.equal([]);
  });

  it("lists projects newest first, page by page, without losing one", async () => {
    const ids: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      gateway.clock.now += 1;
      ids.push((await create()).body.id);
    }
    const first = await gateway.request("GET", "/v1/projects?limit=2");
    const second = await gateway.request(
      "GET",
      `/v1/projects?limit=2&starting_after=${first.body.data[1].id}`,
    );
    const listed = [...first.body.data, ...second.body.data].map(({ id }) => id as string);
    expect(listed.slice(0, 3)).to.deep.equal(ids.reverse());
    expect(new Set(listed).size).to.equal(4);
  });

  for (const [title, over, param, message] of [
    [
      "an unknown type of project",
      { projectType: "castle" },
      "projectType",
      /^projectType: expected "kitchen_renovation", .* or "general", received "castle"$/,
    ],
    [
      "an amount that is a number",
      { amount: 1000 },
      "amount",
      /^amount: expected a string, received 1000$/,
    ],
    [
      "an amount of zero",
      { amount: "0.00" },
      "amount",
      /^amount: expected an amount above zero, received "0.00"$/,
    ],
    [
      "a party with neither id nor name",
      { mediator: {} },
      "mediator.name",
      /^mediator.name: required, and missing$/,
    ],
    [
      "a party with id and name",
      { mediator: { id: "person_1", name: "x" } },
      "mediator",
      /^mediator: expected either id, or name/,
    ],
    [
      "a wallet in test mode",
      { homeowner: { name: "x", wallet: "11111111111111111111111111111111" } },
      "homeowner.wallet",
      /^homeowner.wallet: expected none in test mode/,
    ],
    [
      "a start in milliseconds",
      { startDate: 1_767_225_600_000 },
      "startDate",
      /looks like milliseconds: did you mean 1767225600\?$/,
    ],
    [
      "a dispute window longer than the review",
      { terms: { reviewPeriodSecs: 60, disputeWindowSecs: 61 } },
      "terms.disputeWindowSecs",
      /expected at most reviewPeriodSecs, received 61 and 60$/,
    ],
    [
      "a platform fee above 10 %",
      { terms: { platformFeeBps: 1_001 } },
      "terms.platformFeeBps",
      /expected at most 1000, received 1001$/,
    ],
    ["an unknown parameter", { payout: 1 }, "payout", /^payout: unknown parameter$/],
  ] as const) {
    it(`refuses ${title} and creates nothing`, async () => {
      const count = async () =>
        (await gateway.context.database.query("SELECT 1 FROM milepost_gateway.projects")).length;
      const before = await count();
      const { status, body } = await create(over);
      expect([status, body.error.code, body.error.param]).to.deep.equal([
        400,
        "invalid_request",
        param,
      ]);
      expect(body.error.message).to.match(message);
      expect(await count()).to.equal(before);
    });
  }

  describe("edits", () => {
    let id: string;
    let ids: string[];
    const replace = (milestones: object[]) =>
      gateway.request("PATCH", `/v1/projects/${id}/milestones`, { milestones });
    const edit = (milestoneId: string, change: object) =>
      gateway.request("PATCH", `/v1/projects/${id}/milestones/${milestoneId}`, change);

    beforeEach(async () => {
      const { body } = await create();
      id = body.id;
      ids = body.milestones.map((milestone: { id: string }) => milestone.id);
    });

    it("replaces the milestones, keeps those with an id, and renumbers", async () => {
      const { status, body } = await replace([
        { id: ids[2], title: "Everything", amount: "600.00" },
        { title: "Garden", amount: "400.00", verificationMethod: "inspection", dueDate: null },
      ]);
      expect(status).to.equal(200);
      expect(body.milestones.map((each: { id: string }) => each.id)[0]).to.equal(ids[2]);
      expect(
        body.milestones.map((each: { index: number; title: string; amount: string }) => [
          each.index,
          each.title,
          each.amount,
        ]),
      ).to.deep.equal([
        [0, "Everything", "600.00"],
        [1, "Garden", "400.00"],
      ]);
    });

    it("divides percentages by largest remainder: 33.3, 33.3 and 33.4 of 1000.00", async () => {
      const { body } = await replace([
        { title: "a", percentage: 33.3 },
        { title: "b", percentage: 33.3 },
        { title: "c", percentage: 33.4 },
      ]);
      expect(body.milestones.map((each: { amount: string }) => each.amount)).to.deep.equal([
        "333.00",
        "333.00",
        "334.00",
      ]);
    });

    it("takes 20 milestones and refuses 21", async () => {
      const list = (length: number) =>
        Array.from({ length }, (_, index) => ({ title: `m${index}`, percentage: 1 }));
      expect((await replace(list(20))).body.milestones).to.have.length(20);
      await refuses(
        async () => {
          const answer = await replace(list(21));
          answer.body.error.message = answer.body.error.message.slice(0, 50);
          return answer;
        },
        [
          400,
          "invalid_request",
          "milestones",
          "milestones: expected at most 20 items, received [{",
        ],
        id,
      );
    });

    it("changes one milestone and leaves the others", async () => {
      const { body } = await edit(ids[1]!, { amount: "450.5", dueDate: null, title: "Cabinets" });
      expect(body.milestones[1]).to.deep.include({
        id: ids[1],
        title: "Cabinets",
        amount: "450.50",
        dueDate: null,
      });
      expect(body.milestones[0].amount).to.equal("300.00");
    });

    it("refuses more than the project's amount", () =>
      refuses(
        () => edit(ids[0]!, { amount: "300.01" }),
        [
          400,
          "invalid_request",
          "milestones",
          "Total milestone amounts exceed project amount: 1000.01 of 1000.00.",
        ],
        id,
      ));

    it("refuses a percentage that disagrees with its amount", () =>
      refuses(
        () => replace([{ title: "a", amount: "333.00", percentage: 33.4 }]),
        [
          400,
          "percentage_mismatch",
          "milestones[0].percentage",
          "milestones[0].percentage: 33.4 % of 1000.00 is not 333.00. Correct one of them, or leave the percentage out.",
        ],
        id,
      ));

    it("refuses a milestone without an amount among others with one", () =>
      refuses(
        () =>
          replace([
            { title: "a", amount: "1" },
            { title: "b", percentage: 20 },
          ]),
        [
          400,
          "invalid_request",
          "milestones[1].amount",
          "milestones[1].amount: required, because other milestones have one. Give every milestone an amount, or none.",
        ],
        id,
      ));

    it("refuses percentages over 100, and seven digits", async () => {
      await refuses(
        () => replace([60, 41].map((percentage) => ({ title: "a", percentage }))),
        [400, "invalid_request", "milestones", "milestones: the percentages exceed 100."],
        id,
      );
      await refuses(
        () => replace([{ title: "a", amount: "1.0000001" }]),
        [
          400,
          "invalid_request",
          "milestones[0].amount",
          'milestones[0].amount: expected an amount with at most 6 decimals, such as "10.50", received "1.0000001"',
        ],
        id,
      );
    });

    it("refuses an id of no milestone of this draft, and the same id twice", async () => {
      await refuses(
        () => replace([{ id: "milestone_0", title: "a", percentage: 1 }]),
        [404, "resource_missing", undefined, "No such milestone: milestone_0"],
        id,
      );
      await refuses(
        () => replace([0, 1].map(() => ({ id: ids[0], title: "a", percentage: 1 }))),
        [
          400,
          "invalid_request",
          "milestones[1].id",
          `milestones[1].id: ${ids[0]} is in the list twice.`,
        ],
        id,
      );
      await refuses(
        () => edit("milestone_0", { title: "a" }),
        [404, "resource_missing", undefined, "No such milestone: milestone_0"],
        id,
      );
    });

    it("records an event with the whole project for each change", async () => {
      const { body } = await edit(ids[0]!, { title: "x" });
      const events = await gateway.context.database.query<{
        type: string;
        sequence: number;
        data: unknown;
      }>(
        "SELECT type, sequence, data FROM milepost_gateway.events WHERE object_id = $1 ORDER BY sequence",
        [id],
      );
      expect(events.map(({ type, sequence }) => [type, sequence])).to.deep.equal([
        ["project.created", 1],
        ["project.updated", 2],
      ]);
      expect(events[1]!.data).to.deep.equal(body);
    });
  });
});
