/** Where each unit of a held milestone goes, to the last one, and what comes back at closing. */
import { expect } from "chai";
import {
  act,
  expectHeldRefused,
  feeBalances,
  heldAt,
  HeldPolicy,
  START,
  TERMS,
  toBigInt,
  World,
} from "../world";

const U64_MAX = 2n ** 64n - 1n;
const YEAR = 365n * 86_400n;
/** Small and odd enough for every fee to be floored somewhere. */
const AMOUNTS = [10_000n, 1n, 9_999n, 123_456_789n];

interface Fees {
  gateway: bigint;
  protocol: bigint;
  platform: bigint;
}
const share = (amount: bigint, bps: bigint): bigint => (amount * bps) / 10_000n;

/** Who gets what of a milestone of `amount` of which `part` goes to the recipient, by the words of decision 0003. */
function division(amount: bigint, part: bigint, { gateway, protocol, platform }: Fees) {
  const [gatewayFee, protocolFee] = [share(part, gateway), share(part, protocol)];
  return {
    recipient: part - gatewayFee - protocolFee,
    gateway: gatewayFee + share(part, platform),
    protocol: protocolFee,
    owner: amount - part + share(amount, platform) - share(part, platform),
  };
}

const holdings = async (held: HeldPolicy) => ({
  ...(await feeBalances(held.world)),
  owner: await held.world.balance("owner"),
  vault: await held.held(),
});
const totalPaid = async (held: HeldPolicy): Promise<bigint> =>
  toBigInt((await held.decodePolicy())["total_paid"]);

/** Runs `end`, which ends milestone `index` with `part` to the recipient, and demands the division to the last unit. */
async function expectDivided(
  held: HeldPolicy,
  index: number,
  part: bigint,
  fees: Fees,
  end: () => Promise<unknown>,
): Promise<void> {
  const amount = held.policy.schedule.amounts[index]!;
  const [before, paidBefore] = [await holdings(held), await totalPaid(held)];
  await end();
  const after = await holdings(held);
  const expected = division(amount, part, fees);
  const funding = amount + share(amount, fees.platform);
  for (const who of ["recipient", "gateway", "protocol", "owner"] as const) {
    expect(after[who] - before[who], `${who} of ${part} of ${amount}`).to.equal(expected[who]);
  }
  expect(before.vault - after.vault).to.equal(funding);
  const { funded, paid, refunded } = await held.milestone(index);
  expect([funded, paid, refunded].map(toBigInt)).to.deep.equal([
    funding,
    funding - expected.owner,
    expected.owner,
  ]);
  expect((await totalPaid(held)) - paidBefore).to.equal(part);
}

const SETS: [string, Fees][] = [
  ["no fees", { gateway: 0n, protocol: 0n, platform: 0n }],
  ["1%, 0.5% and 2.5%", { gateway: 100n, protocol: 50n, platform: 250n }],
  ["each fee at its cap", { gateway: 1_000n, protocol: 500n, platform: 1_000n }],
];

