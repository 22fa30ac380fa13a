/**
 * Lays out docs/troubleshooting.md from the lists that the doctor, the upload and the link themselves use.
 * Their words are theirs; which message a board meets is left to docs/boards.md.
 */
import { UPLOAD_FAILURES } from "../../host/workflow/flash/upload-failures.ts";
import {
  BOOT_LOADERS,
  IN_BOOT_LOADER,
  TROUBLES,
  type Trouble,
} from "../../host/workflow/serial/troubles.ts";

/** The whole page; ends in a newline. */
export function troubleshootingPage(): string {
  const troubles: readonly Trouble[] = Object.values(TROUBLES);
  return `# When it does not work

\`npx pioneer doctor\` looks for everything in the first two tables and prints the command with the names put in. Written by
\`npx tsx scripts/write-boards.ts\` from the lists that the program itself uses.

## The port

| the doctor says | on | what it is | what helps |
|---|---|---|---|
${troubles.map(({ name, where, what, fix }) => row([code(name), where, plain(what), code(fix)])).join("\n")}

## The boot loader

Here ${IN_BOOT_LOADER}:

| USB ids | what helps |
|---|---|
${BOOT_LOADERS.map(({ vendorId, productId, name, leave }) => row([`${vendorId}:${productId} ${name}`, leave])).join("\n")}

## The upload

TP-LINK-042 repeats what the loader said. These are known:

| it says | what it is | what helps |
|---|---|---|
${UPLOAD_FAILURES.map(({ shown, why, fix }) => row([shown, why, fix])).join("\n")}

## After the upload, and in a run

[boards.md](boards.md#flash-and-run) lists what happens to a board that does not come back, and its codes. A board that answers and
loses frames: [link.md](link.md).

## The build

| code | what it is | what helps |
|---|---|---|
| TP-NEED-003 | PlatformIO is not there | \`npm run setup\` |
| TP-NEED-004 | the board's compiler is not there | the Debian package that the message names |
| TP-NEED-005 | a framework's packages are missing and cannot be fetched | a network, once; or the emulated stand-in |
| TP-BUILD-001 | compiler or linker refused | the log that the message names |
`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** What stands in braces is filled in by the doctor. */
function plain(words: string): string {
  return words.replaceAll(/\{(\w+)\}/g, "…");
}

function code(words: string): string {
  return `\`${plain(words)}\``;
}
