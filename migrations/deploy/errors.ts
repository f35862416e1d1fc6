/** A command line that cannot be meant; the usage follows it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What stops a deployment for a reason of the cluster's or the keys': what happened, then what to do. */
export class DeployError extends Error {
  override readonly name = "DeployError";
}
