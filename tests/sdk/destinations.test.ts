/**
 * Token accounts that can't receive: the SDK says so, builds nothing that the token program refuses, and pays another token
 * account of the same wallet where there is one.
 */
import { expect } from "chai";
import { TOKEN_2022_PROGRAM_ID } from "@solana/spl-token";
import { PublicKey, TransactionInstruction } from "@solana/web3.js";
import {
  MilestoneClient,
  MilestoneProgramError,
  MilepostError,
  type RequirementName,
  TransferRefusedError,
} from "@milepost/sdk";
import { HeldPolicy, Person, START, World } from "../world";
import { fixedKeypair, readTokenAccount } from "../harness";
import { tokenAccountBytes } from "./release-states/token-bytes";
import type { AccountKind } from "./release-states/state";

const SPARE = fixedKeypair("sdk-destinations/spare").publicKey;

/** How the SDK refuses an account of each kind where no other of the wallet is there. */
const REFUSED: readonly (readonly [AccountKind, string])[] = [
  ["memoRequired", "NoMemo"],
  ["confidentialOnly", "NonConfidentialTransfersDisabled"],
  ["frozen", "TokenAccountFrozen"],
  ["wrongOwner", "InvalidRecipientTokenAccount"],
  ["uninitialized", "InvalidRecipientTokenAccount"],
];

const nameOf = (error: unknown): string =>
  error instanceof TransferRefusedError
    ? error.tokenErrorName
    : (error as MilestoneProgramError).programErrorName;

async function refusalOf(build: () => Promise<unknown>): Promise<MilepostError> {
  try {
    await build();
  } catch (error) {
    expect(error).to.be.instanceOf(MilepostError);
    return error as MilepostError;
  }
  return expect.fail("expected a refusal");
}

/** A world of Token-2022 with fees, in which token accounts are written in any state. */
class Destinations {
  private constructor(readonly world: World) {}

  static async start(): Promise<Destinations> {
    const world = await World.create({
      tokenProgram: TOKEN_2022_PROGRAM_ID,
      gatewayFeeBps: 100,
      protocolFeeBps: 50,
    });
    return new Destinations(world);
  }

  client(person: Person): MilestoneClient {
    return new MilestoneClient(this.world.chain.connection, this.world.people[person]);
  }

  async write(person: Person, kind: AccountKind, address = this.world.tokens[person]) {
    const owner = this.world.key(person);
    const fields = {
      mint: this.world.mint,
      owner,
      amount: 0n,
      delegate: null,
      delegatedAmount: 0n,
    };
    const isAssociated = address.equals(this.world.tokens[person]);
    await this.world.chain.setAccount(address, {
      data: tokenAccountBytes(kind, fields, TOKEN_2022_PROGRAM_ID, isAssociated),
      owner: TOKEN_2022_PROGRAM_ID,
      lamports: 10_000_000n,
      executable: false,
    });
  }

  async amount(address: PublicKey): Promise<bigint> {
    return (await readTokenAccount(this.world.chain, address)).amount;
  }

  /** A policy that anyone may release. */
  payable() {
    return this.world.createPolicy({
      amounts: [10_000n],
      timestamps: [START],
      releaseCondition: 1,
    });
  }
}

