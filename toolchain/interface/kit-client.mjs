// Writes the client for @solana/kit that Codama renders from an IDL, unformatted, into a new directory.
//
// Usage: node kit-client.mjs milestone.json DIRECTORY
//
// What the IDL cannot say, or what Codama does not render, is added here: see docs/decisions/0019-kit-client.md.
import { rootNodeFromAnchor } from "@codama/nodes-from-anchor";
import { getRenderMapVisitor } from "@codama/renderers-js";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const [idlFile, directory] = process.argv.slice(2);

function fail(message) {
  console.error(`kit-client: ${message}`);
  process.exit(1);
}

/** Replaces the one occurrence of `from`; a renderer that writes something else must not go unnoticed. */
function replaceOnce(text, from, to) {
  const parts = text.split(from);
  if (parts.length !== 2) fail(`expected "${from}" once, found it ${parts.length - 1} times`);
  return parts.join(to);
}

const pascal = (name) => name[0].toUpperCase() + name.slice(1);
const eventType = ({ name }) => `${name}Event`;
const frozen = rootNodeFromAnchor(JSON.parse(readFileSync(idlFile, "utf8")));
const root = JSON.parse(JSON.stringify(frozen));
const { program } = root;
const events = program.events ?? [];

/** An event is a type with a decoder; its discriminator goes into the table of `eventsModule`. */
program.definedTypes.push(
  ...events.map((event) => {
    if (event.data.type.kind !== "structTypeNode") fail(`${event.name} is not a struct`);
    return { kind: "definedTypeNode", name: eventType(event), type: event.data.type };
  }),
);
// An absent optional account stays absent: a delegated policy has no escrow, so its address must not be filled in.
for (const account of program.instructions.flatMap(({ accounts }) => accounts)) {
  if (account.isOptional && account.defaultValue?.kind === "pdaValueNode") {
    delete account.defaultValue;
  }
}

/** Prints the table of the events: name, discriminator, decoder. */
function eventsModule() {
  const entries = events.map((event) => {
    const [{ value }] = event.data.prefix;
    if (value.encoding !== "base16") fail(`${event.name}'s discriminator is not in base 16`);
    const bytes = [...Buffer.from(value.data, "hex")];
    return `${event.name}: { discriminator: [${bytes.join(", ")}], decoder: get${pascal(eventType(event))}Decoder }`;
  });
  const names = events.map((event) => pascal(eventType(event)));
  return `import { ${names.map((name) => `get${name}Decoder, type ${name}`).join(", ")} } from "./types";

/** Data of each event by its name. */
export interface MilestoneEventData { ${events.map((event) => `${event.name}: ${pascal(eventType(event))};`).join(" ")} }

/** The events' discriminators and the decoders of what comes after them. */
export const MILESTONE_EVENTS = { ${entries.join(", ")} } as const;
`;
}

/**
 * Lets an execution end where its accounts end: the program reads the escrow and the keeper's token account only when they
 * are there, and an instruction of the SDK has no placeholder for them.
 */
function endWithTheLastAccount(text) {
  const list = /accounts: (\[getAccountMeta\("executor"[^\]]*\]), data/g;
  const count = [...text.matchAll(list)].length;
  if (count !== 2) fail(`expected two builders of executePayment, found ${count}`);
  const built = text.replace(list, "accounts: withoutAbsentEnd($1, programAddress), data");
  const parsed = replaceOnce(
    built,
    "(instruction.accounts as TAccountMetas)[accountIndex]!",
    "(withAbsentEnd(instruction) as unknown as TAccountMetas)[accountIndex]!",
  );
  const all = /accounts\.length < (\d+)\)[^}]*expectedAccountMetas: \1 \}/.exec(parsed);
  const optional = program.instructions
    .find(({ name }) => name === "executePayment")
    .accounts.slice(-2);
  if (!all || !optional.every(({ isOptional }) => isOptional)) {
    fail("executePayment does not end with two optional accounts");
  }
  const needed = all[0].replaceAll(all[1], String(Number(all[1]) - optional.length));
  return `import { withAbsentEnd, withoutAbsentEnd } from "../../trailing-accounts";\n${replaceOnce(parsed, all[0], needed)}`;
}

