import {
  AccountState,
  createBurnInstruction,
  createCloseAccountInstruction,
  createInitializeMint2Instruction,
  createInitializeMintCloseAuthorityInstruction,
  createInitializeTransferFeeConfigInstruction,
  ExtensionType,
  getMintLen,
  TOKEN_2022_PROGRAM_ID,
} from "@solana/spl-token";
import { SystemProgram, TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import { fixedKeypair, fundedTokenAccount, MintExtension, mintExtension } from "../harness";
import { expectRefused, immediate, OtherMint, toBigInt, World } from "../world";

const PERMISSIVE = mintExtension.defaultAccountState(AccountState.Initialized);

const REFUSED: MintExtension[] = [
  mintExtension.transferFeeConfig(),
  // Even a fee of zero: its authority can raise it after the policy is made.
  { ...mintExtension.transferFeeConfig(0, 0n), name: "TransferFeeConfig of zero" },
  mintExtension.transferHook(),
  mintExtension.permanentDelegate(),
  mintExtension.nonTransferable(),
  mintExtension.defaultAccountState(AccountState.Frozen),
  mintExtension.pausableConfig(),
  mintExtension.confidentialMintBurn(),
  mintExtension.confidentialTransferFeeConfig(),
  mintExtension.permissionedBurn(),
  mintExtension.unknown(999),
  { ...mintExtension.unknown(65_535, 0), name: "the last number there is" },
];

const SUPPORTED: MintExtension[][] = [
  [],
  [mintExtension.mintCloseAuthority()],
  [mintExtension.metadataPointer()],
  [mintExtension.tokenMetadata()],
  [mintExtension.metadataPointer(), mintExtension.tokenMetadata()],
  [mintExtension.interestBearingConfig()],
  [mintExtension.groupPointer()],
  [mintExtension.tokenGroup()],
  [mintExtension.groupMemberPointer()],
  [mintExtension.tokenGroupMember()],
  [mintExtension.scaledUiAmountConfig()],
  [mintExtension.confidentialTransferMint()],
  [PERMISSIVE],
  [mintExtension.mintCloseAuthority(), mintExtension.interestBearingConfig(), PERMISSIVE],
];

const named = (extensions: MintExtension[]): string =>
  extensions.map(({ name }) => name).join(" and ") || "no extension";

describe("Token-2022 mints", () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });

  for (const extension of REFUSED) {
    describe(`given ${extension.name}`, () => {
      it("when a UserPayment is opened then UnsupportedMint", async () => {
        const other = await OtherMint.create(world, [extension], { isWritten: true });
        const open = world.createUserPayment(other.accounts);
        await expectRefused(world, [open], ["owner"], "UnsupportedMint", other.addresses);
        expect(await world.chain.getAccount(other.userPayment)).to.equal(null);
      });

      it("when it stands behind a supported extension then UnsupportedMint", async () => {
        const extensions = [mintExtension.metadataPointer(), extension];
        const other = await OtherMint.create(world, extensions, { isWritten: true });
        const open = world.createUserPayment(other.accounts);
        await expectRefused(world, [open], ["owner"], "UnsupportedMint", other.addresses);
      });

      it("when the mint is created again with it before a policy is created then UnsupportedMint", async () => {
        const other = await OtherMint.create(world, []);
        await other.openUserPayment();
        await other.remakeMint([extension]);
        const { address } = await other.nextPolicy();
        const create = world.createMilestonePolicy(immediate([1n]), address, other.accounts);
        const watched = [...other.addresses, address];
        await expectRefused(world, [create], ["owner"], "UnsupportedMint", watched);
      });

      if (extension.type === (ExtensionType.DefaultAccountState as number)) return;

      it("when the mint is created again with it before a release then UnsupportedMint, and deleting works", async () => {
        const other = await OtherMint.create(world, []);
        await other.openUserPayment();
        const policy = await other.createPolicy([5n, 6n]);
        await world.expectOk([world.executePayment(policy.address, 0, other.accounts)], "stranger");
        await other.remakeMint([extension]);
        const execute = world.executePayment(policy.address, 1, other.accounts);
        const watched = [...other.addresses, policy.address];
        await expectRefused(world, [execute], ["stranger"], "UnsupportedMint", watched);
        await world.expectOk([world.deletePolicy(policy.address, other.accounts)], "owner");
        expect(await world.chain.getAccount(policy.address)).to.equal(null);
      });
    });
  }

  it("given new accounts born frozen only after the creation then a release between thawed ones goes on", async () => {
    const other = await OtherMint.create(world, [
      mintExtension.defaultAccountState(AccountState.Initialized),
    ]);
    await other.openUserPayment();
    const policy = await other.createPolicy([5n, 6n]);
    await other.remakeMint([mintExtension.defaultAccountState(AccountState.Frozen)]);
    for (const index of [0, 1]) {
      const execute = world.executePayment(policy.address, index, other.accounts);
      await world.expectOk([execute], "stranger");
    }
    expect((await other.balances()).recipient).to.equal(11n);
    // A new promise on that mint is still refused.
    const { address } = await other.nextPolicy();
    const create = world.createMilestonePolicy(immediate([1n]), address, other.accounts);
    await expectRefused(world, [create], ["owner"], "UnsupportedMint", other.addresses);
  });

  for (const extensions of SUPPORTED) {
    it(`given ${named(extensions)} then a whole policy is paid, to the last unit`, async () => {
      // The Token-2022 that bankrun brings makes no accounts for what it does not know; it moves their tokens.
      const isWritten = extensions.some(
        ({ type }) => type === (ExtensionType.ScaledUiAmountConfig as number),
      );
      const other = await OtherMint.create(world, extensions, { isWritten });
      await other.openUserPayment();
      const amounts = [1n, 9_999n, 10_000n, 123_456n];
      const policy = await other.createPolicy(amounts);
      let paid = 0n;
      for (const [index, amount] of amounts.entries()) {
        await world.expectOk(
          [world.executePayment(policy.address, index, other.accounts)],
          "stranger",
        );
        paid += amount;
        expect(await other.balances()).to.deep.equal({
          owner: 1_000_000n - paid,
          recipient: paid,
        });
      }
      const completed = await world.decode("PaymentPolicy", policy.address);
      expect(toBigInt(completed["total_paid"])).to.equal(143_456n);
      await world.expectOk([world.deletePolicy(policy.address, other.accounts)], "owner");
    });
  }

  it("given a mint created again with a supported extension then its policies are still paid", async () => {
    const other = await OtherMint.create(world, []);
    await other.openUserPayment();
    const policy = await other.createPolicy([5n]);
    await other.remakeMint([mintExtension.interestBearingConfig()]);
    await world.expectOk([world.executePayment(policy.address, 0, other.accounts)], "stranger");
    expect((await other.balances()).recipient).to.equal(5n);
  });

  it("given a mint whose extensions are cut short then UnsupportedMint", async () => {
    const other = await OtherMint.create(world, [mintExtension.metadataPointer()]);
    const account = (await world.chain.getAccount(other.mint.address))!;
    await world.chain.setAccount(other.mint.address, {
      ...account,
      data: account.data.subarray(0, -1),
    });
    const open = world.createUserPayment(other.accounts);
    await expectRefused(world, [open], ["owner"], "UnsupportedMint", other.addresses);
  });

  it("given a closable mint that its authority closes and creates again with a transfer fee, all by instruction, then UnsupportedMint at release", async () => {
    const { chain, people } = world;
    const [owner, payer] = [people.owner, people.payer];
    const keypair = fixedKeypair("a mint that comes back");
    const initialize = createInitializeMint2Instruction(
      keypair.publicKey,
      6,
      owner.publicKey,
      null,
      TOKEN_2022_PROGRAM_ID,
    );
    const make = async (type: ExtensionType, extension: TransactionInstruction) => {
      const space = getMintLen([type]);
      const create = SystemProgram.createAccount({
        fromPubkey: payer.publicKey,
        newAccountPubkey: keypair.publicKey,
        space,
        lamports: Number(await chain.rentExempt(space)),
        programId: TOKEN_2022_PROGRAM_ID,
      });
      await chain.sendOk([create, extension, initialize], [payer, keypair]);
    };
    await make(
      ExtensionType.MintCloseAuthority,
      createInitializeMintCloseAuthorityInstruction(
        keypair.publicKey,
        owner.publicKey,
        TOKEN_2022_PROGRAM_ID,
      ),
    );
    const mint = {
      address: keypair.publicKey,
      program: TOKEN_2022_PROGRAM_ID,
      authority: owner,
      decimals: 6,
      extensions: [],
    };
    const other = OtherMint.of(
      world,
      mint,
      await fundedTokenAccount(chain, mint, owner.publicKey, 100n),
      await fundedTokenAccount(chain, mint, world.key("recipient"), 0n),
    );
    await other.openUserPayment();
    const policy = await other.createPolicy([60n, 40n]);
    await world.expectOk([world.executePayment(policy.address, 0, other.accounts)], "stranger");

    // A mint closes at supply zero: all holders burn.
    for (const [person, account, amount] of [
      ["owner", other.ownerTokens, 40n],
      ["recipient", other.recipientTokens, 60n],
    ] as const) {
      const program = TOKEN_2022_PROGRAM_ID;
      await world.expectOk(
        [createBurnInstruction(account, mint.address, world.key(person), amount, [], program)],
        person,
      );
    }
    const { publicKey } = owner;
    await world.expectOk(
      [
        createCloseAccountInstruction(
          mint.address,
          publicKey,
          publicKey,
          [],
          TOKEN_2022_PROGRAM_ID,
        ),
      ],
      "owner",
    );
    const execute = world.executePayment(policy.address, 1, other.accounts);
    const watched = [...other.addresses, policy.address];
    await expectRefused(world, [execute], ["stranger"], "InvalidTokenProgram", watched);
    await make(
      ExtensionType.TransferFeeConfig,
      createInitializeTransferFeeConfigInstruction(
        mint.address,
        publicKey,
        publicKey,
        100,
        1_000n,
        TOKEN_2022_PROGRAM_ID,
      ),
    );
    await expectRefused(world, [execute], ["stranger"], "UnsupportedMint", watched);
    await world.expectOk([world.deletePolicy(policy.address, other.accounts)], "owner");
  });
});
