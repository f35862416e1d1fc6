import { expect } from "chai";
import fc from "fast-check";
import { isChosen, likeOf, patternsFor } from "../../src/events/patterns";
import { createSecretBox, SecretBoxError } from "../../src/secrets/secret-box";
import { readMasterKeys } from "../../src/secrets/process-secrets";
import { endpointNotice, healthStep } from "../../src/webhooks/endpoint-health";
import {
  MAX_DELAY_SECS,
  nextAttemptAt,
  RETRY_WINDOW_SECS,
} from "../../src/webhooks/retry-schedule";

const HOUR = 3_600_000;
const at = (hours: number) => new Date(hours * HOUR);

describe("schedule of retries", () => {
  const schedule = (random: () => number, retryAfterSecs: number | null = null): number[] => {
    const times: number[] = [0];
    for (;;) {
      const now = new Date(times[times.length - 1]! * 1_000);
      const next = nextAttemptAt({
        attempts: times.length,
        firstAttemptAt: new Date(0),
        now,
        random: random(),
        retryAfterSecs,
      });
      if (!next) return times;
      times.push(next.getTime() / 1_000);
    }
  };

  it("retries for exactly three days, whatever the jitter", () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (stream) => {
        const times = schedule(() => stream.next().value as number);
        expect(times[times.length - 1]).to.equal(RETRY_WINDOW_SECS);
        expect(times.length).to.be.within(20, 40);
        for (let index = 1; index < times.length; index += 1) {
          const pause = times[index]! - times[index - 1]!;
          expect(pause)
            .to.be.greaterThan(0)
            .and.at.most(MAX_DELAY_SECS * 1.2 + 0.001);
        }
      }),
    );
  });

  it("waits 5 s, 15 s, 45 s and so on up to four hours without jitter", () => {
    const times = schedule(() => 0.5);
    expect(times.slice(0, 5)).to.deep.equal([0, 5, 20, 65, 200]);
    expect(times[12]! - times[11]!).to.equal(MAX_DELAY_SECS);
  });

  it("waits as long as Retry-After asks, four hours at most", () => {
    expect(schedule(() => 0.5, 600)[1]).to.equal(600);
    expect(schedule(() => 0.5, 1e9)[1]).to.equal(MAX_DELAY_SECS);
    expect(schedule(() => 0.5, 1)[1]).to.equal(5);
  });

  it("gives up at three days and not a second before", () => {
    const failed = { attempts: 9, firstAttemptAt: new Date(0), random: 0.5, retryAfterSecs: null };
    const end = RETRY_WINDOW_SECS * 1_000;
    expect(nextAttemptAt({ ...failed, now: new Date(end - 1_000) })).to.deep.equal(new Date(end));
    expect(nextAttemptAt({ ...failed, now: new Date(end) })).to.equal(null);
  });
});

describe("health of an endpoint", () => {
  it("warns at 24 hours and disables at 72, not a second before", () => {
    const failures = { failingSince: at(0), warnedAt: null };
    expect(healthStep(failures, new Date(24 * HOUR - 1_000))).to.equal("none");
    expect(healthStep(failures, at(24))).to.equal("warn");
    const warned = { failingSince: at(0), warnedAt: at(24) };
    expect(healthStep(warned, new Date(72 * HOUR - 1_000))).to.equal("none");
    expect(healthStep(warned, at(72))).to.equal("disable");
  });

  it("complaint (g): never disables without a warning 48 hours before, also after a pause of the gateway", () => {
    expect(healthStep({ failingSince: at(0), warnedAt: null }, at(500))).to.equal("warn");
    expect(healthStep({ failingSince: at(0), warnedAt: at(500) }, at(547))).to.equal("none");
    expect(healthStep({ failingSince: at(0), warnedAt: at(500) }, at(548))).to.equal("disable");
  });

  it("tells the owner what happened and what to do", () => {
    const endpoint = { id: "we_1", url: "https://shop.example/" };
    const { text } = endpointNotice("disable", endpoint, at(0), "connection refused");
    expect(text).to.contain("connection refused");
    expect(text).to.contain(
      'POST /v1/webhook-endpoints/we_1/recover with {"since": "1970-01-01T00:00:00.000Z"}',
    );
  });
});

describe("patterns of events", () => {
  it("choose a type by its name, its kind, or all", () => {
    expect(patternsFor("milestone.completed")).to.deep.equal([
      "*",
      "milestone.*",
      "milestone.completed",
    ]);
    expect(isChosen("milestone.completed", ["dispute.*"])).to.equal(false);
    expect(isChosen("milestone.completed", ["dispute.*", "milestone.*"])).to.equal(true);
    expect(likeOf("payment_intent.*")).to.equal("payment\\_intent.%");
  });
});

describe("secret box", () => {
  const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

  it("opens every text it sealed, and nothing with another label, byte or key", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), (plain, label, seed) => {
        const box = createSecretBox(keys);
        const sealed = box.seal(plain, label);
        expect(box.open(sealed, label)).to.equal(plain);
        expect(() => box.open(sealed, `${label}x`)).to.throw(SecretBoxError);
        expect(() => createSecretBox([Buffer.alloc(32, 3)]).open(sealed, label)).to.throw(
          SecretBoxError,
          "add the key that sealed it",
        );
        const bytes = Buffer.from(sealed.split(".")[2]!, "base64url");
        bytes[seed % bytes.length]! ^= 1;
        const changed = [...sealed.split(".").slice(0, 2), bytes.toString("base64url")].join(".");
        expect(() => box.open(changed, label)).to.throw(SecretBoxError);
      }),
    );
  });

  it("opens with an old key and seals with the newest", () => {
    const sealed = createSecretBox([keys[1]!]).seal("text", "label");
    const box = createSecretBox(keys);
    expect(box.open(sealed, "label")).to.equal("text");
    expect(box.isCurrent(sealed)).to.equal(false);
    expect(box.isCurrent(box.seal("text", "label"))).to.equal(true);
  });

  for (const text of ["", "abc", "0".repeat(63), `${"0".repeat(64)}\nxyz`]) {
    it(`refuses ${JSON.stringify(text.slice(0, 5))}... as master keys without printing them`, () => {
      expect(() => readMasterKeys(text)).to.throw(RangeError, "openssl rand -hex 32");
    });
  }
});
