/** The programs that have a database, as error texts and a server's list of sessions name them. */
export type ProgramName = "keeper" | "gateway";

/** Program that opens a database. */
export interface DatabaseProgram {
  /** Name in error texts; on a server, its sessions are `milepost-keeper` or `milepost-gateway`. */
  name: ProgramName;
  /** Text about what the program does without its files, and what is lost with them, in whole sentences. */
  withoutFiles: string;
}
