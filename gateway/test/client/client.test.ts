import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import ts from "typescript";
import { describeApi, FILES, typesOf } from "../../scripts/openapi";
import { createGatewayClient } from "../../src/client";
import { startTestGateway, type TestGateway } from "../harness/test-gateway";

const ROOT = path.resolve(__dirname, "../..");

/** Files that every compilation reads. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** Returns the compiler's complaints about a program of a platform. */
function typeErrors(program: string): string[] {
  const file = path.join(ROOT, "test/client/snippet.ts");
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: ["node"] },
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ES2022,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    paths: { "@milepost/gateway/client": [path.join(ROOT, "src/client/index.ts")] },
  };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version) => {
    if (name === file) return ts.createSourceFile(name, program, version);
    if (!parsed.has(name)) parsed.set(name, read(name, version));
    return parsed.get(name);
  };
  return ts
    .getPreEmitDiagnostics(ts.createProgram([file], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("the typed client", () => {
  it("has the types of the document in the repository: npm run openapi --workspace gateway", async () => {
    const types = await typesOf(await describeApi());
    expect(readFileSync(FILES.types, "utf8")).to.equal(types);
  });

  describe("of the README", () => {
    const page = readFileSync(path.join(ROOT, "README.md"), "utf8");
    const snippet = /```ts\n(import [^`]*@milepost\/gateway\/client[^`]*)```/.exec(page)?.[1];

    it("compiles as it is printed", () => {
      expect(snippet).to.be.a("string");
      expect(typeErrors(snippet!)).to.deep.equal([]);
    });

    it("given a path or a parameter that does not exist then it does not compile", () => {
      for (const [right, wrong] of [
        ["/v1/api-keys", "/v1/api-kays"],
        ["limit: ", "limits: "],
      ] as const) {
        expect(snippet).to.include(right);
        expect(typeErrors(snippet!.replaceAll(right, wrong)), wrong).to.not.deep.equal([]);
      }
    });
  });

  describe("against a gateway", () => {
    let gateway: TestGateway;
    let baseUrl: string;
    before(async () => {
      gateway = await startTestGateway();
      baseUrl = await gateway.app.listen({ port: 0, host: "127.0.0.1" });
    });
    after(() => gateway.close());

    it("sends the key, and answers data", async () => {
      const client = createGatewayClient({ baseUrl, apiKey: gateway.keys.test });
      const { data, error, response } = await client.GET("/v1/api-keys", {
        params: { query: { limit: 1 } },
      });
      expect([response.status, error, data?.data.length]).to.deep.equal([200, undefined, 1]);
    });

    it("given a refusal then error has the API's body", async () => {
      const client = createGatewayClient({ baseUrl, apiKey: "sk_test_wrong" });
      const { data, error } = await client.GET("/v1/api-keys");
      expect([data, error?.error.code]).to.deep.equal([undefined, "authentication_required"]);
    });

    it("gives every write an Idempotency-Key of its own, and takes the caller's", async () => {
      const keys = ["a", "b"];
      const client = createGatewayClient({
        baseUrl,
        apiKey: gateway.keys.test,
        idempotencyKey: () => keys.shift()!,
      });
      const create = (key?: string) =>
        client.POST("/v1/api-keys", {
          body: { name: "Orders" },
          ...(key === undefined ? {} : { params: { header: { "Idempotency-Key": key } } }),
        });
      const [first, second, again] = [await create(), await create(), await create("a")];
      expect(first.data?.id).to.not.equal(second.data?.id);
      expect(again.data).to.deep.equal({ ...first.data, key: null });
      expect(again.response.headers.get("idempotent-replayed")).to.equal("true");
    });
  });
});
