/** The commands of every page: each can be run. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { allPages, codeBlocks, ROOT } from "./page";

const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");
const scriptsOf = (workspace: string): string[] =>
  Object.keys(
    (JSON.parse(read(path.join(workspace, "package.json"))) as { scripts?: Record<string, string> })
      .scripts ?? {},
  );

const PACKAGES = ["sdk", "localnet", "keeper", "gateway", "react", "kit"].map(
  (workspace) => (JSON.parse(read(`${workspace}/package.json`)) as { name: string }).name,
);
const SCRIPTS = ["", "sdk", "localnet", "keeper", "gateway", "react", "kit"].flatMap(scriptsOf);
const TARGETS = [...read("Makefile").matchAll(/^([a-z-]+):/gm)].map(([, target]) => target);
/** Tools of others that a page explains or its reader has. */
const OTHERS = ["solana", "apt-get", "cargo"];
/**
 * Pages with code that runs; `tests/packages` runs those of the packages and, unchanged, the README's. The gateway's test of its
 * client compiles the gateway's.
 */
const PAGES_WITH_SNIPPETS = [
  "README.md",
  "docs/errors.md",
  "docs/getting-started.md",
  "gateway/README.md",
  "keeper/README.md",
  "kit/README.md",
  "localnet/README.md",
  "react/README.md",
  "sdk/README.md",
];

/** The registry's newest `@solana/web3.js` may be version 2, which is another library. */
function expectInstall(words: string[]): void {
  const others = ["@solana/web3.js@1", "bn.js", "react", "react-dom", "--save-dev"];
  const kit = ["@solana/kit", "@solana-program/token"];
  expect([...PACKAGES, ...others, ...kit]).to.include.members(words);
}

function expectRunnable(command: string): void {
  const [tool = "", ...words] = command.split(" ");
  if (tool === "make") return void expect(TARGETS).to.include(words[0]);
  if (tool === "npx") return void expect(PACKAGES).to.include(words[0]);
  if (tool === "npm" && words[0] === "install") return expectInstall(words.slice(1));
  if (tool === "npm") {
    expect(words[0]).to.equal("run");
    expect(SCRIPTS).to.include(words[1]);
    if (words[1] !== "deploy:milepost") return;
    const script = read("migrations/deploy/arguments.ts");
    for (const flag of words.filter((word) => /^--./.test(word))) {
      expect(script, `the usage has no ${flag}`).to.include(` ${flag} `);
    }
    return;
  }
  expect(OTHERS, "a tool the page explains").to.include(tool);
}

describe("the pages' commands", () => {
  for (const { file, text } of allPages()) {
    const shown = codeBlocks("sh", text).flatMap((block) => block.trim().split("\n"));
    const inProse = [...text.matchAll(/`(make [a-z][^`]*)`/g)].map(([, command]) => command ?? "");
    const commands = [...new Set([...shown, ...inProse])];
    if (commands.length === 0) continue;
    it(`can be run, on ${file}`, () => commands.forEach(expectRunnable));
  }

  for (const workspace of ["sdk", "localnet", "keeper", "react", "kit"]) {
    it(`install version 1 of web3.js and our packages, on ${workspace}/README.md`, () => {
      const lines = read(`${workspace}/README.md`).match(/^npm install .*$/gm) ?? [];
      expect(lines).to.not.be.empty;
      for (const line of lines) expectInstall(line.split(" ").slice(2));
    });
  }
});

describe("the pages' snippets", () => {
  it("stand only on pages whose snippets a test runs", () => {
    const found = allPages().filter(({ text }) => /^```(ts|js|tsx|jsx|mjs)$/m.test(text));
    expect(found.map(({ file }) => file)).to.have.members(PAGES_WITH_SNIPPETS);
  });
});
