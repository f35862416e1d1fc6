import { Buffer } from "buffer";
import { expect } from "chai";
import { TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import {
  NONCE_ACCOUNT_LENGTH,
  PublicKey,
  StakeProgram,
  SystemProgram,
  SYSVAR_CLOCK_PUBKEY,
  SYSVAR_INSTRUCTIONS_PUBKEY,
  VoteProgram,
} from "@solana/web3.js";
import { PROGRAM_ID } from "../../src/constants";
import { AccountKindError } from "../../src/errors/accounts";
import { MilestoneProgramError } from "../../src/errors/program";
import {
  type AddressWarning,
  type CreateHeldMilestoneOptions,
  type MilestoneClient,
  type MilestoneWarning,
} from "../../src/index";
import { checkWallet, type WalletRole } from "../../src/accounts/check-wallet";
import { getConfigPda, getUserPaymentPda } from "../../src/pdas";
import { associatedTokenAddress } from "../../src/tokens/associated";
import { expectError } from "../expect-error";
import {
  escrow,
  escrowPda,
  fakeWorld,
  gateway,
  gatewayAuthority,
  keypair,
  mediator,
  mint,
  mintBytes,
  NOW,
  owner,
  policyPda,
  recipient,
  stranger,
  tokenAccountBytes,
  userPaymentPda,
} from "../fixtures";

type World = Awaited<ReturnType<typeof fakeWorld>>;

const LOADER = new PublicKey("BPFLoaderUpgradeab1e11111111111111111111111");
const NATIVE_LOADER = new PublicKey("NativeLoader1111111111111111111111111111111");
const LOOKUP_TABLES = new PublicKey("AddressLookupTab1e1111111111111111111111111");
const MULTISIG_PROGRAM = keypair("multisig program").publicKey;
const given = keypair("given").publicKey;
/** Off the curve, as a multisig's vault. */
const [vaultOfMultisig] = PublicKey.findProgramAddressSync(
  [Buffer.from("vault")],
  MULTISIG_PROGRAM,
);
const strangersTokens = associatedTokenAddress(mint, stranger.publicKey, TOKEN_PROGRAM_ID);
const TOKEN_ACCOUNT = `a token account of mint ${mint.toBase58()} owned by ${stranger.publicKey.toBase58()}; pass its owner ${stranger.publicKey.toBase58()}`;

const bytes = (length: number) => Buffer.alloc(length, 1);
const tokens = () => tokenAccountBytes({ address: strangersTokens, owner: stranger.publicKey });

interface Case {
  address?: PublicKey;
  owner?: PublicKey;
  data?: Buffer;
  executable?: boolean;
  says: string;
}

/** Everything that is not a wallet, for whatever it is given. */
const REFUSED: Record<string, Case> = {
  "a token account": { owner: TOKEN_PROGRAM_ID, data: tokens(), says: TOKEN_ACCOUNT },
  "a Token-2022 account": { owner: TOKEN_2022_PROGRAM_ID, data: tokens(), says: TOKEN_ACCOUNT },
  "a mint": { owner: TOKEN_PROGRAM_ID, data: mintBytes(), says: "it is a mint" },
  "a Token-2022 mint": { owner: TOKEN_2022_PROGRAM_ID, data: mintBytes(), says: "it is a mint" },
  "another account of the token program": {
    owner: TOKEN_PROGRAM_ID,
    data: bytes(3),
    says: "it is an account of the token program",
  },
  "a program": { owner: LOADER, data: bytes(36), executable: true, says: "it is a program" },
  "a program's data": { owner: LOADER, data: bytes(45), says: "it holds a program's code" },
  "a native program": {
    address: VoteProgram.programId,
    owner: NATIVE_LOADER,
    data: bytes(4),
    executable: true,
    says: "it is a native program or an address reserved",
  },
  "the System program": { address: SystemProgram.programId, says: "it is the System program" },
  "the incinerator": {
    address: new PublicKey("1nc1nerator11111111111111111111111111111111"),
    owner: SystemProgram.programId,
    data: bytes(0),
    says: "it is the incinerator",
  },
  "the clock": {
    address: SYSVAR_CLOCK_PUBKEY,
    owner: new PublicKey("Sysvar1111111111111111111111111111111111111"),
    data: bytes(40),
    says: "it is a sysvar",
  },
  "the instructions sysvar, which has no account": {
    address: SYSVAR_INSTRUCTIONS_PUBKEY,
    says: "it is a sysvar",
  },
  "a lookup table": { owner: LOOKUP_TABLES, data: bytes(56), says: "an address lookup table" },
  "a stake account": { owner: StakeProgram.programId, data: bytes(200), says: "a stake account" },
  "a vote account": { owner: VoteProgram.programId, data: bytes(3762), says: "a vote account" },
  "a nonce account": {
    owner: SystemProgram.programId,
    data: bytes(NONCE_ACCOUNT_LENGTH),
    says: "it is a nonce account; pass its authority",
  },
};

function place({ connection }: World, { address = given, owner, data, executable }: Case) {
  if (owner) connection.set(address, owner, data ?? Buffer.alloc(0), executable);
  return address;
}

const held = (sdk: MilestoneClient, to: PublicKey, options: CreateHeldMilestoneOptions) =>
  sdk.prepareHeldMilestone(mint, to, gateway, [1], [], 4, undefined, options);
const terms = {
  signer: stranger.publicKey,
  feeRecipient: stranger.publicKey,
  feeBps: 0,
  name: "Acme",
};
type Told = Pick<AddressWarning, "message"> & { code: string; address?: PublicKey };
type Options = { skipChecks?: boolean; onWarning?: (warning: Told) => void };

/** Every argument that takes a wallet: what receives, and what signs. */
const ROLES: Record<string, (world: World, address: PublicKey, options?: Options) => unknown> = {
  "createMilestone's recipient": ({ sdk }, address, options) =>
    sdk.createMilestone(mint, address, gateway, [1], [NOW], 1, undefined, options),
  "createHeldMilestone's recipient": ({ sdk }, address, options) =>
    held(sdk, address, { mediator: mediator.publicKey, ...options }),
  "createHeldMilestone's mediator": ({ sdk }, address, options) =>
    held(sdk, recipient.publicKey, { mediator: address, ...options }),
  "openEscrow's mediator": ({ sdk }, address, options) =>
    sdk.openEscrow(policyPda, { mediator: address, ...options }),
  "moveToEscrow's mediator": ({ sdk }, address, options) =>
    sdk.moveToEscrow(policyPda, { mediator: address, milestones: "all", ...options }),
  "acceptEscrow's mediator": async ({ sdk, put }, address, options) => {
    await put("escrow", escrowPda, escrow([], { mediator: address, acceptedAt: ZERO }));
    return sdk.acceptEscrow(policyPda, options);
  },
  "createGateway's signer": ({ sdk }, address, options) =>
    sdk.createGateway({ ...terms, signer: address, ...options }),
  "createGateway's fee recipient": ({ sdk }, address, options) =>
    sdk.createGateway({ ...terms, feeRecipient: address, ...options }),
  "updateGateway's signer": ({ sdk }, address, options) =>
    sdk.updateGateway({ signer: address, ...options }),
  "updateGateway's fee recipient": ({ sdk }, address, options) =>
    sdk.updateGateway({ feeRecipient: address, ...options }),
  "initializeConfig's fee recipient": ({ sdk }, address, options) =>
    sdk.initializeConfig({ feeRecipient: address, protocolFeeBps: 0, ...options }),
  "updateConfig's fee recipient": ({ sdk }, address, options) =>
    sdk.updateConfig({ feeRecipient: address, ...options }),
  "updateConfig's new authority": ({ sdk }, address, options) =>
    sdk.updateConfig({ pendingAuthority: address, ...options }),
};
const ZERO = escrow().readyAt;

describe("what a wallet is", () => {
  for (const [role, call] of Object.entries(ROLES)) {
    describe(role, () => {
      it("refuses everything that is not a wallet, and says what it is, unless told to skip checks", async () => {
        for (const [name, made] of Object.entries(REFUSED)) {
          const world = await fakeWorld();
          const address = place(world, made);
          // All zeros is refused as input, or cancels a hand-over.
          if (address.equals(PublicKey.default)) continue;
          const error = await expectError(AccountKindError, () => call(world, address));
          expect(error.shortMessage, name)
            .to.contain(`${address.toBase58()} is not a wallet: `)
            .and.to.contain(made.says);
          expect(error.message).to.match(/Argument: \w+/);
          await call(world, address, { skipChecks: true });
        }
      });

      it("warns of an address off the curve without an account, and of another program's account", async () => {
        const warned = async (change: (world: World) => void) => {
          const world = await fakeWorld();
          const codes: string[] = [];
          change(world);
          const onWarning = ({ code, address }: Told) => {
            expect(address?.equals(vaultOfMultisig)).to.equal(true);
            codes.push(code);
          };
          await call(world, vaultOfMultisig, { onWarning });
          return codes;
        };
        const put = (owner: PublicKey, length: number) => (world: World) =>
          world.connection.set(vaultOfMultisig, owner, bytes(length));
        expect(await warned(() => undefined)).to.deep.equal(["ADDRESS_WITHOUT_ACCOUNT"]);
        expect(await warned(put(MULTISIG_PROGRAM, 100))).to.deep.equal(["ADDRESS_OF_PROGRAM"]);
        expect(await warned(put(SystemProgram.programId, 0))).to.deep.equal([]);
      });

      it("takes a wallet, with an account or without", async () => {
        const onWarning = ({ message }: Told) => expect.fail(message);
        const world = await fakeWorld();
        await call(world, given, { onWarning });
        world.connection.set(given, SystemProgram.programId, Buffer.alloc(0));
        await call(world, given, { onWarning });
      });
    });
  }

  it("refuses Milepost's own accounts, each by its name", async () => {
    const world = await fakeWorld();
    const own: [string, PublicKey][] = [
      ["PaymentPolicy", policyPda],
      ["UserPayment", userPaymentPda],
      ["PaymentGateway", gateway],
      ["ProgramConfig", getConfigPda()[0]],
    ];
    for (const [kind, address] of own) {
      for (const [role, call] of Object.entries(ROLES)) {
        if (role.endsWith("Milestone's recipient")) {
          const error = await expectError(MilestoneProgramError, () => call(world, address));
          expect([error.programErrorName, error.origin]).to.deep.equal(["InvalidRecipient", "sdk"]);
        } else {
          const error = await expectError(AccountKindError, () => call(world, address));
          expect(error.message, role).to.contain(`it is a ${kind} of the Milepost program`);
        }
      }
    }
  });

  it("refuses the UserPayment that the same transaction would open as its recipient", async () => {
    const world = await fakeWorld();
    world.connection.accounts.delete(userPaymentPda.toBase58());
    const [address] = getUserPaymentPda(owner.publicKey, mint);
    const call = () => ROLES["createMilestone's recipient"]!(world, address);
    const error = await expectError(MilestoneProgramError, call);
    expect(error.programErrorName).to.equal("InvalidRecipient");
  });

  it("refuses the missing token account of a known wallet, though nothing is at its address", async () => {
    const known: [string, PublicKey, string][] = [
      ["owner", owner.publicKey, "createMilestone's recipient"],
      ["gateway's authority", gatewayAuthority.publicKey, "createMilestone's recipient"],
      ["recipient", recipient.publicKey, "createHeldMilestone's mediator"],
      ["owner", owner.publicKey, "openEscrow's mediator"],
      ["recipient", recipient.publicKey, "moveToEscrow's mediator"],
    ];
    for (const [name, wallet, role] of known) {
      for (const lamports of [false, true]) {
        const world = await fakeWorld();
        const address = associatedTokenAddress(mint, wallet, TOKEN_PROGRAM_ID);
        world.connection.accounts.delete(address.toBase58());
        // The owner pays from another one, so that only the recipient can be meant.
        if (lamports) world.connection.set(address, SystemProgram.programId, Buffer.alloc(0));
        const error = await expectError(AccountKindError, () => ROLES[role]!(world, address));
        expect(error.message, role).to.contain(
          `it is the associated token account of the ${name} ${wallet.toBase58()}, which does not exist`,
        );
      }
    }
  });

  it("takes an SPL Token multisig where it only owns tokens, and not where it signs", () => {
    const info = {
      owner: TOKEN_PROGRAM_ID,
      data: bytes(355),
      executable: false,
      lamports: 1,
      rentEpoch: 0,
    };
    const check = (must: WalletRole["must"]) =>
      checkWallet({ field: "role", address: given, must }, info, { programId: PROGRAM_ID });
    expect(check("receive")).to.equal(null);
    expect(() => check("sign"))
      .to.throw(AccountKindError)
      .with.property("actual")
      .that.contains("SPL Token multisig");
  });

  it("reads nothing for an update that names no address, and one round for one that does", async () => {
    const { sdk, connection } = await fakeWorld();
    let rounds = 0;
    const read = connection.getMultipleAccountsInfoAndContext.bind(connection);
    connection.getMultipleAccountsInfoAndContext = (addresses, config) => {
      rounds += 1;
      return read(addresses, config);
    };
    await sdk.updateGateway({ feeBps: 1 });
    await sdk.updateConfig({ pendingAuthority: PublicKey.default });
    expect(rounds).to.equal(0);
    await sdk.createGateway(terms);
    expect(rounds).to.equal(1);
    // The mediator is read along with what is read anyway: the accounts, then the owner's token account.
    await held(sdk, recipient.publicKey, { mediator: mediator.publicKey });
    expect(rounds).to.equal(3);
  });
});

describe("the address of a gateway", () => {
  const create = ({ sdk }: World, address: PublicKey) =>
    sdk.createMilestone(mint, recipient.publicKey, address, [1], [NOW], 1);

  it("names the gateway's account where the authority's wallet was passed", async () => {
    const world = await fakeWorld();
    const authority = gatewayAuthority.publicKey;
    world.connection.set(authority, SystemProgram.programId, Buffer.alloc(0));
    const error = await expectError(AccountKindError, () => create(world, authority));
    expect(error.shortMessage).to.contain("is not a PaymentGateway: it is a wallet");
    expect(error.message).to.contain(gateway.toBase58()).and.to.contain("getGatewayPda(authority)");
  });

  it("gives the same hint where the address is another program's account, or another of ours", async () => {
    for (const address of [mint, policyPda]) {
      const error = await expectError(AccountKindError, async () =>
        create(await fakeWorld(), address),
      );
      expect(error.message).to.contain("getGatewayPda(authority)");
    }
  });
});

describe("an owner who signs through a program", () => {
  const SIGNS_LATE = "FIRST_POLICY_EXPIRES";
  const codes = (warnings: readonly MilestoneWarning[]) => warnings.map(({ code }) => code);
  const options = { owner: vaultOfMultisig, mediator: mediator.publicKey };
  const delegated = ({ sdk }: World, creation = {}) =>
    sdk.prepareMilestone(mint, recipient.publicKey, gateway, [1], [], 4, undefined, {
      ...options,
      ...creation,
    });

  it("is warned at the first policy on a mint that it expires, with the way that does not", async () => {
    const world = await fakeWorld();
    const told: MilestoneWarning[] = [];
    const { warnings } = await delegated(world, {
      onWarning: (warning: MilestoneWarning) => told.push(warning),
    });
    expect(told).to.deep.equal(warnings);
    expect(codes(warnings)).to.include(SIGNS_LATE);
    const { message } = warnings.find(({ code }) => code === SIGNS_LATE)!;
    expect(message).to.contain("createUserPayment(mint, { owner })").and.to.contain("1,024 slots");
    const ofHeld = await held(world.sdk, recipient.publicKey, options);
    expect(codes(ofHeld.warnings)).to.deep.equal([SIGNS_LATE]);
  });

  it("is not warned once the UserPayment exists, and neither is an owner with a key", async () => {
    const world = await fakeWorld();
    const other = keypair("another mint").publicKey;
    world.connection.set(other, TOKEN_PROGRAM_ID, mintBytes());
    const { warnings } = await world.sdk.prepareMilestone(
      other,
      recipient.publicKey,
      gateway,
      [1],
      [],
      4,
    );
    expect(codes(warnings)).to.deep.equal(["BALANCE_BELOW_COMMITTED"]);
    const [address] = getUserPaymentPda(vaultOfMultisig, mint);
    const account = {
      ...(await world.sdk.getUserPayment(userPaymentPda)),
      owner: vaultOfMultisig,
      tokenAccount: associatedTokenAddress(mint, vaultOfMultisig, TOKEN_PROGRAM_ID),
    };
    await world.put("userPayment", address, account);
    expect(codes((await delegated(world)).warnings)).not.to.include(SIGNS_LATE);
  });

  it("reads in the fix of InvalidFirstPolicyId how to end the circle", async () => {
    const { fix } = new MilestoneProgramError("InvalidFirstPolicyId", "chain");
    expect(fix).to.contain("createUserPayment(mint)").and.to.contain("seven minutes");
  });
});
