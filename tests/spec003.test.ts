/**
 * Spec 003 (Milestone Payments), taken at its word: its snippets, verbatim but for the import line and the addresses,
 * compiled and run; its struct, its bits, its table of conditions and its error names.
 */
import { expect } from "chai";
import { BN, Wallet } from "@coral-xyz/anchor";
import {
  Connection,
  Keypair,
  PublicKey,
  Transaction,
  TransactionInstruction,
} from "@solana/web3.js";
import * as milepost from "@milepost/sdk";
import {
  createMemoBuffer,
  decodeMemo,
  MilestoneProgramError,
  parseTransactionError,
  PaymentPolicy,
  Tributary,
} from "@milepost/sdk";
import { expectError, programErrors } from "./harness";
import { IDL } from "./instructions";
import { expectRefused } from "./refusal";
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
} from "./spec003/snippets";
import { Person, START, WEEK, World } from "./world";

const DAY = 86_400n;
const DOLLAR = 1_000_000n;

const bigints = (values: readonly BN[]): bigint[] =>
  values.map((value) => BigInt(value.toString()));

/** Everything a snippet's text is changed by. */
const substitutions = (world: World): Substitutions => [
  ...PACKAGE,
  [PRINTED_ADDRESSES.mint, world.mint.toBase58()],
  [PRINTED_ADDRESSES.recipient, world.key("recipient").toBase58()],
  [PRINTED_ADDRESSES.gateway, world.gateway.toBase58()],
];

/** What the calls of a snippet returned that drops it: `sdk` sends nothing, so the reader has to. */
function recording(sdk: Tributary, returned: TransactionInstruction[][]): Tributary {
  return new Proxy(sdk, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return async (...args: unknown[]) => {
        const instructions = await member.apply(target, args);
        returned.push(instructions);
        return instructions;
      };
    },
  });
}

