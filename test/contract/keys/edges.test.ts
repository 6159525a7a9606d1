import { test } from "vitest";
import { CURVES, checkEcdsaScalars, checkEd25519Seeds } from "../../unit/keys/edges";

test("3000 ed25519 seeds with zero bytes at both ends keep them in every form", () =>
  checkEd25519Seeds(3000));

test.each(CURVES)("ECDSA $bits: 200 scalars and points keep their length in every form", (curve) => {
  checkEcdsaScalars(curve, 200);
});
