/** The packages as their users get them: packed, installed into an empty project, used by the pages that they contain. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { expect } from "chai";
import { createRevokeInstruction, getAssociatedTokenAddressSync } from "@solana/spl-token";
import { type PublicKey, sendAndConfirmTransaction, Transaction } from "@solana/web3.js";
import { MilestoneClient } from "@milepost/sdk";
import ts from "typescript";
import { connectLocalnet, type MilepostSetting } from "../../localnet/src";
import { codeBlocks, localLinks, openPage, ROOT } from "../docs/page";
import { moduleOf } from "../docs/snippet";
import { openPage as openBrowserPage } from "../harness/open-page";
import { describeGateway } from "./gateway-commands";
import { Project, WORKSPACES } from "./project";

const DAY = 86_400;

/** What the pages say is there, out of the localnet's own list. */
const SURROUNDINGS = `
const localnet = await (await import("@milepost/localnet")).connectLocalnet();
const { connection, mint, gateway, wallets } = localnet;
const [wallet, keeper, freelancer] = [wallets.owner, wallets.keeper, wallets.recipient];
const [recipient, mediator] = [wallets.recipient.publicKey, wallets.mediator.publicKey];
const photo = new TextEncoder().encode("photo");`;

describe("the packed packages", function () {
  this.timeout(600_000);
  let project: Project;
  before(async () => {
    project = await Project.create();
  });
  after(() => project?.remove());

  const installedPage = (workspace: (typeof WORKSPACES)[number]): string =>
    readFileSync(project.installed(workspace, "README.md"), "utf8");

  it("contain the committed program and IDL, byte for byte", () => {
    const sums = readFileSync(path.join(ROOT, "artifacts/SHA256SUMS"), "utf8").trim().split("\n");
    expect(sums).to.have.length(3);
    for (const line of sums) {
      const [sum, name = ""] = line.split("  ");
      const bytes = readFileSync(project.installed("localnet", "dist/program", name));
      expect(createHash("sha256").update(bytes).digest("hex"), name).to.equal(sum);
    }
  });

  for (const workspace of ["keeper", "gateway"] as const) {
    it(`contain the template of the embedded database in @milepost/${workspace}`, () => {
      const { version } = JSON.parse(
        readFileSync(path.join(ROOT, "node_modules/@electric-sql/pglite/package.json"), "utf8"),
      ) as { version: string };
      const template = project.installed(workspace, `dist/embedded-postgres-${version}.br`);
      expect(existsSync(template)).to.equal(true);
    });
  }

  for (const workspace of WORKSPACES) {
    it(`have no relative link in ${workspace}/README.md that leads nowhere`, () => {
      const dead = localLinks(installedPage(workspace)).filter(
        (target) => !existsSync(project.installed(workspace, target)),
      );
      expect(dead).to.deep.equal([]);
    });

    it(`declare exactly the values that @milepost/${workspace} exports`, () => {
      const file = project.installed(workspace, "dist/index.d.ts");
      const program = ts.createProgram([file], { skipLibCheck: true, noEmit: true });
      const checker = program.getTypeChecker();
      const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
      const declared = checker.getExportsOfModule(module).filter((symbol) => {
        const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
        const isTypeOnly = symbol.declarations?.some(
          (one) => ts.isExportSpecifier(one) && (one.isTypeOnly || one.parent.parent.isTypeOnly),
        );
        const { flags } = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
        return !isTypeOnly && (flags & ts.SymbolFlags.Value) !== 0;
      });
      const exported = createRequire(path.join(project.directory, "x.js"))(
        `@milepost/${workspace}`,
      );
      expect(declared.map(({ name }) => name)).to.have.members(Object.keys(exported as object));
    });
  }

  it("have types without esModuleInterop, without skipLibCheck being needed for ours", () => {
    const file = path.join(project.directory, "plain.ts");
    writeFileSync(
      file,
      [
        'import { splitAmount } from "@milepost/sdk";',
        'import { ExecuteQueue } from "@milepost/keeper";',
        'import { startLocalnet } from "@milepost/localnet";',
        "export const used = [ExecuteQueue, startLocalnet];",
        "export const text: string = splitAmount;",
      ].join("\n"),
    );
    const options: ts.CompilerOptions = {
      ...{ strict: true, noEmit: true, esModuleInterop: false, target: ts.ScriptTarget.ES2022 },
      ...{ module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10 },
      ...{
        lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
        types: ["node"],
        allowSyntheticDefaultImports: false,
      },
      typeRoots: [path.join(ROOT, "node_modules/@types")],
    };
    const found = ts.getPreEmitDiagnostics(ts.createProgram([file], options));
    const ours = found.filter(
      ({ file: at }) => at?.fileName === file || at?.fileName.includes("node_modules/@milepost/"),
    );
    const told = ours.map(({ file: at, messageText }) => [
      path.basename(at!.fileName),
      ts.flattenDiagnosticMessageText(messageText, "\n"),
    ]);
    const inPackages = told.filter(([name]) => name !== "plain.ts");
    expect(inPackages).to.deep.equal([]);
    // That an amount is BN and not `any` shows in the one error that is made on purpose.
    expect(told).to.have.length(1);
    expect(told[0]![1]).to.match(/Type '\(amount: BN, .* is not assignable to type 'string'/);
  });

  describeGateway(() => project);

  describe("on a localnet started by its name", () => {
    let net: MilepostSetting;
    before(async () => {
      await project.start("npx @milepost/localnet --port 0", (line) => line.startsWith("Ready."));
      net = await connectLocalnet({
        directory: path.join(project.directory, ".milepost-localnet"),
      });
    });

    const balance = async (owner: PublicKey): Promise<bigint> => {
      const account = getAssociatedTokenAddressSync(net.mint, owner);
      const info = await net.connection.getAccountInfo(account);
      return info ? info.data.readBigUInt64LE(64) : 0n;
    };
    const paid = (): Promise<bigint> => balance(net.wallets.recipient.publicKey);
    const later = async (seconds: number): Promise<void> => {
      const body = {
        jsonrpc: "2.0",
        id: 1,
        method: "localnet_warp",
        params: [{ slots: 1, seconds }],
      };
      const answer = await fetch(net.url, { method: "POST", body: JSON.stringify(body) });
      expect(await answer.json()).to.have.property("result");
    };
    const snippet = (name: string, code: string | undefined, more = ""): Promise<string> =>
      project.node(name, moduleOf(code!, `${SURROUNDINGS}\n${more}`));

    it("run the README's twelve lines as they are printed", async () => {
      const [first, ...others] = codeBlocks("js", openPage("README.md").text);
      expect(others).to.deep.equal([]);
      const before = await paid();
      expect(await project.node("first.mjs", first!)).to.equal("50000000 base units released\n");
      expect((await paid()) - before).to.equal(49_500_000n);
    });

    it("run the snippets of docs/getting-started.md as they are printed", async () => {
      const { text } = openPage("docs/getting-started.md");
      const [create, keeper, owner, held, ...others] = codeBlocks("ts", text);
      expect(others).to.deep.equal([]);
      const start = await paid();
      expect(await snippet("create.mjs", create)).to.match(/^dueDate due at \d+/);
      expect((await paid()) - start).to.equal(49_500_000n);

      await later(8 * DAY);
      await snippet("keeper.mjs", keeper);
      expect((await paid()) - start >= 148_500_000n, "the second milestone as well").to.equal(true);

      await snippet("create-again.mjs", create);
      const { wallet, sdk } = { wallet: net.wallets.owner, sdk: clientOf(net) };
      const policies = await sdk.listPoliciesByOwner(wallet.publicKey);
      const ids = policies.map(({ account }) => account.policyId);
      const policyId = Math.max(...ids);
      const account = getAssociatedTokenAddressSync(net.mint, wallet.publicKey);
      const revoke = new Transaction().add(createRevokeInstruction(account, wallet.publicKey));
      await sendAndConfirmTransaction(net.connection, revoke, [wallet]);
      expect(await snippet("owner.mjs", owner, `const policyId = ${policyId};`)).to.equal(
        "100000000 promised, 100000000 not covered\n",
      );
      const left = await sdk.listPoliciesByOwner(wallet.publicKey);
      expect(left.map(({ account: { policyId: id } }) => id)).to.have.members(
        ids.filter((id) => id !== policyId),
      );

      const before = await paid();
      expect(await snippet("held.mjs", held)).to.match(/approveMilestone any time/);
      expect((await paid()) > before).to.equal(true);
    });

    it("run the snippet of docs/errors.md as it is printed", async () => {
      const [code, ...others] = codeBlocks("ts", openPage("docs/errors.md").text);
      expect(others).to.deep.equal([]);
      const given = `const { createMemoBuffer: memo, MilestoneClient: Client } = await import("@milepost/sdk");
        const sdk = new Client(connection, wallet);
        const { instructions, policy } = await sdk.prepareMilestone(mint, recipient, gateway, [1n], [4_000_000_000], 1, memo("later", 64));
        await sdk.send(instructions);`;
      expect(await snippet("errors.mjs", code, given)).to.match(/^PaymentNotDue \w+/);
    });

    it("run the snippets of the SDK's page as they are printed", async () => {
      const [create, held, blocked, multisig, json, anchor, ...others] = codeBlocks(
        "ts",
        installedPage("sdk"),
      );
      expect(others).to.deep.equal([]);
      const before = await paid();
      const weeks = `const { getChainTime: time, MilestoneClient: Client } = await import("@milepost/sdk");
        const week1 = (await time(new Client(connection, wallet))).toNumber(), week2 = week1 + 7 * 86_400;`;
      await snippet("sdk-create.mjs", create, weeks);
      expect((await paid()) - before).to.equal(49_500_000n);

      writeFileSync(path.join(project.directory, "photos.zip"), "photos");
      const clients = `const { MilestoneClient: Client } = await import("@milepost/sdk");
        const [owner, contractor] = [new Client(connection, wallet), new Client(connection, freelancer)];`;
      await snippet("sdk-held.mjs", held, clients);
      expect((await paid()) - before > 3_900_000_000n).to.equal(true);

      const given = `const { MilestoneClient: Client } = await import("@milepost/sdk");
        const sdk = new Client(connection, wallet);
        const [{ address: policy }] = await sdk.listPoliciesByOwner(wallet.publicKey);
        const instructions = await sdk.syncDelegation(mint);
        const vault = mediator;
        await localnet.airdropTokens(vault, 50_000_000);`;
      await snippet("sdk-blocked.mjs", blocked, given);
      await snippet("sdk-multisig.mjs", multisig, given);
      await snippet("sdk-json.mjs", json, given);
      await snippet("sdk-anchor.mjs", anchor, given);
    });

    it("run the snippets of the localnet's page as they are printed", async () => {
      const before = await paid();
      const [connect, own, ...others] = codeBlocks("ts", installedPage("localnet"));
      expect(others).to.deep.equal([]);
      await project.node("connect.mjs", moduleOf(connect!, ""));
      expect((await paid()) - before).to.equal(50_000_000n);
      await project.node("own.mjs", moduleOf(own!, ""));
    });

    it("run the page of @milepost/react as it is printed, in Chromium", async () => {
      const [page, ...others] = codeBlocks("tsx", installedPage("react"));
      expect(others).to.deep.equal([]);
      const { instructions, policy } = await clientOf(net).prepareMilestone(
        ...([net.mint, net.wallets.recipient.publicKey, net.gateway, [1_000_000n], [], 0] as const),
      );
      await clientOf(net).send(instructions);
      const given = `import { Connection } from "@solana/web3.js";
        const connection = new Connection("${net.url}", { commitment: "confirmed", wsEndpoint: "${net.wsUrl}" });
        const policy = "${policy.toBase58()}";`;
      const script = await project.bundlePage(given + page!);
      // The script stands in the head, before there is a body.
      const whenLoaded = `addEventListener("DOMContentLoaded", () => {${script}});`;
      const opened = await openBrowserPage({ script: whenLoaded });
      try {
        await opened.page.getByRole("button", { name: "Connect wallet" }).waitFor();
        await opened.page.getByRole("list", { name: "Milestones" }).waitFor();
        await opened.page.getByRole("button", { name: "Release the payment" }).click();
        // No wallet is connected: the step fails with a sentence.
        await opened.page.getByText("Your wallet is not connected to this page").waitFor();
        expect(opened.problems).to.deep.equal([]);
      } finally {
        await opened.close();
      }
    });

    it("run the page of @milepost/kit as it is printed", async () => {
      const [release, messages, ...others] = codeBlocks("js", installedPage("kit"));
      expect(others).to.deep.equal([]);
      const before = await paid();
      expect(await project.node("kit-release.mjs", release!)).to.match(
        /^[\d.]+ tokens of the recipient\n$/,
      );
      expect((await paid()) - before).to.equal(49_500_000n);

      const signatures = await net.connection.getSignaturesForAddress(net.gateway, { limit: 1 });
      const given = `const { getSolanaErrorFromTransactionError: toError } = await import("@solana/kit");
        const { connection } = await (await import("@milepost/localnet")).connectLocalnet();
        const options = { commitment: "confirmed", maxSupportedTransactionVersion: 0 };
        const { meta } = await connection.getTransaction("${signatures[0]!.signature}", options);
        const logs = meta.logMessages;
        const error = toError({ InstructionError: [0, { Custom: 6000 }] });`;
      expect(await project.node("kit-messages.mjs", moduleOf(messages!, given))).to.equal(
        "50000000n\nWait until the chain's clock reaches the milestone's timestamp.\n",
      );
      for (const [name, load] of [
        ["kit.cjs", 'const kit = require("@milepost/kit");'],
        ["kit.mjs", 'import * as kit from "@milepost/kit";'],
      ] as const) {
        expect(await project.node(name, `${load} console.log(kit.toMemo("a").length);`)).to.equal(
          "64\n",
        );
      }
    });

    it("run the keeper's quick start as it is printed, on the localnet's port", async () => {
      const text = installedPage("keeper").replaceAll("http://127.0.0.1:8899", net.url);
      const commands = [...codeBlocks("sh", text), ...codeBlocks("console", text)].map((block) =>
        block.trim(),
      );
      const [localnet, keeper, install, dryRun, status] = commands;
      expect(localnet).to.equal("npx @milepost/localnet");
      expect(install).to.match(/^npm install @milepost\/keeper /);
      const [create] = codeBlocks("ts", openPage("docs/getting-started.md").text);
      await snippet("due.mjs", create);
      await later(8 * DAY);
      const before = await paid();

      expect(dryRun).to.match(/--dry-run --once$/);
      await project.command(dryRun!);
      expect(await paid(), "a dry run pays nothing").to.equal(before);

      const recipient = net.wallets.recipient.publicKey;
      const account = getAssociatedTokenAddressSync(net.mint, recipient);
      // Of the policy made here; those of earlier snippets may be due as well.
      const due = before + 99_000_000n;
      const isPaid = new Promise<void>((resolve) => {
        net.connection.onAccountChange(account, ({ data }) => {
          if (data.readBigUInt64LE(64) >= due) resolve();
        });
      });
      const stop = await project.start(keeper!, (line) => line.includes('"keeper started"'));
      await isPaid;
      await stop();
      expect((await paid()) >= due).to.equal(true);
      expect(await project.command(status!)).to.match(/^Chain time .*\n.* milestones paid\n/);
    });

    it("run the keeper's own program as it is printed", async () => {
      const [program, source, ...others] = codeBlocks("ts", installedPage("keeper"));
      expect(others).to.deep.equal([]);
      const given = `const { connection, wallets } = await (await import("@milepost/localnet")).connectLocalnet();
        const url = connection.rpcEndpoint, bytes = wallets.keeper.secretKey;`;
      await project.node("keeper.mjs", moduleOf(program!, given));
      const more = `import { Keypair } from "@solana/web3.js";
        import { ACCOUNT_SIZE } from "@milepost/sdk";
        import { createLog, createMetrics, migrate, openDatabase, openQueue } from "@milepost/keeper";
        ${given}
        const database = await openDatabase({ directory: "keeper-data" });
        await migrate(database);
        const options = { database, connection, queue: await openQueue(database, { isAlone: true }),
          feePayer: Keypair.fromSecretKey(bytes), log: createLog(), metrics: createMetrics() };
        const readIndex = async () => {
          const filters = [{ dataSize: ACCOUNT_SIZE.paymentPolicy }];
          const { context, value } = await connection.getProgramAccounts(PROGRAM_ID, { filters, withContext: true });
          const accounts = value.map(({ pubkey, account }) => ({ address: pubkey.toBase58(), info: account }));
          return { slot: context.slot, accounts };
        };`;
      const code = source!.replace("8080", "0") + "\nawait database.close();";
      expect(await project.node("source.mjs", moduleOf(code, more))).to.include("chain scanned");
    });
  });
});

const clientOf = ({ connection, wallets }: MilepostSetting): MilestoneClient =>
  new MilestoneClient(connection, wallets.owner);
