/** What only microversion 2.92, of Nova 26 (2022), takes in a key pair's name. */
export const NEW_IN_NAMES = /[@.]/;