describe("the SDK on a chain: token accounts that can't receive", () => {
  for (const [kind, expected] of REFUSED) {
    it(`given a recipient's account that is ${kind}, then ${expected} is explained and nothing is built; another account is paid`, async () => {
      const scene = await Destinations.start();
      const { world } = scene;
      const { address } = await scene.payable();
      await scene.write("recipient", kind);
      const sdk = scene.client("stranger");
      const report = await sdk.explainRelease(address);
      const unmet = report.requirements.filter(({ isMet }) => !isMet);
      expect(unmet.map(({ name }) => name)).to.deep.equal(["destination"]);
      expect(unmet[0]!.foreignError ?? unmet[0]!.error).to.equal(expected);
      expect(unmet[0]!.blocked!.option).to.equal("recipientTokenAccount");
      expect(unmet[0]!.message).to.contain("pass { recipientTokenAccount }");
      const refusal = await refusalOf(() => sdk.executePayment(address));
      expect(nameOf(refusal)).to.equal(expected);
      expect(refusal.message).to.contain("pass { recipientTokenAccount }");

      await scene.write("recipient", "fits", SPARE);
      expect((await sdk.explainRelease(address)).isReleasable).to.equal(true);
      await world.expectOk(await sdk.executePayment(address), "stranger");
      expect(await scene.amount(SPARE)).to.equal(9_850n);
    });
  }

  const FEES: readonly (readonly [Person, string])[] = [
    ["gatewayFees", "gatewayFeeAccount"],
    ["protocolFees", "protocolFeeAccount"],
  ];
  for (const [person, option] of FEES) {
    it(`given a memo-required account of ${person}, then feeAccounts names ${option}, and another account is paid`, async () => {
      const scene = await Destinations.start();
      const { address } = await scene.payable();
      await scene.write(person, "memoRequired");
      const sdk = scene.client("stranger");
      const { requirements } = await sdk.explainRelease(address);
      const unmet = requirements.filter(({ isMet }) => !isMet);
      expect(unmet.map(({ name }): RequirementName => name)).to.deep.equal(["feeAccounts"]);
      expect(unmet[0]!.blocked).to.include({ reason: "memoRequired", option });
      expect(nameOf(await refusalOf(() => sdk.executePayment(address)))).to.equal("NoMemo");
      await scene.write(person, "fits", SPARE);
      await scene.world.expectOk(await sdk.executePayment(address), "stranger");
      expect((await scene.amount(SPARE)) > 0n).to.equal(true);
    });
  }

  it("given the account that the refusal asks for, then an executor creates it once, and the next build pays it", async () => {
    const scene = await Destinations.start();
    const { world } = scene;
    const { address } = await scene.payable();
    await scene.write("recipient", "memoRequired");
    const sdk = scene.client("stranger");
    const { blocked } = (await sdk.explainRelease(address)).requirements.find(
      ({ isMet }) => !isMet,
    )!;
    const created = await sdk.createReceivingAccount({
      owner: blocked!.owner,
      tokenMint: world.mint,
    });
    await world.expectOk(created.instructions, "stranger");
    expect(
      (await sdk.createReceivingAccount({ owner: blocked!.owner, tokenMint: world.mint }))
        .instructions,
    ).to.deep.equal([]);
    await world.expectOk(await sdk.executePayment(address), "stranger");
    expect(await scene.amount(created.address)).to.equal(9_850n);
  });

  it("given a held milestone whose fee recipient's account is frozen, then its fee goes to the authority's account", async () => {
    const scene = await Destinations.start();
    const { world } = scene;
    const held = await HeldPolicy.ready(world, {
      schedule: { amounts: [10_000n], timestamps: [0n] },
    });
    await scene.write("gatewayFees", "frozen");
    await world.expectOk(
      await scene.client("owner").approveMilestone(held.policy.address),
      "owner",
    );
    expect(await scene.amount(world.tokens.gatewayAuthority)).to.equal(100n);
  });

  const ENDINGS: readonly (readonly [
    string,
    Person[],
    (held: HeldPolicy, sdk: MilestoneClient) => Promise<TransactionInstruction[]>,
  ])[] = [
    ["approveMilestone", ["owner"], ({ policy }, sdk) => sdk.approveMilestone(policy.address)],
    [
      "settleMilestone",
      ["owner", "recipient"],
      ({ policy }, sdk) => sdk.settleMilestone(policy.address, { recipientAmount: 4_000n }),
    ],
  ];
  for (const [name, signers, build] of ENDINGS) {
    it(`given a memo-required recipient's account, then ${name} is refused, and pays another`, async () => {
      const scene = await Destinations.start();
      const { world } = scene;
      const held = await HeldPolicy.ready(world, {
        schedule: { amounts: [10_000n], timestamps: [0n] },
      });
      await scene.write("recipient", "memoRequired");
      const sdk = scene.client("owner");
      expect(nameOf(await refusalOf(() => build(held, sdk)))).to.equal("NoMemo");
      await scene.write("recipient", "fits", SPARE);
      await world.expectOk(await build(held, sdk), ...signers);
      expect((await scene.amount(SPARE)) > 0n).to.equal(true);
    });
  }

  it("given a memo-required owner's account, then a refund is refused, and goes to another account of the owner", async () => {
    const scene = await Destinations.start();
    const { world } = scene;
    const held = await HeldPolicy.ready(world, {
      schedule: { amounts: [10_000n, 20_000n], timestamps: [0n, 0n] },
    });
    await scene.write("owner", "memoRequired");
    const sdk = scene.client("owner");
    const reclaim = () => sdk.reclaimMilestone(held.policy.address, { isAgreed: true });
    expect(nameOf(await refusalOf(reclaim))).to.equal("NoMemo");
    await scene.write("owner", "fits", SPARE);
    await world.expectOk(await reclaim(), "owner", "recipient");
    expect(await scene.amount(SPARE)).to.equal(10_000n);
  });

  it("given a memo-required owner's account, then closing an escrow with money is refused, and pays another", async () => {
    const scene = await Destinations.start();
    const { world } = scene;
    const held = await HeldPolicy.create(world, { amounts: [10_000n], timestamps: [0n] });
    await world.expectOk([held.open()], "owner");
    await world.expectOk([held.fund(0, 1)], "owner");
    await scene.write("owner", "memoRequired");
    const sdk = scene.client("owner");
    const close = () => sdk.closeEscrow(held.policy.address);
    expect(nameOf(await refusalOf(close))).to.equal("NoMemo");
    await scene.write("owner", "fits", SPARE);
    await world.expectOk(await close(), "owner");
    expect(await scene.amount(SPARE)).to.equal(10_000n);
  });

  it("given extensions that leave incoming transfers alone, then the associated account is paid", async () => {
    for (const kind of ["cpiGuard", "memoOff", "confidential"] as const) {
      const scene = await Destinations.start();
      const { address } = await scene.payable();
      await scene.write("recipient", kind);
      await scene.world.expectOk(
        await scene.client("stranger").executePayment(address),
        "stranger",
      );
      expect(await scene.amount(scene.world.tokens.recipient)).to.equal(9_850n);
    }
  });
});
