/** Held money of mints with extensions, and mints and token programs that are not the vault's. */
import { AccountState, TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { SystemProgram, type TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import {
  act,
  bringTo,
  expectHeldRefused,
  heldAt,
  HeldPolicy,
  Person,
  START,
  World,
} from "../world";
import { createMint, encodeExtensions, MintExtension, mintExtension, mintTo } from "../harness";

const SUPPORTED: MintExtension[][] = [
  [mintExtension.mintCloseAuthority()],
  [mintExtension.metadataPointer(), mintExtension.tokenMetadata()],
  [
    mintExtension.interestBearingConfig(),
    mintExtension.defaultAccountState(AccountState.Initialized),
  ],
];
const EXTENDED_MINT_HEADER = 166;

/** Writes the world's mint with other extensions, as if it had been closed and created again at its address. */
async function remakeMint(world: World, extensions: MintExtension[]): Promise<void> {
  const account = (await world.chain.getAccount(world.mint))!;
  const header = account.data.subarray(0, EXTENDED_MINT_HEADER);
  const data = Buffer.concat([header, encodeExtensions(extensions)]);
  const lamports = await world.chain.rentExempt(data.length);
  await world.chain.setAccount(world.mint, { ...account, data, lamports });
}

describe("held money of Token-2022 mints", () => {
  for (const extensions of SUPPORTED) {
    const names = extensions.map(({ name }) => name).join(" and ");
    it(`given ${names} then it is funded, released, divided, refunded and closed`, async () => {
      const world = await World.create({ extensions, gatewayFeeBps: 100, protocolFeeBps: 50 });
      const before = await world.balance("owner");
      const held = await HeldPolicy.ready(world, { terms: { platformFeeBps: 250 } });
      expect(await held.held()).to.equal(307_500_000n);
      await bringTo(held, "Released", 0);
      await bringTo(held, "Mediation", 1);
      await world.expectOk([held.resolve(1, 60_000_000n)], "mediator");
      await bringTo(held, "Refunded", 2);
      await bringTo(held, "Resolved", 3);
      expect(await held.held()).to.equal(0n);
      // 50 + 60 + 25 to the recipient, 1% and 0.5% off; 2.5% on top to the gateway.
      const gross = 135_000_000n;
      expect(await world.balance("recipient")).to.equal((gross * 9_850n) / 10_000n);
      expect(await world.balance("gatewayFees")).to.equal((gross * 350n) / 10_000n);
      expect(before - (await world.balance("owner"))).to.equal((gross * 10_250n) / 10_000n);
      await world.expectOk([held.close()], "owner");
      expect(await world.chain.getAccount(held.vault)).to.equal(null);
    });
  }

  it("given the mint has another extension by then then UnsupportedMint, and nothing moves", async () => {
    const world = await World.create({ extensions: [mintExtension.mintCloseAuthority()] });
    const held = await heldAt(world, "Submitted", { funded: 1 });
    const unopened = await HeldPolicy.create(world);
    const empty = await HeldPolicy.ready(world, { funded: 0 });
    await remakeMint(world, [mintExtension.permanentDelegate()]);
    const refused: [HeldPolicy, TransactionInstruction, Person[]][] = [
      [unopened, unopened.open(), ["owner"]],
      [held, held.fund(1, 1), ["owner"]],
      [held, held.approve(0), ["owner"]],
      [held, held.settle(0, 1n), ["owner", "recipient"]],
      [held, held.reclaimAgreed(0), ["owner", "recipient"]],
    ];
    for (const [policy, instruction, signers] of refused) {
      await expectHeldRefused(policy, instruction, signers, "UnsupportedMint");
    }
    // An empty vault closes whatever became of its mint, gone or not.
    await world.chain.setAccount(world.mint, {
      lamports: 1_000_000n,
      data: Buffer.alloc(0),
      owner: SystemProgram.programId,
      executable: false,
    });
    await world.expectOk([empty.close({ owner_token_account: null })], "owner");
    expect(await world.chain.getAccount(empty.vault)).to.equal(null);
  });

  const frozen = [mintExtension.defaultAccountState(AccountState.Frozen)];
  const initialized = [mintExtension.defaultAccountState(AccountState.Initialized)];

  it("given new accounts of the mint are frozen before the opening then UnsupportedMint: the vault could not be funded", async () => {
    const world = await World.create({ extensions: initialized });
    const held = await HeldPolicy.create(world);
    await remakeMint(world, frozen);
    await expectHeldRefused(held, held.open(), ["owner"], "UnsupportedMint");
  });

  it("given new accounts of the mint are frozen after the opening then the vault is funded and pays", async () => {
    const world = await World.create({ extensions: initialized });
    const held = await HeldPolicy.create(world);
    await world.expectOk([held.open()], "owner");
    await remakeMint(world, frozen);
    await world.expectOk([held.fund(0, 1)], "owner");
    await world.expectOk([held.accept()], "recipient");
    await act(held, "approve_milestone");
    expect(await world.balance("recipient")).to.equal(50_000_000n);
  });

  it("given a donation of a mint that is refused by now then the owner still closes, and gets it", async () => {
    const world = await World.create({ extensions: initialized });
    const held = await HeldPolicy.create(world);
    await world.expectOk([held.open()], "owner");
    await mintTo(world.chain, world.testMint, held.vault, 7n);
    await remakeMint(world, [mintExtension.permanentDelegate(world.key("stranger"))]);
    await expectHeldRefused(held, held.fund(0, 1), ["owner"], "UnsupportedMint");
    const before = await world.balance("owner");
    await world.expectOk([held.close()], "owner");
    expect((await world.balance("owner")) - before).to.equal(7n);
  });
});

for (const [name, right, wrong] of [
  ["SPL Token", TOKEN_PROGRAM_ID, TOKEN_2022_PROGRAM_ID],
  ["Token-2022", TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID],
] as const) {
  describe(`what is not the mint or its program, for a vault of ${name}`, () => {
    let world: World;
    before(async () => {
      world = await World.create({ tokenProgram: right });
    });
    beforeEach(() => world.chain.setTime(START));

    /** Every instruction that moves tokens, where it would succeed, with an account exchanged. */
    async function refusedEverywhere(accounts: object, error: string): Promise<void> {
      const delegated = await HeldPolicy.create(world);
      const open = delegated.open({}, { ...accounts });
      await expectHeldRefused(delegated, open, ["owner"], error);
      const held = await heldAt(world, "Submitted", { funded: 1 });
      const mediated = await heldAt(world, "Mediation");
      const both: Person[] = ["owner", "recipient"];
      const cases: [HeldPolicy, TransactionInstruction, Person[]][] = [
        [held, held.fund(1, 1, { ...accounts }), ["owner"]],
        [held, held.approve(0, { ...accounts }), ["owner"]],
        [held, held.execute(0, { executor: world.key("owner"), ...accounts }), ["owner"]],
        [held, held.settle(0, 1n, { ...accounts }), both],
        [held, held.reclaimAgreed(0, { ...accounts }), both],
        [mediated, mediated.resolve(0, 1n, { ...accounts }), ["mediator"]],
      ];
      for (const [policy, instruction, signers] of cases) {
        await expectHeldRefused(policy, instruction, signers, error);
      }
      const unaccepted = await HeldPolicy.create(world);
      await world.expectOk([unaccepted.open()], "owner");
      await world.expectOk([unaccepted.fund(0, 1)], "owner");
      const close = unaccepted.close({ ...accounts });
      await expectHeldRefused(unaccepted, close, ["owner"], error);
    }

    it("given another mint then InvalidMint everywhere", async () => {
      const other = await createMint(world.chain, { program: right });
      await refusedEverywhere({ mint: other.address }, "InvalidMint");
    });

    for (const [what, program] of [
      ["the other token program", wrong],
      ["the system program", SystemProgram.programId],
    ] as const) {
      it(`given ${what} then InvalidTokenProgram everywhere`, async () => {
        await refusedEverywhere({ token_program: program }, "InvalidTokenProgram");
      });
    }
  });
}
