/**
 * One chain with everything twice: two owners, two gateways, three mints, policies across them, so that each account
 * of a valid call can be swapped for one that is just as real and belongs elsewhere.
 */
import { Keypair, PublicKey, SystemProgram } from "@solana/web3.js";
import { TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import {
  ChainAccount,
  createMint,
  createTokenAccount,
  fixedKeypair,
  mintTo,
  type Snapshot,
  TestMint,
} from "../harness";
import { Accounts, gatewayAddress, policyAddress, userPaymentAddress, World } from "../world";
import { createHeldStage, HeldStage, OtherOwner } from "./held";

/** Wallets beyond the world's own people. */
const EXTRAS = [
  "feePayer",
  "rentPayer",
  "intruder",
  "heir",
  "otherOwner",
  "newOwner",
  "otherAuthority",
  "idleAuthority",
  "newAuthority",
] as const;
type Extra = (typeof EXTRAS)[number];

/** Who owns the token accounts that a slot asks for. */
const PARTIES = [
  "owner",
  "newOwner",
  "recipient",
  "gatewayFees",
  "protocolFees",
  // The keeper.
  "stranger",
] as const;
export type Party = (typeof PARTIES)[number];

/** A party's token accounts that are not the one a valid call names. */
export interface Purse {
  /** On the stage's first mint. */
  usual: PublicKey;
  /** A second account of the same mint. */
  second: PublicKey;
  ofOtherMint: PublicKey;
  ofToken2022: PublicKey;
}

export const PROTOCOL_FEE_BPS = 100;
export const GATEWAY_FEE_BPS = 200;
/** Of the gateway's fee. */
export const KEEPER_REWARD_BPS = 2_500;
export const AMOUNTS = [50_000n, 70_000n];

export class Stage {
  private constructor(
    readonly world: World,
    readonly wallets: Record<Extra, Keypair>,
    readonly otherMint: TestMint,
    readonly idleMint: TestMint,
    readonly purses: Record<Party, Purse>,
    readonly otherOwnersTokens: PublicKey,
    readonly idleTokens: PublicKey,
    readonly otherGateway: PublicKey,
    readonly idleGateway: PublicKey,
    readonly userPayments: { ofOtherOwner: PublicKey; ofOtherMint: PublicKey; idle: PublicKey },
    readonly policies: {
      valid: PublicKey;
      sibling: PublicKey;
      ofOtherOwner: PublicKey;
      ofOtherMint: PublicKey;
      ofOtherGateway: PublicKey;
    },
    readonly held: HeldStage,
    /** Config bytes at an address that is not the config's, owned by our program: a wrong type. */
    readonly strayConfig: PublicKey,
    readonly fakeTokenProgram: PublicKey,
  ) {}

  key(extra: Extra): PublicKey {
    return this.wallets[extra].publicKey;
  }

  /** The keypair of a wallet that can sign here; undefined for an address without a keypair. */
  keypairOf(address: PublicKey): Keypair | undefined {
    return [...Object.values(this.wallets), ...Object.values(this.world.people)].find((keypair) =>
      keypair.publicKey.equals(address),
    );
  }

  static async create(): Promise<Stage> {
    const world = await World.create({
      protocolFeeBps: PROTOCOL_FEE_BPS,
      gatewayFeeBps: GATEWAY_FEE_BPS,
    });
    const { chain } = world;
    const wallets = Object.fromEntries(
      EXTRAS.map((name) => [name, fixedKeypair(`adversarial/${name}`)]),
    ) as Record<Extra, Keypair>;
    for (const { publicKey } of Object.values(wallets)) {
      await chain.airdrop(publicKey, 100_000_000_000n);
    }
    const key = (extra: Extra): PublicKey => wallets[extra].publicKey;

    const authority = world.testMint.authority;
    const mintOf = (label: string, program: PublicKey): Promise<TestMint> =>
      createMint(chain, { keypair: fixedKeypair(`adversarial/${label}`), authority, program });
    const otherMint = await mintOf("otherMint", TOKEN_PROGRAM_ID);
    const idleMint = await mintOf("idleMint", TOKEN_PROGRAM_ID);
    const token2022Mint = await mintOf("token2022Mint", TOKEN_2022_PROGRAM_ID);

    const purses = {} as Record<Party, Purse>;
    for (const party of PARTIES) {
      const owner = party === "newOwner" ? key(party) : world.key(party);
      purses[party] = {
        usual: await createTokenAccount(chain, world.testMint, owner),
        second: await createTokenAccount(
          chain,
          world.testMint,
          owner,
          fixedKeypair(`adversarial/second/${party}`),
        ),
        ofOtherMint: await createTokenAccount(chain, otherMint, owner),
        ofToken2022: await createTokenAccount(chain, token2022Mint, owner),
      };
    }
    await mintTo(chain, otherMint, purses.owner.ofOtherMint, 1_000_000n);
    const otherOwnersTokens = await createTokenAccount(chain, world.testMint, key("otherOwner"));
    await mintTo(chain, world.testMint, otherOwnersTokens, 1_000_000n);
    const idleTokens = await createTokenAccount(chain, idleMint, world.key("owner"));

    const payer = world.people.payer;
    const otherGateway = gatewayAddress(key("otherAuthority"));
    const idleGateway = gatewayAddress(key("idleAuthority"));
    for (const [name, gateway] of [
      ["otherAuthority", otherGateway],
      ["idleAuthority", idleGateway],
    ] as const) {
      await chain.sendOk(
        [world.createGateway({}, { authority: key(name), gateway, payer: key("rentPayer") })],
        [payer, wallets[name], wallets.rentPayer],
      );
    }

    const open = async (
      owner: Keypair,
      mint: PublicKey,
      tokenAccount: PublicKey,
    ): Promise<PublicKey> => {
      const address = userPaymentAddress(owner.publicKey, mint);
      await chain.sendOk(
        [
          world.createUserPayment({
            payer: key("rentPayer"),
            owner: owner.publicKey,
            user_payment: address,
            mint,
            token_account: tokenAccount,
          }),
        ],
        [payer, owner, wallets.rentPayer],
      );
      return address;
    };
    const { owner } = world.people;
    const userPayments = {
      ofOtherOwner: await open(wallets.otherOwner, world.mint, otherOwnersTokens),
      ofOtherMint: await open(owner, otherMint.address, purses.owner.ofOtherMint),
      idle: await open(owner, idleMint.address, idleTokens),
    };

    const agree = async (signer: Keypair, userPayment: PublicKey, accounts: Accounts = {}) => {
      const { next_policy_id: id } = await world.decode("UserPayment", userPayment);
      const address = policyAddress(userPayment, id as number);
      await chain.sendOk(
        [
          world.createMilestonePolicy(
            { amounts: AMOUNTS, timestamps: [0n, 0n], releaseCondition: 2 },
            address,
            {
              payer: key("rentPayer"),
              owner: signer.publicKey,
              user_payment: userPayment,
              ...accounts,
            },
          ),
        ],
        [payer, signer, wallets.rentPayer],
      );
      return address;
    };
    const policies = {
      valid: await agree(owner, world.userPayment),
      sibling: await agree(owner, world.userPayment),
      ofOtherOwner: await agree(wallets.otherOwner, userPayments.ofOtherOwner, {
        token_account: otherOwnersTokens,
      }),
      ofOtherMint: await agree(owner, userPayments.ofOtherMint, {
        mint: otherMint.address,
        token_account: purses.owner.ofOtherMint,
      }),
      ofOtherGateway: await agree(owner, world.userPayment, { gateway: otherGateway }),
    };
    const agreeHeld = (other?: OtherOwner): Promise<PublicKey> =>
      other
        ? agree(other.keypair, userPayments.ofOtherOwner, { token_account: otherOwnersTokens })
        : agree(owner, world.userPayment);
    const held = await createHeldStage(world, wallets.rentPayer, agreeHeld, {
      keypair: wallets.otherOwner,
      accounts: {
        owner: key("otherOwner"),
        user_payment: userPayments.ofOtherOwner,
        token_account: otherOwnersTokens,
      },
    });
    await world.expectOk([world.setKeeperReward(KEEPER_REWARD_BPS)], "gatewayAuthority");
    await world.expectOk(
      [world.updateConfig({ pendingAuthority: key("heir") })],
      "upgradeAuthority",
    );

    const strayConfig = fixedKeypair("adversarial/strayConfig").publicKey;
    await chain.setAccount(strayConfig, (await chain.getAccount(world.config)) as ChainAccount);
    const fakeTokenProgram = fixedKeypair("adversarial/fakeTokenProgram").publicKey;
    await chain.setAccount(
      fakeTokenProgram,
      (await chain.getAccount(TOKEN_PROGRAM_ID)) as ChainAccount,
    );
    // A UserPayment closes 1,024 slots after its newest possible policy id at the earliest.
    await chain.warpToSlot(chain.slot() + 5_000n);

    return new Stage(
      world,
      wallets,
      otherMint,
      idleMint,
      purses,
      otherOwnersTokens,
      idleTokens,
      otherGateway,
      idleGateway,
      userPayments,
      policies,
      held,
      strayConfig,
      fakeTokenProgram,
    );
  }
}

/** Puts every account of the snapshot back, so that one stage serves call after call. */
export async function rewind({ chain, accounts }: Snapshot): Promise<void> {
  for (const { address, account } of accounts.values()) {
    if (account?.executable) continue;
    await chain.setAccount(
      address,
      account ?? {
        lamports: 0n,
        data: Buffer.alloc(0),
        owner: SystemProgram.programId,
        executable: false,
      },
    );
  }
}
