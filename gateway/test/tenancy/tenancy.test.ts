/** Whose object it is, and what a key may do: for every operation of the OpenAPI document (G2, G9). */
import { expect } from "chai";
import { SCOPES, type Scope } from "../../src/caller/caller";
import { createKey } from "../../src/keys/store";
import { dumpRows } from "../harness/dump";
import { type Operation, operations, sampleOf } from "../harness/operations";
import { fileForm, png } from "../harness/upload";
import { openWorld, pathOf, type World } from "./objects";

const ALL = operations();
const isPublic = ({ scope }: Operation) => scope === null;
const namesObject = ({ path }: Operation) => path.includes("{");
/** It answers until the client leaves; `test/events/stream.test.ts` has its tests. */
const isStream = ({ id }: Operation) => id === "streamEvents";

describe("whose object it is", () => {
  let world: World;
  /** Keys that lack one scope. */
  const lacking = new Map<string, string>();
  before(async () => {
    world = await openWorld();
    const { context, accountId } = world.gateway;
    for (const scope of SCOPES) {
      const scopes = SCOPES.filter((each) => each !== scope) as Scope[];
      const key = { accountId, mode: "test" as const, name: "restricted", scopes };
      lacking.set(scope, (await createKey(context.database, key, context.now())).text);
    }
    // The owner has used the same Idempotency-Key for each operation: others must neither see nor change that answer.
    await context.database.query(
      `INSERT INTO milepost_gateway.idempotency_keys (account_id, mode, key, fingerprint, status, body, locked_at, created_at)
       SELECT $1, 'test', unnest($2::text[]), 'owner', 200, '{"id":"owner"}', $3, $3`,
      [accountId, ALL.map(({ id }) => id), context.now()],
    );
  });
  after(() => world.close());

  /** Sends an operation with a body that its schema accepts. */
  async function send(operation: Operation, key: string | null, query = "") {
    const { bodyType, bodySchema, method } = operation;
    const needed = operation.required.map((name) => `${name}=${world.references[name] ?? ""}`);
    const url = pathOf(operation, world.objects) + (query || `?${needed.join("&")}`);
    const isForm = bodyType === "multipart/form-data";
    const { payload, headers } = isForm
      ? fileForm(png())
      : {
          payload: bodySchema ? (sampleOf(bodySchema, world.references) as object) : undefined,
          headers: {},
        };
    const isWrite = method !== "GET";
    const answer = await world.gateway.app.inject({
      method: method as never,
      url,
      headers: {
        ...headers,
        ...(key === null ? {} : { "x-api-key": key }),
        ...(isWrite ? { "idempotency-key": operation.id } : {}),
      },
      ...(payload === undefined ? {} : { payload }),
    });
    return answer;
  }
  const codeOf = async (operation: Operation, key: string | null) => {
    const { statusCode, json } = await send(operation, key);
    return [statusCode, json().error?.code];
  };
  /** Everything but idempotency keys of others, who may keep their own refusals. */
  async function rows() {
    const { database } = world.gateway.context;
    const { accountId } = world.gateway;
    const dump = await dumpRows(database);
    const kept = dump["idempotency_keys"]!.filter(
      (row) => row.includes(accountId) && row.includes('"mode": "test"'),
    );
    return { ...dump, idempotency_keys: kept };
  }

  for (const operation of ALL.filter((each) => namesObject(each) && !isPublic(each))) {
    it(`${operation.id} answers 404 with another account's key and with the other mode's, and changes nothing`, async () => {
      const before = await rows();
      const { keys } = world.gateway;
      for (const key of [keys.other, keys.live]) {
        expect(await codeOf(operation, key)).to.deep.equal([404, "resource_missing"]);
      }
      expect(await rows()).to.deep.equal(before);
    });
  }

  for (const operation of ALL.filter((each) => !isPublic(each))) {
    it(`${operation.id} answers 401 without a key and 403 without the scope ${operation.scope}, and changes nothing`, async () => {
      const before = await rows();
      expect(await codeOf(operation, null)).to.deep.equal([401, "authentication_required"]);
      expect(await codeOf(operation, "sk_test_unknown")).to.deep.equal([
        401,
        "authentication_required",
      ]);
      const key = lacking.get(operation.scope!)!;
      expect(await codeOf(operation, key)).to.deep.equal([403, "forbidden"]);
      expect(await rows()).to.deep.equal(before);
    });
  }

  for (const operation of ALL.filter(
    (each) => each.method === "GET" && !namesObject(each) && !isPublic(each) && !isStream(each),
  )) {
    it(`${operation.id} shows nobody else's objects, whatever the query names`, async () => {
      const { objects, references, gateway } = world;
      const ids = [...Object.values(objects), references].flatMap((each) => Object.values(each));
      const named = operation.query.filter((name) => references[name] !== undefined);
      const queries = named.map((name) => `?${name}=${references[name]}`);
      if (operation.required.length === 0) queries.push("");
      for (const query of queries) {
        for (const key of [gateway.keys.other, gateway.keys.live]) {
          const { body, statusCode } = await send(operation, key, query);
          expect([200, 400, 404], body).to.include(statusCode);
          // A message may repeat the id that the caller sent.
          if (statusCode === 200) for (const id of ids) expect(body).to.not.include(id);
        }
      }
    });
  }

  it("given another account's person, file or endpoint in a body then the request is refused and nothing changes", async () => {
    const { gateway, references, objects } = world;
    const post = async (path: string, body: object) => {
      const answer = await gateway.request("POST", path, body, { "x-api-key": gateway.keys.other });
      return [answer.status, answer.body.error?.code];
    };
    const project = {
      ...{ title: "Kitchen", projectType: "general", amount: "1000.00", currency: "USDC" },
      ...{ contractor: { name: "B" }, mediator: { name: "C" } },
    };
    const mine = await gateway.request(
      "POST",
      "/v1/projects",
      { ...project, homeowner: { name: "A" } },
      { "x-api-key": gateway.keys.other },
    );
    const { database } = gateway.context;
    const [event] = await database.query<{ id: string }>(
      "SELECT id FROM milepost_gateway.events WHERE object_id = $1",
      [mine.body.id],
    );
    const before = await rows();
    const { person, fileId, endpoint } = references;
    const homeowner = { id: person };
    expect(await post("/v1/projects", { ...project, homeowner })).to.deep.equal([
      404,
      "resource_missing",
    ]);
    const milestone = `/v1/projects/${mine.body.id}/milestones/${mine.body.milestones[0].id}`;
    const submission = { party: mine.body.contractor.id, fileIds: [fileId] };
    const [status] = await post(`${milestone}/submit`, submission);
    expect(status).to.be.within(400, 409);
    const foreign = `/v1/projects/${mine.body.id}/milestones/${objects["projects"]!["milestoneId"]}`;
    expect(await post(`${foreign}/submit`, { party: mine.body.contractor.id })).to.deep.equal([
      404,
      "resource_missing",
    ]);
    expect(await post(`/v1/events/${event!.id}/replay`, { endpoint })).to.deep.equal([
      404,
      "resource_missing",
    ]);
    expect(await rows()).to.deep.equal(before);
  });

  it("given the owner's key then the same requests find the objects", async () => {
    const { keys } = world.gateway;
    const last = ({ method, id }: Operation) =>
      method === "DELETE" || id === "revokeApiKey" ? 1 : 0;
    const found = ALL.filter((each) => namesObject(each) && !isPublic(each));
    for (const operation of found.sort((a, b) => last(a) - last(b))) {
      const answer = await world.gateway.app.inject({
        method: operation.method as never,
        url: pathOf(operation, world.objects),
        headers: { "x-api-key": keys.test },
        ...(operation.bodySchema
          ? { payload: sampleOf(operation.bodySchema, world.references) as object }
          : {}),
      });
      const { error } = answer.statusCode === 404 ? answer.json() : { error: null };
      expect(error?.message ?? "", operation.id).to.not.match(/^No such (?!dispute of|settlement)/);
      expect(answer.statusCode, operation.id).to.not.equal(401);
    }
  });
});
