import type { MilestoneEvent } from "@milepost/sdk";
import BN from "bn.js";
import { expect } from "chai";
import { policyPda } from "../../../sdk/test/fixtures";
import { toCsv } from "../../src/format/csv";
import { describeEvent } from "../../src/screens/policy/history-texts";
import type { HistoryEntry } from "../../src/screens/policy/load-history";
import { receiptTable, receiptRows, receiptSums } from "../../src/screens/policy/receipt";

const TOKEN = { symbol: "USDC", mint: "MintAddress", decimals: 6 };

const paid = {
  name: "PaymentExecuted",
  instructionIndex: 0,
  data: {
    policy: policyPda,
    milestoneIndex: 0,
    amount: new BN(50_000_000),
    recipientAmount: new BN(49_250_000),
    gatewayFee: new BN(500_000),
    protocolFee: new BN(250_000),
  },
} as unknown as MilestoneEvent;

const resolved = {
  name: "MilestoneFinalized",
  instructionIndex: 0,
  data: {
    policy: policyPda,
    milestoneIndex: 1,
    ending: { resolved: {} },
    amount: new BN(6_000),
    recipientAmount: new BN(5_910),
    gatewayFee: new BN(60),
    protocolFee: new BN(30),
    platformFee: new BN(150),
    refunded: new BN(4_100),
  },
} as unknown as MilestoneEvent;

const entry = (events: MilestoneEvent[], signature: string, time: number): HistoryEntry => ({
  signature,
  slot: 1,
  time,
  sender: null,
  events,
  isIncomplete: false,
});

const ENTRIES = [entry([resolved], "sig2", 1_800_000_060), entry([paid], "sig1", 1_800_000_000)];

describe("receipt of a policy", () => {
  it("lists what moved, oldest first, and adds it up", () => {
    const rows = receiptRows(ENTRIES, TOKEN);
    expect(rows.map(({ title }) => title)).to.deep.equal([
      "Milestone 1 paid",
      "Milestone 2 divided by the mediator",
    ]);
    expect(receiptSums(rows)).to.deep.equal({
      paid: 49_255_910n,
      fees: 750_240n,
      refunded: 4_100n,
    });
  });

  it("writes each row as CSV with the transaction", () => {
    const row = (cells: string) => `"${cells.replaceAll(",", '","')}"`;
    expect(toCsv(receiptTable(receiptRows(ENTRIES, TOKEN), TOKEN))).to.equal(
      [
        row("Time,Event,Milestone,To the recipient,Fees,To the payer,Token,Mint,Transaction"),
        row("2027-01-15 08:00:00 UTC,Milestone 1 paid,1,49.25,0.75,,USDC,MintAddress,sig1"),
        row(
          "2027-01-15 08:01:00 UTC,Milestone 2 divided by the mediator,2,0.00591,0.00024,0.0041,USDC,MintAddress,sig2",
        ),
        "",
      ].join("\r\n"),
    );
  });

  it("writes a token's symbol that looks like a formula as a text", () => {
    const table = receiptTable(receiptRows(ENTRIES, TOKEN), { ...TOKEN, symbol: "=1+1" });
    expect(toCsv(table)).to.contain(`,"'=1+1","MintAddress",`);
  });

  it("says nothing about events of the platform", () => {
    const event = {
      name: "GatewayClosed",
      instructionIndex: 0,
      data: {},
    } as unknown as MilestoneEvent;
    expect(describeEvent(event, TOKEN)).to.equal(null);
  });
});
