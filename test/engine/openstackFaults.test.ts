import { beforeAll, expect, it, onTestFinished } from "vitest";
import { type Fault, LOST_REPLIES } from "../emulator/lostReplies";
import { describeOpenStack, type OpenStack, startOpenStack } from "../support/openstack/openstack";
import { literal, newKey } from "./support/keys";
import { openStackProject } from "./support/openstack";
import { step } from "./support/step";

/** Each fault happens to one imported pair and to one that the cloud makes. */
const KINDS = ["import", "create"] as const;

let cloud: OpenStack;

describeOpenStack("faults on the way to a real Nova", () => {
  beforeAll(async () => {
    cloud = await startOpenStack();
  }, 600_000);

  it("are outlasted by up, refresh and destroy, where each pair meets a fault of its own", async () => {
    const { line } = await newKey();
    const nova = await openStackProject(cloud, {
      // Of the requests that hang; the cloud itself answers sooner also on a busy machine.
      variables: { OS_API_TIMEOUT: "5" },
      program: `
        for (let n = 0; n < ${LOST_REPLIES.length}; n++) {
          new KeyPair("import-" + n, { keyPairName: "import-" + n, publicKeyBody: ${literal(line)} });
          new KeyPair("create-" + n, { keyPairName: "create-" + n });
        }`,
    });
    onTestFinished(() => nova.close());

    await step("up makes each pair once, and has the private key of each that the cloud made", async () => {
      nova.nova.fail(once("POST", ({ body }) => JSON.parse(body).keypair.name));
      const run = await nova.project.up();
      expect(run.errors()).toEqual([]);
      expect(await nova.mismatches()).toEqual([]);
      expect(await nova.pairs()).toHaveLength(LOST_REPLIES.length * KINDS.length);
      // A pair whose private key was lost with the reply is deleted, and made again.
      const lost = LOST_REPLIES.filter(({ outcome }) => outcome === "done").length;
      const deletions = nova.calls().filter((call) => call.startsWith("DELETE"));
      expect(deletions.length).toBeGreaterThanOrEqual(lost);
      expect((await nova.project.up()).changes).toEqual({ same: 1 + LOST_REPLIES.length * KINDS.length });
    });

    await step("refresh loses none", async () => {
      nova.nova.fail();
      for (const { title, fault } of LOST_REPLIES.slice(0, 4)) {
        nova.nova.failNext("GET", /os-keypairs/, fault, 2);
        expect((await nova.project.refresh()).changes, title).toEqual({
          same: 1 + LOST_REPLIES.length * KINDS.length,
        });
      }
    });

    await step("destroy deletes each", async () => {
      nova.nova.fail();
      nova.nova.fail(once("DELETE", ({ path }) => path.split("/").at(-1) ?? ""));
      const run = await nova.project.destroy();
      expect(run.errors()).toEqual([]);
      expect(await nova.pairs()).toEqual([]);
      expect(nova.project.resources()).toEqual([]);
    });
  });
});

/** The first request of this method for each name has the fault of the name's number. */
function once(method: string, nameOf: (seen: { body: string; path: string }) => string) {
  const met = new Set<string>();
  return (seen: { method: string; body: string; path: string }): Fault | undefined => {
    if (seen.method !== method || met.has(nameOf(seen))) return undefined;
    met.add(nameOf(seen));
    return LOST_REPLIES[Number(nameOf(seen).split("-").at(-1))]?.fault;
  };
}
