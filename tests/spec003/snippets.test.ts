/**
 * Spec 003 (Milestone Payments), taken at its word: its snippets, verbatim except for the import line and the
 * addresses, compiled and run. Its struct, bits and errors are in interface.test.ts.
 */
import { expect } from "chai";
import { BN, Wallet } from "@coral-xyz/anchor";
import { Connection, Keypair, Transaction, TransactionInstruction } from "@solana/web3.js";
import { createMemoBuffer, Tributary } from "@milepost/sdk";
import { expectRefused, Person, START, WEEK, World } from "../world";
import {
  bigints,
  DOLLAR,
  expectCreated,
  expectReleased,
  fetchPolicy,
  recording,
  sdkOf,
} from "./expectations";
import {
  compileErrors,
  PACKAGE,
  printed,
  PRINTED_ADDRESSES,
  run,
  sha256,
  SNIPPET_NAMES,
  SnippetName,
  SNIPPETS,
  substituted,
  Substitutions,
  TABLES,
} from "./snippets";

const DAY = 86_400n;

/** Everything a snippet's text is changed by. */
const substitutions = (world: World): Substitutions => [
  ...PACKAGE,
  [PRINTED_ADDRESSES.mint, world.mint.toBase58()],
  [PRINTED_ADDRESSES.recipient, world.key("recipient").toBase58()],
  [PRINTED_ADDRESSES.gateway, world.gateway.toBase58()],
];

