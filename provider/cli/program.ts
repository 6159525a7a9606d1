import { Argument, Command, CommanderError, Option } from "commander";
import { createBackendCatalog } from "../backends";
import type { BackendCatalog } from "../core/backend";
import { textOf } from "../core/errors";
import { BACKEND_NAMES } from "../core/model";
import { checkNode } from "../core/nodeVersion";
import { redact } from "../core/redact";
import { isPrivateKeyText } from "../keys";
import { type AdoptOptions, adoptOptions, runAdopt } from "./adopt/command";
import { checkForBackends } from "./check";
import { convertKey, PRIVATE_KEY_FORMS } from "./convert";
import { fingerprintLines, publicKeyLine } from "./describe";
import { type Io, readInput, STDIN } from "./input";
import { type ListOptions, listOptions, runList } from "./list/command";
import { type OrphansOptions, orphansOptions, type Remainder, runOrphans } from "./orphans/command";
import { exportConfiguration, exportState } from "./pulumi";

/** What the exit code says. */
export const EXIT = {
  done: 0,
  /** The command failed, or (`check`) a backend does not take the key, or (`list`) a region could not be looked at. */
  refused: 1,
  /** The command line is wrong. */
  usage: 2,
  /** `orphans`: something is left. `adopt`: pairs were left out. */
  left: 3,
} as const;

const EXIT_OF_ORPHANS: Record<Remainder, number> = {
  nothing: EXIT.done,
  unknown: EXIT.refused,
  something: EXIT.left,
};

const FORMATS =
  'Reads OpenSSH and authorized_keys lines, certificates, RFC 4716 (PuTTYgen\'s "Save public key"), PEM, .ppk and private ' +
  "key files. Only `convert --out -` prints a private key, all else only the public half. OpenSSH's and PuTTY's files need no " +
  "passphrase.";

/** Runs one command and returns the exit code. Never rejects. Only `convert --out -` prints a private key. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = command("pulumi-keypair")
    .description(
      "Looks at SSH keys as the provider does, lists key pairs, takes them over into a program, and finds those that a killed run " +
        `left. ${FORMATS}`,
    )
    .version(version(), "-V, --version", "print the version")
    .helpCommand(false);
  const subcommand = (name: string, description: string) => {
    const made = command(name)
      .description(description)
      .addArgument(new Argument("<file>", `the key's file, or ${STDIN} for standard input`));
    program.addCommand(made);
    return made;
  };

  subcommand("public-key", "print the public key as one OpenSSH line").action(async (file: string) => {
    io.print(`${publicKeyLine(await readInput(file, io.stdin))}\n`);
  });

  subcommand("fingerprint", "print size, SHA-256 and MD5 fingerprint and type, as ssh-keygen -l does").action(
    async (file: string) => {
      for (const line of fingerprintLines(await readInput(file, io.stdin))) io.print(`${line}\n`);
    },
  );

  subcommand("check", "say which backends take the public key, and why the others do not")
    .addOption(new Option("--backend <name>", "only this backend").choices(BACKEND_NAMES))
    .action(async (file: string, { backend }: { backend?: (typeof BACKEND_NAMES)[number] }) => {
      const asked = backend ? [backend] : BACKEND_NAMES;
      const { lines, isTakenByAll } = checkForBackends(await readInput(file, io.stdin), asked);
      for (const line of lines) io.print(`${line}\n`);
      if (!isTakenByAll) exitCode = EXIT.refused;
    });

  subcommand("convert", "write a private key that has no passphrase in another form")
    .addOption(
      new Option("--to <form>", "required: the form to write")
        .choices(PRIVATE_KEY_FORMS)
        .makeOptionMandatory(),
    )
    .requiredOption(
      "--out <file>",
      `required: the file to write, mode 0600, or ${STDIN} for standard output; an existing file is never overwritten`,
    )
    .option("--comment <text>", "the comment of the written key; without it the one that it has")
    .action(async (file: string, options: Parameters<typeof convertKey>[1]) => {
      const { text, written } = await convertKey(await readInput(file, io.stdin), options);
      if (text === undefined) io.print(`${written}\n`);
      else {
        io.print(text);
        io.complain(`${written}\n`);
      }
    });

  program.addCommand(
    orphansOptions(command("orphans")).action((options: OrphansOptions) =>
      withCatalog(async (catalog) => {
        exitCode = EXIT_OF_ORPHANS[await runOrphans(options, { ...io, catalog, exportState })];
      }),
    ),
  );

  program.addCommand(
    listOptions(command("list")).action((options: ListOptions) =>
      withCatalog(async (catalog) => {
        const isWhole = await runList(options, { ...io, catalog, exportConfiguration });
        if (!isWhole) exitCode = EXIT.refused;
      }),
    ),
  );

  program.addCommand(
    adoptOptions(command("adopt")).action((options: AdoptOptions) =>
      withCatalog(async (catalog) => {
        const isWhole = await runAdopt(options, {
          ...io,
          catalog,
          exportConfiguration,
          exportState,
          version: version(),
        });
        if (!isWhole) exitCode = EXIT.left;
      }),
    ),
  );

  // Commander repeats what it does not understand, and so do messages about files.
  if (args.some((arg) => isPrivateKeyText(arg) || /[\r\n]/.test(arg))) {
    io.complain(
      "pulumi-keypair: an argument is the text of a key. Give the key's file, or - and the key on standard input.\n",
    );
    return EXIT.usage;
  }
  try {
    checkNode();
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    // Commander has said itself what is wrong with the command line.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    io.complain(`pulumi-keypair: ${textOf(error)}\n`);
    return EXIT.refused;
  }

  function command(name: string): Command {
    return (
      new Command(name)
        .exitOverride()
        .showHelpAfterError("(pulumi-keypair --help says more)")
        // The message repeats the unknown argument, and that may be a key that was given instead of its file.
        .configureOutput({ writeOut: io.print, writeErr: (text) => io.complain(redact(text)) })
    );
  }
}

async function withCatalog(work: (catalog: BackendCatalog) => Promise<void>): Promise<void> {
  const catalog = createBackendCatalog();
  try {
    await work(catalog);
  } finally {
    await catalog.closeAll();
  }
}

function version(): string {
  const manifest: { version: string } = require("pulumi-keypair/package.json");
  return manifest.version;
}
