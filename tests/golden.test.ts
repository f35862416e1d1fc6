/** The accounts, byte for byte as docs/accounts.md lays them out. See golden/README.md. */
import { BorshAccountsCoder } from "@coral-xyz/anchor";
import { PublicKey } from "@solana/web3.js";
import { deserialize, serialize } from "borsh";
import BN from "bn.js";
import { expect } from "chai";
import {
  documentedLayout,
  GOLDEN_TYPES,
  GOLDEN_VERSIONS,
  goldenFields,
  goldenHex,
  GoldenType,
  NEWEST_VERSION,
} from "./golden/files";
import { BORSH, VALUES } from "./golden/values";
import { ChainAccount } from "./harness";
import { IDL, policyAddress, PROGRAM_ID } from "./instructions";
import { toBigInt, World } from "./world";

const TYPES = Object.keys(GOLDEN_TYPES) as GoldenType[];
const POLICY_ID = 1_001;
const BALANCE = 9_000_000_000_000_000_000n;

const addresses = (world: World): Record<GoldenType, PublicKey> => ({
  ProgramConfig: world.config,
  PaymentGateway: world.gateway,
  UserPayment: world.userPayment,
  PaymentPolicy: policyAddress(world.userPayment, POLICY_ID),
});

/** Leads every field of every account to a value of its own, by the program's instructions alone. */
async function tellTheStory(): Promise<World> {
  const world = await World.create({ balance: BALANCE, protocolFeeBps: 291 });
  const { chain } = world;

  await chain.setTime(1_777_777_777n);
  const gateway = {
    feeBps: 801,
    name: "Gateway Ünïversal",
    url: "https://gateway.example/ünï?q=1",
  };
  await world.expectOk([world.updateGateway(gateway)], "gatewayAuthority");

  await chain.setTime(1_788_888_888n);
  await world.createPolicy({ amounts: [1_000n], timestamps: [0n], releaseCondition: 0 });
  const memo = new Uint8Array(64);
  memo.set(new TextEncoder().encode("Projekt «abc» ✓ milestone 1"));
  const policy = await world.createPolicy({
    amounts: [0x1112131415161718n, 0x2122232425262728n, 0x3132333435363738n, 0x0142434445464748n],
    timestamps: [-2n, 1_000_000_000n, 1_800_000_000n, 7_258_118_400n],
    releaseCondition: 9,
    memo,
  });
  expect(policy.id).to.equal(POLICY_ID);

  await chain.setTime(1_799_999_999n);
  const executor = world.key("recipient");
  const execute = world.executePayment(policy.address, 0, { ...world.feeAccounts(), executor });
  await world.expectOk([execute], "recipient");

  await chain.setTime(1_811_111_111n);
  await world.expectOk([world.changeStatus(policy.address, "Paused")], "owner");
  const config = { protocolFeeBps: 321, isPaused: true, pendingAuthority: world.key("stranger") };
  await world.expectOk([world.updateConfig(config)], "upgradeAuthority");
  return world;
}

const isText = (name: string): boolean => ["name", "url", "memo"].includes(name);

/** The shape of `VALUES`, from whatever a decoder gives. */
function plain(value: unknown, name = ""): unknown {
  if (value instanceof PublicKey) return value.toBase58();
  if (value instanceof BN || typeof value === "bigint" || typeof value === "number") {
    return value.toString();
  }
  if (Array.isArray(value)) {
    if (name.startsWith("milestone_")) return value.map((item) => plain(item));
    const bytes = Buffer.from(value as number[]);
    if (isText(name)) return bytes.toString("utf8").replace(/\0+$/, "");
    const isAddress = bytes.length === 32 && name !== "reserved";
    return isAddress ? new PublicKey(bytes).toBase58() : bytes.toString("hex");
  }
  return Object.fromEntries(
    Object.entries(value as object)
      .filter(([key]) => key !== "discriminator")
      .map(([key, item]) => [key, plain(item, key)]),
  );
}

