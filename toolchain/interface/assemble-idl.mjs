// Assembles the program's IDL (Anchor spec 0.1.0) from the output of its IDL tests.
//
// Usage: cargo test ... | node assemble-idl.mjs > milestone.json
//
// The result describes the same bytes as the Rust types do, in the words of the interface: a client reads
// `policy.policyType.milestone` and `policy.status.active`, where the program keeps a tag byte and a body.
import { readFileSync } from "node:fs";
import { nameTheAddresses } from "./addresses.mjs";

const printed = readFileSync(0, "utf8");

function fail(message) {
  console.error(`idl: ${message}`);
  process.exit(1);
}

/** Returns every part of one kind that the tests printed. */
function parts(kind) {
  const found = [
    ...printed.matchAll(
      new RegExp(`^--- IDL begin ${kind} ---\\n([\\s\\S]*?)\\n--- IDL end ${kind} ---$`, "gm"),
    ),
  ];
  if (found.length === 0) {
    fail(`the program's tests printed no "${kind}" part; did they run with the feature idl-build?`);
  }
  return found.map((match) => match[1]);
}

const byName = (a, b) => (a.name < b.name ? -1 : 1);

function merge(types) {
  const merged = new Map();
  for (const type of types) {
    const known = merged.get(type.name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(type)) {
      fail(`two different types are called ${type.name}`);
    }
    merged.set(type.name, type);
  }
  return merged;
}

const program = JSON.parse(parts("program")[0]);
const eventParts = parts("event").map((text) => JSON.parse(text));
const types = merge([
  ...program.types,
  ...eventParts.flatMap((part) => part.types),
  ...parts("enum").map((text) => JSON.parse(text)),
]);

// `PodU64` and its like are unaligned integers in Rust; the fields already name the integer.
for (const [name, { type }] of types) {
  if (type.kind === "type") types.delete(name);
}

function typeCalled(name) {
  return types.get(name) ?? fail(`the program has no type ${name}`);
}

/** Marks a type as Borsh instead of plain old data, which an enum is not. The bytes are the same. */
function readAsBorsh(type) {
  delete type.repr;
  delete type.serialization;
}

function nameThePolicyType() {
  const policy = typeCalled("PaymentPolicy");
  const fields = policy.type.fields;
  const at = fields.findIndex((field) => field.name === "policy_type_tag");
  if (at < 0 || fields[at].type !== "u8" || fields[at + 1]?.type.defined?.name !== "Milestone") {
    fail("PaymentPolicy has no `policy_type_tag: u8` followed by a `Milestone`");
  }
  fields.splice(at, 2, {
    name: "policy_type",
    docs: ["One tag byte and 128 bytes."],
    type: { defined: { name: "PolicyType" } },
  });
  readAsBorsh(policy);
  types.set("PolicyType", {
    name: "PolicyType",
    docs: ["How a policy pays. The program never writes the tag `Uninitialized`."],
    type: {
      kind: "enum",
      variants: [
        { name: "Uninitialized" },
        { name: "Milestone", fields: typeCalled("Milestone").type.fields },
      ],
    },
  });
}

/** Lists the escrow's terms field by field, in each argument list, account and event that holds them. */
function listTheTerms() {
  const terms = typeCalled("EscrowTerms").type.fields;
  const isTerms = ({ type }) => type.defined?.name === "EscrowTerms";
  const listed = (fields) => fields.flatMap((field) => (isTerms(field) ? terms : [field]));
  const holders = [...types.values()].map(({ type }) => type).filter(({ fields }) => fields);
  for (const holder of holders) holder.fields = listed(holder.fields);
  const withoutDocs = ({ name, type }) => ({ name, type });
  for (const instruction of program.instructions) {
    instruction.args = listed(instruction.args).map(withoutDocs);
  }
  types.delete("EscrowTerms");
}

/** Gives every `field: u8` the type of its enum. */
function nameTheEnum(field, enumName) {
  if (typeCalled(enumName).type.kind !== "enum") fail(`${enumName} is not an enum`);
  let named = 0;
  for (const type of types.values()) {
    for (const candidate of type.type.fields ?? []) {
      if (candidate.name !== field || candidate.type !== "u8") continue;
      candidate.type = { defined: { name: enumName } };
      readAsBorsh(type);
      named += 1;
    }
  }
  if (named === 0) fail(`no account or event has a \`${field}: u8\``);
}

/** Marks structs that hold an enum as Borsh, and the types that hold those structs. */
function readHoldersAsBorsh() {
  const isPlain = (type) => type.serialization !== undefined;
  const holds = (type) =>
    (type.type.fields ?? []).some(({ type: field }) => {
      const inner = field.array?.[0] ?? field;
      const name = inner.defined?.name;
      return (
        name !== undefined && (typeCalled(name).type.kind === "enum" || !isPlain(typeCalled(name)))
      );
    });
  for (let changed = true; changed;) {
    changed = false;
    for (const type of types.values()) {
      if (!isPlain(type) || !holds(type)) continue;
      readAsBorsh(type);
      changed = true;
    }
  }
}

/**
 * Adds the accounts that `execute_payment` reads behind its declared ones: a held policy's escrow and the keeper's token
 * account. A delegated policy needs only the eleven declared ones (docs/decisions/0003-escrow.md, 0005-keeper-reward.md). Clients see optional
 * accounts.
 */
function nameTheTrailingAccounts() {
  const execution = program.instructions.find(({ name }) => name === "execute_payment");
  if (!execution || execution.accounts.length !== 11)
    fail("execute_payment has not eleven accounts");
  execution.accounts.push(
    {
      name: "escrow",
      docs: ["The `Escrow` of a held policy; none for a delegated one."],
      writable: true,
      optional: true,
    },
    {
      name: "keeper_token_account",
      docs: [
        "Any token account of the mint, which receives the keeper's reward. Without it the gateway keeps its whole fee.",
      ],
      writable: true,
      optional: true,
    },
  );
}

nameThePolicyType();
listTheTerms();
nameTheEnum("status", "PaymentStatus");
nameTheEnum("state", "MilestoneState");
nameTheEnum("ending", "MilestoneEnding");
readHoldersAsBorsh();
nameTheTrailingAccounts();
const address = parts("address")[0].trim();
nameTheAddresses(program.instructions, typeCalled, address, fail);

const idl = {
  address,
  metadata: program.metadata,
  instructions: program.instructions.sort(byName),
  accounts: program.accounts.sort(byName),
  events: eventParts.map((part) => part.event).sort(byName),
  errors: parts("errors")
    .flatMap((text) => JSON.parse(text))
    .sort((a, b) => a.code - b.code),
  types: [...types.values()].sort(byName),
};

const described = JSON.stringify(idl);
for (const [, name] of described.matchAll(/"defined":\{"name":"([^"]+)"/g)) {
  if (!types.has(name)) fail(`the type ${name} is used and not described`);
}
for (const { name } of [...idl.accounts, ...idl.events]) {
  if (!types.has(name)) fail(`the account or event ${name} is not described`);
}

process.stdout.write(JSON.stringify(idl, null, 2) + "\n");
