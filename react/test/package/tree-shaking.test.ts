/** What an application gets of the package when it imports one name. */
import { expect } from "chai";
import { build } from "esbuild";
import path from "node:path";
import { gzipSync } from "node:zlib";

const INDEX = path.resolve(__dirname, "../../src/index.ts");

/** Bundles an application without what it installs anyway. */
async function bundle(names: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { ${names} } from ${JSON.stringify(INDEX)};`,
      resolveDir: __dirname,
    },
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    external: ["react", "react/jsx-runtime", "@milepost/sdk", "@solana/web3.js", "bn.js", "bs58"],
    logLevel: "silent",
  });
  return outputFiles[0]!.text;
}

const sizeOf = (text: string): number => gzipSync(text).length;

describe("an application that imports one name", () => {
  it("gets AmountText alone, in less than 1 KB", async () => {
    const text = await bundle("AmountText");
    expect(text).to.contain("milepost-amount");
    for (const other of ["milepost-review", "simulateTransaction", "standard:connect", 'react"']) {
      expect(text, other).not.to.contain(other === 'react"' ? 'from"react"' : other);
    }
    expect(sizeOf(text)).to.be.below(1_024);
  });

  it("gets provider, wallets and button for a first screen in less than 6 KB, without decoder and sending", async () => {
    const text = await bundle("MilepostProvider, WalletProvider, WalletButton, useWallets");
    for (const other of ["milepost-review", "simulateTransaction", "Approve a milestone"]) {
      expect(text, other).not.to.contain(other);
    }
    expect(sizeOf(text)).to.be.below(6_144);
  });

  it("gets everything in less than 28 KB, without inline styles and a global Buffer", async () => {
    const text = await bundle(
      [
        ...["useSend", "usePolicy", "useNextActions", "useExplainRelease", "useCoverage"],
        ...["TransactionReview", "MilestoneTimeline", "NextActionCard", "EvidenceDrop"],
        ...["SplitSlider", "WalletButton", "WalletProvider", "MilepostProvider"],
      ].join(", "),
    );
    expect(sizeOf(text)).to.be.below(28_672);
    expect(text).not.to.match(/\bstyle:|\bBuffer\b|dangerouslySetInnerHTML|createElement\("style"/);
  });
});
