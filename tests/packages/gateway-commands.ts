/** The packed gateway as its users have it: the command, the sandbox, and the client from both module systems. */
import path from "node:path";
import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";
import { ROOT } from "../docs/page";
import type { Project } from "./project";

/** Asks the sandbox through the client; prints the first key's name, and that of a refused request. */
const ASK = `const { url, apiKey } = JSON.parse(readFileSync(".milepost-gateway/sandbox.json", "utf8"));
const gateway = createGatewayClient({ baseUrl: url, apiKey });
const { data } = await gateway.GET("/v1/api-keys", { params: { query: { limit: 10 } } });
const { error } = await gateway.GET("/v1/payment-intents/{id}", { params: { path: { id: "intent_none" } } });
console.log(data.data[0].name, error.error.code);`;

/** Adds the tests; `project` returns the installed packages. */
export function describeGateway(project: () => Project): void {
  describe("the gateway's command and client", () => {
    it("runs from the packed tarball: --help, --version, and a mistake", async () => {
      const help = await project().command("npx @milepost/gateway --help");
      for (const command of ["serve", "sandbox", "keys", "migrate", "reconcile"]) {
        expect(help).to.match(new RegExp(`^  ${command}`, "m"));
      }
      const { version } = JSON.parse(
        readFileSync(project().installed("gateway", "package.json"), "utf8"),
      ) as { version: string };
      expect(await project().command("npx @milepost/gateway --version")).to.equal(`${version}\n`);
      const failed = await project()
        .command("npx @milepost/gateway --url x")
        .catch((error: { code: number; stderr: string }) => error);
      expect(failed).to.have.property("code", 2);
      expect(failed)
        .to.have.property("stderr")
        .that.matches(/^milepost-gateway: option '--url/);
    });

    it("starts a sandbox, which the client asks from CommonJS and as an ES module", async () => {
      const ports = "--port 0 --rpc-port 0 --metrics-port off --freight-port 0 --pay-port 0";
      const stop = await project().start(`npx @milepost/gateway sandbox ${ports}`, (line) =>
        line.includes("the sandbox is ready"),
      );
      const expected = "Sandbox resource_missing\n";
      const esm = `import { readFileSync } from "node:fs";
import { createGatewayClient } from "@milepost/gateway/client";
${ASK}`;
      expect(await project().node("client.mjs", esm)).to.equal(expected);
      const cjs = `const { readFileSync } = require("node:fs");
const { createGatewayClient } = require("@milepost/gateway/client");
(async () => { ${ASK} })();`;
      expect(await project().node("client.cjs", cjs)).to.equal(expected);
      await stop();
    });

    it("has types of the client's paths and answers, and of the library, in CommonJS and ES modules", () => {
      const text = `import { createGatewayClient } from "@milepost/gateway/client";
import { GatewayError } from "@milepost/gateway";
export const wrong: number = createGatewayClient;
export const used = [GatewayError];
export async function names() {
  const gateway = createGatewayClient({ baseUrl: "http://127.0.0.1", apiKey: "sk_test_x" });
  const { data } = await gateway.GET("/v1/api-keys", {});
  return data?.data.map(({ name }) => name.toUpperCase());
}`;
      for (const name of ["typed.mts", "typed.cts"]) {
        const file = path.join(project().directory, name);
        writeFileSync(file, text);
        const options: ts.CompilerOptions = {
          ...{ strict: true, noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022 },
          ...{
            module: ts.ModuleKind.NodeNext,
            moduleResolution: ts.ModuleResolutionKind.NodeNext,
          },
          ...{ lib: ["lib.es2022.d.ts", "lib.dom.d.ts"], types: ["node"] },
          typeRoots: [path.join(ROOT, "node_modules/@types")],
        };
        const found = ts.getPreEmitDiagnostics(ts.createProgram([file], options));
        const told = found.map(({ messageText }) =>
          ts.flattenDiagnosticMessageText(messageText, "\n"),
        );
        // The one mistake that is made on purpose.
        expect(told, name).to.have.length(1);
        expect(told[0]).to.match(/is not assignable to type 'number'/);
      }
    });
  });
}
