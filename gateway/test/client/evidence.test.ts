import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { createGatewayClient, hashBytes, hashManifest, uploadForm } from "../../src/client";
import { createDirectoryStorage } from "../../src/file-storage/directory-storage";
import { manifestHash } from "../../src/files/manifest-hash";
import { fileRoutes } from "../../src/files/routes";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";
import { png, sha256, temporaryDirectory } from "../harness/upload";

describe("evidence in the typed client", () => {
  let gateway: TestGateway;
  let directory: ReturnType<typeof temporaryDirectory>;
  before(async () => {
    directory = temporaryDirectory();
    const storage = await createDirectoryStorage(directory.path);
    gateway = await startTestGateway([fileRoutes], { files: { storage } });
    await gateway.app.listen({ port: 0, host: "127.0.0.1" });
  });
  after(async () => {
    await gateway.close();
    directory.remove();
  });

  it("hashes bytes and manifests with WebCrypto as the gateway does with Node's", async () => {
    const bytes = png(1_000);
    for (const each of [bytes, new Blob([new Uint8Array(bytes)]), new Uint8Array(bytes).buffer]) {
      expect(await hashBytes(each)).to.equal(createHash("sha256").update(bytes).digest("hex"));
    }
    const files = [
      { name: "Spüle €.png", sha256: sha256(bytes), size: 1_000, mediaType: "image/png" },
      { name: "report.pdf", sha256: "01".repeat(32), size: 7, mediaType: "application/pdf" },
    ];
    expect(await hashManifest(files)).to.equal(manifestHash(files));
  });

  it("given files with names in any script then both sides agree on each hash and on the manifest's", async () => {
    const { port } = gateway.app.server.address() as AddressInfo;
    const client = createGatewayClient({
      baseUrl: `http://127.0.0.1:${port}`,
      apiKey: gateway.keys.test,
    });
    const names = ["sink.png", 'Spüle "nachher".png', "厨房 📷.png"];
    const uploaded = [];
    for (const [index, name] of names.entries()) {
      const bytes = new File([new Uint8Array(png(500, index))], name);
      const form = await uploadForm(bytes, { uploadedBy: "Ben" });
      const { data, error } = await client.POST("/v1/files", {
        body: form as never,
        bodySerializer: () => form,
      });
      expect(error).to.equal(undefined);
      expect(data).to.include({
        name,
        sha256: await hashBytes(bytes),
        size: 500,
        uploadedBy: "Ben",
      });
      uploaded.push(data!);
    }
    expect(await hashManifest(uploaded)).to.equal(manifestHash(uploaded));
  });
});
