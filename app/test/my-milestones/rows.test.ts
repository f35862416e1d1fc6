import { expect } from "chai";
import { createMemoBuffer } from "@milepost/sdk";
import {
  byDeadline,
  filterRows,
  type PolicyAccounts,
  rowOf,
} from "../../src/screens/my-milestones/rows";
import { addressOf, heldPolicyWith, mint, NOW, owner, policyWith, recipient } from "../policies";

const symbolOf = (address: string) => (address === mint.toBase58() ? "USDC" : "?");

function accountsWith(change: Partial<PolicyAccounts> = {}): PolicyAccounts {
  return {
    address: addressOf(100).toBase58(),
    policy: policyWith({}, { memo: createMemoBuffer("Kitchen; Bathroom") }),
    escrow: null,
    userPayment: { owner: owner.toBase58(), mint: mint.toBase58() },
    roles: ["payer"],
    ...change,
  };
}
const row = (change: Partial<PolicyAccounts> = {}) => rowOf(accountsWith(change), NOW, symbolOf);

describe("the rows of my milestones", () => {
  it("show parties, progress and amounts of a policy", () => {
    expect(row()).to.deep.include({
      title: "Kitchen; Bathroom",
      payer: owner.toBase58(),
      payee: recipient.toBase58(),
      total: 150n,
      paid: 0n,
      milestone: 1,
      of: 2,
      state: "scheduled",
    });
  });

  it("name a policy without a memo by its address", () => {
    expect(row({ policy: policyWith() }).title).to.match(/^Payment .{4}….{4}$/);
  });

  it("keep a policy whose payer could not be read", () => {
    expect(row({ userPayment: null })).to.deep.include({ payer: null, mint: null });
  });

  it("sort by the next deadline, then those without one, then those that ended", () => {
    const later = row({ address: "later", policy: policyWith({ dueAts: [NOW + 500, NOW + 600] }) });
    const sooner = row({ address: "sooner" });
    const undated = row({ address: "undated", policy: heldPolicyWith() });
    const ended = row({ address: "ended", policy: policyWith({ currentMilestone: 2 }) });
    const order = [ended, undated, later, sooner].sort(byDeadline).map(({ address }) => address);
    expect(order).to.deep.equal(["sooner", "later", "undated", "ended"]);
  });

  it("filter by role, state and every word of a text", () => {
    const mine = row();
    const theirs = row({ address: addressOf(101).toBase58(), roles: ["payee"] });
    const ended = row({
      address: addressOf(102).toBase58(),
      policy: policyWith({ currentMilestone: 2 }),
    });
    const rows = [mine, theirs, ended];
    const all = { role: null, state: null, text: "" };
    expect(filterRows(rows, all)).to.equal(rows);
    expect(filterRows(rows, { ...all, role: "payee" })).to.deep.equal([theirs]);
    expect(filterRows(rows, { ...all, state: "ended" })).to.deep.equal([ended]);
    expect(filterRows(rows, { ...all, text: "usdc KITCHEN" })).to.deep.equal([mine, theirs]);
    expect(filterRows(rows, { ...all, text: "kitchen garden" })).to.deep.equal([]);
    expect(filterRows(rows, { ...all, text: theirs.address })).to.deep.equal([theirs]);
  });
});
