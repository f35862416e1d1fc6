/** The IDL against the pages that promise it, for everything that is new with held policies. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ESCROW_OFFSET } from "../../src/accounts/offsets";
import { DEFAULT_ESCROW_TERMS } from "../../src/constants";
import { IDL } from "../../src/generated/milestone";

const ROOT = join(__dirname, "..", "..", "..");
const pascal = (name: string) => name[0]!.toUpperCase() + name.slice(1);
const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

describe("the IDL and docs/decisions/0003-escrow.md", () => {
  const text = readFileSync(join(ROOT, "docs/decisions/0003-escrow.md"), "utf8");
  const section = (title: string) => text.split(`\n## ${title}\n`)[1]!.split("\n## ")[0]!;
  const rows = new Map(
    section("Instructions")
      .split("\n")
      .map((line) => line.split("|").map((cell) => cell.trim().replace(/`/g, "")))
      .filter((cells) => /^[a-z]+(_[a-z]+)+$/.test(cells[1] ?? ""))
      .map(([, name, args, accounts]) => [name!, { args: args!, accounts: accounts! }]),
  );
  const accountsOf = (name: string): string[] =>
    rows
      .get(name)!
      .accounts.split(", ")
      .flatMap((item) => {
        const other = /^then as (\w+)$/.exec(item);
        return other ? accountsOf(other[1]!).slice(1) : [item];
      });
  type IdlType = string | { array: [string, number] };
  const argsOf = (name: string): string => {
    const { args } = rows.get(name)!;
    const other = /^the arguments of (\w+)$/.exec(args);
    return other ? argsOf(other[1]!) : args;
  };
  const typeName = (type: IdlType): string =>
    typeof type === "string"
      ? type.replace("pubkey", "address")
      : `[${type.array[0]};${type.array[1]}]`;
  interface AnyInstruction {
    name: string;
    args: { name: string; type: IdlType }[];
    accounts: { name: string; writable?: boolean; signer?: boolean; optional?: boolean }[];
  }
  const instructions = IDL.instructions as unknown as AnyInstruction[];

  it("given the page, then its thirteen new instructions are the IDL's that know an escrow", () => {
    const ofEscrows = instructions
      .filter(({ accounts }) => accounts.some(({ name }) => name === "escrow"))
      .map(({ name }) => snake(name));
    expect([...rows.keys()].sort()).to.deep.equal(ofEscrows.sort());
    expect(rows.size).to.equal(14);
  });

  for (const name of rows.keys()) {
    if (name === "execute_payment") continue;
    it(`given ${name}, then the page's arguments and accounts in the IDL's order`, () => {
      const { args, accounts } = instructions.find((one) => snake(one.name) === name)!;
      const flags = (...set: (string | false | undefined)[]) => {
        const shown = set.filter(Boolean).join("");
        return shown && ` ${shown}`;
      };
      expect(args.map((arg) => `${snake(arg.name)}: ${typeName(arg.type)}`).join(", ")).to.equal(
        argsOf(name),
      );
      const listed = accounts.map(
        ({ name: account, signer, writable, optional }) =>
          snake(account) + flags(signer && "s", writable && "w", optional && "?"),
      );
      expect(listed).to.deep.equal(accountsOf(name));
    });
  }

  it("given execute_payment, then the escrow is its optional twelfth account", () => {
    const { accounts } = instructions.find(({ name }) => name === "executePayment")!;
    expect(accounts[11]).to.deep.include({ name: "escrow", writable: true, optional: true });
  });

  it("given the errors of the page, then the IDL's after those of 0001, in this order", () => {
    const names = [
      ...section("Errors")
        .split("\nOrder of checks")[0]!
        .matchAll(/`(\w+)`/g),
    ];
    const listed = names.map(([, name]) => name!);
    const all = IDL.errors.map(({ name }) => pascal(name));
    const first = all.indexOf("TokenAccountCpiGuarded");
    expect(listed).to.deep.equal(all.slice(first, first + 31));
    const codes = IDL.errors.map(({ code }) => code);
    expect(codes).to.deep.equal(codes.map((_code, index) => 6000 + index));
  });

  it("given the events of the page, then each is in the IDL and names its escrow first", () => {
    const listed = [...section("Events").matchAll(/`([A-Z]\w+)`/g)]
      .map(([, name]) => name!)
      .filter((name) => name !== "PaymentExecuted");
    const withEscrow = IDL.types
      .filter(({ name }) => IDL.events.some((event) => event.name === name))
      .filter(
        ({ type }) => "fields" in type && (type.fields[0] as { name: string }).name === "escrow",
      )
      .map(({ name }) => pascal(name));
    expect(listed).to.have.length(9);
    expect(listed.sort()).to.deep.equal(withEscrow.sort());
  });
});

describe("the IDL and the Escrow of docs/accounts.md", () => {
  const text = readFileSync(join(ROOT, "docs/accounts.md"), "utf8");
  const tableAfter = (heading: string) =>
    text
      .split(heading)[1]!
      .split(/\n#+ /)[0]!
      .split("\n")
      .map((line) => line.split("|").map((cell) => cell.trim().replace(/`/g, "")))
      .filter((cells) => /^\d+$/.test(cells[1] ?? ""))
      .map(([, offset, field, type, meaning]) => ({
        offset: Number(offset),
        field: field!,
        type: type!,
        meaning: meaning!,
      }));
  const sizes: Record<string, number> = {
    address: 32,
    u8: 1,
    u16: 2,
    u32: 4,
    u64: 8,
    i64: 8,
    EscrowMilestone: 105,
  };
  const sizeOf = (type: string): number => {
    const array = /^\[(\w+);(\d+)\]$/.exec(type);
    return array ? sizes[array[1]!]! * Number(array[2]) : sizes[type]!;
  };
  const fieldsOf = (name: string) => {
    const { type } = IDL.types.find((one) => one.name === name)!;
    return (type as unknown as { fields: { name: string; type: unknown }[] }).fields;
  };
  const shape = (type: unknown): string => {
    if (type === "pubkey") return "address";
    if (typeof type === "string") return type;
    const { array, defined } = type as { array?: [unknown, number]; defined?: { name: string } };
    if (array) return `[${shape(array[0])};${array[1]}]`;
    return /^[Mm]ilestoneState$/.test(defined!.name) ? "u8" : pascal(defined!.name);
  };

  const tables = [
    { heading: "## `Escrow`: 640 bytes", type: "escrow", size: 640 },
    { heading: "### The 105 bytes of `EscrowMilestone`", type: "escrowMilestone", size: 105 },
  ];
  for (const { heading, type, size } of tables) {
    it(`given the table of ${type}, then the IDL's fields, one after another, ${size} bytes`, () => {
      const rows = tableAfter(heading);
      let offset = 0;
      for (const row of rows) {
        expect(row.offset, row.field).to.equal(offset);
        offset += sizeOf(row.type);
      }
      expect(offset).to.equal(size);
      const listed = rows.filter(({ field }) => field !== "discriminator");
      expect(listed.map(({ field, type: shown }) => `${field}: ${shown}`)).to.deep.equal(
        fieldsOf(type).map(({ name, type: shown }) => `${snake(name)}: ${shape(shown)}`),
      );
    });
  }

  it("given the state's meaning, then the bytes of the IDL's enum and the offsets of the filters", () => {
    const state = tableAfter(tables[1]!.heading).find(({ field }) => field === "state")!;
    const { type } = IDL.types.find(({ name }) => name === "milestoneState")!;
    const variants = (type as unknown as { variants: { name: string }[] }).variants;
    expect(state.meaning).to.equal(variants.map(({ name }, byte) => `${byte} ${name}`).join(", "));
    const rows = tableAfter(tables[0]!.heading);
    for (const [field, offset] of Object.entries(ESCROW_OFFSET)) {
      expect(rows.find((row) => row.field === field)!.offset).to.equal(offset);
    }
  });
});

describe("the escrow's default terms", () => {
  it("given docs/escrow.md, then the same", () => {
    const text = readFileSync(join(ROOT, "docs/escrow.md"), "utf8");
    for (const [field, value] of Object.entries(DEFAULT_ESCROW_TERMS)) {
      const row = new RegExp("^\\| `" + snake(field) + "` +\\| ([^|]+?) +\\|", "m").exec(text)!;
      const [, shown] = row;
      const expected = field.endsWith("Secs")
        ? `${value / 86_400} days`
        : value.toLocaleString("en");
      expect(shown, field).to.equal(expected);
    }
  });
});
