import { readdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { rejection } from "@milepost/database/testing";
import { createS3Storage, type S3StorageOptions } from "../../src/file-storage/s3-storage";
import type { FileStorage } from "../../src/file-storage/file-storage";
import { fileRoutes } from "../../src/files/routes";
import { type S3Server, startS3Server } from "../harness/s3-server";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";
import { fileForm, png, sha256, temporaryDirectory } from "../harness/upload";

const credentials = { accessKeyId: "test", secretAccessKey: "secret" };
const bucket = "evidence";

/** Returns the URL of a port on which nobody listens. */
async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

async function bytesOf(stream: Readable | null): Promise<Buffer | null> {
  return stream && Buffer.concat(await stream.toArray());
}

describe("files in an S3-compatible store", () => {
  let server: S3Server;
  let client: S3Client;
  let directory: ReturnType<typeof temporaryDirectory>;
  let options: S3StorageOptions;
  let storage: FileStorage;
  before(async () => {
    server = await startS3Server();
    const { endpoint } = server;
    client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  });
  after(async () => {
    client.destroy();
    await server.stop();
  });
  beforeEach(async () => {
    directory = temporaryDirectory();
    options = {
      bucket,
      prefix: "files/",
      endpoint: server.endpoint,
      credentials,
      stagingDirectory: directory.path,
    };
    storage = await createS3Storage(options);
  });
  afterEach(() => directory.remove());

  const stage = (bytes: Buffer) => {
    const path = join(directory.path, "staged");
    writeFileSync(path, bytes);
    return { path, sha256: sha256(bytes), size: bytes.length };
  };

  it("given bytes that were put, again and again, then it returns them, and null for others", async () => {
    const bytes = png(200_000, 7);
    for (let turn = 0; turn < 2; turn += 1) await storage.put(stage(bytes));
    expect((await bytesOf(await storage.read(sha256(bytes))))?.equals(bytes)).to.equal(true);
    expect(await storage.read("0".repeat(64))).to.equal(null);
  });

  it("refuses a name that is not a hash", async () => {
    expect(await rejection(storage.read("../secret"))).to.include({
      message: "a stored file is named by 64 hexadecimal digits",
    });
  });

  it("given a bucket that does not exist then putting and reading fail", async () => {
    const other = await createS3Storage({ ...options, bucket: "nowhere" });
    expect(await rejection(other.put(stage(png())))).to.have.property("name", "NoSuchBucket");
    expect(await rejection(other.read(sha256(png())))).to.have.property("name", "NoSuchBucket");
  });

  describe("behind the API", () => {
    let gateway: TestGateway;
    beforeEach(
      async () => (gateway = await startTestGateway([fileRoutes], { files: { storage } })),
    );
    afterEach(() => gateway.close());
    const send = (bytes: Buffer) =>
      gateway.app.inject({
        method: "POST",
        url: "/v1/files",
        headers: { "x-api-key": gateway.keys.test, ...fileForm(bytes).headers },
        payload: fileForm(bytes).payload,
      });

    it("given an upload then it is verified and served, and nothing stays in the staging directory", async () => {
      const bytes = png(100_000, 3);
      const created = await send(bytes);
      expect(created.statusCode).to.equal(201);
      const { id, contentUrl } = created.json();
      const shown = await gateway.request("GET", `/v1/files/${id}`);
      expect(shown.body.verification).to.include({ verified: true, fileHash: sha256(bytes) });
      const headers = { "x-api-key": gateway.keys.test };
      const content = await gateway.app.inject({ url: contentUrl, headers });
      expect(content.rawPayload.equals(bytes)).to.equal(true);
      expect(readdirSync(directory.path)).to.deep.equal([]);
    });

    it("given an object that was replaced in the bucket then it is not verified and not served", async () => {
      const bytes = png(1_000, 4);
      const { id } = (await send(bytes)).json();
      const Key = `files/${sha256(bytes)}`;
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "<svg/>" }));
      const shown = await gateway.request("GET", `/v1/files/${id}`);
      expect(shown.body.verification).to.include({ verified: false, fileHash: sha256("<svg/>") });
      const refused = await gateway.request("GET", `/v1/files/${id}/content`);
      expect([refused.status, refused.body.error.code]).to.deep.equal([503, "file_damaged"]);
    });

    it("given a store that does not answer then the upload fails, and no file is recorded", async () => {
      const files = {
        storage: await createS3Storage({ ...options, endpoint: await closedPort() }),
      };
      await gateway.close();
      gateway = await startTestGateway([fileRoutes], { files });
      const answer = await send(png());
      expect([answer.statusCode, answer.json().error.code]).to.deep.equal([503, "unavailable"]);
      expect(answer.json().error.message).to.include("The file storage does not answer");
      expect(
        await gateway.context.database.query("SELECT 1 FROM milepost_gateway.files"),
      ).to.deep.equal([]);
      expect(readdirSync(directory.path)).to.deep.equal([]);
    });
  });
});
