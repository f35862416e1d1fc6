import { expect } from "chai";
import { Joined } from "../../src/send/joined";
import { RecentAnswers } from "../../src/send/recent-answers";

describe("send: questions that share a request", () => {
  const asked: (readonly number[])[] = [];
  const joined = (limit: number) => {
    asked.length = 0;
    return new Joined<number, number[]>({
      limit,
      waitMs: 1,
      ask: async (questions) => {
        asked.push(questions);
        return questions.map((each) => each * 10);
      },
    });
  };

  it("given questions of one moment, when they are asked, then one request has them all, and each finds its answers", async () => {
    const all = joined(10);
    const first = all.add([1, 2]);
    const second = all.add([3]);
    expect([first.from, second.from]).to.deep.equal([0, 2]);
    expect(await first.answer).to.deep.equal([10, 20, 30]);
    expect(await second.answer).to.deep.equal([10, 20, 30]);
    expect(asked).to.deep.equal([[1, 2, 3]]);
  });

  it("given more questions than a request holds, when they are asked, then the full request goes out and another follows", async () => {
    const all = joined(3);
    const parts = [all.add([1, 2]), all.add([3, 4]), all.add([5])];
    expect(parts.map(({ from }) => from)).to.deep.equal([0, 0, 2]);
    expect(await Promise.all(parts.map(({ answer }) => answer))).to.deep.equal([
      [10, 20],
      [30, 40, 50],
      [30, 40, 50],
    ]);
    expect(asked).to.deep.equal([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  it("given a question after the answer, when it is asked, then a new request has it", async () => {
    const all = joined(10);
    await all.add([1]).answer;
    await all.add([2]).answer;
    expect(asked).to.deep.equal([[1], [2]]);
  });

  it("given a request that fails, when its questions wait, then each fails with its error, and the next is asked", async () => {
    const error = new Error("no answer");
    let isFailing = true;
    const all = new Joined<number, string>({
      limit: 10,
      waitMs: 1,
      ask: async () => {
        if (isFailing) throw error;
        return "answer";
      },
    });
    const failed = await Promise.allSettled([all.add([1]).answer, all.add([2]).answer]);
    expect(failed.map((each) => (each as PromiseRejectedResult).reason as Error)).to.deep.equal([
      error,
      error,
    ]);
    isFailing = false;
    expect(await all.add([3]).answer).to.equal("answer");
  });
});

describe("send: answers that are kept", () => {
  let now = 0;
  let asked = 0;
  const ask = async () => (asked += 1);
  const recent = () => {
    now = 0;
    asked = 0;
    return new RecentAnswers<number>(1_000, () => now);
  };

  it("given an answer, when the same is asked, then it counts until it is as old as it may be", async () => {
    const kept = recent();
    expect(await Promise.all([kept.get("a", ask), kept.get("a", ask)])).to.deep.equal([1, 1]);
    now = 999;
    expect(await kept.get("a", ask)).to.equal(1);
    expect(await kept.get("b", ask)).to.equal(2);
    now = 1_000;
    expect(await kept.get("a", ask)).to.equal(3);
  });

  it("given a failure, when the same is asked again, then it is asked anew", async () => {
    const kept = recent();
    const error = new Error("no answer");
    const failed = kept.get("a", () => Promise.reject(error));
    expect(await failed.catch((reason: unknown) => reason)).to.equal(error);
    expect(await kept.get("a", ask)).to.equal(1);
  });

  it("given an answer that is forgotten, when the same is asked, then it is asked anew", async () => {
    const kept = recent();
    await kept.get("a", ask);
    kept.forget("a");
    expect(await kept.get("a", ask)).to.equal(2);
  });
});
