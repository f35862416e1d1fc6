/** The share of its fee that a gateway pays to whoever executes. (docs/decisions/0005-keeper-reward.md) */
import { Buffer } from "buffer";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import BN from "bn.js";
import { expect } from "chai";
import fc from "fast-check";
import { decodeAccount } from "../../src/accounts/decode";
import { anchorAccounts, anchorCoder } from "../anchor-coder";
import { PROGRAM_ID } from "../../src/constants";
import { createContext } from "../../src/context/context";
import { MilepostErrorCode } from "../../src/errors/codes";
import { InvalidInputError } from "../../src/errors/input";
import { MilestoneProgramError } from "../../src/errors/program";
import { decodeEvents } from "../../src/events/decode";
import { IDL } from "../../src/generated/milestone";
import { decideRelease } from "../../src/release/decide";
import { buildExecution } from "../../src/actions/build-execution";
import { keeperReward, splitAmount } from "../../src/rules/fees";
import { type ReleaseSnapshot } from "../../src/release/snapshot";
import { expectError } from "../expect-error";
import { FakeConnection } from "../fake-connection";
import {
  escrowPda,
  fakeWorld,
  gateway,
  gatewayAccount,
  gatewayAuthority,
  owner,
  ownerTokens,
  policy,
  policyPda,
  releaseSnapshot,
  stranger,
  tokenAccount,
  vault,
} from "../fixtures";
import { heldSnapshot } from "../held-snapshot";
import { key, keeperState, rewarded, treasury } from "../keeper-claims";

const ROOT = join(__dirname, "..", "..", "..");
const context = createContext(new FakeConnection().asConnection(), stranger);

describe("the IDL and docs/decisions/0005-keeper-reward.md", () => {
  const text = readFileSync(join(ROOT, "docs/decisions/0005-keeper-reward.md"), "utf8");
  const section = (title: string) => text.split(`\n## ${title}\n`)[1]!.split("\n## ")[0]!;
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

  for (const name of ["setKeeperReward", "executePayment"] as const) {
    it(`given ${name}, then the page's arguments and accounts in the IDL's order`, () => {
      const row = section("Instructions")
        .split("\n")
        .map((line) => line.split("|").map((cell) => cell.trim()))
        .find((cells) => cells[1] === `\`${snake(name)}\``)!;
      const { args, accounts } = IDL.instructions.find((one) => one.name === name)!;
      const quoted = (cell: string) => /`([^`]+)`/.exec(cell)![1];
      const flags = (account: object) =>
        ["signer", "writable", "optional"]
          .map((flag, at) => (flag in account ? "sw?"[at] : ""))
          .join("");
      const listed = accounts.map((account) => `${snake(account.name)} ${flags(account)}`.trim());
      expect(quoted(row[3]!)).to.equal(listed.join(", "));
      const given = args.map((arg) => `${snake(arg.name)}: ${String(arg.type)}`);
      expect(quoted(row[2]!)).to.equal(given.join(", "));
    });
  }

  it("given the page, then its error is the IDL's last and its events are the IDL's", () => {
    const { code, name } = IDL.errors[IDL.errors.length - 1]!;
    expect([code, name]).to.deep.equal([6076, "invalidKeeperTokenAccount"]);
    expect(section("Errors")).to.contain("After `EvidenceMismatch`: `InvalidKeeperTokenAccount`");
    const events = IDL.events.map((event) => event.name as string);
    for (const event of ["keeperRewardSet", "keeperRewarded"]) {
      expect(events).to.include(event);
      expect(section("Events")).to.contain(`\`K${event.slice(1)}\``);
    }
  });
});

describe("setKeeperReward", () => {
  it("given a share, then the gateway's authority and two bytes", async () => {
    const { sdk } = await fakeWorld();
    const authority = gatewayAuthority.publicKey;
    const [instruction] = await sdk.setKeeperReward({ keeperRewardBps: 10_000, authority });
    const discriminator = createHash("sha256").update("global:set_keeper_reward").digest();
    expect([...instruction!.data]).to.deep.equal([...discriminator.subarray(0, 8), 0x10, 0x27]);
    expect(instruction!.keys).to.deep.equal([
      { pubkey: authority, isSigner: true, isWritable: false },
      { pubkey: gateway, isSigner: false, isWritable: true },
    ]);
  });

  it("given no authority, then the wallet's gateway", async () => {
    const { sdk } = await fakeWorld();
    const [instruction] = await sdk.setKeeperReward({ keeperRewardBps: 0 });
    expect(instruction!.keys[0]!.pubkey.equals(owner.publicKey)).to.equal(true);
  });

  for (const keeperRewardBps of [-1, 0.5, 10_001, 65_536, Number.NaN]) {
    it(`given ${keeperRewardBps} basis points, then refused`, async () => {
      const { sdk } = await fakeWorld();
      const set = () => sdk.setKeeperReward({ keeperRewardBps });
      const error = await expectError(InvalidInputError, set);
      expect([error.field, error.code]).to.deep.equal([
        "keeperRewardBps",
        MilepostErrorCode.InputFeeBps,
      ]);
    });
  }
});

