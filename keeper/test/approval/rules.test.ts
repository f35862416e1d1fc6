import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AllowListError, allowListRule, alwaysRelease, neverRelease } from "../../src/approval";
import { answeredInTime } from "../../src/approval/time-limit";
import { key } from "../harness/accounts";

const POLICY = key("policy");
const OTHER = key("other policy");

describe("rules: always and never", () => {
  it("given any milestone, when they are asked, then one says yes and one says no", async () => {
    expect(await alwaysRelease.approve(POLICY, 0)).to.equal("yes");
    expect(await neverRelease.approve(POLICY, 0)).to.equal("no");
  });
});

describe("rules: a time limit", () => {
  it("given a rule that never answers, when its time is over, then it rejects; an answer in time counts", async () => {
    const limits: AbortController[] = [];
    const limit = () => {
      limits.push(new AbortController());
      return limits.at(-1)!.signal;
    };
    const never = { name: "silent", approve: () => new Promise<never>(() => undefined) };
    const answer = answeredInTime(never, limit).approve(POLICY, 0);
    limits[0]!.abort(new Error("too late"));
    const [ended] = await Promise.allSettled([answer]);
    expect(ended).to.have.nested.property("reason.message", "too late");
    expect(await answeredInTime(alwaysRelease, limit).approve(POLICY, 0)).to.equal("yes");
  });
});

describe("rules: an allow-list file", () => {
  let directory: string;
  let path: string;
  let problems: string[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "allow-list-"));
    path = join(directory, "release.txt");
    problems = [];
  });
  afterEach(() => rm(directory, { recursive: true }));

  const rule = () =>
    allowListRule({
      path,
      onProblem: (error) => {
        expect(error).to.be.instanceOf(AllowListError);
        problems.push(error.message.replace(directory, ""));
      },
    });

  it("given a list, when milestones are asked about, then exactly what it names is released", async () => {
    await writeFile(path, `# released by hand\n${POLICY} 0 2  # two of them\n\n${OTHER} *\n`);
    const { approve } = rule();
    expect(await Promise.all([0, 1, 2, 3].map((index) => approve(POLICY, index)))).to.deep.equal([
      ...["yes", "later", "yes", "later"],
    ]);
    expect(await approve(OTHER, 3)).to.equal("yes");
    expect(await approve(key("unnamed"), 0)).to.equal("later");
    expect(problems).to.deep.equal([]);
  });

  it("given a list that changes, when it is asked again, then what it says now counts", async () => {
    await writeFile(path, `${POLICY} 0\n`);
    const { approve } = rule();
    expect(await approve(POLICY, 1)).to.equal("later");
    await writeFile(path, `${POLICY} 0 1\n`);
    expect(await approve(POLICY, 1)).to.equal("yes");
    await writeFile(path, "");
    expect(await approve(POLICY, 0)).to.equal("later");
  });

  for (const [name, line, problem] of [
    ["an address that is none", "not-an-address 0", "no policy address: not-an-address"],
    ["no index", POLICY.toBase58(), "name the milestones by index, or * for all"],
    ["an index out of range", `${POLICY} 4`, "a milestone is 0 to 3 or *: 4"],
    ["a word", `${POLICY} all`, "a milestone is 0 to 3 or *: all"],
  ] as const) {
    it(`given a line with ${name}, when it is asked often, then that is one error and everything is later until it is mended`, async () => {
      await writeFile(path, `${OTHER} 0\n${line}\n`);
      const { approve } = rule();
      expect(await approve(OTHER, 0)).to.equal("later");
      expect(await approve(OTHER, 0)).to.equal("later");
      expect(problems).to.deep.equal([`/release.txt:2: ${problem}`]);
      await writeFile(path, `${OTHER} 0\n`);
      expect(await approve(OTHER, 0)).to.equal("yes");
    });
  }

  it("given a file that is missing, when it is asked often, then that is one error, until it is there", async () => {
    const { approve } = rule();
    expect(await approve(POLICY, 0)).to.equal("later");
    expect(await approve(POLICY, 0)).to.equal("later");
    expect(problems).to.deep.equal(["/release.txt: ENOENT"]);
    await writeFile(path, `${POLICY} 0\n`);
    expect(await approve(POLICY, 0)).to.equal("yes");
  });
});
