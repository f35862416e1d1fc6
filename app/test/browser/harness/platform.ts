/** A platform that calls the sandbox with its API key, as spec 000 does. The key never reaches a page. */
import type { GatewaySandbox } from "./gateway-sandbox";

/** An intent, and where its payer pays. */
export interface Intent {
  id: string;
  secret: string;
  /** Path of the checkout, with the secret. */
  link: string;
}

/** State of an intent. */
interface IntentState {
  status: string;
  parts: { policy: string | null }[];
}

/** Requests of the platform. */
export interface Platform {
  /** Creates an intent with these milestones, which add up to its amount. */
  createIntent(amounts: readonly string[]): Promise<Intent>;
  /** Creates a payment without escrow. */
  createPull(amount: string): Promise<Intent>;
  /** Returns the intent once it has SUCCEEDED: the payer paid, and the sandbox's payee accepted. */
  waitUntilPaid(id: string): Promise<IntentState>;
  /** Completes a milestone, which releases its money. */
  complete(id: string, index: number): Promise<void>;
  cancel(id: string): Promise<void>;
}

/** Longest time in milliseconds until a payment that landed has SUCCEEDED. */
const PAID_MS = 30_000;
const POLL_MS = 200;

/** Returns the sum of decimal strings with up to six digits after the point. */
function sumOf(amounts: readonly string[]): string {
  const units = amounts.reduce((sum, amount) => {
    const [whole, fraction = ""] = amount.split(".") as [string, string?];
    return sum + BigInt(whole + fraction.padEnd(6, "0"));
  }, 0n);
  const text = units.toString().padStart(7, "0");
  return `${text.slice(0, -6)}.${text.slice(-6)}`;
}

/** Returns the platform of a sandbox. */
export function platformOf({ url, apiKey }: Pick<GatewaySandbox, "url" | "apiKey">): Platform {
  const call = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await fetch(`${url}/v1${path}`, {
      method,
      headers: {
        "x-api-key": apiKey,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };
  const create = async (body: object): Promise<Intent> => {
    const common = {
      currency: "USDC",
      settlementMethod: "ON_CHAIN",
      settlementDestination: "payee",
    };
    const { id } = await call<{ id: string }>("POST", "/payment-intents", { ...common, ...body });
    const { data } = await call<{ data: { paymentUrl: string } }>("GET", `/payment-intents/${id}`);
    const { pathname, hash } = new URL(data.paymentUrl);
    return { id, secret: hash.slice(1), link: `${pathname}${hash}` };
  };
  const milestones = (id: string) => `/payment-intents/${id}/escrow/milestones`;
  return {
    async createIntent(amounts) {
      const terms = {
        type: "DELIVERY_VS_PAYMENT",
        releaseType: "MILESTONE_LOCKED",
        autoRelease: true,
      };
      const intent = await create({ amount: sumOf(amounts), description: "Website", ...terms });
      for (const [milestoneIndex, amount] of amounts.entries()) {
        const description = `Step ${milestoneIndex + 1}`;
        await call("POST", milestones(intent.id), { milestoneIndex, amount, description });
      }
      return intent;
    },
    createPull: (amount) => create({ amount, description: "Coffee", type: "CONSENTED_PULL" }),
    async waitUntilPaid(id) {
      const until = Date.now() + PAID_MS;
      for (;;) {
        const { data } = await call<{ data: IntentState }>("GET", `/payment-intents/${id}`);
        if (data.status === "SUCCEEDED") return data;
        if (Date.now() > until) throw new Error(`${id} is still ${data.status}`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    async complete(id, index) {
      const { data } = await call<{ data: { id: string }[] }>("GET", milestones(id));
      const ordered = data as {
        id: string;
        milestoneIndex?: number;
        data?: { milestoneIndex: number };
      }[];
      const found = ordered.find(
        (each) => (each.milestoneIndex ?? each.data?.milestoneIndex) === index,
      )!;
      await call("POST", `${milestones(id)}/${found.id}/complete`, { completedBy: "platform" });
    },
    cancel: async (id) => void (await call("POST", `/payment-intents/${id}/cancel`)),
  };
}
