/** The README's promises that a machine can check: snippets, commands, tables, links. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { PublicKey } from "@solana/web3.js";
import { MilestoneProgramError, parseTransactionError, type ReleaseReport } from "@milepost/sdk";
import { expectError, programPath, selectedRuntime } from "./harness";
import { measureBatch, measureInstructions } from "./bench/measure";
import { codeBlocks, localLinks, page, ROOT, table } from "./readme/page";
import { run, Surroundings, typeErrors } from "./readme/snippet";
import { IDL } from "./instructions";
import { revoke } from "./token-moves";
import { DAY, HeldPolicy } from "./escrow-world";
import { Person, START, WEEK, World } from "./world";

const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

describe("README: the SDK's snippets, in order", () => {
  const blocks = codeBlocks("ts");
  let world: World;
  let policy: PublicKey;
  let policyId: number;

  before(async () => {
    world = await World.create();
    ({ id: policyId, address: policy } = await world.nextPolicy());
  });

  /** What the text above the snippets says is there. */
  const surroundings = (): Surroundings => ({
    connection: { type: "Connection", value: world.chain.connection },
    wallet: { type: "Keypair", value: world.people.owner },
    keeper: { type: "Keypair", value: world.people.stranger },
    mint: { type: "PublicKey", value: world.mint },
    recipient: { type: "PublicKey", value: world.key("recipient") },
    gateway: { type: "PublicKey", value: world.gateway },
    policyId: { type: "number", value: policyId },
    freelancer: { type: "Keypair", value: world.people.recipient },
    mediator: { type: "PublicKey", value: world.key("mediator") },
    photo: { type: "Uint8Array", value: new TextEncoder().encode("photo") },
  });
  const play = async (index: number): Promise<Record<string, unknown>> => {
    const code = blocks[index];
    if (!code) throw new Error(`README.md has no snippet ${index}`);
    expect(typeErrors(code, surroundings()), code).to.deep.equal([]);
    return run(code, surroundings());
  };

  it("given the page then it has the four snippets that are played here", () => {
    expect(blocks).to.have.length(4);
  });

  it("given a snippet with a wrong type then the check that follows would see it", () => {
    const code =
      'import { getConfigPda } from "@milepost/sdk";\nconst pda: string = getConfigPda();';
    expect(typeErrors(code, surroundings()).join()).to.match(/not assignable to type 'string'/);
  });

  it("given twenty lines then a policy is made, its first milestone paid, and the second explained", async () => {
    const lines = (blocks[0] ?? "").split("\n").filter((line) => line.trim() !== "");
    expect(lines).to.have.length.at.most(20);
    const result = await play(0);
    expect((result["policy"] as PublicKey).toBase58()).to.equal(policy.toBase58());
    expect(await world.balance("recipient")).to.equal(50_000_000n);
    const report = result["report"] as ReleaseReport;
    expect(report.milestoneIndex).to.equal(1);
    expect(result["printed"]).to.deep.equal([
      `dueDate due at ${START + WEEK}, ${WEEK} seconds from now PaymentNotDue`,
    ]);
  });

  it("given a week later then a keeper with no part in it releases the second", async () => {
    await world.chain.setTime(START + WEEK - 1n);
    await play(1);
    expect(await world.balance("recipient"), "a second early").to.equal(50_000_000n);
    await world.chain.setTime(START + WEEK);
    await play(1);
    expect(await world.balance("recipient")).to.equal(150_000_000n);
  });

  it("given a revoked delegation then the owner repairs it, pauses and deletes a policy", async () => {
    const open = await world.createPolicy();
    policyId = open.id;
    await revoke(world);
    const lamports = (await world.chain.getAccount(world.key("payer")))?.lamports ?? 0n;
    const result = await play(2);
    expect(result["printed"]).to.deep.equal(["300000000 promised, 300000000 not covered"]);
    expect(await world.chain.getAccount(open.address)).to.equal(null);
    const after = (await world.chain.getAccount(world.key("payer")))?.lamports ?? 0n;
    expect(after - lamports, "rent to who paid it").to.equal(3_563_520n);
  });

  it("given an escrow then the first milestone is held, submitted, explained and approved", async () => {
    const paid = await world.balance("recipient");
    const { address } = await world.nextPolicy();
    const now = world.chain.now();
    const result = await play(3);
    expect((result["policy"] as PublicKey).toBase58()).to.equal(address.toBase58());
    expect((await world.balance("recipient")) - paid).to.equal(50_000_000n);
    expect(result["printed"]).to.include(`disputeMilestone ${now + 5n * DAY}`);
    expect(result["printed"]).to.include("approveMilestone any time");
    const printed = (result["printed"] as string[]).join("\n");
    expect(printed, "silence").to.match(new RegExp(`approval.* ${now + 7n * DAY}`));
  });
});

