/** Spec 003 (Milestone Payments), taken at its word: its struct, its bits, its table of conditions, its error names. */
import { expect } from "chai";
import * as milepost from "@milepost/sdk";
import { MilestoneProgramError, parseTransactionError } from "@milepost/sdk";
import { expectError, programErrors } from "../harness";
import { IDL, START, WEEK, World } from "../world";
import { printed } from "./snippets";

const DOLLAR = 1_000_000n;

describe("spec 003's struct, bits and errors", () => {
  it("given the printed struct then the IDL has its fields in its order, 128 bytes of them", () => {
    const fields = [...printed("policy-type.rs").matchAll(/^ +(\w+): (\[?\w+(?:; \d+\])?),/gm)].map(
      ([, name, type]) => ({ name, type }),
    );
    expect(fields).to.have.length(7);
    const struct = IDL.types?.find(({ name }) => name === "Milestone")?.type;
    if (struct?.kind !== "struct") throw new Error("no struct Milestone in the IDL");
    const asPrinted = (type: unknown): unknown => {
      if (typeof type === "string") return type;
      const [item, length] = (type as { array: [string, number] }).array;
      return `[${item}; ${length}]`;
    };
    const actual = (struct.fields ?? []) as { name: string; type: unknown }[];
    expect(actual.map(({ name, type }) => ({ name, type: asPrinted(type) }))).to.deep.equal(fields);
    const sizes: Record<string, number> = { u8: 1, u64: 8, i64: 8 };
    const size = fields.reduce((sum, { type }) => {
      const [, item, length] = /^\[?(\w+)(?:; (\d+)\])?$/.exec(type as string) ?? [];
      return sum + (sizes[item as string] ?? NaN) * Number(length ?? 1);
    }, 0);
    expect(size).to.equal(128);
  });

  it("given the printed bits then the SDK's constants have their names and values", () => {
    const rows = [...printed("release-bits").matchAll(/^(\d) 0b(\d+) \((\d)\) (RELEASE_\w+) /gm)];
    expect(rows).to.have.length(4);
    for (const [, bit, binary, value, name] of rows) {
      const constant = (milepost as Record<string, unknown>)[name as string];
      expect(constant, name).to.equal(Number(value));
      expect(constant, name).to.equal(1 << Number(bit));
      expect(constant, name).to.equal(parseInt(binary as string, 2));
    }
  });

  it("given the printed table of conditions then exactly those are valid, each with its date and its signer", () => {
    const rows = [
      ...printed("release-conditions").matchAll(
        /^(\d) 0b(\d{4}) (Yes|No) (None|Gateway|Owner|Recipient) /gm,
      ),
    ];
    const signerBits: Record<string, number> = {
      None: 0,
      Gateway: milepost.RELEASE_GATEWAY,
      Owner: milepost.RELEASE_OWNER,
      Recipient: milepost.RELEASE_RECIPIENT,
    };
    for (const [, value, binary, hasDate, signer] of rows) {
      const date = hasDate === "Yes" ? milepost.RELEASE_DUE_DATE : 0;
      expect(date | (signerBits[signer as string] as number)).to.equal(Number(value));
      expect(parseInt(binary as string, 2)).to.equal(Number(value));
    }
    expect(rows.map(([, value]) => Number(value))).to.deep.equal(milepost.RELEASE_CONDITIONS);
  });

  it("given the printed error names then the IDL has them and the SDK calls them so, with a fix", () => {
    const names = [...printed("troubleshooting").matchAll(/^((?:Payment|Invalid)\w+) /gm)].map(
      ([, name]) => name as string,
    );
    expect(names).to.deep.equal(["PaymentNotDue", "InvalidSigner", "InvalidAmount"]);
    for (const name of names) {
      const Custom = programErrors().get(name) as number;
      expect(Custom, name).to.be.a("number");
      const logs = [`Program ${milepost.PROGRAM_ID.toBase58()} invoke [1]`];
      const failed = `Program ${milepost.PROGRAM_ID.toBase58()} failed: custom program error`;
      logs.push(`${failed}: 0x${Custom.toString(16)}`);
      const error = parseTransactionError({ InstructionError: [0, { Custom }] }, { logs });
      expect(error).to.be.instanceOf(MilestoneProgramError);
      expect((error as MilestoneProgramError).programErrorName).to.equal(name);
      expect((error as MilestoneProgramError).fix, name).to.not.equal("");
    }
  });

  it("given a milestone that isn't advancing then the current one is to be executed first", async () => {
    const world = await World.create();
    const { address } = await world.createPolicy();
    await world.chain.setTime(START + 2n * WEEK);
    const second = world.executePayment(address, 1);
    expectError(await world.send([second], "stranger"), "MilestoneNotCurrent");
    await world.expectOk([world.executePayment(address, 0)], "stranger");
    await world.expectOk([second], "stranger");
    expect(await world.balance("recipient")).to.equal(150n * DOLLAR);
  });
});
