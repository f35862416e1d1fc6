import { expect } from "chai";
import { expectError } from "../harness";
import { Person, policyAddress, START, toBigInt, World } from "../world";

/** spec 003, "Common Release Conditions": value, whether a due date binds, who must sign. */
const CONDITIONS: { value: number; hasDueDate: boolean; signer: Person | "anyone" }[] = [
  { value: 0, hasDueDate: false, signer: "anyone" },
  { value: 1, hasDueDate: true, signer: "anyone" },
  { value: 2, hasDueDate: false, signer: "gatewaySigner" },
  { value: 3, hasDueDate: true, signer: "gatewaySigner" },
  { value: 4, hasDueDate: false, signer: "owner" },
  { value: 5, hasDueDate: true, signer: "owner" },
  { value: 8, hasDueDate: false, signer: "recipient" },
  { value: 9, hasDueDate: true, signer: "recipient" },
];

/** The signer beside the fee payer. `null`: none, so that the fee payer is the executor. */
const SIGNERS: (Person | null)[] = [null, "stranger", "gatewaySigner", "owner", "recipient"];
const OFFSETS = [-1n, 0n, 1n];
const AMOUNT = 10n;

describe("release conditions", () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });

  for (const { value, hasDueDate, signer: required } of CONDITIONS) {
    for (const signer of SIGNERS) {
      for (const offset of OFFSETS) {
        const isDue = !hasDueDate || offset >= 0n;
        const isAllowed = required === "anyone" || required === signer;
        const outcome = !isDue ? "PaymentNotDue" : isAllowed ? "released" : "InvalidSigner";
        const feePayers: Person[] = signer === null ? ["payer"] : ["payer", signer];

        for (const feePayer of feePayers) {
          it(`given condition ${value} when ${signer ?? "no one"} signs, ${feePayer} pays the fee, at t${offset < 0n ? "" : "+"}${offset} then ${outcome}`, async () => {
            const due = START + 1_000n;
            await world.chain.setTime(START);
            const policy = await world.createPolicy({
              amounts: [AMOUNT],
              timestamps: [due],
              releaseCondition: value,
            });
            await world.chain.setTime(due + offset);
            const executor = signer ?? feePayer;
            const execute = world.executePayment(policy.address, 0, {
              executor: world.key(executor),
            });
            const before = await world.balance("recipient");

            if (outcome === "released") {
              const result = await world.sendFrom(feePayer, [execute], executor);
              expect(result.err, result.logs.join("\n")).to.equal(null);
              expect((await world.balance("recipient")) - before).to.equal(AMOUNT);
              const after = await world.decode("PaymentPolicy", policy.address);
              expect(toBigInt(after["total_paid"])).to.equal(AMOUNT);
            } else {
              await world.unchanged([policy.address], async () => {
                expectError(await world.sendFrom(feePayer, [execute], executor), outcome);
              });
            }
            await world.expectOk([world.deletePolicy(policy.address)], "owner");
          });
        }
      }
    }

    if (required !== "anyone") {
      it(`given condition ${value} when the ${required}'s key is named without a signature then InvalidSigner`, async () => {
        await world.chain.setTime(START);
        const policy = await world.createPolicy({
          amounts: [AMOUNT],
          timestamps: [START],
          releaseCondition: value,
        });
        const execute = world.executePayment(policy.address, 0, { executor: world.key(required) });
        execute.keys.forEach((key) => (key.isSigner = false));
        await world.unchanged([policy.address], async () => {
          expectError(await world.send([execute]), "InvalidSigner");
        });
        await world.expectOk([world.deletePolicy(policy.address)], "owner");
      });
    }
  }

  it("given each of the other 248 byte values when a policy is created then InvalidReleaseCondition", async () => {
    const valid = new Set(CONDITIONS.map(({ value }) => value));
    const { address } = await world.nextPolicy();
    const refused: number[] = [];
    for (let value = 0; value < 256; value++) {
      if (valid.has(value)) continue;
      const create = world.createMilestonePolicy(
        { amounts: [AMOUNT], timestamps: [START], releaseCondition: value },
        address,
      );
      await world.unchanged([address], async () => {
        expectError(await world.send([create], "owner"), "InvalidReleaseCondition");
      });
      refused.push(value);
    }
    expect(refused).to.have.length(248);
  });

  it("given a rotated gateway signer when the old one signs then InvalidSigner, and the new one releases", async () => {
    const policy = await world.createPolicy({
      amounts: [AMOUNT],
      timestamps: [START],
      releaseCondition: 2,
    });
    await world.expectOk(
      [world.updateGateway({ signer: world.key("stranger") })],
      "gatewayAuthority",
    );
    const by = (person: Person) =>
      world.executePayment(policy.address, 0, { executor: world.key(person) });
    await world.unchanged([policy.address], async () => {
      expectError(await world.send([by("gatewaySigner")], "gatewaySigner"), "InvalidSigner");
      // The authority administers the gateway; it is not its signer.
      expectError(await world.send([by("gatewayAuthority")], "gatewayAuthority"), "InvalidSigner");
    });
    await world.expectOk([by("stranger")], "stranger");
    await world.expectOk(
      [world.updateGateway({ signer: world.key("gatewaySigner") })],
      "gatewayAuthority",
    );
  });

  it("given the signature of another policy's owner then InvalidSigner", async () => {
    const policy = await world.createPolicy({
      amounts: [AMOUNT],
      timestamps: [START],
      releaseCondition: 4,
    });
    expect(policy.address.equals(policyAddress(world.userPayment, policy.id))).to.equal(true);
    const execute = world.executePayment(policy.address, 0, {
      executor: world.key("gatewayAuthority"),
    });
    await world.unchanged([policy.address], async () => {
      expectError(await world.send([execute], "gatewayAuthority"), "InvalidSigner");
    });
  });
});