describe("spec 003's snippets, verbatim but for the import line and the addresses", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });

  const sdkOf = (person: Person): Tributary =>
    new Tributary(world.chain.connection, new Wallet(world.people[person]));

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

  const fetchPolicy = (address: PublicKey): Promise<PaymentPolicy> =>
    sdkOf("stranger").getPaymentPolicy(address);

  /** Demands the policy's terms, and that exactly their sum is delegated while every token is still the owner's. */
  async function expectCreated(
    address: PublicKey,
    amounts: bigint[],
    dates: bigint[],
    releaseCondition: number,
    memo: string,
  ): Promise<void> {
    const policy = await fetchPolicy(address);
    const { milestone } = policy.policyType;
    const pad = (values: bigint[]): bigint[] => [0, 1, 2, 3].map((slot) => values[slot] ?? 0n);
    const sum = amounts.reduce((total, amount) => total + amount, 0n);
    expect(bigints(milestone.milestoneAmounts)).to.deep.equal(pad(amounts));
    expect(bigints(milestone.milestoneTimestamps)).to.deep.equal(pad(dates));
    expect(milestone.totalMilestones).to.equal(amounts.length);
    expect(milestone.currentMilestone).to.equal(0);
    expect(milestone.releaseCondition).to.equal(releaseCondition);
    expect(bigints([milestone.escrowAmount])).to.deep.equal([sum]);
    expect(policy.status).to.deep.equal({ active: {} });
    expect(policy.recipient.equals(world.key("recipient"))).to.equal(true);
    expect(policy.gateway.equals(world.gateway)).to.equal(true);
    expect(decodeMemo(policy.memo)).to.equal(memo);
    const { delegate, allowance } = await world.delegation();
    expect(delegate?.equals(world.userPayment)).to.equal(true);
    expect(allowance).to.equal(sum);
    expect(await world.balance("owner")).to.equal(1_000_000n * DOLLAR);
    expect(await world.balance("recipient")).to.equal(0n);
  }

  /**
   * Releases every milestone at its date by `executor`; a second before, and by `refused` at the date, nothing moves.
   */
  async function expectReleased(
    policy: PublicKey,
    amounts: bigint[],
    dates: bigint[],
    executor: Person,
    refused?: Person,
  ): Promise<void> {
    let paid = await world.balance("recipient");
    for (const [index, date] of dates.entries()) {
      const by = (person: Person): TransactionInstruction =>
        world.executePayment(policy, index, { executor: world.key(person) });
      await world.chain.setTime(date - 1n);
      await expectRefused(world, [by(executor)], [executor], "PaymentNotDue");
      await world.chain.setTime(date);
      if (refused) await expectRefused(world, [by(refused)], [refused], "InvalidSigner");
      await world.expectOk([by(executor)], executor);
      paid += amounts[index] ?? 0n;
      expect(await world.balance("recipient")).to.equal(paid);
    }
    expect((await fetchPolicy(policy)).status).to.deep.equal({ paused: {} });
    expect((await world.delegation()).allowance).to.equal(0n);
  }

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
    await expectCreated(address, AMOUNTS, DATES, 1, "project_abc");
    await expectReleased(address, AMOUNTS, DATES, "stranger");
  });

  it("given manual approval then the gateway's signer releases from the due date on, nobody else", async () => {
    const { address } = await world.nextPolicy();
    const given = { ...goingOn(sdkOf("owner")), ...schedule() };
    const { instructions } = await runSnippet("manual-approval", given, ["instructions"]);
    await world.expectOk(instructions as TransactionInstruction[], "owner");
    await expectCreated(address, AMOUNTS, DATES, 3, "consulting_q1");
    await expectReleased(address, AMOUNTS, DATES, "gatewaySigner", "owner");
  });

  it("given fewer than four milestones then the SDK pads the rest with zeros", async () => {
    const { address } = await world.nextPolicy();
    const given = goingOn(sdkOf("owner"));
    const { instructions } = await runSnippet("fewer-than-four", given, ["instructions"]);
    await world.expectOk(instructions as TransactionInstruction[], "owner");
    const amounts = [200n * DOLLAR, 300n * DOLLAR];
    const dates = [START + 14n * DAY, START + 30n * DAY];
    await expectCreated(address, amounts, dates, 1, "simple_project");
    await expectReleased(address, amounts, dates, "stranger");
  });

  it("given the escrow calculation then it is what the policy holds and what is delegated", async () => {
    const { address } = await world.createPolicy();
    const { escrowAmount } = await runSnippet("escrow-calculation", { BN, ...schedule() }, [
      "escrowAmount",
    ]);
    const [calculated] = bigints([escrowAmount as BN]);
    expect(calculated).to.equal(300n * DOLLAR);
    const { milestone } = (await fetchPolicy(address)).policyType;
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
          sdk: sdkOf("stranger"),
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
        sdk: sdkOf(person),
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
      expect((await fetchPolicy(address)).policyType.milestone.currentMilestone).to.equal(1);
    });
  }

  it("given pause, resume and cancel then execution stops, goes on, and the delegation is revoked", async () => {
    const { address, id } = await world.createPolicy();
    await world.chain.setTime(START + WEEK);
    const returned: TransactionInstruction[][] = [];
    await runSnippet("pause-and-cancel", {
      sdk: recording(sdkOf("owner"), returned),
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
    expect((await fetchPolicy(address)).status).to.deep.equal({ paused: {} });
    await expectRefused(world, [world.executePayment(address, 0)], ["stranger"], "PolicyPaused");

    await world.expectOk(resume, "owner");
    expect((await fetchPolicy(address)).status).to.deep.equal({ active: {} });
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
    await runSnippet("consulting-engagement", goingOn(recording(sdkOf("owner"), returned)));
    await world.expectOk(returned.flat(), "owner");
    const amounts = [500n, 400n, 300n].map((dollars) => dollars * DOLLAR);
    const dates = [30n, 60n, 90n].map((days) => START + days * DAY);
    await expectCreated(address, amounts, dates, 5, "consulting_retainer");
    await expectReleased(address, amounts, dates, "owner", "recipient");
  });

  it("given the content series then anyone releases each episode when its date passes", async () => {
    const { address } = await world.nextPolicy();
    const returned: TransactionInstruction[][] = [];
    await runSnippet("content-series", goingOn(recording(sdkOf("owner"), returned)));
    await world.expectOk(returned.flat(), "owner");
    const amounts = [10n, 10n, 10n, 10n].map((dollars) => dollars * DOLLAR);
    await expectCreated(address, amounts, DATES, 1, "podcast_series");
    await expectReleased(address, amounts, DATES, "stranger");
  });
});

