/** The accounts, byte for byte as docs/accounts.md lays them out. See golden/README.md. */
import { BorshAccountsCoder } from "@coral-xyz/anchor";
import { AccountKind, decodeAccount } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { deserialize, serialize } from "borsh";
import BN from "bn.js";
import { expect } from "chai";
import { documentedLayout } from "../account-layout/documented-layout";
import { HeldPolicy, IDL, PROGRAM_ID, toBigInt, World } from "../world";
import {
  GOLDEN_FILES,
  GoldenFile,
  goldenFields,
  goldenHex,
  newestWith,
  versionsWith,
} from "./files";
import {
  BALANCE,
  goldenAddresses,
  tellTheHeldStory,
  tellTheRewardingStory,
  tellTheStory,
} from "./stories";
import { BORSH, VALUES } from "./values";
import { ChainAccount, expectError, mintTo, writeTokenAccount } from "../harness";

const FILES = Object.keys(GOLDEN_FILES) as GoldenFile[];
const DELEGATED: GoldenFile[] = [
  "program-config",
  "payment-gateway",
  "user-payment",
  "payment-policy",
];
const REWARDING: GoldenFile[] = ["payment-gateway-rewarding"];
const HELD: GoldenFile[] = ["payment-policy-held", "payment-policy-closed", "escrow"];
const STORIES: { title: string; files: GoldenFile[]; tell: () => Promise<World> }[] = [
  {
    title: "delegated",
    files: DELEGATED,
    tell: tellTheStory,
  },
  {
    title: "rewarding",
    files: REWARDING,
    tell: tellTheRewardingStory,
  },
  {
    title: "held",
    files: HELD,
    tell: async () => (await tellTheHeldStory()).world,
  },
];

const isText = (name: string): boolean => ["name", "url", "memo"].includes(name);

/** `milestoneAmounts` and `Milestone` as `milestone_amounts` and `milestone`: the SDK's names as the layout page's. */
const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter, at) => (at > 0 ? "_" : "") + letter.toLowerCase());

/** The shape of `VALUES`, in snake_case, from whatever a decoder gives. */
function plain(value: unknown, name = ""): unknown {
  if (typeof value === "string") return value;
  if (value instanceof PublicKey) return value.toBase58();
  if (BN.isBN(value) || typeof value === "bigint" || typeof value === "number") {
    return value.toString();
  }
  if (Array.isArray(value)) {
    if (name.startsWith("milestone")) return value.map((item) => plain(item));
    const bytes = Buffer.from(value as number[]);
    if (isText(name)) return bytes.toString("utf8").replace(/\0+$/, "");
    const isAddress = bytes.length === 32 && name !== "reserved" && !name.endsWith("_hash");
    return isAddress ? new PublicKey(bytes).toBase58() : bytes.toString("hex");
  }
  return Object.fromEntries(
    Object.entries(value as object)
      .filter(([key]) => key !== "discriminator")
      .map(([key, item]) => [snake(key), plain(item, snake(key))]),
  );
}

async function putOnChain(world: World, version: string, files: GoldenFile[]): Promise<void> {
  for (const file of files) {
    const data = Buffer.from(goldenHex(version, file), "hex");
    await world.chain.setAccount(goldenAddresses(world)[file], {
      lamports: await world.chain.rentExempt(data.length),
      data,
      owner: PROGRAM_ID,
      executable: false,
    });
  }
}

