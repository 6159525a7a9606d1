import { createHash } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inject } from "vitest";
import type { EcsRequest } from "../emulator/ecs/request";
import { credentials, type EcsProject, ecsProject } from "../engine/support/alibaba";
import { findInText, needlesOf, searchEverywhere } from "../engine/support/leaks";
import { mismatchesWith, resourcesWithSecrets } from "../engine/support/mismatches";
import { kill, processTree } from "../engine/support/processes";
import type { StoredResource } from "../engine/support/project";
import type { Run } from "../engine/support/run";
import { storedPairs } from "../engine/support/storedPairs";
import { lostKeys, mayBeDeleted, type Places, placesOf, violations } from "./checks";
import { Cloud } from "./cloud";
import { type Plan, planOf, type Round } from "./plan";
import { ELSEWHERE, HOME, heirOf, type Program, placeOf, sourceOf, type Tags } from "./program";
import type { Act } from "./strangers";
import { CHANGING, type Trouble } from "./troubles";

/** Lines of the last command's output that a failure shows. */
const SHOWN_LINES = 40;

/** Lives through what the seed stands for. Throws, with all that happened and how to see it again, when something is wrong. */
export async function liveThrough(seed: number, rounds: number): Promise<void> {
  const story = await Story.begin(planOf(seed, rounds));
  try {
    await story.run();
  } finally {
    await story.close();
  }
}

class Story {
  readonly #history: string[] = [];
  readonly #printed: string[] = [];
  /** What must be nowhere: pieces of private keys, and the secret of the access key. */
  readonly #secrets: Set<string>;
  readonly #cloud: Cloud;
  /** By place: what other tools wrote on the program's pairs, for as long as these live. */
  readonly #otherTools = new Map<string, Tags>();
  #places: Places = new Map();

  static async begin(plan: Plan): Promise<Story> {
    const key = {
      id: "chaos-id",
      secret: createHash("sha256").update(`access key ${plan.seed}`).digest("hex"),
    };
    const calls = new Calls();
    const inConfiguration = {
      config: { "keypair:accessKeyId": key.id },
      secretConfig: { "keypair:accessKeySecret": key.secret },
      env: {},
    };
    const ecs = await ecsProject({
      ...(plan.hasConfiguredKey ? inConfiguration : { env: credentials(key) }),
      emulator: { accessKeys: [key], onRequest: (request) => calls.note(request) },
    });
    return new Story(plan, ecs, calls, key.secret);
  }

  private constructor(
    private readonly plan: Plan,
    private readonly ecs: EcsProject,
    private readonly calls: Calls,
    secret: string,
  ) {
    this.#secrets = new Set([secret]);
    this.#cloud = new Cloud(ecs.emulator, plan.seed);
  }

  async close(): Promise<void> {
    this.#cloud.close();
    await this.ecs.close();
  }