const PACKAGES = ["sdk", "localnet", "keeper"].map(
  (workspace) => JSON.parse(read(`${workspace}/package.json`)) as { name: string },
);

/** The registry's newest `@solana/web3.js` may be version 2, which is another library. */
function expectInstall(words: string[]): void {
  const known = [...PACKAGES.map(({ name }) => name), "@solana/web3.js@1", "bn.js", "--save-dev"];
  expect(known).to.include.members(words);
}

describe("README: the pages of the packages", () => {
  for (const workspace of ["sdk", "localnet", "keeper"]) {
    it(`given ${workspace}/README.md then every install line names version 1 of web3.js, and packages of ours`, () => {
      const lines = read(`${workspace}/README.md`).match(/^npm install .*$/gm) ?? [];
      expect(lines).to.not.be.empty;
      for (const line of lines) expectInstall(line.split(" ").slice(2));
    });
  }
});

describe("README: commands and links", () => {
  const targets = new Set(
    [...read("Makefile").matchAll(/^([a-z-]+):/gm)].map(([, target]) => target),
  );
  const scripts = Object.keys(
    (JSON.parse(read("package.json")) as { scripts: Record<string, string> }).scripts,
  );
  const commands = codeBlocks("sh").flatMap((block) => block.trim().split("\n"));
  const inProse = [...page().matchAll(/`(make [^`]+)`/g)].map(([, command]) => command ?? "");

  it("given the page then it shows the two commands", () => {
    expect(commands).to.include.members(["make demo", "make test"]);
  });

  for (const command of new Set([...commands, ...inProse])) {
    it(`given \`${command.slice(0, 40)}\` then it can be run`, () => {
      const [tool, ...words] = command.split(" ");
      if (tool === "make") return expect(targets).to.include(words[0]);
      if (tool === "npx") return expect(PACKAGES.map(({ name }) => name)).to.include(words[0]);
      if (tool === "npm" && words[0] === "install") return expectInstall(words.slice(1));
      if (tool === "npm") {
        expect(words[0]).to.equal("run");
        expect(scripts).to.include(words[1]);
        const script = read("migrations/deploy/arguments.ts");
        for (const flag of words.filter((word) => /^--./.test(word))) {
          expect(script, `the usage has no ${flag}`).to.include(` ${flag} `);
        }
        return;
      }
      return expect(tool, "a tool the page explains").to.equal("solana");
    });
  }

  it("given links into the repository then each leads to a file", () => {
    expect(localLinks()).to.not.be.empty;
    const dead = localLinks().filter((target) => !existsSync(path.join(ROOT, target)));
    expect(dead).to.deep.equal([]);
  });
});

