/**
 * sshpk translates between the forms of OpenSSL and of OpenSSH. Loading it takes about 90 ms, so it is loaded when it is needed:
 * most programs have OpenSSH lines only.
 */
export function loadSshpk(): typeof import("sshpk") {
  return require("sshpk");
}
