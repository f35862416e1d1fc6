/**
 * The files of an embedded database without tables. Setting up a cluster takes seconds of a processor, so it is done once
 * for a process of tests, and copied.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openDatabase } from "../src/database/open";

let template: Promise<string> | undefined;

/** Fills `directory`, which need not exist. */
export async function putDatabaseFiles(directory: string): Promise<void> {
  template ??= make();
  cpSync(await template, directory, { recursive: true });
}

async function make(): Promise<string> {
  const directory = mkdtempSync(path.join(tmpdir(), "keeper-database-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  await (await openDatabase({ directory })).close();
  return directory;
}