describe("README: release conditions", () => {
  const rows = table("value", "due date", "signer").map(([value, dueDate, signer]) => ({
    value: Number(value),
    hasDueDate: dueDate === "yes",
    signer: signer ?? "",
  }));
  const people: Record<string, Person> = {
    anyone: "stranger",
    gateway: "gatewaySigner",
    owner: "owner",
    recipient: "recipient",
  };
  let world: World;
  before(async () => {
    world = await World.create();
  });

  it("given each of 256 values then the program accepts those of the table and no other", async () => {
    const listed = rows.map(({ value }) => value);
    expect(new Set(listed).size).to.equal(listed.length);
    for (let value = 0; value < 256; value++) {
      const { address } = await world.nextPolicy();
      const create = world.createMilestonePolicy(
        { amounts: [1n], timestamps: [START], releaseCondition: value },
        address,
      );
      const result = await world.send([create], "owner");
      if (listed.includes(value)) expect(result.err, `value ${value}`).to.equal(null);
      else expectError(result, "InvalidReleaseCondition");
    }
  });

  for (const { value, hasDueDate, signer } of rows) {
    it(`given ${value} then it releases ${hasDueDate ? "from the due date on" : "at any time"} for ${signer}`, async () => {
      const required = people[signer];
      if (!required) throw new Error(`who is ${signer}?`);
      const due = START + WEEK;
      await world.chain.setTime(due - 1n);
      const { address } = await world.createPolicy({
        amounts: [1n],
        timestamps: [due],
        releaseCondition: value,
      });
      const attempt = (person: Person) =>
        world.send([world.executePayment(address, 0, { executor: world.key(person) })], person);
      if (hasDueDate) {
        expectError(await attempt(required), "PaymentNotDue");
        await world.chain.setTime(due);
      }
      if (signer !== "anyone") expectError(await attempt("stranger"), "InvalidSigner");
      expect((await attempt(required)).err).to.equal(null);
    });
  }
});

describe("README: errors", () => {
  it("given the table then it is the program's errors, in order, with the SDK's fixes", () => {
    const expected = (IDL.errors ?? []).map(({ code, name, msg }) => {
      const error = parseTransactionError({ InstructionError: [0, { Custom: code }] });
      if (!(error instanceof MilestoneProgramError)) throw new Error(`the SDK has no ${name}`);
      expect(error.fix, `${name} has no fix`).to.not.equal("");
      return [String(code), name, msg ?? "", error.fix];
    });
    expect(table("code", "name", "cause", "fix")).to.deep.equal(expected);
  });
});

describe("README: accounts, sizes and rent", () => {
  it("given the accounts on chain then bytes and rent are those of the table", async () => {
    const world = await World.create();
    const policy = await world.createPolicy();
    const held = await HeldPolicy.ready(world);
    const addresses: Record<string, PublicKey> = {
      ProgramConfig: world.config,
      PaymentGateway: world.gateway,
      UserPayment: world.userPayment,
      PaymentPolicy: policy.address,
      Escrow: held.escrow,
    };
    const rows = table("account", "bytes", "rent in lamports");
    expect(rows.map(([name]) => name)).to.have.members(
      (IDL.accounts ?? []).map(({ name }) => name),
    );
    for (const [name, bytes, rent] of rows) {
      const account = await world.chain.getAccount(addresses[name ?? ""] ?? PublicKey.default);
      expect(String(account?.data.length), name).to.equal(bytes);
      expect(String(account?.lamports), name).to.equal(rent);
      expect(rent).to.equal(String((128 + Number(bytes)) * 6960));
    }
    const token = await world.chain.getAccount(world.tokens.recipient);
    expect(page()).to.include(`${token?.lamports.toLocaleString("en-US")} lamports each`);
  });
});

describe("README: compute units", () => {
  const runtime = selectedRuntime();
  // Another compiler makes other instructions of the same source, so its build gets some room.
  const isCommitted = readFileSync(programPath()).equals(
    readFileSync(path.join(ROOT, "artifacts/milestone.so")),
  );
  const tolerance = isCommitted ? 0 : 0.02;

  it(`given ${runtime} then every measurement is in the table`, async () => {
    const rows = table(
      "instruction",
      "litesvm total",
      "litesvm own",
      "bankrun total",
      "bankrun own",
    );
    const measured = await measureInstructions(runtime);
    expect(rows.map(([name]) => name)).to.have.members(measured.map(({ name }) => name));
    const column = runtime === "litesvm" ? 1 : 3;
    for (const { name, cu, own_cu } of measured) {
      const row = rows.find(([candidate]) => candidate === name) ?? [];
      expect(Number(row[column]), `${name}, total`).to.be.closeTo(cu, cu * tolerance);
      expect(Number(row[column + 1]), `${name}, own`).to.be.closeTo(own_cu, own_cu * tolerance);
    }
  });

  if (runtime === "litesvm") {
    it("given a lookup table then one transaction executes as many policies as the page says", async () => {
      const [, count] = /executes (\d+) different policies/.exec(page()) ?? [];
      expect(await measureBatch(runtime)).to.equal(Number(count));
    });
  }
});
