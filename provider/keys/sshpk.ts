/**
 * sshpk translates between OpenSSL's forms and OpenSSH's. It takes some 90 ms to load, which most programs never need: their
 * keys are OpenSSH lines.
 */
export function loadSshpk(): typeof import("sshpk") {
  return require("sshpk");
}
