/** The codecs generated from the IDL against Anchor's coder, byte by byte. A failing run prints its seed. */
import BN from "bn.js";
import { expect } from "chai";
import fc from "fast-check";
import { PublicKey } from "@solana/web3.js";
import { type AccountKind, decodeAccount } from "../../src/accounts/decode";
import { DecodeError } from "../../src/codec/bytes";
import { readTagged, type Tagged, writeTagged } from "../../src/codec/program";
import { ACCOUNT_SIZE, PROGRAM_ID } from "../../src/constants";
import { AccountKindError } from "../../src/errors/accounts";
import { ANCHOR_ERRORS } from "../../src/errors/anchor-errors";
import { InvalidInputError } from "../../src/errors/input";
import { decodeEvents } from "../../src/events/decode";
import { ACCOUNTS } from "../../src/generated/accounts";
import { IDL } from "../../src/generated/milestone";
import { buildInstruction } from "../../src/actions/build-instruction";
import { LangErrorCode, LangErrorMessage } from "@coral-xyz/anchor";
import { anchorAccounts, anchorCoder } from "../anchor-coder";
import { expectError } from "../expect-error";
import { policy, policyPda } from "../fixtures";
import { definedValue, plain, valueOfFields } from "../random-values";

const RUNS = { numRuns: 40 };

const tagged = (kind: AccountKind) => ACCOUNTS[kind] as unknown as Tagged<object>;
const info = (data: Uint8Array) => ({
  owner: PROGRAM_ID,
  data: Buffer.from(data),
  executable: false,
  lamports: 1,
});

describe("the accounts' codecs", () => {
  for (const { name } of IDL.accounts) {
    it(`writes and reads ${name} as Anchor's coder does`, async () => {
      await fc.assert(
        fc.asyncProperty(definedValue(name), async (value) => {
          const theirs = await anchorAccounts().encode(name, value);
          expect(Buffer.from(writeTagged(tagged(name), value)).equals(theirs)).to.equal(true);
          const read = readTagged(tagged(name), theirs);
          expect(plain(read)).to.equal(plain(anchorAccounts().decode(name, theirs)));
        }),
        RUNS,
      );
    });
  }

  it("reads an account that lies inside a larger buffer", () => {
    const bytes = writeTagged(tagged("paymentPolicy"), policy());
    const larger = new Uint8Array(bytes.length + 7);
    larger.set(bytes, 5);
    const inside = larger.subarray(5, 5 + bytes.length);
    expect(plain(readTagged(tagged("paymentPolicy"), inside))).to.equal(
      plain(readTagged(tagged("paymentPolicy"), bytes)),
    );
  });

  it("refuses another kind's discriminator and a tag that no variant has", async () => {
    const bytes = writeTagged(tagged("paymentPolicy"), policy());
    const decode = (offset: number, byte: number) => () => {
      const changed = Uint8Array.from(bytes);
      changed[offset] = byte;
      return decodeAccount("paymentPolicy", policyPda, info(changed), PROGRAM_ID);
    };
    const kind = await expectError(AccountKindError, decode(0, bytes[0]! ^ 1));
    expect(kind.message).to.contain("it is another kind of account of the program");
    const status = await expectError(AccountKindError, decode(233, 2));
    expect(status.message).to.contain("2 is not the tag of a variant (active, paused)");
    expect(status.cause).to.be.instanceOf(DecodeError);
  });

  it("lets an error through that is not about the account's bytes", () => {
    const broken = Object.assign(new Uint8Array(ACCOUNT_SIZE.paymentPolicy), {
      subarray: () => {
        throw new ReferenceError("Buffer is not defined");
      },
    });
    broken.set(ACCOUNTS.paymentPolicy.discriminator);
    const decode = () =>
      decodeAccount(
        "paymentPolicy",
        policyPda,
        { ...info(broken), data: broken as unknown as Buffer },
        PROGRAM_ID,
      );
    expect(decode).to.throw(ReferenceError, "Buffer is not defined");
  });
});

