/**
 * The two tables of docs/errors.md, out of the IDL and the SDK.
 *
 * Usage: npm run errors-page, which writes them into the page. The column "what to do" of the SDK's errors is kept from it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { MilestoneProgramError, parseTransactionError } from "@milepost/sdk";
import { IDL } from "../world";
import { openPage, ROOT, table } from "./page";

const PAGE = "docs/errors.md";
export const PROGRAM_COLUMNS = ["code", "name", "cause", "fix"] as const;
export const SDK_COLUMNS = ["code", "name", "what happened", "what to do"] as const;

/** Returns a row per error of the program, in order: code, name, text, fix. */
export function programErrorRows(): string[][] {
  return (IDL.errors ?? []).map(({ code, name, msg }) => {
    const error = parseTransactionError({ InstructionError: [0, { Custom: code }] });
    if (!(error instanceof MilestoneProgramError)) throw new Error(`the SDK has no ${name}`);
    return [String(code), name, msg ?? "", error.fix];
  });
}

/** Returns a row per code of the SDK's errors, in order: code, name, description. */
export function sdkErrorRows(): string[][] {
  const source = readFileSync(path.join(ROOT, "sdk/src/errors/codes.ts"), "utf8");
  const members = source.matchAll(/\/\*\* (.*) \*\/\n {2}(\w+): (\d+),/g);
  return [...members].map(([, text = "", name = "", code = ""]) => [code, name, text]);
}

function render(columns: readonly string[], rows: string[][]): string {
  const lines = rows.map(([code, name, ...rest]) => [code, `\`${name}\``, ...rest]);
  return [columns, columns.map(() => "---"), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function writePage(): void {
  const page = openPage(PAGE);
  const advice = new Map(table(page, ...SDK_COLUMNS).map(([code, , , what]) => [code, what ?? ""]));
  const sdk = sdkErrorRows().map((row) => [...row, advice.get(row[0]) ?? "TODO"]);
  const replaceTable = (text: string, columns: readonly string[], rows: string[][]): string => {
    const header = new RegExp(`^\\| ${columns.join(" +\\| ")} +\\|\\n(\\|.*\\n)+`, "m");
    return text.replace(header, () => `${render(columns, rows)}\n`);
  };
  const withProgram = replaceTable(page.text, PROGRAM_COLUMNS, programErrorRows());
  writeFileSync(path.join(ROOT, PAGE), replaceTable(withProgram, SDK_COLUMNS, sdk));
}

if (require.main === module) writePage();