describe("spec 003's struct, bits and errors", () => {
  it("given the printed struct then the IDL has its fields in its order, 128 bytes of them", () => {
    const fields = [...printed("policy-type.rs").matchAll(/^ +(\w+): (\[?\w+(?:; \d+\])?),/gm)].map(
      ([, name, type]) => ({ name, type }),
    );
    expect(fields).to.have.length(7);
    const struct = IDL.types?.find(({ name }) => name === "Milestone")?.type;
    if (struct?.kind !== "struct") throw new Error("no struct Milestone in the IDL");
    const asPrinted = (type: unknown): unknown => {
      if (typeof type === "string") return type;
      const [item, length] = (type as { array: [string, number] }).array;
      return `[${item}; ${length}]`;
    };
    const actual = (struct.fields ?? []) as { name: string; type: unknown }[];
    expect(actual.map(({ name, type }) => ({ name, type: asPrinted(type) }))).to.deep.equal(fields);
    const sizes: Record<string, number> = { u8: 1, u64: 8, i64: 8 };
    const size = fields.reduce((sum, { type }) => {
      const [, item, length] = /^\[?(\w+)(?:; (\d+)\])?$/.exec(type as string) ?? [];
      return sum + (sizes[item as string] ?? NaN) * Number(length ?? 1);
    }, 0);
    expect(size).to.equal(128);
  });

  it("given the printed bits then the SDK's constants have their names and values", () => {
    const rows = [...printed("release-bits").matchAll(/^(\d) 0b(\d+) \((\d)\) (RELEASE_\w+) /gm)];
    expect(rows).to.have.length(4);
    for (const [, bit, binary, value, name] of rows) {
      const constant = (milepost as Record<string, unknown>)[name as string];
      expect(constant, name).to.equal(Number(value));
      expect(constant, name).to.equal(1 << Number(bit));
      expect(constant, name).to.equal(parseInt(binary as string, 2));
    }
  });

  it("given the printed table of conditions then exactly those are valid, each with its date and its signer", () => {
    const rows = [
      ...printed("release-conditions").matchAll(
        /^(\d) 0b(\d{4}) (Yes|No) (None|Gateway|Owner|Recipient) /gm,
      ),
    ];
    const signerBits: Record<string, number> = {
      None: 0,
      Gateway: milepost.RELEASE_GATEWAY,
      Owner: milepost.RELEASE_OWNER,
      Recipient: milepost.RELEASE_RECIPIENT,
    };
    for (const [, value, binary, hasDate, signer] of rows) {
      const date = hasDate === "Yes" ? milepost.RELEASE_DUE_DATE : 0;
      expect(date | (signerBits[signer as string] as number)).to.equal(Number(value));
      expect(parseInt(binary as string, 2)).to.equal(Number(value));
    }
    expect(rows.map(([, value]) => Number(value))).to.deep.equal(milepost.RELEASE_CONDITIONS);
  });

  it("given the printed error names then the IDL has them and the SDK calls them so, with a fix", () => {
    const names = [...printed("troubleshooting").matchAll(/^((?:Payment|Invalid)\w+) /gm)].map(
      ([, name]) => name as string,
    );
    expect(names).to.deep.equal(["PaymentNotDue", "InvalidSigner", "InvalidAmount"]);
    for (const name of names) {
      const Custom = programErrors().get(name) as number;
      expect(Custom, name).to.be.a("number");
      const logs = [`Program ${milepost.PROGRAM_ID.toBase58()} invoke [1]`];
      const failed = `Program ${milepost.PROGRAM_ID.toBase58()} failed: custom program error`;
      logs.push(`${failed}: 0x${Custom.toString(16)}`);
      const error = parseTransactionError({ InstructionError: [0, { Custom }] }, { logs });
      expect(error).to.be.instanceOf(MilestoneProgramError);
      expect((error as MilestoneProgramError).programErrorName).to.equal(name);
      expect((error as MilestoneProgramError).fix, name).to.not.equal("");
    }
  });

  it("given a milestone that isn't advancing then the current one is to be executed first", async () => {
    const world = await World.create();
    const { address } = await world.createPolicy();
    await world.chain.setTime(START + 2n * WEEK);
    const second = world.executePayment(address, 1);
    expectError(await world.send([second], "stranger"), "MilestoneNotCurrent");
    await world.expectOk([world.executePayment(address, 0)], "stranger");
    await world.expectOk([second], "stranger");
    expect(await world.balance("recipient")).to.equal(150n * DOLLAR);
  });
});
