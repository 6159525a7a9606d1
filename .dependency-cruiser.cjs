// The architecture, as rules: front -> core -> backend -> transport, one direction (CONTRIBUTING.md, "The house").
// A folder imports what its row allows of our own code, and nothing else.
const LEAVES = "^provider/core/(defined|errors|model|pause|redact|settingNames|suggestion)\\.ts$";
// The peer dependency, and what the plugin takes from where that takes it.
const FROM_PULUMI = "node_modules/(@pulumi|@grpc/grpc-js|google-protobuf)/";
const layers = [
  { from: "^sdk/", may: ["^sdk/", LEAVES, "^provider/fronts/dynamic/(stub|lookup|keys)\\.ts$"] },
  ...["dynamic", "plugin"].map((front) => ({
    from: `^provider/fronts/${front}/`,
    may: [
      `^provider/fronts/${front}/`,
      "^provider/fronts/shared/",
      "^provider/core/",
      "^provider/backends/index\\.ts$",
    ],
  })),
  {
    from: "^provider/fronts/shared/",
    may: ["^provider/fronts/shared/", "^provider/core/", "^provider/backends/index\\.ts$"],
  },
  {
    from: "^provider/cli/",
    may: ["^provider/cli/", "^provider/core/", "^provider/keys/", "^provider/backends/index\\.ts$"],
  },
  { from: "^provider/core/", may: ["^provider/core/", "^provider/keys/"] },
  { from: "^provider/keys/", may: ["^provider/keys/", LEAVES] },
  { from: "^provider/backends/index\\.ts$", may: ["^provider/backends/", "^provider/core/"] },
  ...["alibaba", "openstack", "local"].map((backend) => ({
    from: `^provider/backends/${backend}/`,
    may: [
      `^provider/backends/${backend}/`,
      // Two backends follow the rules of ECS: the cloud's own, and the store that behaves like it.
      ...(backend === "openstack" ? [] : ["^provider/backends/ecsRules\\.ts$"]),
      "^provider/backends/credentialsUsed\\.ts$",
      "^provider/core/backend\\.ts$",
      LEAVES,
      "^provider/keys/",
      "^provider/transport/",
    ],
  })),
  { from: "^provider/backends/credentialsUsed\\.ts$", may: [LEAVES] },
  { from: "^provider/backends/ecsRules\\.ts$", may: ["^provider/core/backend\\.ts$", LEAVES] },
  { from: "^provider/transport/", may: ["^provider/transport/", "^provider/core/backend\\.ts$", LEAVES] },
];

module.exports = {
  forbidden: [
    ...layers.map(({ from, may }) => ({
      name: `boundary ${from}`,
      severity: "error",
      from: { path: from },
      to: { path: "^(provider|sdk|test|scripts|examples)/", pathNot: may },
    })),
    {
      name: "no-cycles",
      severity: "error",
      from: { path: "^(provider|sdk)/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "core-and-backends-do-not-know-pulumi",
      severity: "error",
      from: { path: "^provider/", pathNot: "^provider/fronts/(dynamic|plugin)/" },
      to: { path: FROM_PULUMI },
    },
    {
      name: "core-and-keys-do-not-know-http",
      severity: "error",
      from: { path: "^provider/(core|keys)/" },
      to: { path: "^(node:)?(https?|net|tls|undici)$" },
    },
    {
      name: "a-program-loads-only-the-sdk",
      comment:
        "Loading pulumi-keypair in a program must not load the provider, sshpk or a cloud library. sdk/lookup.ts does when " +
        "the program first looks something up; that it does so only then is tested in test/engine/loading.test.ts.",
      severity: "error",
      from: {
        path: "^sdk/",
        pathNot: "^sdk/(lookup|keys|keyPair|keyPairProperties|types|index|plugin/(index|keyPair))\\.ts$",
      },
      to: {
        reachable: true,
        path: "node_modules/(sshpk|yaml|@alicloud)/|^provider/(keys|backends|transport)/",
      },
    },
    {
      name: "no-unlisted-packages",
      severity: "error",
      from: { path: "^(provider|sdk)/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev"], pathNot: FROM_PULUMI },
    },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, path: "^(provider|sdk)/", pathNot: "main\\.ts$" },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
  },
};
