/** Evidence files by wallet sessions: what a party uploads, and what it reads. */
import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import type { Caller } from "../../src/caller/caller";
import { evidenceOf } from "../../src/files/evidence";
import { insertEvidence } from "../../src/files/store";
import { openWorld, type World } from "../tenancy/objects";
import { form, png, sha256 } from "../harness/upload";
import { type SignedIn, signIn } from "../harness/wallet-session";

const ROLES = ["homeowner", "contractor", "mediator"] as const;
type Role = (typeof ROLES)[number];

describe("evidence files by wallet sessions", () => {
  let world: World;
  let sessions: Record<Role, SignedIn>;
  let people: Record<Role, string>;
  let projectId: string;
  before(async () => {
    world = await openWorld();
    const { app, context } = world.gateway;
    const wallets = ROLES.map(() => Keypair.generate());
    const [row] = await context.database.query<Record<string, string>>(
      `UPDATE milepost_gateway.projects SET status = 'active', homeowner_wallet = $1, contractor_wallet = $2, mediator_wallet = $3
       RETURNING id, homeowner_id, contractor_id, mediator_id`,
      wallets.map(({ publicKey }) => publicKey.toBase58()),
    );
    projectId = row!["id"]!;
    const pairs = await Promise.all(
      ROLES.map(
        async (role, index) =>
          [role, await signIn(app, wallets[index]!, { mode: "test" })] as const,
      ),
    );
    sessions = Object.fromEntries(pairs) as Record<Role, SignedIn>;
    people = Object.fromEntries(ROLES.map((role) => [role, row![`${role}_id`]])) as typeof people;
  });
  after(() => world.close());

  async function upload(session: SignedIn, fields: Record<string, string> = {}, query?: string) {
    const bytes = png();
    const { payload, headers } = form([
      ...Object.entries({ sha256: sha256(bytes), ...fields }),
      ["file", bytes, "sink.png"],
    ]);
    const answer = await world.gateway.app.inject({
      ...{ method: "POST", url: `/v1/files${query ?? `?project=${projectId}`}`, payload },
      headers: { ...headers, ...session.headers },
    });
    return { status: answer.statusCode, body: answer.json() };
  }
  const statusOf = async (role: Role, id: string) => {
    const paths = ["", "/content"].map((path) => `/v1/files/${id}${path}`);
    const { app } = world.gateway;
    const headers = { cookie: sessions[role].cookie };
    const answers = await Promise.all(paths.map((url) => app.inject({ url, headers })));
    return answers.map(({ statusCode }) => statusCode);
  };

  it("given an upload then it is the person's own, and the others read it once it is evidence", async () => {
    const { status, body } = await upload(sessions.contractor);
    expect([status, body.uploadedBy]).to.deep.equal([201, people.contractor]);
    expect(await statusOf("contractor", body.id)).to.deep.equal([200, 200]);
    expect(await statusOf("homeowner", body.id)).to.deep.equal([404, 404]);
    const { accountId, context } = world.gateway;
    const milestoneId = world.objects["projects"]!["milestoneId"]!;
    const ref = { milestoneId, policy: "policy", milestoneIndex: 0, kind: "submission" as const };
    const hash = { manifestHash: "00".repeat(32), manifest: '{"files":[]}' };
    const owner = { accountId, mode: "test" as const };
    await insertEvidence(context.database, owner, { ...ref, ...hash }, [body.id]);
    for (const role of ROLES) expect(await statusOf(role, body.id)).to.deep.equal([200, 200]);
    const stranger = await signIn(world.gateway.app, Keypair.generate(), { mode: "test" });
    const answer = await stranger.request("GET", `/v1/files/${body.id}`);
    expect(answer.status).to.equal(404);
  });

  it("given another person's name, another project or none then the upload is refused, and no row is written", async () => {
    const { database } = world.gateway.context;
    const count = async () => (await database.query("SELECT 1 FROM milepost_gateway.files")).length;
    const before = await count();
    const foreign = await upload(sessions.contractor, { uploadedBy: people.homeowner });
    expect([foreign.status, foreign.body.error.param]).to.deep.equal([403, "uploadedBy"]);
    for (const query of ["", "?project=project_unknown"]) {
      const { status, body } = await upload(sessions.contractor, {}, query);
      expect([status, body.error.code]).to.deep.equal([404, "resource_missing"]);
    }
    expect(await count()).to.equal(before);
  });

  it("given a file of the account that is no evidence of the project then a party neither reads nor submits it", async () => {
    const id = world.objects["files"]!["id"]!;
    expect(await statusOf("contractor", id)).to.deep.equal([404, 404]);
    const { accountId, context } = world.gateway;
    const { session, wallet } = sessions.contractor;
    const caller: Caller = {
      ...{ accountId, mode: "test", keyId: session.id, scopes: [] },
      session: {
        ...{ id: session.id, wallet: wallet.publicKey.toBase58() },
        ...{ role: "party", personId: people.contractor },
      },
    };
    const refused = await evidenceOf(context.database, caller, [id]).catch(
      (error: { code: string }) => error.code,
    );
    expect(refused).to.equal("resource_missing");
    const byKey = await evidenceOf(context.database, { accountId, mode: "test" }, [id]);
    expect(byKey.files.map((file) => file.id)).to.deep.equal([id]);
  });
});
