import type { DatabaseProgram } from "../src";

/** Program that the tests' own connections belong to. */
export const TEST_PROGRAM: DatabaseProgram = {
  name: "gateway",
  withoutFiles: "The test then starts without its rows.",
};
