/** What a signature on a held policy is good for: these terms, this submission. And who cannot stand between it and the money. */
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { createTokenAccount, fixedKeypair } from "../harness";
import {
  AgreedTerms,
  expectHeldRefused,
  freeze,
  hash,
  heldAt,
  HeldPolicy,
  TERMS,
  World,
} from "../world";

describe("the recipient's signature on an escrow", () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });

  const AGREED: AgreedTerms = { platformFeeBps: 250, timeoutRecipientBps: 6_000 };
  const OTHERS: [string, AgreedTerms][] = [
    ["another mediator", { mediator: fixedKeypair("another mediator").publicKey }],
    ["a shorter review", { reviewPeriodSecs: TERMS.reviewPeriodSecs - 1 }],
    ["a longer dispute window", { disputeWindowSecs: TERMS.disputeWindowSecs + 1 }],
    ["another mediation delay", { mediationDelaySecs: 0 }],
    ["another mediation timeout", { mediationTimeoutSecs: 1 }],
    ["a shorter grace", { deliveryGraceSecs: 1 }],
    ["nothing for the recipient at a timeout", { timeoutRecipientBps: 0 }],
    ["another platform fee", { platformFeeBps: 0 }],
  ];
  for (const [what, difference] of OTHERS) {
    it(`given an escrow that was opened with ${what} then TermsMismatch, and the right terms are accepted`, async () => {
      const held = await HeldPolicy.create(world);
      const opened = { ...AGREED, ...difference };
      await world.expectOk([held.open(opened)], "owner");
      await expectHeldRefused(held, held.accept({}, AGREED), ["recipient"], "TermsMismatch");
      await world.expectOk([held.accept({}, opened)], "recipient");
    });
  }

  it("given both signatures in one transaction then it stands or falls as a whole", async () => {
    const held = await HeldPolicy.create(world);
    const open = held.open(AGREED);
    const wrong = await world.send([open, held.accept({}, {})], "owner", "recipient");
    expect(wrong.ok).to.equal(false);
    expect(await world.chain.getAccount(held.escrow)).to.equal(null);
    await world.expectOk([open, held.accept({}, AGREED)], "owner", "recipient");
  });
});

describe("the owner's approval of a submission", () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });

  it("given an approval that waited while the recipient submitted something else then EvidenceMismatch", async () => {
    const held = await HeldPolicy.ready(world);
    await world.expectOk([held.submit(0, hash(1))], "recipient");
    const seen = held.approve(0);
    await world.expectOk([held.dispute(0)], "owner");
    await world.expectOk([held.submit(0, hash(7))], "recipient");
    await expectHeldRefused(held, seen, ["owner"], "EvidenceMismatch");
    await world.expectOk([held.approve(0, {}, hash(7))], "owner");
  });

  it("given an approval from before the submission then EvidenceMismatch", async () => {
    const held = await HeldPolicy.ready(world);
    const early = held.approve(0);
    await world.expectOk([held.submit(0, hash(1))], "recipient");
    await expectHeldRefused(held, early, ["owner"], "EvidenceMismatch");
  });

  it("given nothing submitted then an approval of something is EvidenceMismatch, of nothing is paid", async () => {
    const held = await HeldPolicy.ready(world);
    await expectHeldRefused(held, held.approve(0, {}, hash(1)), ["owner"], "EvidenceMismatch");
    await world.expectOk([held.approve(0, {}, hash(0))], "owner");
    expect(await held.state(0)).to.equal("Released");
  });
});

describe("fee recipients that change before a payment", () => {
  let world: World;
  let authorities: { gateway: PublicKey; protocol: PublicKey };
  before(async () => {
    world = await World.create({ gatewayFeeBps: 100, protocolFeeBps: 50 });
    authorities = {
      gateway: world.tokens.gatewayAuthority,
      protocol: world.tokens.upgradeAuthority,
    };
  });

  const rotate = (nth: number) => {
    const feeRecipient = fixedKeypair(`rotated/${nth}`).publicKey;
    return [world.updateGateway({ feeRecipient }), world.updateConfig({ feeRecipient })];
  };

  it("given a rotation before each attempt then the authorities' accounts take the fees, and the award arrives", async () => {
    const held = await heldAt(world, "Mediation");
    const all = held.policy.schedule.amounts[0] ?? 0n;
    const accounts = {
      gateway_fee_account: authorities.gateway,
      protocol_fee_account: authorities.protocol,
    };
    const before = await Promise.all([
      world.balance("recipient"),
      world.balance("gatewayAuthority"),
      world.balance("upgradeAuthority"),
    ]);
    for (const nth of [1, 2]) {
      await world.expectOk(rotate(nth), "gatewayAuthority", "upgradeAuthority");
      const stale = held.resolve(0, all);
      await expectHeldRefused(held, stale, ["mediator"], "InvalidGatewayFeeAccount");
      const half = held.resolve(0, all, { gateway_fee_account: authorities.gateway });
      await expectHeldRefused(held, half, ["mediator"], "InvalidProtocolFeeAccount");
    }
    await world.expectOk([held.resolve(0, all, accounts)], "mediator");
    const after = await Promise.all([
      world.balance("recipient"),
      world.balance("gatewayAuthority"),
      world.balance("upgradeAuthority"),
    ]);
    const gatewayFee = all / 100n;
    const protocolFee = all / 200n;
    expect(after.map((balance, i) => balance - (before[i] ?? 0n))).to.deep.equal([
      all - gatewayFee - protocolFee,
      gatewayFee,
      protocolFee,
    ]);
  });

  it("given the other side's authority, or an account of the owner, then refused as well", async () => {
    const held = await heldAt(world, "Submitted");
    for (const [slot, account, error] of [
      ["gateway_fee_account", authorities.protocol, "InvalidGatewayFeeAccount"],
      ["gateway_fee_account", world.tokens.owner, "InvalidGatewayFeeAccount"],
      ["protocol_fee_account", authorities.gateway, "InvalidProtocolFeeAccount"],
      ["protocol_fee_account", world.tokens.owner, "InvalidProtocolFeeAccount"],
    ] as const) {
      const accounts = {
        gateway_fee_account: authorities.gateway,
        protocol_fee_account: authorities.protocol,
        [slot]: account,
      };
      await expectHeldRefused(held, held.approve(0, accounts), ["owner"], error);
    }
  });

  it("given a fee recipient whose account is frozen then the authority's serves", async () => {
    const held = await heldAt(world, "Submitted");
    const feeRecipient = fixedKeypair("frozen fees").publicKey;
    await world.expectOk([world.updateGateway({ feeRecipient })], "gatewayAuthority");
    const frozen = await createTokenAccount(world.chain, world.testMint, feeRecipient);
    await freeze(world, frozen);
    const accounts = (gateway: PublicKey) => ({
      gateway_fee_account: gateway,
      protocol_fee_account: authorities.protocol,
    });
    const approve = held.approve(0, accounts(frozen));
    await expectHeldRefused(held, approve, ["owner"], "TokenAccountFrozen");
    await world.expectOk([held.approve(0, accounts(authorities.gateway))], "owner");
  });
});
