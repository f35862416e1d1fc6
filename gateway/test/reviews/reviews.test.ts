import { expect } from "chai";
import fc from "fast-check";
import { projectRoutes } from "../../src/projects/routes";
import { reviewRoutes } from "../../src/reviews/routes";
import { averageOf } from "../../src/reviews/visibility";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const DAY = 86_400;

describe("reviews", () => {
  let gateway: TestGateway;
  let project: { id: string; homeowner: string; contractor: string; mediator: string };
  beforeEach(async () => {
    gateway = await startTestGateway([projectRoutes, reviewRoutes]);
    project = await create("completed");
  });
  afterEach(() => gateway.close());

  const create = async (status: string, people?: { homeowner: object; contractor: object }) => {
    const { body } = await gateway.request("POST", "/v1/projects", {
      title: "Kitchen",
      projectType: "kitchen_renovation",
      amount: "1000.00",
      currency: "USDC",
      homeowner: people?.homeowner ?? { name: "Ada" },
      contractor: people?.contractor ?? { name: "Ben" },
      mediator: { name: "Cleo" },
    });
    await gateway.context.database.query(
      "UPDATE milepost_gateway.projects SET status = $2 WHERE id = $1",
      [body.id, status],
    );
    const { id, homeowner, contractor, mediator } = body;
    return { id, homeowner: homeowner.id, contractor: contractor.id, mediator: mediator.id };
  };
  const post = (
    party: string,
    rating: unknown = 5,
    more: object = {},
    of = project,
    headers = {},
  ) => {
    // Ids sort by time: two reviews of one second come in any order.
    gateway.clock.now += 1_000;
    return gateway.request(
      "POST",
      `/v1/projects/${of.id}/reviews`,
      { party, rating, ...more },
      headers,
    );
  };
  const read = async (party?: string) =>
    (
      await gateway.request(
        "GET",
        `/v1/projects/${project.id}/reviews${party ? `?party=${party}` : ""}`,
      )
    ).body.data;
  const rows = () => gateway.context.database.query("SELECT 1 FROM milepost_gateway.reviews");
  const comments = { publicComment: "Clean work.", privateComment: "Late twice." };

  it("given one review then only its author reads it; given both then everybody does, and only the subject the private part", async () => {
    const { status, body } = await post(project.homeowner, 4, comments);
    expect([status, body.status, body.rating, body.privateComment]).to.deep.equal([
      201,
      "hidden",
      4,
      "Late twice.",
    ]);
    for (const reader of [undefined, project.contractor, project.mediator]) {
      const [hidden] = await read(reader);
      expect(hidden).to.include({
        status: "hidden",
        rating: null,
        publicComment: null,
        privateComment: null,
        author: project.homeowner,
        subject: project.contractor,
      });
    }
    expect((await read(project.homeowner))[0]).to.include({ rating: 4, ...comments });

    await post(project.contractor, 2);
    const [revealed, other] = await read(project.contractor);
    expect(revealed).to.include({ status: "revealed", rating: 4, ...comments });
    expect(other).to.include({ status: "revealed", rating: 2, publicComment: "" });
    for (const reader of [undefined, project.mediator]) {
      expect((await read(reader))[0]).to.include({
        rating: 4,
        publicComment: "Clean work.",
        privateComment: null,
      });
    }
  });

  it("given one review alone then 14 days by the chain's clock reveal it, and a second less does not", async () => {
    await post(project.homeowner, 4, comments);
    gateway.clock.now += (14 * DAY - 1) * 1_000;
    expect((await read(project.contractor))[0].status).to.equal("hidden");
    gateway.clock.now += 1_000;
    expect((await read(project.contractor))[0]).to.include({ status: "revealed", ...comments });
    expect((await read())[0]).to.include({ rating: 4, privateComment: null });
  });

  it("given a review then its event has nothing that is hidden, and the second one's events have both", async () => {
    await post(project.homeowner, 4, comments);
    await post(project.contractor, 2);
    const events = await gateway.context.database.query<{
      type: string;
      data: { rating: unknown };
    }>("SELECT type, data FROM milepost_gateway.events WHERE type LIKE 'review.%' ORDER BY id");
    expect(events.map(({ type, data }) => [type, data.rating])).to.have.deep.members([
      ["review.created", null],
      ["review.revealed", 4],
      ["review.revealed", 2],
    ]);
    expect(JSON.stringify(events)).to.not.include("Late twice.");
  });

  for (const status of ["draft", "active", "canceled"]) {
    it(`refuses a review of a project that is ${status}`, async () => {
      const other = await create(status);
      const { status: answered, body } = await post(other.homeowner, 5, {}, other);
      expect([answered, body.error.code]).to.deep.equal([409, "conflict"]);
      expect(body.error.message).to.include(`is ${status}, not completed`);
      expect(await rows()).to.have.length(0);
    });
  }

  it("refuses a second review of the same party, also at once, and keeps the first", async () => {
    const answers = await Promise.all([post(project.homeowner, 4), post(project.homeowner, 1)]);
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409]);
    const refused = answers.find(({ status }) => status === 409)!;
    expect(refused.body.error.message).to.equal(
      `The homeowner has reviewed the project ${project.id} already.`,
    );
    expect(await rows()).to.have.length(1);
  });

  it("refuses the mediator, and a person who is not a party", async () => {
    const mediator = await post(project.mediator);
    expect([mediator.status, mediator.body.error.code]).to.deep.equal([403, "forbidden"]);
    const stranger = await post((await create("completed")).homeowner);
    expect([stranger.status, stranger.body.error.code]).to.deep.equal([404, "resource_missing"]);
    expect(await rows()).to.have.length(0);
  });

  for (const rating of [0, 6, 4.5, "5", null]) {
    it(`refuses ${JSON.stringify(rating)} as a rating and names the parameter`, async () => {
      const { status, body } = await post(project.homeowner, rating);
      expect([status, body.error.code, body.error.param]).to.deep.equal([
        400,
        "invalid_request",
        "rating",
      ]);
      expect(await rows()).to.have.length(0);
    });
  }

  it("given reviews of two projects then a person's list has the revealed ones and their average", async () => {
    await post(project.homeowner, 4);
    await post(project.contractor, 5);
    const people = { homeowner: { name: "Dora" }, contractor: { id: project.contractor } };
    const second = await create("completed", people);
    await post(second.homeowner, 1, {}, second);
    const list = async () =>
      (await gateway.request("GET", `/v1/reviews?person=${project.contractor}`)).body;
    expect((await list()).rating).to.deep.equal({ average: "4.00", count: 1 });
    gateway.clock.now += 14 * DAY * 1_000;
    const both = await list();
    expect(both.rating).to.deep.equal({ average: "2.50", count: 2 });
    expect(both.data.map(({ rating }: { rating: number }) => rating)).to.deep.equal([1, 4]);
  });

  it("given another account's or the other mode's key then 404 as for unknown ids, and nothing changes", async () => {
    await post(project.homeowner);
    for (const key of [gateway.keys.other, gateway.keys.live]) {
      const headers = { "x-api-key": key };
      const answers = [
        await post(project.contractor, 5, {}, project, headers),
        await gateway.request("GET", `/v1/projects/${project.id}/reviews`, undefined, headers),
      ];
      for (const { status, body } of answers) {
        expect([status, body.error.message]).to.deep.equal([404, `No such project: ${project.id}`]);
      }
      const list = await gateway.request(
        "GET",
        `/v1/reviews?person=${project.contractor}`,
        undefined,
        headers,
      );
      expect([list.status, list.body.error.message]).to.deep.equal([
        404,
        `No such person: ${project.contractor}`,
      ]);
    }
    expect(await rows()).to.have.length(1);
  });

  it("averages exactly, rounded half up to two digits", () => {
    expect([averageOf(14, 3), averageOf(9, 8), averageOf(5, 1), averageOf(0, 0)]).to.deep.equal([
      "4.67",
      "1.13",
      "5.00",
      null,
    ]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (ratings) => {
        const sum = ratings.reduce((all, each) => all + each, 0);
        const hundredths = Number(averageOf(sum, ratings.length)!.replace(".", ""));
        const doubled = 2 * (hundredths * ratings.length - sum * 100);
        expect(doubled > -ratings.length && doubled <= ratings.length).to.equal(true);
      }),
      { verbose: true },
    );
  });
});
