/** Routes of the sandbox that the demonstration uses: its clock, and examples that the gateway prepares. */

/** Calls of the sandbox. Each throws an `Error` that says what the gateway answered. */
export interface SandboxClient {
  /** Moves the chain's clock forward, and returns its time in Unix seconds. */
  advanceClock(seconds: number): Promise<number>;
  /** Creates a payment of a shop, and returns the path of its checkout. */
  createCheckout(): Promise<string>;
  /** Creates a renovation with three parties, and returns its id. */
  createProject(): Promise<string>;
}

/** Creates the client of the gateway that serves this page. */
export function createSandboxClient(fetchJson: typeof fetch): SandboxClient {
  const post = async <T>(path: string, body: unknown): Promise<T> => {
    const answer = await fetchJson(`/sandbox/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(await refusalOf(answer));
    return (await answer.json()) as T;
  };
  return {
    advanceClock: async (seconds) =>
      (await post<{ now: number }>("clock/advance", { seconds })).now,
    async createCheckout() {
      const { paymentUrl } = await post<{ paymentUrl: string }>("demo-intents", {});
      const { pathname, search, hash } = new URL(paymentUrl, "http://localhost");
      return `${pathname}${search}${hash}`;
    },
    createProject: async () => (await post<{ projectId: string }>("demo-projects", {})).projectId,
  };
}

async function refusalOf(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => null)) as { error?: { message?: string } } | null;
  return body?.error?.message ?? `The sandbox answered with HTTP status ${answer.status}.`;
}
