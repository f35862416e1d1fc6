import { expect } from "chai";
import { GatewayProblem } from "../../src/gateway/problem";
import { createReachability } from "../../src/gateway/reachability";
import { createResource, type Visibility } from "../../src/gateway/resource";
import { manualTimers, settled } from "./fakes";

function tab(): Visibility & { show(visible: boolean): void } {
  const listeners = new Set<() => void>();
  let visible = true;
  return {
    isVisible: () => visible,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    show(next) {
      visible = next;
      for (const listener of listeners) listener();
    },
  };
}

function setUp(answers: (string | Error)[], pollMs: number | null = 5_000) {
  const [timers, visibility] = [manualTimers(), tab()];
  let loads = 0;
  const resource = createResource<string>({ pollMs, timers, visibility });
  resource.setLoad(async () => {
    const answer = answers[loads++]!;
    if (answer instanceof Error) throw answer;
    return answer;
  });
  return { resource, timers, visibility, loads: () => loads };
}

describe("resources of the page", () => {
  it("loads with its first listener, and again when its time has come", async () => {
    const { resource, timers, loads } = setUp(["one", "two"]);
    expect(loads()).to.equal(0);
    resource.subscribe(() => {});
    await settled();
    expect(resource.get()).to.include({ status: "ready", data: "one", isStale: false });
    timers.run();
    await settled();
    expect(resource.get().data).to.equal("two");
  });

  it("keeps what it has while the gateway does not answer", async () => {
    const { resource, timers } = setUp([
      "one",
      new GatewayProblem("gateway_unreachable", "x"),
      "two",
    ]);
    resource.subscribe(() => {});
    await settled();
    timers.run();
    await settled();
    expect(resource.get()).to.include({ status: "ready", data: "one", isStale: true });
    expect(resource.get().problem).to.include({ code: "gateway_unreachable" });
    timers.run();
    await settled();
    expect(resource.get()).to.include({ data: "two", isStale: false, problem: null });
  });

  it("fails without data, and is missing after a 404", async () => {
    const failed = setUp([new GatewayProblem("internal_error", "x", { status: 500 })]);
    failed.resource.subscribe(() => {});
    const gone = setUp([new GatewayProblem("resource_missing", "x", { status: 404 })]);
    gone.resource.subscribe(() => {});
    await settled();
    expect(failed.resource.get()).to.include({ status: "failed", data: null });
    expect(gone.resource.get()).to.include({ status: "missing", data: null });
  });

  it("pauses while the page is hidden, and loads when it is shown", async () => {
    const { resource, timers, visibility, loads } = setUp(["one", "two"]);
    resource.subscribe(() => {});
    await settled();
    visibility.show(false);
    expect(timers.waits()).to.deep.equal([]);
    expect(loads()).to.equal(1);
    visibility.show(true);
    await settled();
    expect(loads()).to.equal(2);
  });

  it("stops with its last listener", async () => {
    const { resource, timers } = setUp(["one"]);
    const stop = resource.subscribe(() => {});
    await settled();
    stop();
    expect(timers.waits()).to.deep.equal([]);
  });

  it("ignores an older load that ends after a newer one", async () => {
    const { resource } = setUp([]);
    const ends: ((data: string) => void)[] = [];
    resource.setLoad(() => new Promise((resolve) => ends.push(resolve)));
    resource.subscribe(() => {});
    void resource.refresh();
    ends[1]!("new");
    ends[0]!("old");
    await settled();
    expect(resource.get().data).to.equal("new");
  });
});

describe("the gateway's reachability", () => {
  it("asks again with growing waits until the gateway is back, and says so", async () => {
    const timers = manualTimers();
    let isDown = true;
    const probe = async () => {
      if (isDown) throw new TypeError("Failed to fetch");
    };
    const reach = createReachability({ probe, timers });
    reach.noteUp();
    expect(reach.get()).to.equal("up");
    reach.noteDown();
    const waits: number[] = [];
    for (let probes = 0; probes < 5; probes++) {
      waits.push(...timers.waits());
      timers.run();
      await settled();
    }
    expect(reach.get()).to.equal("down");
    expect(waits).to.deep.equal([1_000, 2_000, 4_000, 8_000, 10_000]);
    isDown = false;
    timers.run();
    await settled();
    expect(reach.get()).to.equal("back");
    timers.run();
    expect(reach.get()).to.equal("up");
  });
});
