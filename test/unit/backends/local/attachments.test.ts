import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { LocalBackend } from "../../../../provider/backends/local/backend";
import { KeyPairStore } from "../../../../provider/backends/local/store";
import { KeyPairError } from "../../../../provider/core/errors";
import { testFolder } from "../../core/support/context";
import { failureOf } from "../../core/support/failureOf";
import { ed25519Key } from "../../core/support/keys";

/** More than one call takes. */
const fleet = Array.from({ length: 70 }, (_, n) => `i-${n}`).sort();
const operation = { signal: new AbortController().signal, deadline: Date.now() + 60_000, progress() {} };
it.each(["attach", "detach"] as const)(
  "%s changes all instances or, when a call fails, none",
  async (change) => {
    const store = new KeyPairStore(join(testFolder(), "local.sqlite"));
    onTestFinished(() => store.close());
    const backend = new LocalBackend(store, "local");
    store.import("local", { name: "web", publicKey: ed25519Key("web").publicKey });
    if (change === "detach") await backend.attachments.attach("web", fleet, operation);
    const before = store.attachedInstances("local", "web");
    const real = store[change].bind(store);
    const failing = vi
      .spyOn(store, change)
      .mockImplementationOnce(real)
      .mockImplementationOnce(() => {
        throw new KeyPairError({ code: "File", message: "the disk is full" });
      });
    expect(await failureOf(backend.attachments[change]("web", fleet, operation))).toMatchObject({
      code: "File",
    });
    expect(store.attachedInstances("local", "web")).toEqual(before);
    failing.mockRestore();
    expect(await backend.attachments[change]("web", fleet, operation)).toEqual([]);
    expect(store.attachedInstances("local", "web")).toEqual(change === "attach" ? fleet : []);
  },
);
