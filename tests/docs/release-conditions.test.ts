/** The table of docs/release-conditions.md against the program. */
import { expect } from "chai";
import { expectError } from "../harness";
import { type Person, START, WEEK, World } from "../world";
import { openPage, table } from "./page";

describe("docs/release-conditions.md", () => {
  const page = openPage("docs/release-conditions.md");
  const rows = table(page, "value", "due date", "signer").map(([value, dueDate, signer]) => ({
    value: Number(value),
    hasDueDate: dueDate === "yes",
    signer: signer ?? "",
  }));
  const people: Record<string, Person> = {
    anyone: "stranger",
    gateway: "gatewaySigner",
    owner: "owner",
    recipient: "recipient",
  };
  let world: World;
  before(async () => {
    world = await World.create();
  });

  it("lists the values that the program accepts, of all 256", async () => {
    const listed = rows.map(({ value }) => value);
    expect(new Set(listed).size).to.equal(listed.length);
    for (let value = 0; value < 256; value++) {
      const { address } = await world.nextPolicy();
      const create = world.createMilestonePolicy(
        { amounts: [1n], timestamps: [START], releaseCondition: value },
        address,
      );
      const result = await world.send([create], "owner");
      if (listed.includes(value)) expect(result.err, `value ${value}`).to.equal(null);
      else expectError(result, "InvalidReleaseCondition");
    }
  });

  for (const { value, hasDueDate, signer } of rows) {
    it(`given ${value} then it releases ${hasDueDate ? "from the due date on" : "at any time"} for ${signer}`, async () => {
      const required = people[signer];
      if (!required) throw new Error(`the test has no person for ${signer}`);
      const due = START + WEEK;
      await world.chain.setTime(due - 1n);
      const { address } = await world.createPolicy({
        amounts: [1n],
        timestamps: [due],
        releaseCondition: value,
      });
      const attempt = (person: Person) =>
        world.send([world.executePayment(address, 0, { executor: world.key(person) })], person);
      if (hasDueDate) {
        expectError(await attempt(required), "PaymentNotDue");
        await world.chain.setTime(due);
      }
      if (signer !== "anyone") expectError(await attempt("stranger"), "InvalidSigner");
      expect((await attempt(required)).err).to.equal(null);
    });
  }
});
