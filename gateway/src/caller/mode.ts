/** A mode is a chain: `test` is the sandbox's localnet or a test cluster, `live` the configured cluster. They never mix. */
export type Mode = "test" | "live";
