import { writeSync } from "node:fs";
import { KeyPairStore } from "../../../provider/backends/local/store";

/*
 * A process that writes to a local store until it has done its part or is killed. It says each step on its standard output,
 * before ("begin") and after ("done") the call, so that its parent knows what has to be in the store.
 */

const REGION = "local";

/** `import PREFIX COUNT`: imports so many pairs of the prefix, and the contested pairs that all writers want. */
function importMany(store: KeyPairStore, publicKey: string, prefix: string, count: number): void {
  for (let n = 0; n < count; n++) {
    for (const name of [`${prefix}-${n}`, `contested-${n}`]) {
      try {
        store.import(REGION, { name, publicKey, tags: { by: prefix } });
        say("done", "import", name);
      } catch (error) {
        say("failed", error instanceof Error && "code" in error ? String(error.code) : String(error), name);
      }
    }
  }
}

/**
 * `churn PREFIX COUNT`: makes, changes, attaches and deletes so many pairs at a time until it is killed. Each change is one
 * of many pages of the file, so that the kill often comes in the middle of it.
 */
function churn(store: KeyPairStore, publicKey: string, prefix: string, count: number): void {
  const step = (action: string, of: string, call: () => unknown) => {
    say("begin", action, of);
    store.atomically(call);
    say("done", action, of);
  };
  for (let n = 0; ; n++) {
    const batch = `${prefix}-${n}`;
    const names = Array.from({ length: count }, (_, member) => `${batch}-${member}`);
    const tags = (state: string) => ({ state, batch, padding: "x".repeat(128), more: "y".repeat(128) });
    step("import", batch, () => {
      for (const name of names) store.import(REGION, { name, publicKey, tags: tags("new") });
    });
    step("tag", batch, () => store.tag(REGION, names, tags("tagged")));
    step("attach", batch, () => {
      for (const name of names) store.attach(REGION, name, [`i-${n % 2}`]);
    });
    step("detach", batch, () => {
      for (const name of names) store.detach(REGION, name, [`i-${n % 2}`]);
    });
    if (n >= 3) {
      const old = `${prefix}-${n - 3}`;
      step("delete", old, () =>
        store.deleteMany(
          REGION,
          names.map((_, member) => `${old}-${member}`),
        ),
      );
    }
  }
}

/** `die PREFIX COUNT`: is killed in the middle of a change that is so large that a part of it is in the file already. */
function die(store: KeyPairStore, publicKey: string, prefix: string, count: number): void {
  const names = Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
  const tags = (value: string) =>
    Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`${n}`.padStart(128, "k"), value.repeat(128)]));
  store.atomically(() => {
    for (const name of names) store.import(REGION, { name, publicKey, tags: tags("a") });
  });
  store.atomically(() => {
    for (const name of names) store.tag(REGION, [name], tags("b"));
    process.kill(process.pid, "SIGKILL");
  });
}

/** `make`: makes one store after the other, until it is killed. */
function makeStores(path: string): void {
  for (let n = 0; ; n++) {
    say("begin", "make", String(n));
    new KeyPairStore(`${path}.${n}`).close();
    say("done", "make", String(n));
  }
}

/** Past every buffer of Node: what was said is there when the process is killed right after. */
function say(...words: string[]): void {
  writeSync(1, `${words.join(" ")}\n`);
}

const [path = "", publicKey = "", task = "", prefix = "", count = "0"] = process.argv.slice(2);
if (task === "make") makeStores(path);
const options = task === "churn" ? { quota: Number.POSITIVE_INFINITY } : {};
const store = new KeyPairStore(path, { busyTimeoutMs: 30_000, ...options });
if (task === "import") importMany(store, publicKey, prefix, Number(count));
if (task === "die") die(store, publicKey, prefix, Number(count));
if (task === "churn") churn(store, publicKey, prefix, Number(count));
store.close();