for (const [name, fees] of SETS) {
  describe(`money of held milestones, ${name}`, () => {
    let world: World;
    before(async () => {
      const bps = { gatewayFeeBps: Number(fees.gateway), protocolFeeBps: Number(fees.protocol) };
      world = await World.create(bps);
    });
    beforeEach(() => world.chain.setTime(START));

    const ready = (timeoutRecipientBps = TERMS.timeoutRecipientBps) =>
      HeldPolicy.ready(world, {
        schedule: { amounts: AMOUNTS, timestamps: AMOUNTS.map(() => START) },
        terms: { platformFeeBps: Number(fees.platform), timeoutRecipientBps },
      });
    const dispute = async (held: HeldPolicy, index: number) => {
      for (const step of ["submit_milestone", "dispute_milestone", "request_mediation"] as const) {
        await act(held, step, index);
      }
    };

    for (const step of ["approve_milestone", "execute_payment"] as const) {
      it(`given ${step} then all of each, less the fees`, async () => {
        const held = await ready();
        for (const [i, amount] of AMOUNTS.entries()) {
          await expectDivided(held, i, amount, fees, () => act(held, step, i));
        }
        expect(await held.held()).to.equal(0n);
      });
    }

    it("given the mediator divides 60/40 then fees on the recipient's part alone", async () => {
      const held = await ready();
      for (const [i, amount] of AMOUNTS.entries()) {
        await dispute(held, i);
        const part = (amount * 6n) / 10n;
        await expectDivided(held, i, part, fees, () =>
          world.expectOk([held.resolve(i, part)], "mediator"),
        );
      }
      expect(await held.held()).to.equal(0n);
    });

    for (const bps of [0, 1, 5_000, 10_000]) {
      it(`given the mediation times out at ${bps} bps then that share of each, floored`, async () => {
        const held = await ready(bps);
        for (const [i, amount] of AMOUNTS.entries()) {
          await dispute(held, i);
          const asked = world.chain.now();
          await world.chain.setTime(asked + BigInt(TERMS.mediationTimeoutSecs));
          await expectDivided(held, i, share(amount, BigInt(bps)), fees, () =>
            world.expectOk([held.expire(i)], "stranger"),
          );
        }
        expect(await held.held()).to.equal(0n);
      });
    }

    for (const [what, parts] of [
      ["all, nothing or anything", [10_000n, 0n, 3_333n, 1n]],
      ["nothing, all or nearly", [0n, 1n, 9_998n, 123_456_788n]],
    ] as const) {
      it(`given they settle on ${what} then that is divided`, async () => {
        const held = await ready();
        for (const [i, part] of parts.entries()) {
          for (const above of [AMOUNTS[i]! + 1n, U64_MAX]) {
            const settle = held.settle(i, above);
            const signers = ["owner", "recipient"] as const;
            await expectHeldRefused(held, settle, [...signers], "InvalidRecipientAmount");
          }
          await expectDivided(held, i, part, fees, () =>
            world.expectOk([held.settle(i, part)], "owner", "recipient"),
          );
        }
        expect(await held.held()).to.equal(0n);
      });
    }

    it("given a refund, agreed or overdue, then everything goes back, and no fee", async () => {
      const held = await ready();
      await expectDivided(held, 0, 0n, fees, () => act(held, "reclaim_milestone (agreed)", 0));
      for (const i of [1, 2, 3]) {
        await world.chain.setTime(START + BigInt(i) * YEAR);
        await expectDivided(held, i, 0n, fees, () => act(held, "reclaim_milestone", i));
      }
      expect(await held.held()).to.equal(0n);
    });

    it("given the mediator awards more than there is then InvalidRecipientAmount", async () => {
      const held = await ready();
      await dispute(held, 0);
      for (const above of [AMOUNTS[0]! + 1n, U64_MAX]) {
        const resolve = held.resolve(0, above);
        await expectHeldRefused(held, resolve, ["mediator"], "InvalidRecipientAmount");
      }
      await expectDivided(held, 0, AMOUNTS[0]!, fees, () =>
        world.expectOk([held.resolve(0, AMOUNTS[0]!)], "mediator"),
      );
    });
  });
}

describe("money at the end of 64 bits", () => {
  const fees = { gateway: 1_000n, protocol: 500n, platform: 0n };
  const schedule = { amounts: [U64_MAX], timestamps: [START] };
  const most = () => World.create({ balance: U64_MAX, gatewayFeeBps: 1_000, protocolFeeBps: 500 });

  it("given all of it back, then all of it released, then no unit is lost", async () => {
    const world = await most();
    const returned = await HeldPolicy.ready(world, { schedule });
    expect(await returned.held()).to.equal(U64_MAX);
    await expectDivided(returned, 0, 0n, fees, () => act(returned, "reclaim_milestone (agreed)"));
    const released = await HeldPolicy.ready(world, { schedule });
    await expectDivided(released, 0, U64_MAX, fees, () => act(released, "approve_milestone"));
  });

  it("given a mediator's division of it, or a timed out one, then no unit is lost", async () => {
    const resolved = await heldAt(await most(), "Mediation", { schedule });
    const part = (U64_MAX / 10n) * 6n + 3n;
    await expectDivided(resolved, 0, part, fees, () =>
      resolved.world.expectOk([resolved.resolve(0, part)], "mediator"),
    );
    const terms = { timeoutRecipientBps: 9_999 };
    const expired = await heldAt(await most(), "Mediation", { schedule, terms });
    await expired.world.chain.setTime(START + YEAR);
    await expectDivided(expired, 0, share(U64_MAX, 9_999n), fees, () =>
      expired.world.expectOk([expired.expire(0)], "stranger"),
    );
  });
});
