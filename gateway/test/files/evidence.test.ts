import { expect } from "chai";
import { buildFunding, buildSubmit, readPolicy } from "../../src/chain";
import { createDirectoryStorage } from "../../src/file-storage/directory-storage";
import { evidenceOf, recordEvidence, toEvidenceFile } from "../../src/files/evidence";
import { manifestText } from "../../src/files/manifest";
import { fileRoutes } from "../../src/files/routes";
import { type Sandbox, startSandbox } from "../harness/sandbox";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";
import { fileForm, png, sha256, temporaryDirectory } from "../harness/upload";

describe("evidence on chain", () => {
  let sandbox: Sandbox;
  let gateway: TestGateway;
  let directory: ReturnType<typeof temporaryDirectory>;
  before(async () => {
    sandbox = await startSandbox();
    directory = temporaryDirectory();
    const storage = await createDirectoryStorage(directory.path);
    gateway = await startTestGateway([fileRoutes], {
      files: { storage },
      chains: { test: sandbox.chain },
    });
  });
  after(async () => {
    await gateway.close();
    await sandbox.close();
    directory.remove();
  });

  const upload = async (fill: number): Promise<string> => {
    const { payload, headers } = fileForm(png(500, fill), `photo-${fill}.png`);
    const answer = await gateway.app.inject({
      method: "POST",
      url: "/v1/files",
      headers: { "x-api-key": gateway.keys.test, ...headers },
      payload,
    });
    return answer.json().id;
  };
  const verificationOf = async (id: string) =>
    (await gateway.request("GET", `/v1/files/${id}`)).body.verification;
  const fund = async () => {
    const build = await buildFunding(
      sandbox.chain,
      sandbox.funding({ amounts: [100_000_000n], releaseCondition: 4 }),
    );
    await sandbox.send(build);
    return { policy: build.policy, index: 0 };
  };
  const submit = async (milestone: { policy: string; index: number }, hash: string) =>
    sandbox.send(
      await buildSubmit(sandbox.chain, { ...milestone, evidenceHash: Buffer.from(hash, "hex") }),
    );
  const record = async (policy: string, fileIds: string[], statement?: string) => {
    const { database } = gateway.context;
    const owner = { accountId: gateway.accountId, mode: "test" as const };
    const evidence = await evidenceOf(database, owner, fileIds);
    const files = evidence.files.map(toEvidenceFile);
    const report = statement && {
      name: "report.json",
      sha256: sha256(statement),
      size: statement.length,
      mediaType: "application/json",
    };
    const manifest = manifestText(report ? [...files, report] : files);
    const manifestHash = sha256(manifest);
    const ref = {
      milestoneId: "milestone_1",
      policy,
      milestoneIndex: 0,
      kind: "submission" as const,
    };
    await recordEvidence(database, owner, { ...ref, manifestHash }, evidence, manifest);
    return manifestHash;
  };

  it("given a submission then its files are verified only once the chain has the manifest's hash, and only while it has", async () => {
    const [milestone, photo, other] = [await fund(), await upload(1), await upload(2)];
    const hash = await record(milestone.policy, [photo, other]);
    expect(await verificationOf(photo)).to.deep.include({ verified: false });
    expect((await verificationOf(photo)).evidence[0]).to.include({
      status: "not_on_chain",
      chainHash: null,
    });

    await submit(milestone, hash);
    const state = (await readPolicy(sandbox.chain, milestone.policy))!;
    expect(state.milestones[0]!.evidenceHash).to.equal(hash);
    for (const id of [photo, other]) {
      const { verified, evidence } = await verificationOf(id);
      expect(verified).to.equal(true);
      expect(evidence).to.deep.equal([
        {
          milestoneId: "milestone_1",
          policy: milestone.policy,
          milestoneIndex: 0,
          kind: "submission",
          manifestHash: hash,
          chainHash: hash,
          status: "verified",
        },
      ]);
    }
  });

  it("given a manifest with a statement beside the files then they are verified", async () => {
    const [milestone, photo] = [await fund(), await upload(3)];
    await submit(milestone, await record(milestone.policy, [photo], '{"note":"done"}'));
    expect((await verificationOf(photo)).verified).to.equal(true);
  });

  it("given another hash on chain than the record has then the file is not verified, and both are shown", async () => {
    const [milestone, photo] = [await fund(), await upload(4)];
    const hash = await record(milestone.policy, [photo]);
    await submit(milestone, "7".repeat(64));
    const { verified, evidence } = await verificationOf(photo);
    expect(verified).to.equal(false);
    expect(evidence[0]).to.include({
      status: "differs",
      manifestHash: hash,
      chainHash: "7".repeat(64),
    });
  });

  it("given a record that was changed afterwards then the file is not verified", async () => {
    const [milestone, photo] = [await fund(), await upload(5)];
    await submit(milestone, await record(milestone.policy, [photo]));
    await gateway.context.database.query(
      "UPDATE milepost_gateway.files SET name = 'other.png' WHERE id = $1",
      [photo],
    );
    const { verified, evidence } = await verificationOf(photo);
    expect([verified, evidence[0].status]).to.deep.equal([false, "differs"]);
  });
});
