/** README.md: short enough to read, and its twelve lines work as they are printed. */
import { statSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { World } from "../world";
import { codeBlocks, openPage, ROOT } from "./page";
import { run, type Surroundings, typeErrors } from "./snippet";

const MAX_BYTES = 12 * 1024;
const MAX_LINES = 12;

describe("README", () => {
  const { text } = openPage("README.md");
  const snippets = codeBlocks("js", text);

  it(`takes at most ${MAX_BYTES} bytes`, () => {
    expect(statSync(path.join(ROOT, "README.md")).size).to.be.at.most(MAX_BYTES);
  });

  it("shows the two commands", () => {
    const commands = codeBlocks("sh", text).flatMap((block) => block.trim().split("\n"));
    expect(commands).to.include.members(["make demo", "make test"]);
  });

  it("has one snippet, of twelve lines", () => {
    expect(snippets).to.have.length(1);
    const lines = (snippets[0] ?? "").split("\n").filter((line) => line.trim() !== "");
    expect(lines).to.have.length(MAX_LINES);
  });

  it("creates a plan in twelve lines and releases its first payment", async () => {
    const world = await World.create();
    const { owner, recipient } = world.people;
    const localnet = {
      connection: world.chain.connection,
      mint: world.mint,
      gateway: world.gateway,
      wallets: { owner, recipient },
    };
    const surroundings: Surroundings = {
      connectLocalnet: {
        type: "() => Promise<{ connection: Connection; mint: PublicKey; gateway: PublicKey; wallets: Record<'owner' | 'recipient', Keypair> }>",
        value: () => Promise.resolve(localnet),
      },
    };
    // The chain of this test takes the place of a running localnet; the packages' test runs the page unchanged.
    const code = (snippets[0] ?? "").replace(/^import .* from "@milepost\/localnet";\n/, "");
    expect(typeErrors(code, surroundings), code).to.deep.equal([]);
    const { printed } = await run(code, surroundings);
    expect(printed).to.deep.equal(["50000000 base units released"]);
    expect(await world.balance("recipient")).to.equal(50_000_000n);
  });
});
