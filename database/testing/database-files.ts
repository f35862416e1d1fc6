/**
 * Copies the files of an embedded database without tables. Setting up a cluster takes seconds of processor time, so
 * it is done once per process of tests.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openDatabase } from "../src";
import { TEST_PROGRAM } from "./test-program";

let template: Promise<string> | undefined;

/** Fills `directory`, which need not exist. */
export async function putDatabaseFiles(directory: string): Promise<void> {
  template ??= make();
  cpSync(await template, directory, { recursive: true });
}

async function make(): Promise<string> {
  const directory = mkdtempSync(path.join(tmpdir(), "milepost-database-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  await (await openDatabase({ directory }, TEST_PROGRAM)).close();
  return directory;
}
