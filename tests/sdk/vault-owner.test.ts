import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { PublicKey, TransactionInstruction } from "@solana/web3.js";
import {
  CreateMilestoneOptions,
  MilestoneClient,
  MilestoneProgramError,
  parseTransactionError,
  PROGRAM_ID,
  RELEASE_OWNER,
} from "@milepost/sdk";
import { createTokenAccount, mintTo } from "../harness";
import { deployVault, throughVault, VAULT, VAULT_PROGRAM_FILE, World } from "../world";

/** Votes that take longer than the program takes an id for. */
const VOTES = 1_025n;
const AMOUNT = 1_000n;

describe("an owner that signs through a program", () => {
  let world: World;
  /** Its wallet only reads: the vault signs by CPI. */
  let sdk: MilestoneClient;
  let tokens: PublicKey;

  beforeEach(async () => {
    world = await World.create();
    await deployVault(world.chain);
    tokens = await createTokenAccount(world.chain, world.testMint, VAULT);
    await mintTo(world.chain, world.testMint, tokens, 10n * AMOUNT);
    sdk = new MilestoneClient(world.chain.connection, world.people.stranger);
  });

  const owned: CreateMilestoneOptions = { owner: VAULT, payer: VAULT };
  const prepare = (options: CreateMilestoneOptions = {}) =>
    sdk.prepareMilestone(
      world.mint,
      world.key("recipient"),
      world.gateway,
      [AMOUNT],
      [],
      RELEASE_OWNER,
      undefined,
      { ...owned, ...options },
    );
  const propose = () => sdk.createUserPayment(world.mint, { owner: VAULT, payer: VAULT });
  /** What a multisig does once the votes are in. */
  const execute = (instructions: TransactionInstruction[]) =>
    world.chain.send(throughVault(instructions));
  const vote = async (): Promise<void> => world.chain.warpToSlot(world.chain.slot() + VOTES);
  const codes = ({ warnings }: { warnings: { code: string }[] }) =>
    warnings.map(({ code }) => code);

  it("given its first policy on a mint when the votes take seven minutes then the preparation warned, and the error names the way out", async () => {
    const prepared = await prepare();
    expect(codes(prepared)).to.deep.equal(["FIRST_POLICY_EXPIRES"]);
    await vote();
    const { err, logs } = await execute(prepared.instructions);
    const instructionPrograms = throughVault(prepared.instructions).map(() => PROGRAM_ID);
    const error = parseTransactionError(err, { logs, instructionPrograms });
    expect(error).to.be.instanceOf(MilestoneProgramError);
    expect((error as MilestoneProgramError).programErrorName).to.equal("InvalidFirstPolicyId");
    expect((error as MilestoneProgramError).fix).to.contain("createUserPayment(mint) land first");
    expect(await world.chain.getAccount(prepared.userPayment)).to.equal(null);
    expect(await world.chain.getAccount(prepared.policy)).to.equal(null);
  });

  it("given quick votes then one proposal opens the account and the policy", async () => {
    const prepared = await prepare();
    expect((await execute(prepared.instructions)).err).to.equal(null);
    expect((await sdk.getPaymentPolicy(prepared.policy)).policyId).to.equal(prepared.policyId);
  });

  it("given the UserPayment in a proposal of its own then it and each policy after it land, however late", async () => {
    const opening = await propose();
    await vote();
    expect((await execute(opening)).err).to.equal(null);
    for (let round = 0; round < 2; round++) {
      const prepared = await prepare();
      expect(codes(prepared)).to.deep.equal([]);
      await vote();
      expect((await execute(prepared.instructions)).err).to.equal(null);
      // The owner's signature releases it, by CPI as well, as late as it likes.
      const release = await sdk.executePayment(prepared.policy);
      await vote();
      expect((await execute(release)).err).to.equal(null);
      const { policyType } = await sdk.getPaymentPolicy(prepared.policy);
      expect(policyType.milestone.currentMilestone).to.equal(1);
    }
    expect((await world.balance("recipient")).toString()).to.equal((2n * AMOUNT).toString());
  });

  it("given a held policy then the same warning, and the same way", async () => {
    const held = (mediator = world.key("stranger")) =>
      sdk.prepareHeldMilestone(
        world.mint,
        world.key("recipient"),
        world.gateway,
        [AMOUNT],
        [],
        RELEASE_OWNER,
        undefined,
        { ...owned, mediator, fund: "next" },
      );
    expect(codes(await held())).to.deep.equal(["FIRST_POLICY_EXPIRES"]);
    expect((await execute(await propose())).err).to.equal(null);
    const prepared = await held();
    expect(codes(prepared)).to.deep.equal([]);
    await vote();
    expect((await execute(prepared.instructions)).err).to.equal(null);
    const vaulted = await world.chain.connection.getTokenAccountBalance(prepared.vault);
    expect(vaulted.value.amount).to.equal(AMOUNT.toString());
  });

  it("given a signature that is not the vault's then nothing is done in its name", async () => {
    const [instruction] = await propose();
    const forged = throughVault([instruction!]).map(
      ({ keys, ...rest }) =>
        new TransactionInstruction({
          ...rest,
          // Another address in the vault's place: the runtime signs for the derived one alone.
          keys: keys.map((key, index) =>
            index === 0 ? { ...key, pubkey: world.key("stranger") } : key,
          ),
        }),
    );
    const { err } = await world.chain.send(forged);
    expect(err).to.deep.equal({ InstructionError: [0, "MissingRequiredSignature"] });
  });

  it("given the committed program of the vault then it is the build of its sources that was noted", () => {
    const sha256 = createHash("sha256").update(readFileSync(VAULT_PROGRAM_FILE)).digest("hex");
    const noted = path.join(path.dirname(VAULT_PROGRAM_FILE), "SHA256SUMS");
    expect(readFileSync(noted, "utf8")).to.equal(`${sha256}  vault.so\n`);
  });
});
