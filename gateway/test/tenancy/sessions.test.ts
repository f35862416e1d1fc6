/** Objects that a wallet session reaches: for every operation of the OpenAPI document (G2, G9). */
import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { addAdministrator, ADMINISTRATOR_SCOPES } from "../../src/sessions/administrators";
import { dumpRows } from "../harness/dump";
import { type Operation, operations, sampleOf } from "../harness/operations";
import { fileForm, png } from "../harness/upload";
import { type SignedIn, signIn } from "../harness/wallet-session";
import { openWorld, pathOf, type World } from "./objects";

const ALL = operations().filter(({ scope }) => scope !== null);
const namesObject = ({ path }: Operation) => path.includes("{");
/** It answers until the client leaves; `test/events/stream.test.ts` has its tests. */
const isStream = ({ id }: Operation) => id === "streamEvents";
/** Lists of what the wallet is a party of. */
const LISTS = ["listProjects", "listPaymentIntents"];
const ROLES = ["homeowner", "contractor", "mediator"] as const;

describe("objects that a wallet session reaches", () => {
  let world: World;
  /** Wallets of the project's parties and of the intent's payer, payee and mediator. */
  const wallets = [Keypair.generate(), Keypair.generate(), Keypair.generate()];
  /** Sessions of a wallet that is no party, of a party in the other mode, and of the administrator of another account. */
  let strangers: { session: SignedIn; headers: Record<string, string> }[];
  let contractor: SignedIn;
  let homeownerId: string;
  let contractorId: string;
  before(async () => {
    world = await openWorld();
    const { context, app, accountId } = world.gateway;
    const { database } = context;
    const addresses = wallets.map(({ publicKey }) => publicKey.toBase58());
    await database.query(
      `UPDATE milepost_gateway.projects SET status = 'active', homeowner_wallet = $1, contractor_wallet = $2, mediator_wallet = $3`,
      addresses,
    );
    await database.query(
      "UPDATE milepost_gateway.payment_intents SET payer = $1, recipient = $2, mediator = $3",
      addresses,
    );
    const [row] = await database.query<{ homeowner_id: string; contractor_id: string }>(
      "SELECT homeowner_id, contractor_id FROM milepost_gateway.projects",
    );
    homeownerId = row!.homeowner_id;
    contractorId = row!.contractor_id;
    const other = Keypair.generate();
    const [account] = await database.query<{ id: string }>(
      "SELECT id FROM milepost_gateway.accounts WHERE id <> $1",
      [accountId],
    );
    await addAdministrator(database, account!.id, other.publicKey.toBase58(), context.now());
    strangers = [
      { session: await signIn(app, Keypair.generate(), { mode: "test" }), headers: {} },
      { session: await signIn(app, wallets[0]!, { mode: "live" }), headers: {} },
      {
        session: await signIn(app, other, { mode: "test" }),
        headers: { "milepost-account": account!.id },
      },
      {
        session: await signIn(app, other, { mode: "test" }),
        headers: { "milepost-account": accountId },
      },
    ];
    contractor = await signIn(app, wallets[1]!, { mode: "test" });
  });
  after(() => world.close());

  /** Sends an operation with a body and a query that its schemas accept. */
  function send(
    operation: Operation,
    headers: Record<string, string>,
    given: Record<string, string> = {},
  ) {
    const { bodyType, bodySchema, method } = operation;
    const references = { ...world.references, ...given };
    const names = operation.query.filter(
      (name) => operation.required.includes(name) || ["project", "party", "person"].includes(name),
    );
    // The two names of the inbox's person exclude each other.
    const chosen = names.includes("person") ? names.filter((name) => name !== "party") : names;
    const query = chosen.map((name) => `${name}=${references[name] ?? ""}`).join("&");
    const form =
      bodyType === "multipart/form-data"
        ? fileForm(png())
        : {
            payload: bodySchema ? (sampleOf(bodySchema, references) as object) : undefined,
            headers: {},
          };
    return world.gateway.app.inject({
      method: method as never,
      url: `${pathOf(operation, world.objects)}?${query}`,
      headers: { ...form.headers, ...headers },
      ...(form.payload === undefined ? {} : { payload: form.payload }),
    });
  }

  const rows = () => dumpRows(world.gateway.context.database);

  for (const operation of ALL.filter((each) => !isStream(each) && !LISTS.includes(each.id))) {
    it(`${operation.id} answers 404 or 403 to the session of a wallet that is not a party, and changes nothing`, async () => {
      const before = await rows();
      for (const { session, headers } of strangers) {
        // The administrator of another account has that account's own lists, and may create what is its own.
        const isOwn = headers["milepost-account"] !== undefined && !namesObject(operation);
        if (isOwn && ADMINISTRATOR_SCOPES.includes(operation.scope as never)) continue;
        const answer = await send(operation, { ...session.headers, ...headers });
        expect([403, 404], answer.body).to.include(answer.statusCode);
      }
      expect(await rows()).to.deep.equal(before);
    });
  }

  for (const operation of ALL.filter(({ id }) => LISTS.includes(id))) {
    it(`${operation.id} lists nothing for a wallet that is not a party, and the wallet's own for a party`, async () => {
      for (const { session, headers } of strangers.slice(0, 3)) {
        const answer = await send(operation, { ...session.headers, ...headers });
        expect([answer.statusCode, answer.json().data]).to.deep.equal([200, []]);
      }
      const own = await send(operation, contractor.headers);
      expect([own.statusCode, own.json().data.length]).to.deep.equal([200, 1]);
    });
  }

  for (const operation of ALL.filter(({ takesSession }) => takesSession)) {
    const hasParty =
      operation.query.includes("party") ||
      Object.keys(operation.bodySchema?.properties ?? {}).includes("party");
    if (!operation.path.startsWith("/v1/projects/") || !hasParty) continue;
    it(`${operation.id} answers 403 to a party that names another one, and changes nothing`, async () => {
      const before = await rows();
      const answer = await send(operation, contractor.headers, { party: homeownerId });
      expect([answer.statusCode, answer.json().error.param], answer.body).to.deep.equal([
        403,
        "party",
      ]);
      expect(await rows()).to.deep.equal(before);
    });
  }

  for (const operation of ALL.filter(
    ({ takesSession, method }) => takesSession && method !== "GET",
  )) {
    it(`${operation.id} answers 403 to a party without the session's token, and changes nothing`, async () => {
      const before = await rows();
      const { cookie, origin } = contractor.headers;
      const answer = await send(operation, { cookie: cookie!, origin: origin! });
      expect([answer.statusCode, answer.json().error.param]).to.deep.equal([403, "X-CSRF-Token"]);
      expect(await rows()).to.deep.equal(before);
    });
  }

  it("given a party then exactly the operations that take a session are open to it", async () => {
    for (const operation of ALL.filter((each) => namesObject(each))) {
      const answer = await send(operation, contractor.headers, { party: contractorId });
      const isRefused =
        answer.statusCode === 403 &&
        /^A wallet session cannot do this/.test(answer.json().error.message);
      expect(isRefused, `${operation.id}: ${answer.body}`).to.equal(!operation.takesSession);
    }
  });

  it("given the wallets of a project then each person has its own inbox and no other", async () => {
    const people = await world.gateway.context.database.query<Record<string, string>>(
      "SELECT homeowner_id, contractor_id, mediator_id FROM milepost_gateway.projects",
    );
    for (const [index, role] of ROLES.entries()) {
      const session = await signIn(world.gateway.app, wallets[index]!, { mode: "test" });
      for (const each of ROLES) {
        for (const name of ["person", "party"]) {
          const id = people[0]![`${each}_id`];
          const { status } = await session.request("GET", `/v1/inbox?${name}=${id}`);
          expect(status, `${role} reads ${each}`).to.equal(each === role ? 200 : 404);
        }
      }
      const marked = await session.request(
        "POST",
        `/v1/inbox/${world.objects["inbox"]!["id"]}/read`,
      );
      expect(marked.status, role).to.equal(role === "homeowner" ? 200 : 404);
    }
    const administrators = await contractor.request("GET", "/v1/inbox?person=administrators");
    expect(administrators.status).to.equal(404);
  });
});
