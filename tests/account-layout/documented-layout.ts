/** The layouts of the accounts as docs/accounts.md has them. */
import { readFileSync } from "node:fs";
import path from "node:path";

export interface Layout {
  /** Bytes, the discriminator included. */
  size: number;
  /** Offset and name of each field. */
  rows: [number, string][];
}

/** Reads the size and the rows "offset | field" of the section whose heading contains `heading`. */
export function tableOf(heading: string): Layout {
  const page = readFileSync(path.join(__dirname, "../../docs/accounts.md"), "utf8");
  const section = page.split(/^#+ /m).find((part) => part.split("\n")[0]?.includes(heading));
  if (!section) throw new Error(`docs/accounts.md has no section ${heading}`);
  const rows = [...section.matchAll(/^\| *(\d+) *\| *([a-z_ ]*[a-z]) *\|/gm)].map(
    ([, offset, name]) => [Number(offset), name] as [number, string],
  );
  return { size: Number(/(\d+) bytes/.exec(section)?.[1]), rows };
}

/** Returns the documented layout of an account, with the body of the policy's type and the escrow's milestones spelled out. */
export function documentedLayout(type: string): Layout {
  const { size, rows } = tableOf(`\`${type}\``);
  const expanded = rows.flatMap(([offset, name]): [number, string][] => {
    if (name === "policy_type body") return inside("The 128 bytes", offset);
    if (name !== "milestones") return [[offset, name]];
    const length = tableOf("The 105 bytes").size;
    return [0, 1, 2, 3].flatMap((i) =>
      inside("The 105 bytes", offset + length * i, `milestone ${i} `),
    );
  });
  return { size, rows: expanded };
}

/** Returns the rows of a part that starts at `offset`. */
const inside = (heading: string, offset: number, prefix = ""): [number, string][] =>
  tableOf(heading).rows.map(([inner, field]) => [offset + inner, prefix + field]);
