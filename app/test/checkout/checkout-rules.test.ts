import { expect } from "chai";
import type { Checkout } from "../../src/screens/checkout/checkout-view";
import {
  outstandingOf,
  progressOf,
  stateFor,
  unitsOf,
} from "../../src/screens/checkout/checkout-view";
import { readSecret } from "../../src/screens/checkout/client-secret";
import { missingInConsent } from "../../src/screens/checkout/consent";
import { guaranteeOf } from "../../src/screens/checkout/payment-text";
import { solanaPayUrl, squaresPath } from "../../src/screens/checkout/solana-pay";
import { checkoutOf, MEDIATOR, PAYEE, PAYER, paymentOf } from "./payments";

const sixMilestones = Array.from({ length: 6 }, (_, index) => ({
  ...{ index, description: null, amount: "10.00", fee: "0.00", net: "10.00" },
  part: index < 4 ? 0 : 1,
}));

describe("the secret of a payment link", () => {
  const page = "https://pay.example.com/pay/intent_1";

  it("stays in the fragment, which no request contains", () => {
    expect(readSecret(`${page}#intent_1_secret_x`)).to.deep.equal({
      secret: "intent_1_secret_x",
      replacement: null,
    });
  });

  it("moves from the query into the fragment, and keeps the other parameters", () => {
    expect(readSecret(`${page}?client_secret=s_1&lang=en`)).to.deep.equal({
      secret: "s_1",
      replacement: "/pay/intent_1?lang=en#s_1",
    });
  });

  it("is missing where the link has none", () => {
    expect(readSecret(page)).to.deep.equal({ secret: null, replacement: null });
    expect(readSecret(`${page}#`)).to.deep.equal({ secret: null, replacement: null });
    expect(readSecret(`${page}?client_secret=`).secret).to.equal(null);
  });

  it("survives a fragment that is not encoded correctly", () => {
    expect(readSecret(`${page}#%E0%A4%A`).secret).to.equal("%E0%A4%A");
  });
});

describe("Solana Pay", () => {
  it("encodes an address with a query as a whole", () => {
    const url = "https://pay.example.com/actions/intents/intent_1?client_secret=s";
    const link = solanaPayUrl(url)!;
    expect(link).to.equal(
      "solana:https%3A%2F%2Fpay.example.com%2Factions%2Fintents%2Fintent_1%3Fclient_secret%3Ds",
    );
    expect(decodeURIComponent(link.slice("solana:".length))).to.equal(url);
  });

  it("leaves an address without a query as it is", () => {
    expect(solanaPayUrl("https://pay.example.com/actions/intents/1")).to.equal(
      "solana:https://pay.example.com/actions/intents/1",
    );
  });

  it("has no code for an address that wallets refuse", () => {
    expect(solanaPayUrl("http://127.0.0.1:8080/actions/intents/1?client_secret=s")).to.equal(null);
    expect(solanaPayUrl("not an address")).to.equal(null);
  });

  it("draws the dark squares alone", () => {
    const rows = [
      [true, false],
      [true, true],
    ];
    expect(squaresPath(rows)).to.equal("M0 0h1v1h-1zM0 1h1v1h-1zM1 1h1v1h-1z");
  });
});

describe("the consent to a release without approval", () => {
  const message = [
    "Milepost gateway at https://pay.example.com",
    "",
    "I pay 1000.00 USDC into escrow (live mode).",
    "I agree that the platform may release it to the payee without my approval.",
    "",
    "Payment intent: intent_1",
    `Payee: ${PAYEE.toBase58()}`,
  ].join("\n");
  const subject = { intentId: "intent_1", checkout: checkoutOf() };

  it("is signed where its text names this payment", () => {
    expect(missingInConsent(message, subject)).to.equal(null);
  });

  for (const [field, from, to] of [
    ["payment intent", "intent_1", "intent_2"],
    ["payee", PAYEE.toBase58(), PAYER.toBase58()],
    ["amount", "1000.00 USDC", "9000.00 USDC"],
    ["amount", "1000.00 USDC", "1000.00 USDT"],
  ] as const) {
    it(`is not signed where its text has another ${field} (${to.slice(0, 12)})`, () => {
      expect(missingInConsent(message.replace(from, to), subject)).to.equal(field);
    });
  }

  it("is not signed where its text is empty", () => {
    expect(missingInConsent("", subject)).to.equal("payment intent");
  });
});

