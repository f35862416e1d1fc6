/** Writes the template of the embedded database into a folder: `tsx database/scripts/pack-template.ts keeper/dist`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { initdb } from "../src/initdb";
import { templateIn, writeTemplate } from "../src/template";

async function main(folder: string): Promise<void> {
  const files = mkdtempSync(path.join(tmpdir(), "milepost-template-"));
  try {
    await initdb(files);
    writeTemplate(files, templateIn(folder));
  } finally {
    rmSync(files, { recursive: true, force: true });
  }
}

main(path.resolve(process.argv[2]!)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