/** Derives addresses and reads placeholders for the program that the instruction names, which need not be the default one. */
function followTheProgram(text) {
  const placeholder = "accountMeta.address === MILESTONE_PROGRAM_ADDRESS";
  const read = text.replaceAll(
    placeholder,
    "accountMeta.address === (instruction.programAddress as string)",
  );
  return read.replace(/await find(\w+)Pda\((.*)\);/g, (_all, name, seeds) => {
    const given = seeds === "" ? "" : `${seeds}, `;
    return `await find${name}Pda(${given}{ programAddress });`;
  });
}

const optionalAccounts = new Map(
  program.instructions.map(({ name, accounts }) => [
    `instructions/${name}.ts`,
    accounts.filter(({ isOptional }) => isOptional).map(({ name: account }) => account),
  ]),
);

/** Lets arguments and accounts be checked where kit's encoders would cut bytes, round numbers or take a placeholder. */
function checkTheInput(text, file) {
  const optional = optionalAccounts.get(file);
  if (!optional) return text;
  const names = ["requireAccounts"];
  const use = (name) => {
    if (!names.includes(name)) names.push(name);
    return name;
  };
  const checked = text
    .replace(
      /\['(?!discriminator)(\w+)', fixEncoderSize\(getBytesEncoder\(\), (\d+)\)\]/g,
      (_all, field, size) => `['${field}', ${use("getExactBytesEncoder")}('${field}', ${size})]`,
    )
    .replace(
      /\['(\w+)', (getU(?:8|16|32)Encoder\(\))\]/g,
      (_all, field, encoder) => `['${field}', ${use("getIntegerEncoder")}('${field}', ${encoder})]`,
    )
    .replaceAll(
      "getAccountMetaFactory(programAddress, 'programId')",
      `requireAccounts(getAccountMetaFactory(programAddress, 'programId'), ${JSON.stringify(optional)})`,
    );
  if (!checked.includes("requireAccounts(")) fail(`${file} finds no accounts`);
  return `import { ${names.join(", ")} } from '../../encode-input';\n${checked}`;
}

/** Keeps the codes alone: the SDK has the texts, in every build, and `isMilestoneError` is in src/errors. */
function onlyCodes(text) {
  const end = text.indexOf("let milestoneErrorMessages");
  const codes = text.slice(0, end);
  const imports = /^import .*;$/gm;
  if (end < 0 || !imports.test(codes)) fail("the errors have another form");
  return codes.replace(imports, "");
}

const files = new Map();
for (const [file, content] of getRenderMapVisitor({ kitImportStrategy: "rootOnly" }).visitRoot(
  root,
)) {
  const rendered = typeof content === "string" ? content : content.content;
  // Codama's own header asks to edit its visitors.
  const text = rendered.replace(/^\/\*\*[^/]*AUTOGENERATED[\s\S]*?\*\/\s*/, "").trim();
  const isInstruction = file.startsWith("instructions/");
  files.set(file, isInstruction ? checkTheInput(followTheProgram(text), file) : text);
}
const edit = (file, change) =>
  files.set(file, change(files.get(file) ?? fail(`Codama rendered no ${file}`)));
edit("instructions/executePayment.ts", endWithTheLastAccount);
edit("errors/milestone.ts", onlyCodes);
// The renderer spells the type as kit 6 did; kit 8 has its own for an extended client.
edit("programs/milestone.ts", (text) =>
  replaceOnce(text, ': Omit<T, "milestone"> & { milestone: MilestonePlugin } =>', " =>"),
);
edit("index.ts", (text) => `${text}\nexport * from "./events";\n`);
files.set("events.ts", eventsModule());

const HEADER =
  "// Generated by toolchain/generate-types from artifacts/milestone.json. Do not edit.\n";
for (const [file, text] of files) {
  const target = path.join(directory, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, `${HEADER}\n${text}\n`);
}
