/** The layouts of the accounts as the IDL's types give them: packed, in the order of the fields. */
import { IDL } from "../world";
import type { Layout } from "./documented-layout";

type Fields = { name: string; type: unknown }[];

const SIZES: Record<string, number> = {
  bool: 1,
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  i64: 8,
  pubkey: 32,
};

/** Returns the size in bytes of a value of the IDL's type `type`. */
function sizeOf(type: unknown): number {
  if (typeof type === "string") {
    const size = SIZES[type];
    if (size === undefined) throw new Error(`no size is known for the IDL's type ${type}`);
    return size;
  }
  const { array, defined } = type as { array?: [unknown, number]; defined?: { name: string } };
  if (array) return sizeOf(array[0]) * array[1];
  return sizeOfDefined(defined?.name as string);
}

/** An enum takes one byte for its tag, and the bytes of its largest variant. */
export function sizeOfDefined(name: string): number {
  const definition = IDL.types?.find((type) => type.name === name)?.type;
  if (definition?.kind === "struct") return sum(definition.fields as Fields);
  if (definition?.kind !== "enum") throw new Error(`the IDL has no struct or enum ${name}`);
  const bodies = definition.variants.map(({ fields }) => sum((fields ?? []) as Fields));
  return 1 + Math.max(...bodies);
}

const sum = (fields: Fields): number => fields.reduce((size, { type }) => size + sizeOf(type), 0);

/** Lays fields out from `offset` on. */
function place(fields: Fields, offset: number, prefix = ""): [number, string][] {
  let at = offset;
  return fields.flatMap(({ name, type }) => {
    const rows = parts(name, type, at) ?? [[at, prefix + name] as [number, string]];
    at += sizeOf(type);
    return rows;
  });
}

/** Spells out what the layout page spells out: the policy type's body and the escrow's milestones. */
function parts(name: string, type: unknown, at: number): [number, string][] | null {
  if (name === "policy_type") {
    return [[at, "policy_type tag"], ...place(fieldsOf("Milestone"), at + 1)];
  }
  if (name !== "milestones") return null;
  const length = sizeOfDefined("EscrowMilestone");
  const [, count] = (type as { array: [unknown, number] }).array;
  return Array.from({ length: count }, (_, i) =>
    place(fieldsOf("EscrowMilestone"), at + length * i, `milestone ${i} `),
  ).flat();
}

function fieldsOf(name: string): Fields {
  const definition = IDL.types?.find((type) => type.name === name)?.type;
  if (definition?.kind !== "struct") throw new Error(`the IDL has no struct ${name}`);
  return definition.fields as Fields;
}

/** Returns the layout of the account type `name`, the 8-byte discriminator first. */
export const idlLayout = (name: string): Layout => ({
  size: 8 + sizeOfDefined(name),
  rows: [[0, "discriminator"], ...place(fieldsOf(name), 8)],
});
