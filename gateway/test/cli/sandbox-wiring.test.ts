import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { type MailServer, startMailServer } from "../harness/reminder-world";
import { type S3Server, startS3Server } from "../harness/s3-server";
import { type SandboxProcess, startSandboxProcess } from "../harness/sandbox-process";
import { fileForm, png, sha256 } from "../harness/upload";

const credentials = { accessKeyId: "test", secretAccessKey: "secret" };

describe("milepost-gateway sandbox with a mail server and a bucket", () => {
  let directory: string;
  let mail: MailServer;
  let s3: S3Server;
  let client: S3Client;
  let sandbox: SandboxProcess;
  before(async () => {
    directory = mkdtempSync(path.join(tmpdir(), "gateway-wiring-"));
    [mail, s3] = await Promise.all([startMailServer(), startS3Server()]);
    const { endpoint } = s3;
    client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
    await client.send(new CreateBucketCommand({ Bucket: "evidence" }));
    sandbox = await startSandboxProcess(
      directory,
      [
        ...["--s3-bucket", "evidence", "--s3-endpoint", endpoint, "--s3-prefix", "files/"],
        ...["--mail-from", "payments@example.com", "--administrator", "ops@example.com"],
      ],
      {
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        MILEPOST_GATEWAY_SMTP_URL: mail.url,
      },
    );
  });
  after(async () => {
    client?.destroy();
    await sandbox?.cli.end();
    await Promise.all([mail?.close(), s3?.stop()]);
    rmSync(directory, { recursive: true, force: true });
  });

  const post = async (at: string, body: object | Buffer, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${sandbox.url}/v1${at}`, {
      method: "POST",
      headers: { "x-api-key": sandbox.apiKey, ...headers },
      body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body),
    });
    // JSON of an answer: a test asserts what is in it.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    return { status: answer.status, body: (await answer.json()) as any };
  };

  it("stores evidence in the bucket", async () => {
    const bytes = png();
    const { payload, headers } = fileForm(bytes);
    expect((await post("/files", payload, headers)).status).to.equal(201);
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: "evidence" }));
    expect(Contents!.map(({ Key }) => Key)).to.deep.equal([`files/${sha256(bytes)}`]);
  });

  it("reminds a homeowner by mail once the test clock is a day ahead", async () => {
    const { body: project } = await post("/projects", {
      title: "Kitchen",
      projectType: "kitchen_renovation",
      amount: "1000.00",
      currency: "USDC",
      homeowner: { name: "Ada", email: "ada@example.com" },
      contractor: { name: "Ben" },
      mediator: { name: "Cleo" },
    });
    const { status } = await post(`/projects/${project.id}/finalize`, {
      party: project.homeowner.id,
    });
    expect(status).to.equal(200);
    await post("/test-clock/advance", { seconds: 25 * 3_600 });
    while (mail.mails.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(mail.mails[0]!.to).to.equal("ada@example.com");
    expect(mail.mails[0]!.messageId).to.match(/@example\.com>$/);
  });
});