describe("the instructions' codecs", () => {
  for (const { name, accounts, args } of IDL.instructions) {
    it(`writes ${name} as Anchor's coder does`, () => {
      const keys = Object.fromEntries(accounts.map((item) => [item.name, PublicKey.unique()]));
      fc.assert(
        fc.property(valueOfFields(args), (value) => {
          const built = buildInstruction(name, keys as never, value);
          expect(built.data.equals(anchorCoder().instruction.encode(name, value))).to.equal(true);
        }),
        RUNS,
      );
    });
  }

  it("lists the accounts, their signers and their writables as the IDL does", () => {
    for (const { name, accounts } of IDL.instructions) {
      const items = accounts as readonly { name: string; signer?: true; writable?: true }[];
      const keys = Object.fromEntries(items.map((item) => [item.name, PublicKey.unique()]));
      const args = fc.sample(valueOfFields(IDL.instructions.find((i) => i.name === name)!.args), 1);
      const built = buildInstruction(name, keys as never, args[0]);
      expect(built.keys).to.deep.equal(
        items.map((item) => ({
          pubkey: keys[item.name],
          isSigner: item.signer === true,
          isWritable: item.writable === true,
        })),
      );
    }
  });

  const accounts = { authority: policyPda, config: policyPda };
  const update = {
    feeRecipient: null,
    protocolFeeBps: null,
    isPaused: null,
    pendingAuthority: null,
  };
  const wrong: [string, () => unknown][] = [
    [
      "protocolFeeBps",
      () => buildInstruction("updateConfig", accounts, { ...update, protocolFeeBps: 65_536 }),
    ],
    [
      "feeRecipient",
      () => buildInstruction("updateConfig", accounts, { ...update, feeRecipient: "11111" }),
    ],
    ["isPaused", () => buildInstruction("updateConfig", accounts, { ...update, isPaused: 1 })],
  ];
  for (const [field, build] of wrong) {
    it(`refuses a wrong ${field} by its name`, async () => {
      expect((await expectError(InvalidInputError, build)).field).to.equal(field);
    });
  }

  it("refuses an integer outside its range, an array of another length and an unknown variant", async () => {
    const milestone = policy().policyType.milestone;
    const write = (change: object) => () =>
      writeTagged(tagged("paymentPolicy"), { ...policy(), ...change });
    const inMilestone = (change: object) =>
      write({ policyType: { milestone: { ...milestone, ...change } } });
    const cases: [string, () => unknown][] = [
      ["totalPaid", write({ totalPaid: new BN(-1) })],
      ["totalPaid", write({ totalPaid: new BN(1).shln(64) })],
      ["totalPaid", write({ totalPaid: 2 ** 53 })],
      ["totalPaid", write({ totalPaid: undefined })],
      ["createdAt", write({ createdAt: new BN(1).shln(63) })],
      ["memo", write({ memo: [1, 2, 3] })],
      ["memo", write({ memo: Array(64).fill(256) })],
      ["status", write({ status: { stopped: {} } })],
      ["policyType.milestone.milestoneAmounts", inMilestone({ milestoneAmounts: [] })],
      [
        "policyType.milestone.milestoneAmounts[2]",
        inMilestone({ milestoneAmounts: [new BN(1), new BN(1), 1.5, new BN(0)] }),
      ],
    ];
    for (const [field, encode] of cases) {
      expect((await expectError(InvalidInputError, encode)).field).to.equal(field);
    }
  });
});

describe("the events' codecs", () => {
  const program = PROGRAM_ID.toBase58();
  const logsOf = (data: Buffer) => [
    `Program ${program} invoke [1]`,
    `Program data: ${data.toString("base64")}`,
    `Program ${program} success`,
  ];

  for (const { name, discriminator } of IDL.events) {
    it(`reads ${name} as Anchor's coder does, and a shorter one not at all`, () => {
      fc.assert(
        fc.property(definedValue(name), (value) => {
          const body = anchorCoder().types.encode(name, value);
          const data = Buffer.concat([Buffer.from(discriminator), body]);
          const [event, ...others] = decodeEvents(logsOf(data)).events;
          expect(others).to.deep.equal([]);
          expect(event!.name).to.equal(name[0]!.toUpperCase() + name.slice(1));
          const theirs = anchorCoder().events.decode(data.toString("base64"))!;
          expect(plain(event!.data)).to.equal(plain(theirs.data));
          expect(decodeEvents(logsOf(data.subarray(0, -1))).events).to.deep.equal([]);
        }),
        RUNS,
      );
    });
  }
});

describe("the errors' tables", () => {
  it("names Anchor's own errors as Anchor does", () => {
    const theirs = Object.entries(LangErrorCode).map(([name, code]) => [
      String(code),
      [name, LangErrorMessage.get(code)],
    ]);
    expect(ANCHOR_ERRORS).to.deep.equal(Object.fromEntries(theirs));
  });
});