describe("the progress of a payment", () => {
  it("counts the parts before and after the first transaction", () => {
    expect(progressOf(checkoutOf())).to.deep.equal({ total: 1, done: 0 });
    const milestones = sixMilestones;
    expect(progressOf(checkoutOf({ milestones }))).to.deep.equal({ total: 2, done: 0 });
    const parts = { total: 2, left: 1 };
    expect(progressOf(checkoutOf({ milestones, parts }))).to.deep.equal({ total: 2, done: 1 });
  });

  it("owes only the parts that no transaction paid", () => {
    const milestones = sixMilestones;
    expect(outstandingOf(checkoutOf())).to.equal(1_000_000_000n);
    expect(outstandingOf(checkoutOf({ milestones, parts: { total: 2, left: 1 } }))).to.equal(
      20_000_000n,
    );
  });

  it("reads amounts without rounding, and refuses more decimals than the token has", () => {
    expect(unitsOf("1000.00", 6)).to.equal(1_000_000_000n);
    expect(unitsOf("0.000001", 6)).to.equal(1n);
    expect(unitsOf("5", 0)).to.equal(5n);
    for (const text of ["0.0000001", "-1", "1,000", "", "1e3"]) {
      expect(() => unitsOf(text, 6), text).to.throw("expected an amount");
    }
  });
});

describe("the state of a checkout", () => {
  const state = (
    change: Parameters<typeof paymentOf>[0],
    wallet: string | null = PAYER.toBase58(),
    data: Parameters<typeof paymentOf>[1] = {},
  ) => stateFor(paymentOf(change, data), wallet);
  const obstacle = (code: NonNullable<Checkout["obstacle"]>["code"]) => ({
    obstacle: { code, message: "text" },
  });

  it("lets any other wallet pay", () => {
    expect(state({})).to.equal("payable");
    expect(state({}, null)).to.equal("payable");
    expect(state(obstacle("consent_needed"))).to.equal("payable");
  });

  it("ends with the payment, its cancellation, and before its milestones add up", () => {
    expect(state(obstacle("paid"))).to.equal("paid");
    expect(state({ parts: { total: 1, left: 0 } })).to.equal("paid");
    expect(state(obstacle("canceled"))).to.equal("canceled");
    expect(state({ status: "CANCELED" })).to.equal("canceled");
    expect(state(obstacle("schedule_incomplete"))).to.equal("incomplete");
    expect(state({ milestones: [] })).to.equal("incomplete");
  });

  it("refuses the payee's own wallet and the mediator's", () => {
    expect(state({}, PAYEE.toBase58())).to.equal("own-payment");
    expect(state({}, MEDIATOR.toBase58())).to.equal("own-payment");
  });

  it("asks for the wallet that paid the first part", () => {
    const half = { milestones: sixMilestones, parts: { total: 2, left: 1 } };
    const data = { signerAddress: PAYER.toBase58() };
    expect(state(half, PAYER.toBase58(), data)).to.equal("payable");
    expect(state(half, MINT_OWNER, data)).to.equal("payer-changed");
  });
});

const MINT_OWNER = checkoutOf().mint;

describe("the texts of a checkout", () => {
  const textOf = (change: Parameters<typeof checkoutOf>[0], isAutomatic = true) =>
    guaranteeOf(checkoutOf(change), isAutomatic);

  it("says that a consented pull has no guarantee", () => {
    const guarantee = textOf({ releaseType: null, mediator: null, terms: null });
    expect(guarantee).to.include({ title: "No guarantee", isGuaranteed: false });
    expect(guarantee.points[0]).to.equal(
      "The payee gets the money at once. Nothing waits in escrow.",
    );
  });

  it("says who releases an escrow", () => {
    expect(textOf({}).points[0]).to.contain("until the platform releases it");
    expect(textOf({}, false).points[0]).to.contain("until you approve the work");
    expect(textOf({ releaseType: "TIME_LOCKED" }).points).to.include(
      "Nobody can release it before the date below.",
    );
  });
});
