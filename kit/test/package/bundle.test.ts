/** What an application gets in its bundle: no web3.js, and only what it imports. */
import path from "node:path";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { build } from "esbuild";

const INDEX = path.resolve(__dirname, "../../src/index.ts");

interface Bundle {
  /** Packages whose files are in the bundle. */
  packages: Set<string>;
  bytes: number;
  gzip: number;
}

/** Bundles an application for a browser; `@solana/kit` is there anyway and not counted, unless `withKit`. */
async function bundle(names: string, withKit = false): Promise<Bundle> {
  const contents =
    names === "*"
      ? `export * from ${JSON.stringify(INDEX)};`
      : `export { ${names} } from ${JSON.stringify(INDEX)};`;
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: __dirname },
    ...{ bundle: true, write: false, minify: true, metafile: true },
    ...{ format: "esm", platform: "browser", target: "es2022", logLevel: "silent" },
    external: withKit ? [] : ["@solana/kit"],
  });
  const [output] = Object.values(metafile.outputs);
  const used = Object.entries(output!.inputs).filter(
    // bn.js names `buffer` for old browsers; as it says itself, a bundle does without.
    ([file, { bytesInOutput }]) => bytesInOutput > 0 && !file.startsWith("(disabled)"),
  );
  const packages = used.flatMap(
    ([file]) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [],
  );
  const { contents: code } = outputFiles[0]!;
  return { packages: new Set(packages), bytes: code.length, gzip: gzipSync(code).length };
}

describe("an application with the client in its bundle", () => {
  it("gets no package but bn.js with everything, 233 KB and 51 KB after gzip", async () => {
    const everything = await bundle("*");
    expect([...everything.packages]).to.deep.equal(["bn.js"]);
    expect(everything.bytes).to.be.below(240_000);
    expect(everything.gzip).to.be.below(53_000);
  });

  it("gets what creates and releases a milestone, 11 KB and 4 KB after gzip, without bn.js and the rules", async () => {
    const names = [
      ...["getCreateMilestonePolicyInstructionAsync", "getExecutePaymentInstructionAsync"],
      ...["fetchPaymentPolicy", "findPaymentPolicyPda"],
    ];
    const few = await bundle(names.join(", "));
    expect([...few.packages]).to.deep.equal([]);
    expect(few.bytes).to.be.below(12_500);
    expect(few.gzip).to.be.below(4_200);
  });

  it("gets the decision on a release, 74 KB and 22 KB after gzip, of which bn.js is the most", async () => {
    const decision = await bundle("fetchReleaseSnapshot, decideRelease");
    expect([...decision.packages]).to.deep.equal(["bn.js"]);
    expect(decision.bytes).to.be.below(77_000);
    expect(decision.gzip).to.be.below(23_000);
  });

  it("gets the events without bn.js", async () => {
    const events = await bundle("decodeEvents");
    expect([...events.packages]).to.deep.equal([]);
    expect(events.gzip).to.be.below(4_400);
  });

  it("gets no web3.js with kit itself and every decision", async () => {
    const { packages } = await bundle("*", true);
    expect([...packages]).to.include("@solana/addresses");
    for (const name of ["@solana/web3.js", "buffer", "bs58", "borsh", "rpc-websockets"]) {
      expect([...packages], name).not.to.include(name);
    }
  });
});
