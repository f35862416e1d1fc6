/** The events of held policies, written by hand as the program's `events/escrow.rs` lays them out. */
import { Buffer } from "buffer";
import { createHash } from "node:crypto";
import { expect } from "chai";
import BN from "bn.js";
import { PublicKey } from "@solana/web3.js";
import { PROGRAM_ID } from "../../src/constants";
import { milestoneStateName } from "../../src/rules/milestone-state";
import {
  decodeEvents,
  type MilestoneEvent,
  type MilestoneEventName,
} from "../../src/events/decode";
import type { MilestoneEnding } from "../../src/types";
import { keypair, policyPda, stranger } from "../fixtures";

const OURS = PROGRAM_ID.toBase58();

describe("the events of held policies", () => {
  const escrow = keypair("an escrow").publicKey;
  const hash = new Array<number>(32).fill(9);
  const u64 = (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    return bytes;
  };
  const u32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const u16 = (value: number) => u32(value).subarray(0, 2);
  const u8 = (...values: number[]) => Buffer.from(values);
  const at = 1_800_000_000n;
  const both = [escrow.toBuffer(), policyPda.toBuffer()];

  /** What the program writes: the fields one after another, as in `events/escrow.rs`. */
  const written: [MilestoneEventName, Buffer[], Record<string, unknown>][] = [
    [
      "EscrowOpened",
      [
        ...[stranger, stranger, stranger].map(({ publicKey }) => publicKey.toBuffer()),
        ...[604_800, 432_000, 259_200, 1_209_600, 0].map(u32),
        ...[5_000, 250].map(u16),
        u8(254, 1),
        u64(7n),
        u64(at),
      ],
      {
        reviewPeriodSecs: 604_800,
        deliveryGraceSecs: 0,
        timeoutRecipientBps: 5_000,
        platformFeeBps: 250,
        bump: 254,
        currentMilestone: 1,
        committed: "7",
        createdAt: "1800000000",
      },
    ],
    ["EscrowAccepted", [u64(at), u64(at)], { acceptedAt: "1800000000", readyAt: "1800000000" }],
    [
      "MilestonesFunded",
      [u8(1, 2), ...[0n, 5n, 6n, 0n].map(u64), u64(at), u64(0n)],
      {
        firstMilestone: 1,
        count: 2,
        funded: ["0", "5", "6", "0"],
        fundedAt: "1800000000",
        readyAt: "0",
      },
    ],
    [
      "MilestoneSubmitted",
      [u8(3), u8(...hash), u64(at)],
      { milestoneIndex: 3, evidenceHash: hash, submittedAt: "1800000000" },
    ],
    [
      "MilestoneDisputed",
      [u8(0), u8(...hash), u64(at), u64(at + 1n)],
      { reasonHash: hash, disputedAt: "1800000000", mediationAt: "1800000001" },
    ],
    ["DisputeWithdrawn", [u8(2), u64(at)], { milestoneIndex: 2, withdrawnAt: "1800000000" }],
    [
      "MediationRequested",
      [u8(0), stranger.publicKey.toBuffer(), u64(at)],
      { party: stranger.publicKey.toBase58(), mediationAt: "1800000000" },
    ],
    [
      "MilestoneFinalized",
      [
        stranger.publicKey.toBuffer(),
        u8(1, 2, 6),
        ...[60n, 58n, 1n, 1n, 2n, 41n].map(u64),
        u8(2, 1),
        u64(160n),
        u64(0n),
        u64(at),
      ],
      {
        actor: stranger.publicKey.toBase58(),
        milestoneIndex: 1,
        ending: { resolved: {} },
        state: { resolved: {} },
        amount: "60",
        recipientAmount: "58",
        gatewayFee: "1",
        protocolFee: "1",
        platformFee: "2",
        refunded: "41",
        currentMilestone: 2,
        status: { paused: {} },
        totalPaid: "160",
        readyAt: "0",
        finalizedAt: "1800000000",
      },
    ],
    [
      "EscrowClosed",
      [u64(5n), stranger.publicKey.toBuffer(), u64(at)],
      { refunded: "5", rentPayer: stranger.publicKey.toBase58(), closedAt: "1800000000" },
    ],
  ];

  for (const [name, fields, expected] of written) {
    it(`given the bytes of ${name}, then its fields`, () => {
      const discriminator = createHash("sha256").update(`event:${name}`).digest().subarray(0, 8);
      const data = Buffer.concat([discriminator, ...both, ...fields]).toString("base64");
      const { events } = decodeEvents([
        `Program ${OURS} invoke [1]`,
        `Program data: ${data}`,
        `Program ${OURS} success`,
      ]);
      expect(events.map((event) => event.name)).to.deep.equal([name]);
      const shown = plain(events[0]!.data) as Record<string, unknown>;
      expect(shown).to.deep.include({
        escrow: escrow.toBase58(),
        policy: policyPda.toBase58(),
        ...expected,
      });
    });
  }

  it("given a finalized milestone, then its enums have the SDK's types", () => {
    type Finalized = Extract<MilestoneEvent, { name: "MilestoneFinalized" }>["data"];
    const { ending, state }: Pick<Finalized, "ending" | "state"> = {
      ending: { settled: {} },
      state: { resolved: {} },
    };
    const typed: MilestoneEnding = ending;
    expect(typed).to.have.all.keys("settled");
    expect(milestoneStateName(state)).to.equal("resolved");
  });
});

/** Amounts and times as decimal text, addresses as base58. */
function plain(value: unknown): unknown {
  if (BN.isBN(value)) return value.toString();
  if (value instanceof PublicKey) return value.toBase58();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