describe("golden bytes", () => {
  for (const file of FILES) {
    it(`given the layout page then the golden ${file} has its fields at its offsets, and its size`, () => {
      const version = newestWith(file);
      const { size, rows } = documentedLayout(GOLDEN_FILES[file]);
      const fields = goldenFields(version, file);
      expect(fields.map(({ name, offset }) => [offset, name])).to.deep.equal(rows);
      expect(goldenHex(version, file).length / 2).to.equal(size);
    });
  }

  it("given the layout page then the milestone's body is 128 bytes from 105", () => {
    const fields = goldenFields(newestWith("payment-policy"), "payment-policy");
    const at = (name: string) => fields.find((field) => field.name === name)?.offset;
    expect(at("milestone_amounts")).to.equal(105);
    expect(at("status")).to.equal(105 + 128);
  });

  for (const { title, files, tell } of STORIES) {
    describe(`written by the program, ${title}`, () => {
      let world: World;
      before(async () => {
        world = await tell();
      });

      for (const file of files) {
        it(`given the ${file} then it is the golden one, field by field and as a whole`, async () => {
          const version = newestWith(file);
          const address = goldenAddresses(world)[file];
          const account = (await world.chain.getAccount(address)) as ChainAccount;
          for (const { name, offset, hex } of goldenFields(version, file)) {
            const actual = account.data.subarray(offset, offset + hex.length / 2).toString("hex");
            expect(actual, name).to.equal(hex);
          }
          expect(account.data.toString("hex")).to.equal(goldenHex(version, file));
          expect(account.owner.equals(PROGRAM_ID)).to.equal(true);
          expect(account.lamports).to.equal(await world.chain.rentExempt(account.data.length));
        });
      }
    });
  }

  for (const file of FILES) {
    const type = GOLDEN_FILES[file];
    for (const version of versionsWith(file)) {
      describe(`of version ${version}, decoded`, () => {
        const data = Buffer.from(goldenHex(version, file), "hex");

        it(`given the ${file} when borsh decodes it then every value, and the same bytes again`, () => {
          const decoded = deserialize(BORSH[type], data);
          expect(plain(decoded)).to.deep.equal(plain(VALUES[file]));
          expect(Buffer.from(serialize(BORSH[type], decoded)).toString("hex")).to.equal(
            data.toString("hex"),
          );
        });

        it(`given the ${file} when Anchor decodes it then every value`, () => {
          const decoded = new BorshAccountsCoder(IDL).decode<object>(type, data);
          expect(plain(decoded)).to.deep.equal(plain(VALUES[file]));
        });

        it(`given the ${file} when the SDK decodes it then every value`, () => {
          const kind = ((type[0] as string).toLowerCase() + type.slice(1)) as AccountKind;
          const account = { data, owner: PROGRAM_ID, lamports: 0, executable: false };
          const decoded = decodeAccount(kind, PublicKey.default, account, PROGRAM_ID);
          expect(plain(decoded)).to.deep.equal(plain(VALUES[file]));
        });
      });
    }
  }

  for (const version of versionsWith(...DELEGATED)) {
    describe(`of version ${version}, found on chain`, () => {
      it("given only those bytes then the program repairs, resumes, pays, updates, deletes and hands over", async () => {
        const world = await World.create({ balance: BALANCE });
        const { chain } = world;
        await putOnChain(world, version, DELEGATED);
        await chain.setTime(1_822_222_222n);
        const policy = goldenAddresses(world)["payment-policy"];

        await world.expectOk([world.syncDelegation()], "owner");
        expect((await world.delegation()).allowance).to.equal(6_023_170_449_626_802_576n);
        await world.expectOk([world.updateConfig({ isPaused: false })], "upgradeAuthority");
        await world.expectOk([world.changeStatus(policy, "Active")], "owner");

        const executor = world.key("recipient");
        const keeper_token_account = world.tokens.stranger;
        const accounts = { ...world.feeAccounts(), executor, keeper_token_account };
        await world.expectOk([world.executePayment(policy, 1, accounts)], "recipient");
        // The gateway of that version pays no reward.
        expect(await world.balance("stranger")).to.equal(0n);
        // 2,387,509,390,608,836,392 at 801 and 291 bps, floored.
        expect(await world.balance("gatewayFees")).to.equal(191_239_502_187_767_794n);
        expect(await world.balance("protocolFees")).to.equal(69_476_523_266_717_139n);
        expect(await world.balance("recipient")).to.equal(2_126_793_365_154_351_459n);
        const userPayment = await world.decode("UserPayment", world.userPayment);
        expect(toBigInt(userPayment["committed"])).to.equal(3_635_661_059_017_966_184n);

        const next = await world.createPolicy({ releaseCondition: 0 });
        expect(next.id).to.equal(1_002);
        await world.expectOk([world.setKeeperReward(10_000)], "gatewayAuthority");
        const rewarded = { ...world.feeAccounts(), keeper_token_account };
        await world.expectOk([world.executePayment(next.address, 0, rewarded)], "stranger");
        // 801 bps of its first 50,000,000.
        expect(await world.balance("stranger")).to.equal(4_005_000n);
        await world.expectOk([world.deletePolicy(policy)], "owner");
        expect(await chain.getAccount(policy)).to.equal(null);
        // What the bytes say of the other old policy, 1,000, and 250,000,000 of the new one.
        expect((await world.delegation()).allowance).to.equal(250_001_000n);

        await world.expectOk([world.updateGateway({ feeBps: 1 })], "gatewayAuthority");
        const gateway = await world.decode("PaymentGateway", world.gateway);
        expect(gateway["open_policies"]).to.equal(2);
        await world.expectOk([world.acceptAuthority()], "stranger");
        const config = await world.decode("ProgramConfig", world.config);
        expect((config["authority"] as PublicKey).equals(world.key("stranger"))).to.equal(true);
      });

      it("given a delegated policy then its remaining milestones move into a vault", async () => {
        const world = await World.create({ balance: BALANCE });
        await putOnChain(world, version, DELEGATED);
        await world.chain.setTime(1_822_222_222n);
        const address = goldenAddresses(world)["payment-policy"];
        await world.expectOk([world.updateConfig({ isPaused: false })], "upgradeAuthority");
        await world.expectOk([world.changeStatus(address, "Active")], "owner");
        const schedule = { amounts: [], timestamps: [], releaseCondition: 9 };
        const held = new HeldPolicy(world, { address, id: 1_001, schedule });
        await world.expectOk([held.open()], "owner");
        await world.expectOk([held.fund(1, 3)], "owner");
        await world.expectOk([held.accept()], "recipient");
        await world.expectOk([held.approve(1)], "owner");
        expect(await world.balance("recipient")).to.equal(2_126_793_365_154_351_459n);
        expect(await held.held()).to.equal(3_635_661_059_017_965_184n);
      });
    });
  }

  for (const version of versionsWith(...REWARDING)) {
    describe(`of version ${version}, found on chain`, () => {
      it("given a gateway with a reward then it pays it, updates, and takes it back", async () => {
        const world = await World.create({ gatewayFeeBps: 801 });
        const policies = [await world.createPolicy(), await world.createPolicy()];
        await putOnChain(world, version, REWARDING);
        await world.chain.setTime(1_822_222_222n);
        const pay = async (index: number) => {
          const [{ address }] = policies as [(typeof policies)[number]];
          const accounts = { keeper_token_account: world.tokens.stranger };
          const sent = world.executePayment(address, index, {
            ...world.feeAccounts(),
            ...accounts,
          });
          await world.expectOk([sent], "stranger");
        };
        await pay(0);
        // 801 bps of 50,000,000, and 4,660 bps of that.
        expect(await world.balance("stranger")).to.equal(1_866_330n);
        expect(await world.balance("gatewayFees")).to.equal(2_138_670n);
        await world.expectOk([world.updateGateway({ feeBps: 1 })], "gatewayAuthority");
        await pay(1);
        expect(await world.balance("stranger")).to.equal(3n * 1_866_330n);
        await world.expectOk([world.setKeeperReward(0)], "gatewayAuthority");
        await pay(2);
        expect(await world.balance("stranger")).to.equal(3n * 1_866_330n);
        for (const { address } of policies) {
          await world.expectOk([world.deletePolicy(address)], "owner");
        }
        await world.expectOk([world.closeGateway()], "gatewayAuthority");
      });
    });
  }

  for (const version of versionsWith(...HELD)) {
    describe(`of version ${version}, found on chain`, () => {
      it("given a held policy then it is resolved, delivered, funded, paid, closed and deleted", async () => {
        const world = await World.create({ protocolFeeBps: 291, gatewayFeeBps: 801 });
        const { chain, testMint } = world;
        // Both policies were of this gateway and this UserPayment; their counters say so.
        const ids = [await world.createPolicy(), await world.createPolicy()].map(({ id }) => id);
        expect(ids).to.deep.equal([1_000, 1_001]);
        await putOnChain(world, version, HELD);
        const address = goldenAddresses(world)["payment-policy-held"];
        const schedule = { amounts: [], timestamps: [], releaseCondition: 9 };
        const held = new HeldPolicy(world, { address, id: 1_001, schedule });
        // The second and the third milestone are in the vault.
        const inVault = 2_578_748_892_796_604_186n + 3_828_902_823_715_110_019n;
        await writeTokenAccount(chain, testMint, held.escrow, { amount: inVault });
        expect(await held.outstanding()).to.equal(inVault);

        await chain.setTime(1_792_242_156n);
        expectError(await world.send([held.resolve(1, 1n)], "mediator"), "MediationNotStarted");
        await chain.setTime(1_792_242_157n);
        await world.expectOk([held.resolve(1, 2_000_000_000_000_000_000n)], "mediator");
        // 801 bps of it twice, on top and out of it; 291 of it.
        expect(await world.balance("gatewayFees")).to.equal(320_400_000_000_000_000n);
        expect(await world.balance("protocolFees")).to.equal(58_200_000_000_000_000n);
        expect(await world.balance("recipient")).to.equal(1_781_600_000_000_000_000n);

        // Its due date, 1,800,000,000, binds.
        await world.expectOk([held.submit(2)], "recipient");
        await chain.setTime(1_800_000_000n);
        await world.expectOk([held.approve(2)], "owner");
        expect(await held.held()).to.equal(0n);
        await mintTo(chain, testMint, world.tokens.owner, 97_974_686_130_194_176n);
        await world.expectOk([held.fund(3, 1)], "owner");
        expect(await held.held()).to.equal(97_974_686_130_194_176n);
        await world.expectOk([held.reclaimAgreed(3)], "owner", "recipient");
        await world.expectOk([held.close()], "owner");
        await world.expectOk([world.deletePolicy(address)], "owner");

        const closed = goldenAddresses(world)["payment-policy-closed"];
        const execute = world.executePayment(closed, 1, world.feeAccounts());
        expectError(await world.send([execute], "stranger"), "EscrowClosed");
        await world.expectOk([world.deletePolicy(closed)], "owner");
        expect(await chain.getAccount(closed)).to.equal(null);
      });
    });
  }
});
