/** Reads the golden bytes, and the layout page they were written from. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The golden files, and the type of the account in each. */
export const GOLDEN_FILES = {
  "program-config": "ProgramConfig",
  "payment-gateway": "PaymentGateway",
  "payment-gateway-rewarding": "PaymentGateway",
  "user-payment": "UserPayment",
  "payment-policy": "PaymentPolicy",
  "payment-policy-held": "PaymentPolicy",
  "payment-policy-closed": "PaymentPolicy",
  escrow: "Escrow",
} as const;
export type GoldenFile = keyof typeof GOLDEN_FILES;
export type GoldenType = (typeof GOLDEN_FILES)[GoldenFile];

/** Versions that changed what accounts there are, oldest first. */
const VERSIONS: string[] = readdirSync(__dirname)
  .filter((name) => /^\d+\.\d+\.\d+$/.test(name))
  .sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));

/** Versions that have all of these files, oldest first; there is one at least. */
export function versionsWith(...files: GoldenFile[]): string[] {
  const versions = VERSIONS.filter((version) =>
    files.every((file) => existsSync(path.join(__dirname, version, `${file}.hex`))),
  );
  if (versions.length === 0) throw new Error(`no version has ${files.join(", ")}`);
  return versions;
}

export const newestWith = (file: GoldenFile): string => versionsWith(file).at(-1) as string;

export interface Field {
  name: string;
  offset: number;
  hex: string;
}

export function goldenFields(version: string, file: GoldenFile): Field[] {
  const text = readFileSync(path.join(__dirname, version, `${file}.hex`), "utf8");
  let offset = 0;
  return text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const parts = /^([a-z_0-9 ]+): ([0-9a-f ]+)$/.exec(line);
      if (!parts) throw new Error(`${file} of ${version}: "${line}" is no "name: hex"`);
      const field = {
        name: parts[1] as string,
        offset,
        hex: (parts[2] as string).replace(/ /g, ""),
      };
      offset += field.hex.length / 2;
      return field;
    });
}

export const goldenHex = (version: string, file: GoldenFile): string =>
  goldenFields(version, file)
    .map(({ hex }) => hex)
    .join("");