describe("golden bytes", () => {
  for (const type of TYPES) {
    it(`given the layout page then the golden ${type} has its fields at its offsets, and its size`, () => {
      const fields = goldenFields(NEWEST_VERSION, type);
      const { size, rows } = documentedLayout(type);
      expect(fields.map(({ name, offset }) => [offset, name])).to.deep.equal(rows);
      expect(goldenHex(NEWEST_VERSION, type).length / 2).to.equal(size);
    });
  }

  it("given the layout page then the milestone's body is 128 bytes from 105", () => {
    const fields = goldenFields(NEWEST_VERSION, "PaymentPolicy");
    const at = (name: string) => fields.find((field) => field.name === name)?.offset;
    expect(at("milestone_amounts")).to.equal(105);
    expect(at("status")).to.equal(105 + 128);
  });

  describe("written by the program", () => {
    let world: World;
    before(async () => {
      world = await tellTheStory();
    });

    for (const type of TYPES) {
      it(`given the ${type} then it is the golden one, field by field and as a whole`, async () => {
        const account = (await world.chain.getAccount(addresses(world)[type])) as ChainAccount;
        for (const { name, offset, hex } of goldenFields(NEWEST_VERSION, type)) {
          const actual = account.data.subarray(offset, offset + hex.length / 2).toString("hex");
          expect(actual, name).to.equal(hex);
        }
        expect(account.data.toString("hex")).to.equal(goldenHex(NEWEST_VERSION, type));
        expect(account.owner.equals(PROGRAM_ID)).to.equal(true);
        expect(account.lamports).to.equal(await world.chain.rentExempt(account.data.length));
      });
    }
  });

  describe("decoded", () => {
    for (const type of TYPES) {
      const bytes = Buffer.from(goldenHex(NEWEST_VERSION, type), "hex");

      it(`given the ${type} when borsh decodes it then every value, and the same bytes again`, () => {
        const decoded = deserialize(BORSH[type], bytes);
        expect(plain(decoded)).to.deep.equal(VALUES[type]);
        expect(Buffer.from(serialize(BORSH[type], decoded)).toString("hex")).to.equal(
          bytes.toString("hex"),
        );
      });

      it(`given the ${type} when Anchor decodes it then every value`, () => {
        const decoded = new BorshAccountsCoder(IDL).decode(type, bytes) as object;
        expect(plain(decoded)).to.deep.equal(VALUES[type]);
      });
    }
  });

  for (const version of GOLDEN_VERSIONS) {
    describe(`of version ${version}, found on chain`, () => {
      it("given only those bytes then the program repairs, resumes, pays, updates, deletes and hands over", async () => {
        const world = await World.create({ balance: BALANCE });
        const { chain } = world;
        for (const type of TYPES) {
          const data = Buffer.from(goldenHex(version, type), "hex");
          await chain.setAccount(addresses(world)[type], {
            lamports: await chain.rentExempt(data.length),
            data,
            owner: PROGRAM_ID,
            executable: false,
          });
        }
        await chain.setTime(1_822_222_222n);
        const policy = addresses(world).PaymentPolicy;

        await world.expectOk([world.syncDelegation()], "owner");
        expect((await world.delegation()).allowance).to.equal(6_023_170_449_626_802_576n);
        await world.expectOk([world.updateConfig({ isPaused: false })], "upgradeAuthority");
        await world.expectOk([world.changeStatus(policy, "Active")], "owner");

        const executor = world.key("recipient");
        const execute = world.executePayment(policy, 1, { ...world.feeAccounts(), executor });
        await world.expectOk([execute], "recipient");
        // 2,387,509,390,608,836,392 at 801 and 291 bps, floored.
        expect(await world.balance("gatewayFees")).to.equal(191_239_502_187_767_794n);
        expect(await world.balance("protocolFees")).to.equal(69_476_523_266_717_139n);
        expect(await world.balance("recipient")).to.equal(2_126_793_365_154_351_459n);
        const userPayment = await world.decode("UserPayment", world.userPayment);
        expect(toBigInt(userPayment["committed"])).to.equal(3_635_661_059_017_966_184n);

        const next = await world.createPolicy({ releaseCondition: 0 });
        expect(next.id).to.equal(1_002);
        await world.expectOk([world.deletePolicy(policy)], "owner");
        expect(await chain.getAccount(policy)).to.equal(null);
        // What the bytes say of the other old policy, 1,000, and the new one's 300,000,000.
        expect((await world.delegation()).allowance).to.equal(300_001_000n);

        await world.expectOk([world.updateGateway({ feeBps: 1 })], "gatewayAuthority");
        const gateway = await world.decode("PaymentGateway", world.gateway);
        expect(gateway["open_policies"]).to.equal(2);
        await world.expectOk([world.acceptAuthority()], "stranger");
        const config = await world.decode("ProgramConfig", world.config);
        expect((config["authority"] as PublicKey).equals(world.key("stranger"))).to.equal(true);
      });
    });
  }
});
