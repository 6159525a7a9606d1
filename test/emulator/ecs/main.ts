import { parseArgs } from "node:util";
import { type EcsEmulatorOptions, startEcsEmulator } from "./server";

/*
 * The emulator as a process. `--options` takes its options as JSON. It prints its endpoint as one line, reads commands as
 * lines of JSON on its standard input (`{"faults": […]}`, `{"clear": true}`, `{"calls": true}`), answers each with one line
 * of JSON, and ends when its standard input does.
 */

const { values } = parseArgs({ options: { options: { type: "string", default: "{}" } } });
const options: EcsEmulatorOptions = JSON.parse(values.options);

void startEcsEmulator(options).then((emulator) => {
  console.log(emulator.endpoint);
  let rest = "";
  process.stdin.setEncoding("utf8").on("data", (chunk) => {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { faults, clear, calls } = JSON.parse(line);
      if (clear) emulator.faults.clear();
      if (faults) emulator.faults.add(...faults);
      console.log(JSON.stringify(calls ? emulator.calls : "done"));
    }
  });
  process.stdin.on("end", () => void emulator.close());
});