describe("keeperReward", () => {
  it("given any fee and share, then floored, and with what the gateway keeps the whole fee", () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 2n ** 64n - 1n),
        fc.integer({ min: 0, max: 10_000 }),
        (fee, bps) => {
          const reward = BigInt(keeperReward(new BN(fee.toString()), bps).toString());
          expect(reward).to.equal((fee * BigInt(bps)) / 10_000n);
          expect(reward <= fee).to.equal(true);
        },
      ),
    );
  });

  it("given a report on a release, then what a keeper would get, and null when none is left", () => {
    // 1% of 50 is 500,000; a third of it.
    const report = decideRelease(rewarded(3_333));
    expect(report.split!.gatewayFee.toNumber()).to.equal(500_000);
    expect(report.keeperReward!.toNumber()).to.equal(166_650);
    expect(decideRelease(releaseSnapshot()).keeperReward!.toNumber()).to.equal(0);
    const done = releaseSnapshot({ policy: policy({ currentMilestone: 2 }) });
    expect(decideRelease(done).keeperReward).to.equal(null);
  });

  it("given a held milestone with a platform fee, then a share of the gateway's own fee alone", () => {
    // 1% of 10,000 is 100; the platform's 250 go to the gateway as well.
    const execution = buildExecution(context, rewarded(5_000, heldSnapshot("submitted")), {
      executor: owner.publicKey,
    });
    expect(execution.keeperReward.toNumber()).to.equal(50);
    expect(key(execution, 11)).to.equal(escrowPda.toBase58());
    expect(key(execution, 12)).to.equal(treasury.toBase58());
    expect(execution.instruction.keys).to.have.length(13);
  });
});

describe("an execution that claims the reward", () => {
  it("given a reward, then the account is the thirteenth, writable, with the program in the escrow's place", () => {
    const execution = buildExecution(context, rewarded(2_000));
    expect(execution.keeperReward.toNumber()).to.equal(100_000);
    expect(execution.instruction.keys).to.have.length(13);
    expect(execution.instruction.keys[11]).to.deep.equal({
      pubkey: PROGRAM_ID,
      isSigner: false,
      isWritable: false,
    });
    expect(execution.instruction.keys[12]).to.deep.equal({
      pubkey: treasury,
      isSigner: false,
      isWritable: true,
    });
  });

  const unclaimed: [string, ReleaseSnapshot][] = [
    ["no account named", { ...rewarded(2_000), keeperAccount: undefined }],
    ["no reward", rewarded(0)],
    ["a reward that floors to nothing", rewarded(1, smallSnapshot())],
    ["a policy without a gateway fee", rewarded(10_000, feelessSnapshot())],
  ];
  for (const [name, snapshot] of unclaimed) {
    it(`given ${name}, then the eleven accounts of before, and no reward`, () => {
      const plain = { ...snapshot, keeperAccount: undefined };
      const execution = buildExecution(context, snapshot);
      expect(execution.keeperReward.toNumber()).to.equal(0);
      expect(execution.instruction.keys).to.have.length(11);
      expect(execution.instruction).to.deep.equal(buildExecution(context, plain).instruction);
    });
  }

  const wrong: [string, ReleaseSnapshot, string][] = [
    ["what is no token account", rewarded(1, releaseSnapshot(), null), "not a token account"],
    [
      "an account of another mint",
      rewarded(1, releaseSnapshot(), keeperState({ mint: stranger.publicKey })),
      "Expected mint",
    ],
    [
      "the account that pays",
      rewarded(1, releaseSnapshot(), tokenAccount(), ownerTokens),
      "It is the account that pays",
    ],
    [
      "the vault of a held policy",
      rewarded(1_000, heldSnapshot("submitted"), keeperState({ address: vault }), vault),
      "It is the account that pays",
    ],
  ];
  for (const [name, snapshot, line] of wrong) {
    it(`given ${name}, then InvalidKeeperTokenAccount, and with skipChecks the instruction`, async () => {
      const { requiredSigner } = decideRelease(snapshot);
      const executor = requiredSigner?.address;
      const build = () => buildExecution(context, snapshot, { executor });
      const error = await expectError(MilestoneProgramError, build);
      expect(error.programErrorName).to.equal("InvalidKeeperTokenAccount");
      expect(error.message).to.contain(line);
      const { instruction } = buildExecution(context, snapshot, { executor, skipChecks: true });
      expect(instruction.keys[12]!.pubkey.equals(snapshot.keeperAccount!.address)).to.equal(true);
    });
  }

  it("given a wrong account where nothing is due, then it does not matter", () => {
    expect(buildExecution(context, rewarded(0, releaseSnapshot(), null)).keeperReward.isZero()).to
      .be.true;
  });

  it("given a frozen account, then built: waiting may help", () => {
    const frozen = rewarded(2_000, releaseSnapshot(), keeperState({ isFrozen: true }));
    expect(buildExecution(context, frozen).instruction.keys).to.have.length(13);
  });
});