describe("spec 003's snippets, verbatim except for the import line and the addresses", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });

  /** The document's `sendAndConfirm`: the first signer pays. */
  async function sendAndConfirm(
    connection: Connection,
    transaction: Transaction,
    signers: Keypair[],
  ): Promise<string> {
    expect(connection).to.equal(world.chain.connection);
    const [feePayer] = signers;
    const { signature } = await world.chain.sendOk(transaction, signers, { feePayer });
    return signature;
  }

  /** A `Date` on the chain's clock, so that the machine's decides nothing. */
  const chainDate = (): Pick<DateConstructor, "now"> =>
    class extends Date {
      static override now(): number {
        return Number(world.chain.now()) * 1_000;
      }
    };

  /** The first snippet's variables, which later ones use. */
  const goingOn = (sdk: Tributary): Record<string, unknown> => ({
    sdk,
    BN,
    createMemoBuffer,
    USDC_MINT: world.mint,
    recipient: world.key("recipient"),
    gateway: world.gateway,
    now: Number(START),
  });
  const AMOUNTS = [50n, 100n, 100n, 50n].map((dollars) => dollars * DOLLAR);
  const DATES = [1n, 2n, 3n, 4n].map((week) => START + week * WEEK);
  const schedule = (): Record<string, unknown> => ({
    milestoneAmounts: AMOUNTS.map((amount) => new BN(amount.toString())),
    milestoneTimestamps: DATES.map((date) => new BN(date.toString())),
  });

  const runSnippet = (
    name: SnippetName,
    given: Record<string, unknown>,
    wanted: string[] = [],
  ): Promise<Record<string, unknown>> =>
    run(substituted(name, substitutions(world)), given, wanted);

  it("given the files then each is the printed text, and the substitutions are all found and touch nothing else", () => {
    for (const name of SNIPPET_NAMES) {
      expect(sha256(printed(`${name}.ts`)), name).to.equal(SNIPPETS[name]);
      const undo = substitutions(world).map(([from, to]) => [to, from] as const);
      const used = substituted(name, substitutions(world));
      const back = undo.reduce((text, [from, to]) => text.replaceAll(from, to), used);
      expect(back, name).to.equal(printed(`${name}.ts`));
      if (name !== "basic-example") expect(used, name).to.equal(printed(`${name}.ts`));
    }
    for (const [name, digest] of Object.entries(TABLES)) {
      expect(sha256(printed(name)), name).to.equal(digest);
    }
    for (const [from] of substitutions(world)) {
      expect(printed("basic-example.ts")).to.include(from);
    }
  });

  it("given the compiler in strict mode then it accepts each, and refuses one with a wrong argument", () => {
    const texts = new Map<string, string>(
      SNIPPET_NAMES.map((name) => [name, substituted(name, substitutions(world))]),
    );
    const wrong = printed("manual-approval.ts").replace("  recipient,", '  "recipient",');
    texts.set("wrong", wrong);
    const errors = compileErrors(texts);
    expect(errors.get("wrong")).to.deep.equal([
      "Argument of type 'string' is not assignable to parameter of type 'PublicKey'.",
    ]);
    for (const name of SNIPPET_NAMES) expect(errors.get(name), name).to.deep.equal([]);
  });

  it("given the basic example then four milestones are delegated, and a stranger releases one a week", async () => {
    const { address } = await world.nextPolicy();
    const { signature } = await runSnippet(
      "basic-example",
      {
        connection: world.chain.connection,
        wallet: new Wallet(world.people.owner),
        sendAndConfirm,
        Date: chainDate(),
      },
      ["signature"],
    );
    expect(world.chain.landedTransaction(signature as string)?.execution.err).to.equal(null);
    await expectCreated(world, address, AMOUNTS, DATES, 1, "project_abc");
    await expectReleased(world, address, AMOUNTS, DATES, "stranger");
  });

  it("given manual approval then the gateway's signer releases from the due date on, and no one else", async () => {
    const { address } = await world.nextPolicy();
    const given = { ...goingOn(sdkOf(world, "owner")), ...schedule() };
    const { instructions } = await runSnippet("manual-approval", given, ["instructions"]);
    await world.expectOk(instructions as TransactionInstruction[], "owner");
    await expectCreated(world, address, AMOUNTS, DATES, 3, "consulting_q1");
    await expectReleased(world, address, AMOUNTS, DATES, "gatewaySigner", "owner");
  });

  it("given fewer than four milestones then the SDK pads the rest with zeros", async () => {
    const { address } = await world.nextPolicy();
    const given = goingOn(sdkOf(world, "owner"));
    const { instructions } = await runSnippet("fewer-than-four", given, ["instructions"]);
    await world.expectOk(instructions as TransactionInstruction[], "owner");
    const amounts = [200n * DOLLAR, 300n * DOLLAR];
    const dates = [START + 14n * DAY, START + 30n * DAY];
    await expectCreated(world, address, amounts, dates, 1, "simple_project");
    await expectReleased(world, address, amounts, dates, "stranger");
  });

  it("given the escrow calculation then it is what the policy holds and what is delegated", async () => {
    const { address } = await world.createPolicy();
    const { escrowAmount } = await runSnippet("escrow-calculation", { BN, ...schedule() }, [
      "escrowAmount",
    ]);
    const [calculated] = bigints([escrowAmount as BN]);
    expect(calculated).to.equal(300n * DOLLAR);
    const { milestone } = (await fetchPolicy(world, address)).policyType;
    expect(bigints([milestone.escrowAmount])).to.deep.equal([calculated]);
    expect((await world.delegation()).allowance).to.equal(calculated);
  });

  it("given a policy with one milestone paid then the status says the next one's amount and date, and when it is due", async () => {
    const { address } = await world.createPolicy();
    await world.chain.setTime(START + WEEK);
    await world.expectOk([world.executePayment(address, 0)], "stranger");
    const date = START + 2n * WEEK;
    for (const [time, isDue] of [
      [date - 1n, false],
      [date, true],
    ] as const) {
      await world.chain.setTime(time);
      const lines: string[] = [];
      const status = await runSnippet(
        "query-status",
        {
          sdk: sdkOf(world, "stranger"),
          policyPda: address,
          Date: chainDate(),
          console: { log: (...parts: unknown[]) => lines.push(parts.join(" ")) },
        },
        ["isDue"],
      );
      expect(status["isDue"], `at ${time}`).to.equal(isDue);
      expect(lines).to.deep.equal([
        "Current milestone: 1",
        "Total milestones: 4",
        "Escrow amount: 300000000",
        "Release condition: 1",
        `Next: $100000000 due ${new Date(Number(date) * 1_000)}`,
      ]);
    }
  });

  const releasedBy: [number, Person][] = [
    [1, "stranger"],
    [3, "gatewaySigner"],
    [5, "owner"],
    [9, "recipient"],
  ];
  for (const [releaseCondition, person] of releasedBy) {
    it(`given a milestone of condition ${releaseCondition} when the ${person} executes it then it is paid`, async () => {
      const { address } = await world.createPolicy({ releaseCondition });
      await world.chain.setTime(START + WEEK);
      await runSnippet("execute-a-milestone", {
        sdk: sdkOf(world, person),
        policyPda: address,
        recipient: world.key("recipient"),
        tokenMint: world.mint,
        gateway: world.gateway,
        Transaction,
        connection: world.chain.connection,
        sendAndConfirm,
        signer: world.people[person],
      });
      expect(await world.balance("recipient")).to.equal(50n * DOLLAR);
      expect((await fetchPolicy(world, address)).policyType.milestone.currentMilestone).to.equal(1);
    });
  }

  it("given pause, resume and cancel then execution stops, goes on, and the delegation is revoked", async () => {
    const { address, id } = await world.createPolicy();
    await world.chain.setTime(START + WEEK);
    const returned: TransactionInstruction[][] = [];
    await runSnippet("pause-and-cancel", {
      sdk: recording(sdkOf(world, "owner"), returned),
      tokenMint: world.mint,
      policyId: id,
    });
    expect(returned).to.have.length(3);
    const [pause, resume, cancel] = returned as [
      TransactionInstruction[],
      TransactionInstruction[],
      TransactionInstruction[],
    ];
    await world.expectOk(pause, "owner");
    expect((await fetchPolicy(world, address)).status).to.deep.equal({ paused: {} });
    await expectRefused(world, [world.executePayment(address, 0)], ["stranger"], "PolicyPaused");

    await world.expectOk(resume, "owner");
    expect((await fetchPolicy(world, address)).status).to.deep.equal({ active: {} });
    await world.expectOk([world.executePayment(address, 0)], "stranger");
    expect((await world.delegation()).allowance).to.equal(250n * DOLLAR);

    await world.expectOk(cancel, "owner");
    expect(await world.chain.getAccount(address)).to.equal(null);
    expect(await world.delegation()).to.deep.equal({ delegate: null, allowance: 0n });
    await world.chain.setTime(START + 2n * WEEK);
    const late = await world.send([world.executePayment(address, 1)], "stranger");
    expect(late.ok).to.equal(false);
    expect(await world.balance("recipient")).to.equal(50n * DOLLAR);
  });

  it("given the consulting engagement then the owner approves each of three months", async () => {
    const { address } = await world.nextPolicy();
    const returned: TransactionInstruction[][] = [];
    await runSnippet("consulting-engagement", goingOn(recording(sdkOf(world, "owner"), returned)));
    await world.expectOk(returned.flat(), "owner");
    const amounts = [500n, 400n, 300n].map((dollars) => dollars * DOLLAR);
    const dates = [30n, 60n, 90n].map((days) => START + days * DAY);
    await expectCreated(world, address, amounts, dates, 5, "consulting_retainer");
    await expectReleased(world, address, amounts, dates, "owner", "recipient");
  });

  it("given the content series then anyone releases each episode when its date passes", async () => {
    const { address } = await world.nextPolicy();
    const returned: TransactionInstruction[][] = [];
    await runSnippet("content-series", goingOn(recording(sdkOf(world, "owner"), returned)));
    await world.expectOk(returned.flat(), "owner");
    const amounts = [10n, 10n, 10n, 10n].map((dollars) => dollars * DOLLAR);
    await expectCreated(world, address, amounts, DATES, 1, "podcast_series");
    await expectReleased(world, address, amounts, DATES, "stranger");
  });
});
