/** Reads the golden bytes, and the layout page they were written from. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export const GOLDEN_TYPES = {
  ProgramConfig: "program-config",
  PaymentGateway: "payment-gateway",
  UserPayment: "user-payment",
  PaymentPolicy: "payment-policy",
} as const;
export type GoldenType = keyof typeof GOLDEN_TYPES;

/** Oldest first. */
export const GOLDEN_VERSIONS: string[] = readdirSync(__dirname)
  .filter((name) => /^\d+\.\d+\.\d+$/.test(name))
  .sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));

export const NEWEST_VERSION = GOLDEN_VERSIONS.at(-1) as string;

export interface Field {
  name: string;
  offset: number;
  hex: string;
}

export function goldenFields(version: string, type: GoldenType): Field[] {
  const text = readFileSync(path.join(__dirname, version, `${GOLDEN_TYPES[type]}.hex`), "utf8");
  let offset = 0;
  return text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const parts = /^([a-z_ ]+): ([0-9a-f ]+)$/.exec(line);
      if (!parts) throw new Error(`${type} of ${version}: "${line}" is no "name: hex"`);
      const field = {
        name: parts[1] as string,
        offset,
        hex: (parts[2] as string).replace(/ /g, ""),
      };
      offset += field.hex.length / 2;
      return field;
    });
}

export const goldenHex = (version: string, type: GoldenType): string =>
  goldenFields(version, type)
    .map(({ hex }) => hex)
    .join("");

/** Rows "offset | field" of the section of docs/accounts.md whose heading contains `heading`, and its size. */
function tableOf(heading: string): { size: number; rows: [number, string][] } {
  const page = readFileSync(path.join(__dirname, "../../docs/accounts.md"), "utf8");
  const section = page.split(/^#+ /m).find((part) => part.split("\n")[0]?.includes(heading));
  if (!section) throw new Error(`docs/accounts.md has no section ${heading}`);
  const rows = [...section.matchAll(/^\| *(\d+) *\| *([a-z_ ]*[a-z]) *\|/gm)].map(
    ([, offset, name]) => [Number(offset), name] as [number, string],
  );
  return { size: Number(/(\d+) bytes/.exec(section)?.[1]), rows };
}

/** The documented layout of an account, with the body of the policy's type spelled out. */
export function documentedLayout(type: GoldenType): { size: number; rows: [number, string][] } {
  const { size, rows } = tableOf(`\`${type}\``);
  const expanded = rows.flatMap(([offset, name]): [number, string][] =>
    name === "policy_type body"
      ? tableOf("The 128 bytes").rows.map(([inner, field]) => [offset + inner, field])
      : [[offset, name]],
  );
  return { size, rows: expanded };
}