  async run(): Promise<void> {
    const { rounds } = this.plan;
    for (const [n, round] of rounds.entries()) {
      await this.#attempt(n + 1, () => this.#live(n + 1, round));
    }
    await this.#attempt(rounds.length, async () => {
      this.#tell("at last: destroy, and search for secrets");
      await this.#succeed("destroy", []);
      this.#expectNone([
        ...[...this.#cloud.own().keys()].map((place) => `${place} is left after destroy`),
        ...this.#cloud.touched(),
        ...this.#leaks(),
      ]);
    });
  }

  async #live(number: number, round: Round): Promise<void> {
    this.#tell(
      `round ${number}, ${round.before.pairs.size} pairs before it:`,
      ...round.told.map((line) => `  ${line}`),
    );
    const before = this.#places;
    for (const act of round.acts) this.#perform(act);
    this.#program(round.program);
    const isKilled =
      round.trouble !== undefined && (await this.#upInTrouble(round, round.trouble)) === "killed";
    if (round.afterwards) this.#program(round.afterwards);
    const program = round.afterwards ?? round.program;
    const resources = await this.#converge(round, program);
    const deleted = this.#cloud.deletedPlaces();
    this.#expectNone(this.#needlesslyDeleted(round, before, deleted));
    for (const place of deleted) this.#otherTools.delete(place);

    const own = this.#cloud.own();
    if (isKilled) this.#noteTagsOfKilled(round, program, placesOf(resources), own);
    const inRegion = (region: string) =>
      [...own].filter(([place]) => place.startsWith(placeOf(region, ""))).map(([, record]) => record);
    this.#expectNone([
      ...this.#cloud.touched(),
      ...violations(program, this.plan.seed, resources, own, this.#otherTools),
      ...[HOME, ELSEWHERE].flatMap((region) => mismatchesWith(resources, inRegion(region), region)),
    ]);
    this.#places = placesOf(resources);
    this.#expectNone(lostKeys(round, before, this.#places));
    for (const { privateKey, publicKey } of storedPairs(resources)) {
      if (privateKey === undefined) continue;
      for (const needle of needlesOf(privateKey, publicKey)) this.#secrets.add(needle);
    }
  }

  #perform(act: Act): void {
    const place = act.kind === "make a pair" ? act : this.#places.get(act.resource);
    if (!place) throw new Error("an act on a resource that has no pair");
    this.#cloud.perform(act, place);
    const key = placeOf(place.region, place.name);
    if (act.kind === "add tags") this.#otherTools.set(key, { ...this.#otherTools.get(key), ...act.tags });
    if (act.kind === "delete" || act.kind === "replace the key") this.#otherTools.delete(key);
  }

  /**
   * The state does not know the tags that a killed run gave to pairs it had already. Where the program does not say them any more in the
   * next run, they stay like those of another tool (docs/limits.md).
   */
  #noteTagsOfKilled(
    { before, program }: Round,
    next: Program,
    places: Places,
    own: ReadonlyMap<string, { tags?: Tags }>,
  ): void {
    for (const { resource, tags = {} } of program.pairs.values()) {
      const heir = heirOf(resource, next);
      const at = heir && places.get(heir.resource);
      if (!at) continue;
      const place = placeOf(at.region, at.name);
      const said = { ...before.pairs.get(resource)?.tags, ...heir.tags };
      const left = Object.entries(tags).filter(
        ([tag, value]) => !(tag in said) && own.get(place)?.tags?.[tag] === value,
      );
      this.#otherTools.set(place, { ...this.#otherTools.get(place), ...Object.fromEntries(left) });
    }
  }

  #program(program: Program): void {
    this.ecs.project.program(sourceOf(program, this.plan.seed, this.ecs.emulator.endpoint));
  }

  /** The first `up` of a round. It may fail where it was not meant to get over what goes wrong, or somebody else was there. */
  async #upInTrouble(round: Round, trouble: Trouble): Promise<"killed" | "ended"> {
    const { emulator } = this.ecs;
    emulator.faults.add(...trouble.faults);
    emulator.setReadLag(trouble.readLagMs);
    emulator.setRate(trouble.callsPerSecond);
    const flags = this.#refreshFlags(round.isRefreshed);
    const run = await this.#command("up", flags, trouble.kill);
    emulator.faults.clear();
    emulator.setReadLag(0);
    emulator.setRate(undefined);
    if (trouble.isOutlasted && round.acts.every(isHarmless)) expectSuccess(run);
    this.#expectNone(this.#cloud.touched());
    if (run.exitCode !== 137) return "ended";
    await this.ecs.project.pulumi(["cancel", "--yes"]);
    await this.#cleanUp();
    this.#refreshFlags(true);
    await this.#succeed("refresh", ["--clear-pending-creates"]);
    this.#expectNone(this.#cloud.touched());
    return "killed";
  }

  /** Removes what the creates of a killed run left in the cloud. An older package has no command for that. */
  async #cleanUp(): Promise<void> {
    const main = join(inject("packageFolder"), "dist/provider/cli/main.js");
    const { project } = this.ecs;
    const help = await project.exec(process.execPath, [main, "orphans", "--help"]);
    if (help.exitCode !== 0 || !help.output.includes("--delete")) return;
    const { exitCode, output } = await project.exec(process.execPath, [main, "orphans", "--delete", "--yes"]);
    this.#printed.push(output);
    this.#tell(`  orphans --delete: exit code ${exitCode}, ${output.trim().replaceAll("\n", " / ")}`);
  }

  /** `up` until the program is what is there, while all is well; answers the state of then. */
  async #converge(round: Round, program: Program): Promise<StoredResource[]> {
    const flags = this.#refreshFlags(round.acts.length > 0);
    const inTheWay = this.#inTheWay(program);
    const run = await this.#command("up", flags);
    const isMadeOver = inTheWay.every(({ isOwnName }) => isOwnName);
    if (inTheWay.length === 0) expectSuccess(run);
    else if (run.exitCode === 0 && !isMadeOver) {
      this.#expectNone([
        `up went well, though somebody else has ${inTheWay.map(({ place }) => place).join()}`,
      ]);
    } else if (run.exitCode !== 0) {
      const blocked = inTheWay.map(({ resource }) => resource);
      const others = run.failed.filter((resource) => !blocked.includes(resource));
      this.#expectNone([
        ...others.map((resource) => `${resource} failed, and nobody stood in its way`),
        ...this.#cloud.touched(),
      ]);
      this.#tell(`  somebody else deletes his ${inTheWay.map(({ place }) => place).join(", ")}`);
      this.#cloud.letGo(inTheWay.map(({ place }) => place));
      await this.#succeed("up", flags);
    }
    const last = await this.#succeed("up", this.#refreshFlags(round.isRefreshedAtLast));
    const changes = last.steps.filter(({ op }) => op !== "same" && op !== "refresh");
    this.#expectNone(changes.map(({ op, resource }) => `the last up did ${op} ${resource} once more`));
    const { pending_operations: pending = [] } = this.ecs.project.deployment().deployment;
    this.#expectNone(pending.map((operation) => `still pending: ${JSON.stringify(operation)}`));
    return resourcesWithSecrets(this.ecs.project);
  }

  /** The pairs of somebody else whose names the program wants. `isOwnName`: it had the name before he did. */
  #inTheWay(program: Program): { place: string; resource: string; isOwnName: boolean }[] {
    return [...program.pairs.values()].flatMap(({ keyPairName, region, resource, set, formerNames }) => {
      const place = placeOf(region, keyPairName ?? "");
      if (keyPairName === undefined || !this.#cloud.isForeign(place)) return [];
      const before = [resource, ...formerNames].map((name) => this.#places.get(name));
      const isOwnName = before.some((had) => had?.name === keyPairName && had.region === region);
      return [{ place, resource: set ?? resource, isOwnName }];
    });
  }

  #needlesslyDeleted(round: Round, before: Places, deleted: ReadonlySet<string>): string[] {
    const expected = mayBeDeleted(round);
    return [...before].flatMap(([resource, { region, name }]) => {
      const place = placeOf(region, name);
      if (!deleted.has(place) || expected.has(resource)) return [];
      return [`${place} of ${resource} was deleted, and nothing asked for that`];
    });
  }

  #leaks(): string[] {
    const secrets = [...this.#secrets];
    return [
      ...findInText("what the commands printed", this.#printed.join("\n"), secrets),
      ...searchEverywhere(this.ecs.project.folder, secrets),
    ].map((where) => `a secret is in ${where}`);
  }

  #refreshFlags(isRefreshed: boolean): string[] {
    if (!isRefreshed) return [];
    this.#cloud.noteRefresh(
      new Set([...this.#places.values()].map(({ region, name }) => placeOf(region, name))),
    );
    return ["--refresh"];
  }

  async #succeed(command: "up" | "refresh" | "destroy", flags: string[]): Promise<Run> {
    return expectSuccess(await this.#command(command, flags));
  }

  async #command(
    command: "up" | "refresh" | "destroy",
    flags: string[],
    ending?: Trouble["kill"],
  ): Promise<Run> {
    const running = this.ecs.project.start(command, { flags });
    if (ending) {
      await Promise.race([this.calls.changing(ending.call), running.ended]);
      await sleep(ending.delayMs);
      kill(...processTree(running.pid));
    }
    const run = await running.ended;
    this.#printed.push(run.output);
    this.#tell(`  ${[command, ...flags].join(" ")}: exit code ${run.exitCode}${summaryOf(run)}`);
    return run;
  }

  #tell(...lines: string[]): void {
    this.#history.push(...lines);
  }

  #expectNone(found: readonly string[]): void {
    if (found.length > 0) throw new Error(found.join("\n"));
  }

  async #attempt(round: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      const { seed } = this.plan;
      const message = cause instanceof Error ? cause.message : String(cause);
      const output = this.#printed.at(-1)?.trimEnd().split("\n").slice(-SHOWN_LINES) ?? [];
      const sections = [
        `chaos: seed ${seed}, round ${round}: ${message}`,
        `To see it again: npm run chaos -- --seed ${seed} --rounds ${round}`,
        `What happened:\n${this.#history.join("\n")}`,
        `The last command printed:\n${output.join("\n")}`,
      ];
      throw new Error(sections.join("\n\n"), { cause });
    }
  }
}

/** Tells when so many calls that change something have come in since it was asked. */
class Calls {
  #waiting: { left: number; done(): void } | undefined;

  note({ action }: EcsRequest): void {
    if (!this.#waiting || !CHANGING.includes(action)) return;
    this.#waiting.left--;
    if (this.#waiting.left === 0) this.#waiting.done();
  }

  changing(count: number): Promise<void> {
    return new Promise((done) => {
      this.#waiting = { left: count, done };
    });
  }
}

/** Whether an `up` that does not refresh goes well all the same. */
function isHarmless(act: Act): boolean {
  return act.kind === "add tags" || (act.kind === "make a pair" && act.blocks === undefined);
}

function expectSuccess(run: Run): Run {
  if (run.exitCode === 0) return run;
  throw new Error(`this command had to succeed: ${run.errors().join("\n")}`);
}

function summaryOf({ changes }: Run): string {
  const parts = Object.entries(changes).map(([op, count]) => `${op} ${count}`);
  return parts.length > 0 ? ` (${parts.join(", ")})` : "";
}
