/** Held money when a token account on its way is closed, frozen, sold or someone else's. */
import {
  AuthorityType,
  createCloseAccountInstruction,
  createSetAuthorityInstruction,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import type { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import {
  act,
  action,
  ActionName,
  expectHeldRefused,
  freeze,
  half,
  heldAt,
  HeldPolicy,
  MilestoneStateName,
  Person,
  START,
  TERMS,
  thaw,
  WEEK,
  World,
} from "../world";
import { createMint, createTokenAccount, fixedKeypair, readTokenAccount } from "../harness";

/** Anchor's error for one writable account passed twice. */
const DUPLICATE_MUTABLE_ACCOUNT = 2040;

/** How a milestone ends: from which state, and when. */
const ENDINGS: Partial<Record<ActionName, [MilestoneStateName, bigint]>> = {
  approve_milestone: ["Submitted", START],
  execute_payment: ["Submitted", START],
  resolve_dispute: ["Mediation", START],
  expire_mediation: ["Mediation", START + BigInt(TERMS.mediationTimeoutSecs)],
  settle_milestone: ["Submitted", START],
  reclaim_milestone: ["Funded", START + WEEK + BigInt(TERMS.deliveryGraceSecs)],
  "reclaim_milestone (agreed)": ["Disputed", START],
};
const BOTH: ActionName[] = ["resolve_dispute", "expire_mediation", "settle_milestone"];
const SIDES = [
  {
    person: "recipient" as const,
    slot: "recipient_token_account",
    error: "InvalidRecipientTokenAccount",
    endings: ["approve_milestone", "execute_payment", ...BOTH] as ActionName[],
  },
  {
    person: "owner" as const,
    slot: "owner_token_account",
    error: "InvalidOwnerTokenAccount",
    endings: [...BOTH, "reclaim_milestone", "reclaim_milestone (agreed)"] as ActionName[],
  },
];

type Trouble = (world: World, account: Keypair, person: Person) => Promise<unknown>;

const close: Trouble = (world, account, person) => {
  const { tokenProgram } = world;
  const key = world.key(person);
  const instruction = createCloseAccountInstruction(account.publicKey, key, key, [], tokenProgram);
  return world.expectOk([instruction], person);
};
/** What can happen to a token account, and the error where it is not the account's own. */
const TROUBLES: [string, Trouble, string?][] = [
  ["was closed", close],
  ["was frozen", (world, account) => freeze(world, account.publicKey), "TokenAccountFrozen"],
  [
    "was handed to somebody else by SetAuthority",
    (world, account, person) =>
      world.expectOk(
        [
          createSetAuthorityInstruction(
            account.publicKey,
            world.key(person),
            AuthorityType.AccountOwner,
            world.key("stranger"),
            [],
            world.tokenProgram,
          ),
        ],
        person,
      ),
  ],
  [
    "was closed and made anew for another mint",
    async (world, account, person) => {
      await close(world, account, person);
      const other = await createMint(world.chain, { program: world.tokenProgram });
      await createTokenAccount(world.chain, other, world.key(person), account);
    },
  ],
];

for (const [program, tokenProgram] of [
  ["SPL Token", TOKEN_PROGRAM_ID],
  ["Token-2022", TOKEN_2022_PROGRAM_ID],
] as const) {
  describe(`token accounts around a vault of ${program}`, () => {
    let world: World;
    before(async () => {
      world = await World.create({ tokenProgram });
    });
    beforeEach(() => world.chain.setTime(START));

    let made = 0;
    /** A new token account of a person, which unlike an associated one of Token-2022 can be handed over. */
    async function accountOf(person: Person): Promise<Keypair> {
      made += 1;
      const account = fixedKeypair(`${program}/account ${made}`);
      await createTokenAccount(world.chain, world.testMint, world.key(person), account);
      return account;
    }
    const balance = async (account: PublicKey): Promise<bigint> =>
      (await readTokenAccount(world.chain, account)).amount;
    /** A policy whose first milestone is about to end by `name`. */
    async function about(name: ActionName): Promise<HeldPolicy> {
      const [state, at] = ENDINGS[name]!;
      await world.chain.setTime(START);
      const held = await heldAt(world, state);
      await world.chain.setTime(at);
      return held;
    }

    for (const { person, slot, error, endings } of SIDES) {
      describe(`the ${person}'s`, () => {
        for (const [what, trouble, own = error] of TROUBLES) {
          it(`given it ${what} then ${own}, and any other account of the ${person} is paid`, async () => {
            const account = await accountOf(person);
            await trouble(world, account, person);
            const substitute = (await accountOf(person)).publicKey;
            for (const name of endings) {
              const held = await about(name);
              const end = (tokens: PublicKey) => action(name).build(held, 0, { [slot]: tokens });
              const { signers } = action(name);
              await expectHeldRefused(held, end(account.publicKey), signers, own);
              const before = await balance(substitute);
              await world.expectOk([end(substitute)], ...signers);
              expect((await balance(substitute)) > before, name).to.equal(true);
            }
          });
        }

        it("given someone else's account, or one that is not a token account, then refused", async () => {
          const other = person === "owner" ? "recipient" : "owner";
          for (const name of endings) {
            const held = await about(name);
            for (const tokens of [
              world.tokens[other],
              world.tokens.mediator,
              world.key("stranger"),
            ]) {
              const end = action(name).build(held, 0, { [slot]: tokens });
              await expectHeldRefused(held, end, action(name).signers, error);
            }
            const vault = action(name).build(held, 0, { [slot]: held.vault });
            const { signers } = action(name);
            await expectHeldRefused(held, vault, signers, DUPLICATE_MUTABLE_ACCOUNT);
          }
        });
      });
    }

    it("given the owner's account for what comes back at closing is troubled then another one of the owner's works", async () => {
      for (const [, trouble, own = "InvalidOwnerTokenAccount"] of TROUBLES) {
        const held = await HeldPolicy.create(world);
        await world.expectOk([held.open()], "owner");
        await world.expectOk([held.fund(0, 1)], "owner");
        const account = await accountOf("owner");
        await trouble(world, account, "owner");
        const refused = held.close({ owner_token_account: account.publicKey });
        await expectHeldRefused(held, refused, ["owner"], own);
        const substitute = (await accountOf("owner")).publicKey;
        await world.expectOk([held.close({ owner_token_account: substitute })], "owner");
        expect(await balance(substitute)).to.equal(50_000_000n);
      }
    });

    describe("who gets nothing", () => {
      const divisions: [
        ActionName,
        Person[],
        (held: HeldPolicy, amount: bigint, accounts: object) => TransactionInstruction,
      ][] = [
        ["resolve_dispute", ["mediator"], (held, amount, a) => held.resolve(0, amount, { ...a })],
        [
          "settle_milestone",
          ["owner", "recipient"],
          (held, amount, a) => held.settle(0, amount, { ...a }),
        ],
      ];
      for (const [name, signers, divide] of divisions) {
        it(`given ${name} to one side then the other needs no account, nor a good one`, async () => {
          const frozen = (await accountOf("recipient")).publicKey;
          await freeze(world, frozen);
          for (const [amount, accounts] of [
            [0n, { recipient_token_account: null }],
            [0n, { recipient_token_account: frozen }],
            [50_000_000n, { owner_token_account: null }],
            [50_000_000n, { owner_token_account: frozen }],
          ] as const) {
            const held = await about(name);
            await world.expectOk([divide(held, amount, accounts)], ...signers);
            expect(await held.state(0)).to.equal("Resolved");
          }
        });

        it(`given ${name} to both sides then both need theirs`, async () => {
          const held = await about(name);
          for (const { slot, error } of SIDES) {
            for (const amount of [1n, half(held, 0), 49_999_999n]) {
              const instruction = divide(held, amount, { [slot]: null });
              await expectHeldRefused(held, instruction, signers, error);
            }
          }
        });
      }

      it("given a timed out mediation to one side then the other needs no account", async () => {
        for (const [timeoutRecipientBps, slot] of [
          [0, "recipient_token_account"],
          [10_000, "owner_token_account"],
        ] as const) {
          await world.chain.setTime(START);
          const held = await heldAt(world, "Mediation", { terms: { timeoutRecipientBps } });
          await world.chain.setTime(START + BigInt(TERMS.mediationTimeoutSecs));
          await world.expectOk([held.expire(0, { [slot]: null })], "stranger");
        }
      });
    });

    describe("the vault", () => {
      it("given it is frozen then TokenAccountFrozen for every way out, and after a thaw each works", async () => {
        for (const name of Object.keys(ENDINGS) as ActionName[]) {
          const held = await about(name);
          await freeze(world, held.vault);
          const end = action(name).build(held, 0);
          await expectHeldRefused(held, end, action(name).signers, "TokenAccountFrozen");
          await thaw(world, held.vault);
          await act(held, name);
        }
      });

      it("given it is frozen then it closes empty, and not with money in it", async () => {
        const held = await HeldPolicy.create(world);
        await world.expectOk([held.open()], "owner");
        await world.expectOk([held.fund(0, 1)], "owner");
        await freeze(world, held.vault);
        await expectHeldRefused(held, held.close(), ["owner"], "TokenAccountFrozen");
        await thaw(world, held.vault);
        await world.expectOk([held.close()], "owner");
        const empty = await HeldPolicy.create(world);
        await world.expectOk([empty.open()], "owner");
        await freeze(world, empty.vault);
        await world.expectOk([empty.close()], "owner");
        expect(await world.chain.getAccount(empty.vault)).to.equal(null);
      });

      it("given another escrow's vault then InvalidVault, and another's escrow then InvalidEscrow", async () => {
        const other = await heldAt(world, "Funded");
        for (const name of Object.keys(ENDINGS) as ActionName[]) {
          const held = await about(name);
          const { signers } = action(name);
          // For `execute_payment` the vault stands where a delegated policy's token account does.
          const slot = name === "execute_payment" ? "token_account" : "vault";
          const vault = action(name).build(held, 0, { [slot]: other.vault });
          await expectHeldRefused(held, vault, signers, "InvalidVault", [other.escrow]);
          const escrow = action(name).build(held, 0, { escrow: other.escrow });
          await expectHeldRefused(held, escrow, signers, "InvalidEscrow", [other.escrow]);
        }
      });
    });
  });
}

describe("fee accounts of held money", () => {
  const AMOUNTS = [10_000n, 99n];
  const FEE_SLOTS = [
    ["gateway_fee_account", "gatewayFees", "InvalidGatewayFeeAccount"],
    ["protocol_fee_account", "protocolFees", "InvalidProtocolFeeAccount"],
  ] as const;

  it("given a fee is due then its account is needed, and any account of who gets it works; given none is due then not", async () => {
    const world = await World.create({ gatewayFeeBps: 100, protocolFeeBps: 50 });
    const schedule = { amounts: AMOUNTS, timestamps: AMOUNTS.map(() => START) };
    const held = await HeldPolicy.ready(world, { schedule });
    const substitutes: Record<string, PublicKey> = {};
    for (const [slot, person, error] of FEE_SLOTS) {
      for (const account of [null, world.tokens.stranger, world.tokens.owner]) {
        const refused = held.approve(0, { ...substitutes, [slot]: account });
        await expectHeldRefused(held, refused, ["owner"], error);
      }
      await freeze(world, world.tokens[person]);
      const frozen = held.approve(0, substitutes);
      await expectHeldRefused(held, frozen, ["owner"], "TokenAccountFrozen");
      const authority = slot === "gateway_fee_account" ? "gatewayAuthority" : "upgradeAuthority";
      const ofAuthority = fixedKeypair(`account of ${authority}`);
      await createTokenAccount(world.chain, world.testMint, world.key(authority), ofAuthority);
      await freeze(world, ofAuthority.publicKey);
      const frozenToo = held.approve(0, { ...substitutes, [slot]: ofAuthority.publicKey });
      await expectHeldRefused(held, frozenToo, ["owner"], "TokenAccountFrozen");
      const account = fixedKeypair(`second account of ${person}`);
      await createTokenAccount(world.chain, world.testMint, world.key(person), account);
      substitutes[slot] = account.publicKey;
    }
    await world.expectOk([held.approve(0, substitutes)], "owner");
    for (const [slot, fee] of [
      ["gateway_fee_account", 100n],
      ["protocol_fee_account", 50n],
    ] as const) {
      expect((await readTokenAccount(world.chain, substitutes[slot]!)).amount).to.equal(fee);
    }
    // 1% and 0.5% of 99 are less than a unit.
    const without = { gateway_fee_account: null, protocol_fee_account: null };
    await world.expectOk([held.approve(1, without)], "owner");
    expect(await world.balance("recipient")).to.equal(9_850n + 99n);
  });

  it("given only the platform's fee is due then the gateway's account is needed", async () => {
    const world = await World.create();
    const held = await HeldPolicy.ready(world, { terms: { platformFeeBps: 1 } });
    const without = { gateway_fee_account: null, protocol_fee_account: null };
    const refused = held.approve(0, without);
    await expectHeldRefused(held, refused, ["owner"], "InvalidGatewayFeeAccount");
    await world.expectOk([held.reclaimAgreed(0)], "owner", "recipient");
    await world.expectOk([held.settle(1, 0n, without)], "owner", "recipient");
    await world.expectOk([held.approve(2, { protocol_fee_account: null })], "owner");
    expect(await world.balance("gatewayFees")).to.equal(10_000n);
  });
});
