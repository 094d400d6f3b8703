// swift-tools-version: 6.1
import PackageDescription

// The module map. Arrows point one way: a target imports only what it lists here, and `make` builds with
// `--explicit-target-dependency-import-check error`, so an import that is not listed does not compile.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

// Arithmetic in an unoptimised build is a hundred times slower, so these targets are optimised in debug too.
let numeric: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

func library(_ name: String, _ dependencies: [String], settings: [SwiftSetting] = strict) -> Target {
  .target(name: name, dependencies: dependencies.map { .byName(name: $0) }, swiftSettings: settings)
}

func tests(_ name: String, _ extra: [String] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: ([name, "Diagnostics"] + extra).map { .byName(name: $0) }, swiftSettings: strict
  )
}

let systemLibraries: [Target] = [
  .systemLibrary(name: "CLinux"),
  .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
  .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
  .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
  .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
  // These three are loaded when first used (see their headers), so nothing links to them.
  .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
  .systemLibrary(name: "CArchive", providers: [.apt(["libarchive-dev"])]),
  .systemLibrary(name: "CMicroHTTPD", providers: [.apt(["libmicrohttpd-dev"])]),
]

let leaves: [Target] = [
  library("Diagnostics", []),
  .target(
    name: "JSON", dependencies: ["Diagnostics"], swiftSettings: numeric, linkerSettings: [.linkedLibrary("m")]),
  library("Conversations", ["JSON"]),
]

let pipeline: [Target] = [
  library("YAML", ["Diagnostics", "CYAML"]),
  library("Recipes", ["YAML", "JSON", "Diagnostics"]),
  library("Artifacts", ["JSON", "Diagnostics", "CCrypto"]),
  library("PipelineEngine", ["Recipes", "Artifacts", "JSON", "Diagnostics", "CLinux"]),
  library("RunHistory", ["PipelineEngine", "Recipes", "Artifacts", "JSON", "Diagnostics", "CSQLite"]),
]

let data: [Target] = [
  library("Datasets", ["Conversations", "JSON", "Diagnostics"], settings: numeric),
  library("Transfer", ["Artifacts", "JSON", "Diagnostics", "CCurl", "CArchive"]),
]

let numerics: [Target] = [
  library("ModelFiles", ["JSON", "Diagnostics"], settings: numeric),
  library("JinjaTemplates", ["JSON", "Diagnostics"]),
  library(
    "Tokenization", ["ModelFiles", "JinjaTemplates", "Conversations", "JSON", "Diagnostics", "CPCRE2"],
    settings: numeric),
  .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3", "-fno-math-errno"])]),
  library("Tensors", ["CKernels", "Diagnostics"], settings: numeric),
  library("Models", ["Tensors", "ModelFiles", "JSON", "Diagnostics"], settings: numeric),
  library("Inference", ["Models", "Tensors", "CKernels", "ModelFiles", "JSON", "Diagnostics"], settings: numeric),
  library("Training", ["Models", "Tensors", "ModelFiles", "JSON", "Diagnostics"], settings: numeric),
]

let product: [Target] = [
  library(
    "Serving",
    ["Inference", "Models", "ModelFiles", "Tokenization", "Conversations", "JSON", "Diagnostics", "CMicroHTTPD"]),
  library(
    "Stages",
    [
      "PipelineEngine", "Recipes", "Artifacts", "Datasets", "Transfer", "Serving", "Training", "Inference", "Models",
      "ModelFiles", "Tokenization", "JinjaTemplates", "Conversations", "JSON", "Diagnostics",
    ], settings: numeric),
  library(
    "LorapipeCLI",
    [
      "Stages", "Serving", "RunHistory", "PipelineEngine", "Recipes", "YAML", "Artifacts", "Datasets", "Inference",
      "Models", "ModelFiles", "Tokenization", "Conversations", "JSON", "Diagnostics",
    ]),
  .executableTarget(name: "lorapipe", dependencies: ["LorapipeCLI"], swiftSettings: strict),
  // Not installed: what Benchmarks/training.sh runs on our side.
  .executableTarget(
    name: "lorapipe-bench",
    dependencies: ["Training", "Models", "Tensors", "ModelFiles", "JSON", "Diagnostics"].map { .byName(name: $0) },
    swiftSettings: numeric),
]

// Our side of the scripts in Benchmarks that measure a library against its peer.
let benchmarks: [Target] = [
  .executableTarget(
    name: "TokenizerBenchmark",
    dependencies: [.byName(name: "Tokenization"), .byName(name: "ModelFiles"), .byName(name: "JSON")],
    path: "Benchmarks/TokenizerBenchmark", swiftSettings: numeric),
  .executableTarget(
    name: "InferenceBenchmark", dependencies: [.byName(name: "Inference"), .byName(name: "JSON")],
    path: "Benchmarks/InferenceBenchmark", swiftSettings: numeric),
]

// Fixtures lie in Tests/Fixtures/<module>, found from #filePath.
let testTargets: [Target] = [
  .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"], swiftSettings: strict),
  tests("JSON"),
  tests("YAML"),
  tests("Recipes", ["YAML", "JSON"]),
  tests("Artifacts", ["JSON"]),
  .target(
    name: "ScriptedStages", dependencies: ["PipelineEngine", "Recipes", "Artifacts", "JSON", "Diagnostics"],
    path: "Tests/ScriptedStages", swiftSettings: strict),
  .executableTarget(
    name: "ScriptedPipeline",
    dependencies: ["ScriptedStages", "RunHistory", "PipelineEngine", "Recipes", "Artifacts", "JSON", "Diagnostics"],
    path: "Tests/ScriptedPipeline", swiftSettings: strict),
  tests("PipelineEngine", ["ScriptedStages", "ScriptedPipeline", "Recipes", "Artifacts", "JSON"]),
  tests("RunHistory", ["ScriptedStages", "PipelineEngine", "Recipes", "Artifacts", "JSON"]),
  tests("Datasets", ["Conversations", "JSON"]),
  tests("Transfer", ["Artifacts", "JSON"]),
  tests("ModelFiles", ["JSON"]),
  tests("JinjaTemplates", ["JSON"]),
  tests("Tokenization", ["ModelFiles", "JinjaTemplates", "Conversations", "JSON"]),
  tests("Tensors", ["CKernels"]),
  tests("Models", ["Tensors", "ModelFiles", "JSON"]),
  tests("Inference", ["Models", "Tensors", "ModelFiles", "CKernels", "JSON"]),
  tests("Training", ["Models", "Tensors", "ModelFiles", "JSON"]),
  tests("Serving", ["Inference", "Models", "ModelFiles", "Tokenization", "Conversations", "JSON"]),
  tests(
    "Stages",
    ["PipelineEngine", "Recipes", "Artifacts", "Datasets", "ModelFiles", "Tokenization", "Conversations", "JSON"]),
  tests("LorapipeCLI", ["Serving", "PipelineEngine", "Recipes", "Artifacts", "ModelFiles", "JSON"]),
]

// Our side of Tests/Interop/exchange.sh; not part of the product.
let interop: [Target] = [
  .executableTarget(
    name: "LorapipeCheck",
    dependencies: ["Training", "Models", "ModelFiles", "JSON", "Diagnostics"].map { .byName(name: $0) },
    path: "Tests/Interop/LorapipeCheck", swiftSettings: strict)
]

let package = Package(
  name: "lorapipe",
  products: [.executable(name: "lorapipe", targets: ["lorapipe"])],
  targets: systemLibraries + leaves + pipeline + data + numerics + product + benchmarks + interop + testTargets
)
