import { type Command, Option } from "commander";
import { BACKEND_NAMES } from "../../core/model";

const HELP = `
Run it in the folder of the Pulumi project, while no other pulumi command works on the stack. It reads the creates that the
engine has noted as pending: those of a run that was killed, or interrupted twice. The engine keeps no note of a create that
failed with an error, or whose provider process alone was killed.

--delete removes a key pair only when all of this is true:
  - The interrupted create can have made it: the name has the random suffix that was made for this create, or the key pair was
    made while the create may have run (the clocks may differ by 5 minutes).
  - It holds the program's key, or one that the cloud made and that reached no state.
  - No instance uses it, and the privateKeyFile of the resource does not hold its key.
The key is compared again right before the deletion. Everything else is left, and the report says why.

Exit codes:
  0  nothing is left over, or all of it was deleted
  1  it is not known for at least one create, or the command failed
  2  the command line is wrong
  3  something is left over`;

/** Describes the command: see `OrphansOptions`. */
export function orphansOptions(command: Command): Command {
  return command
    .description("list the key pairs that interrupted runs of a stack left in the cloud and in no state")
    .option("--stack <name>", "the stack, when it is not the selected one")
    .option(
      "--state <file>",
      "the stack's state as it is now, the output of `pulumi stack export --show-secrets`, or - for standard input",
    )
    .option("--delete", "delete what is surely left over, after asking")
    .option("--yes", "do not ask before deleting")
    .option("--json", "print JSON")
    .option(
      "--since <time>",
      "when the interrupted run began, if other commands have written the state since, such as 2026-11-26T07:18Z",
    )
    .addOption(
      new Option("--backend <name>", "use this in place of the configured backend").choices(BACKEND_NAMES),
    )
    .option("--region <name>", "use this in place of the configured region")
    .option("--endpoint <url>", "use this in place of the configured endpoint")
    .option("--profile <name>", "use this in place of the configured profile and credentials")
    .option("--cloud <name>", "use this in place of the configured cloud and credentials")
    .option("--path <file>", "use this in place of the configured file of the local backend")
    .addHelpText("after", HELP);
}
