import { Buffer } from "buffer";
import { createHash } from "node:crypto";
import { expect } from "chai";
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { PROGRAM_ID } from "../../src/constants";
import { decodeEvents } from "../../src/events/decode";
import { IDL } from "../../src/generated/milestone";
import { policyPda, stranger } from "../fixtures";

const OURS = PROGRAM_ID.toBase58();
const OTHER = TOKEN_PROGRAM_ID.toBase58();

/** `PaymentExecuted` by the layout in the program's events/policy.rs, written by hand. */
function paymentExecuted(milestoneIndex = 0): string {
  const bytes = Buffer.alloc(8 + 32 + 32 + 1 + 8 * 4 + 1 + 1 + 8 * 3);
  createHash("sha256").update("event:PaymentExecuted").digest().copy(bytes, 0, 0, 8);
  policyPda.toBuffer().copy(bytes, 8);
  stranger.publicKey.toBuffer().copy(bytes, 40);
  bytes[72] = milestoneIndex;
  [50_000_000n, 49_250_000n, 500_000n, 250_000n].forEach((amount, slot) =>
    bytes.writeBigUInt64LE(amount, 73 + slot * 8),
  );
  bytes[105] = milestoneIndex + 1;
  bytes[106] = 0;
  bytes.writeBigUInt64LE(50_000_000n, 107);
  bytes.writeBigUInt64LE(100_000_000n, 115);
  bytes.writeBigInt64LE(1_800_000_000n, 123);
  return bytes.toString("base64");
}

describe("decodeEvents", () => {
  it("given our event, then its name, fields and instruction", () => {
    const { events, isTruncated } = decodeEvents([
      `Program ${OTHER} invoke [1]`,
      `Program ${OTHER} success`,
      `Program ${OURS} invoke [1]`,
      `Program ${OTHER} invoke [2]`,
      `Program ${OTHER} success`,
      `Program data: ${paymentExecuted()}`,
      `Program ${OURS} consumed 100 of 200 compute units`,
      `Program ${OURS} success`,
    ]);
    expect(isTruncated).to.equal(false);
    expect(events).to.have.length(1);
    const event = events[0]!;
    expect(event.instructionIndex).to.equal(1);
    if (event.name !== "PaymentExecuted") return expect.fail(event.name);
    expect(event.data.policy.equals(policyPda)).to.equal(true);
    expect(event.data.executor.equals(stranger.publicKey)).to.equal(true);
    expect(event.data.amount.toString()).to.equal("50000000");
    expect(event.data.recipientAmount.toString()).to.equal("49250000");
    expect(event.data.currentMilestone).to.equal(1);
    expect(event.data.status).to.deep.equal({ active: {} });
    expect(event.data.executedAt.toNumber()).to.equal(1_800_000_000);
  });

  const spoofs: [string, string[]][] = [
    [
      "another program's data line at the top",
      [
        `Program ${OTHER} invoke [1]`,
        `Program data: ${paymentExecuted()}`,
        `Program ${OTHER} success`,
      ],
    ],
    [
      "a data line of a program that ours called",
      [
        `Program ${OURS} invoke [1]`,
        `Program ${OTHER} invoke [2]`,
        `Program data: ${paymentExecuted()}`,
        `Program ${OTHER} success`,
        `Program ${OURS} success`,
      ],
    ],
    [
      "a log text that looks like our invocation",
      [
        `Program ${OTHER} invoke [1]`,
        `Program log: Program ${OURS} invoke [2]`,
        `Program data: ${paymentExecuted()}`,
        `Program ${OTHER} success`,
      ],
    ],
    [
      "a log text that looks like a data line",
      [
        `Program ${OURS} invoke [1]`,
        `Program log: Program data: ${paymentExecuted()}`,
        `Program ${OURS} success`,
      ],
    ],
    ["a data line before any program", [`Program data: ${paymentExecuted()}`]],
    [
      "a data line after ours ended",
      [
        `Program ${OURS} invoke [1]`,
        `Program ${OURS} success`,
        `Program data: ${paymentExecuted()}`,
      ],
    ],
    [
      "a data line after ours failed inside another",
      [
        `Program ${OTHER} invoke [1]`,
        `Program ${OURS} invoke [2]`,
        `Program ${OURS} failed: custom program error: 0x1770`,
        `Program data: ${paymentExecuted()}`,
        `Program ${OTHER} failed: custom program error: 0x1770`,
      ],
    ],
  ];
  for (const [name, logs] of spoofs) {
    it(`given ${name}, then no event`, () => {
      expect(decodeEvents(logs).events).to.deep.equal([]);
    });
  }

  it("given ours called by another program, then our event", () => {
    const { events } = decodeEvents([
      `Program ${OTHER} invoke [1]`,
      `Program ${OURS} invoke [2]`,
      `Program data: ${paymentExecuted(2)}`,
      `Program ${OURS} success`,
      `Program ${OTHER} success`,
    ]);
    expect(events.map(({ name }) => name)).to.deep.equal(["PaymentExecuted"]);
  });

  it("given junk, short and unknown data of ours, then skipped", () => {
    const { events } = decodeEvents([
      `Program ${OURS} invoke [1]`,
      "Program data: !!!not base64",
      "Program data: ",
      `Program data: ${Buffer.alloc(300, 7).toString("base64")}`,
      `Program data: ${Buffer.from(paymentExecuted(), "base64").subarray(0, 40).toString("base64")}`,
      "",
      `Program ${OURS} success`,
    ]);
    expect(events).to.deep.equal([]);
  });

  it("given a cut log, then it says so", () => {
    const logs = [
      `Program ${OURS} invoke [1]`,
      `Program data: ${paymentExecuted()}`,
      "Log truncated",
    ];
    const { events, isTruncated } = decodeEvents(logs);
    expect(events).to.have.length(1);
    expect(isTruncated).to.equal(true);
  });

  it("given each event of the IDL, then its discriminator is Anchor's for its name", () => {
    expect(IDL.events).to.have.length(24);
    for (const { name, discriminator } of IDL.events) {
      const pascal = name[0]!.toUpperCase() + name.slice(1);
      const expected = createHash("sha256").update(`event:${pascal}`).digest().subarray(0, 8);
      expect([...discriminator]).to.deep.equal([...expected]);
    }
  });
});