describe("what the chain says of rewards", () => {
  it("given a gateway of an earlier version, then its share is 0; given one with a share, then that", async () => {
    const read = (data: Buffer) =>
      decodeAccount(
        "paymentGateway",
        gateway,
        { data, owner: PROGRAM_ID, lamports: 0, executable: false },
        PROGRAM_ID,
      ).keeperRewardBps;
    const bytes = await anchorAccounts().encode(
      "paymentGateway",
      gatewayAccount({ keeperRewardBps: 0x1234 }),
    );
    expect(bytes).to.have.length(287);
    expect([bytes[255], bytes[256]]).to.deep.equal([0x34, 0x12]);
    expect(read(bytes)).to.equal(0x1234);
    expect(read(Buffer.concat([bytes.subarray(0, 255), Buffer.alloc(32)]))).to.equal(0);
  });

  it("given both events in a log, then their fields", async () => {
    const name = (event: string) =>
      createHash("sha256").update(`event:${event}`).digest().subarray(0, 8);
    const u16 = Buffer.from([0x10, 0x27]);
    const big = (value: bigint) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(value);
      return bytes;
    };
    const set = Buffer.concat([name("KeeperRewardSet"), gateway.toBuffer(), u16, big(7n)]);
    const paid = Buffer.concat([
      name("KeeperRewarded"),
      policyPda.toBuffer(),
      Buffer.from([2]),
      stranger.publicKey.toBuffer(),
      treasury.toBuffer(),
      big(123n),
    ]);
    const { events } = decodeEvents([
      `Program ${PROGRAM_ID.toBase58()} invoke [1]`,
      ...[set, paid].map((bytes) => `Program data: ${bytes.toString("base64")}`),
      `Program ${PROGRAM_ID.toBase58()} success`,
    ]);
    const [first, second] = events;
    if (first?.name !== "KeeperRewardSet") return expect.fail(String(first?.name));
    expect(first.data.gateway.equals(gateway)).to.equal(true);
    expect([first.data.keeperRewardBps, first.data.updatedAt.toNumber()]).to.deep.equal([
      10_000, 7,
    ]);
    if (second?.name !== "KeeperRewarded") return expect.fail(String(second?.name));
    expect(second.data.policy.equals(policyPda)).to.equal(true);
    expect(second.data.executor.equals(stranger.publicKey)).to.equal(true);
    expect(second.data.keeperTokenAccount.equals(treasury)).to.equal(true);
    expect([second.data.milestoneIndex, second.data.amount.toNumber()]).to.deep.equal([2, 123]);
    expect(anchorCoder().events.decode(paid.toString("base64"))).to.not.equal(null);
  });
});

/** 1% of 99 base units is nothing, and 1% of 199 is one: too little for a share of 1 basis point. */
function smallSnapshot(): ReleaseSnapshot {
  const milestoneAmounts = [199, 199, 0, 0].map((amount) => new BN(amount));
  expect(splitAmount(milestoneAmounts[0]!, 100, 50).gatewayFee.toNumber()).to.equal(1);
  return releaseSnapshot({ policy: policy({ milestoneAmounts }) });
}

function feelessSnapshot(): ReleaseSnapshot {
  return releaseSnapshot({ policy: policy({}, { gatewayFeeBps: 0 }) });
}
