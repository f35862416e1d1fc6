/** The account for which an administrator works. */

/** Returns the options of a request for an account, for the client of the gateway. */
export const forAccount = (account: string): { headers: Record<string, string> } => ({
  headers: { "Milepost-Account": account },
});
