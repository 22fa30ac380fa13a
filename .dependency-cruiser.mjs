/**
 * Decides which room may import from which; `npm run lint` enforces it.
 * Names, formatting and unused code are left to Biome and the compiler.
 */
const NODE_MODULES = "(^|/)node_modules/";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-circular",
      comment: "Data walks one way. Types may refer back, code may not.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "codegen-knows-no-host",
      comment: "codegen is pure: model in, text out. Links, processes and reports live in host.",
      severity: "error",
      from: { path: "^codegen/" },
      to: { path: "^host/" },
    },
    {
      name: "codegen-stays-pure",
      comment:
        "No clock, network, serial port or process inside codegen; files and hashes it may use.",
      severity: "error",
      from: { path: "^codegen/" },
      to: {
        dependencyTypes: ["core"],
        pathNot: "^(node:)?(fs|fs/promises|path|crypto|url)$",
      },
    },
    {
      name: "graphs-know-no-format",
      comment: "What layers a graph holds is decided apart from the file that it came in.",
      severity: "error",
      from: { path: "^codegen/model/graph/" },
      to: { path: "^codegen/model/(onnx|tflite|keras|safetensors|hdf5)/" },
    },
    {
      name: "host-uses-the-public-codegen",
      comment: "host takes from codegen only what codegen/index.ts gives.",
      severity: "error",
      from: { path: "^host/" },
      to: { path: "^codegen/", pathNot: "^codegen/index\\.ts$" },
    },
    {
      name: "decode-and-analyze-need-no-node",
      comment: "The web page and other projects use them as they are.",
      severity: "error",
      from: { path: "^host/(decode|analyze)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "decode-and-analyze-stand-alone",
      comment: "Outside their own folders they may name types only.",
      severity: "error",
      from: { path: "^host/(decode|analyze)/" },
      to: { pathNot: "^host/(decode|analyze)/", dependencyTypesNot: ["type-only", "core"] },
    },
    {
      name: "programs-import-no-tests",
      comment: "Tests know the programs, never the other way round.",
      severity: "error",
      from: { path: "^(codegen|host|scripts)/" },
      to: { path: "^test/" },
    },
    {
      name: "no-undeclared-package",
      comment: "What is imported stands in package.json.",
      severity: "error",
      from: { path: "^(codegen|host|scripts|test)/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "no-dev-package-in-programs",
      comment: "What the programs need at run time is a dependency, not a devDependency.",
      severity: "error",
      from: { path: "^(codegen|host)/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "not-to-unresolvable",
      comment: "Every import leads somewhere.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: NODE_MODULES },
    exclude: { path: "^(firmware/gen|out|test/golden/[^/]+/expected)/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    moduleSystems: ["es6"],
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".mjs", ".js", ".json"],
    },
  },
};
