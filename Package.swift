// swift-tools-version: 6.1
import PackageDescription

// The module map, floor by floor, from leaf to product. A target imports only what it lists here, and `make` builds
// with `--explicit-target-dependency-import-check error`, so an import that is not listed does not compile. What is
// listed and not imported is refused by `make lint` (scripts/check-dependencies.sh).
//
// `ROOM=Datasets swift test` builds and tests one module and what it depends on, and nothing else;
// `ROOM=Datasets,Recipes` does so for several.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

// Unoptimized arithmetic is a hundred times slower, so these targets are optimized in debug builds too.
let numeric: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// The targets of one floor: each in `Sources/<floor>/<name>`.
struct Floor {
  let name: String
  init(_ name: String) { self.name = name }

  func library(
    _ target: String, _ dependencies: [String], settings: [SwiftSetting] = strict, linker: [LinkerSetting] = []
  ) -> Target {
    .target(
      name: target, dependencies: dependencies.map { .byName(name: $0) }, path: "Sources/\(name)/\(target)",
      swiftSettings: settings, linkerSettings: linker)
  }

  /// A C library of the system. Its module map names what is linked; a library without a link is loaded when first used.
  /// No pkg-config: SwiftPM would put the system's folder before the release's folder of archives, and the release would
  /// be linked with shared libraries. `make setup` names the packages.
  func shim(_ target: String) -> Target {
    .systemLibrary(name: target, path: "Sources/\(name)/\(target)")
  }

  func program(_ target: String, _ dependencies: [String], settings: [SwiftSetting] = strict) -> Target {
    .executableTarget(
      name: target, dependencies: dependencies.map { .byName(name: $0) }, path: "\(name)/\(target)",
      swiftSettings: settings)
  }
}

let c = Floor("C")
let shims: [Target] = [
  "CLinux", "CYAML", "CCrypto", "CSQLite", "CPCRE2", "CCurl", "CArchive", "CMicroHTTPD", "CCodecs",
  "COpenBLAS",
].map(c.shim)

/// The charts of the dashboard: the files of libjs-dygraphs, built into the program.
let charts: [Target] = [.target(name: "CDygraphs", path: "Sources/C/CDygraphs")]

let system = Floor("System")
let systemTargets: [Target] = [
  system.library("Diagnostics", []),
  system.library("Platform", ["Diagnostics", "CCrypto"], settings: numeric),
]

let text = Floor("Text")
let textTargets: [Target] = [
  text.library("JSON", [], settings: numeric, linker: [.linkedLibrary("m")]),
  text.library("YAML", ["Diagnostics", "CYAML"]),
  text.library("JinjaTemplates", ["JSON", "Diagnostics"]),
]

let pipeline = Floor("Pipeline")
let pipelineTargets: [Target] = [
  pipeline.library("Recipes", ["YAML", "JSON", "Diagnostics"]),
  pipeline.library("ForeignConfigs", ["Recipes", "YAML", "JSON", "Diagnostics"]),
  pipeline.library("Artifacts", ["JSON", "Diagnostics", "Platform"]),
  pipeline.library("RemoteCache", ["Artifacts", "Transfer", "JSON", "Diagnostics", "Platform", "CCrypto"]),
  pipeline.library(
    "PipelineEngine", ["RemoteCache", "Recipes", "Artifacts", "JSON", "Diagnostics", "Platform", "CLinux"]),
  pipeline.library(
    "RunHistory", ["PipelineEngine", "Recipes", "Artifacts", "JSON", "Diagnostics", "Platform", "CSQLite"]),
]

let data = Floor("Data")
let dataTargets: [Target] = [
  data.library("Conversations", ["JSON"]),
  data.library("Compression", ["Diagnostics", "CArchive"]),
  data.library("Parquet", ["JSON", "Diagnostics", "CCodecs"], settings: numeric),
  data.library(
    "Datasets", ["Conversations", "Parquet", "Compression", "JSON", "Diagnostics", "Platform"], settings: numeric),
  data.library("Transfer", ["JSON", "Diagnostics", "Platform", "CCurl", "CArchive", "CCrypto"]),
]

let model = Floor("Model")
let modelTargets: [Target] = [
  model.library("LinearAlgebra", ["Diagnostics", "COpenBLAS"], settings: numeric),
  model.library("ModelFiles", ["CKernels", "CPCRE2", "JSON", "Diagnostics", "Platform"], settings: numeric),
  model.library(
    "Tokenization", ["ModelFiles", "JinjaTemplates", "Conversations", "JSON", "Diagnostics", "CPCRE2"],
    settings: numeric),
  .target(
    name: "CKernels", path: "Sources/Model/CKernels", cSettings: [.unsafeFlags(["-O3", "-fno-math-errno"])]),
  model.library("Tensors", ["CKernels", "Platform"], settings: numeric),
  model.library("Models", ["Tensors", "ModelFiles", "Diagnostics", "Platform"], settings: numeric),
  model.library("Inference", ["CKernels", "ModelFiles", "Diagnostics", "Platform"], settings: numeric),
  model.library("Constraints", ["Inference", "Tokenization", "JSON"], settings: numeric),
  model.library(
    "Training", ["Models", "Tensors", "ModelFiles", "LinearAlgebra", "JSON", "Diagnostics", "Platform"],
    settings: numeric),
]

// The commit of the build, for `lorapipe version`; `make release` sets it.
let commit = Context.environment["LORAPIPE_COMMIT"].flatMap { $0.isEmpty ? nil : $0 } ?? "unknown"

let product = Floor("Product")
let productTargets: [Target] = [
  .target(
    name: "BuildStamp", path: "Sources/Product/BuildStamp", cSettings: [.define("LORAPIPE_COMMIT", to: commit)]),
  product.library("Verdicts", ["JSON"]),
  product.library("HTTPService", ["JSON", "Diagnostics", "Platform", "CMicroHTTPD"]),
  // In the program itself, so that it can be moved anywhere; a module of its own, because the files take a while to
  // compile as lists of bytes.
  .target(
    name: "ChatPage", path: "Sources/Product/ChatPage",
    resources: [
      "chat.html", "theme.css", "frame.css", "conversation.css", "composer.css", "panels.css", "narrow.css", "page.js",
      "conversation.js", "asking.js", "words.js", "markdown.js", "settings.js",
    ].map { .embedInCode($0) }, swiftSettings: strict),
  // Links to the project's own recipes' files.
  .target(
    name: "Starter", path: "Sources/Product/Starter",
    resources: [
      "identity.jsonl", "identity-more.jsonl", "general.jsonl", "general-zh.jsonl", "probes.jsonl",
      "lora-sft.yaml",
    ].map { .embedInCode($0) }, swiftSettings: strict),
  product.library(
    "Serving",
    [
      "HTTPService", "ChatPage", "Constraints", "Inference", "ModelFiles", "Tokenization", "JinjaTemplates",
      "Conversations", "JSON", "Diagnostics", "Platform",
    ]),
  product.library(
    "Stages",
    [
      "PipelineEngine", "Recipes", "Artifacts", "Datasets", "Transfer", "Serving", "HTTPService", "Training",
      "Inference", "Models", "ModelFiles", "LinearAlgebra", "Tokenization", "JinjaTemplates", "Conversations", "JSON",
      "Diagnostics", "Platform", "Verdicts",
    ], settings: numeric),
  .target(
    name: "Reports",
    dependencies: [
      "HTTPService", "Stages", "Verdicts", "RunHistory", "PipelineEngine", "Recipes", "Artifacts", "Datasets",
      "Conversations", "ModelFiles", "LinearAlgebra", "JSON", "Diagnostics", "Platform",
    ].map { .byName(name: $0) }, path: "Sources/Product/Reports",
    resources: ["words.json", "shared.css", "report.css"].map { .embedInCode($0) }, swiftSettings: strict),
  .target(
    name: "Dashboard",
    dependencies: [
      "Reports", "HTTPService", "RunHistory", "PipelineEngine", "Recipes", "Artifacts", "Datasets", "Conversations",
      "Stages", "Tokenization", "ModelFiles", "JSON", "Diagnostics", "Platform", "Verdicts", "CDygraphs",
    ].map { .byName(name: $0) }, path: "Sources/Product/Dashboard",
    resources: [
      "index.html", "dashboard.css", "app.js", "elements.js", "charts.js", "runs.js", "run.js", "compare.js",
      "answers.js", "data.js", "sweep.js", "start.js", "recipe-text.js",
    ].map { .embedInCode("page/" + $0) }, swiftSettings: strict),
  product.library(
    "LorapipeCLI",
    [
      "Dashboard", "Reports", "Stages", "Serving", "HTTPService", "RunHistory", "PipelineEngine", "RemoteCache",
      "ForeignConfigs", "Recipes", "Artifacts", "Datasets", "Transfer", "Inference", "Tensors", "ModelFiles",
      "LinearAlgebra", "Tokenization", "Conversations", "JSON",
      "Diagnostics", "Platform", "Verdicts", "BuildStamp", "Starter",
    ]),
  Floor("Sources/Product").program("lorapipe", ["LorapipeCLI"]),
]

// Our side of the scripts in Benchmarks; not installed.
let benchmarks = Floor("Benchmarks")
let benchmarkTargets: [Target] = [
  .target(name: "BenchmarkSupport", path: "Benchmarks/BenchmarkSupport", swiftSettings: strict),
  benchmarks.program(
    "TrainingBenchmark",
    ["BenchmarkSupport", "Training", "Models", "Tensors", "ModelFiles", "JSON", "Diagnostics", "Platform"],
    settings: numeric),
  benchmarks.program(
    "TokenizerBenchmark", ["Tokenization", "ModelFiles", "Conversations", "JSON", "Platform"], settings: numeric),
  benchmarks.program(
    "InferenceBenchmark", ["BenchmarkSupport", "Inference", "ModelFiles", "JSON", "Platform"], settings: numeric),
  benchmarks.program(
    "SpeculationBenchmark", ["BenchmarkSupport", "Serving", "HTTPService", "Inference", "JSON", "Platform"]),
]

// Fixtures lie in Tests/Fixtures/<module>, found from #filePath.
func tests(_ name: String, _ others: [String] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: ([name] + others).map { .byName(name: $0) }, swiftSettings: strict)
}

/// A module of fixtures that several test targets share.
func fixtures(_ name: String, _ dependencies: [String]) -> Target {
  .target(
    name: name, dependencies: dependencies.map { .byName(name: $0) }, path: "Tests/" + name, swiftSettings: strict)
}

let testTargets: [Target] = [
  fixtures("TestSupport", ["Platform", "Diagnostics"]),
  fixtures("QuantizedModels", ["ModelFiles", "JSON", "Platform"]),
  tests("Diagnostics"),
  tests("Platform", ["TestSupport", "Diagnostics"]),
  tests("JSON"),
  tests("YAML", ["Platform", "Diagnostics"]),
  tests("Recipes", ["JSON", "Platform", "Diagnostics"]),
  tests("ForeignConfigs", ["Recipes", "JSON", "Diagnostics"]),
  tests("Artifacts", ["TestSupport", "JSON", "Platform", "Diagnostics"]),
  fixtures(
    "ScriptedStages", ["PipelineEngine", "Recipes", "Artifacts", "JSON", "Platform", "Diagnostics"]),
  Floor("Tests").program(
    "ScriptedPipeline",
    ["ScriptedStages", "RunHistory", "PipelineEngine", "Recipes", "Artifacts", "JSON", "Platform", "Diagnostics"]),
  tests("RemoteCache", ["TestSupport", "Artifacts", "Transfer", "JSON", "Platform", "Diagnostics"]),
  tests(
    "PipelineEngine",
    [
      "ScriptedStages", "ScriptedPipeline", "TestSupport", "RemoteCache", "Recipes", "Artifacts", "JSON", "Platform",
      "Diagnostics",
    ]),
  tests(
    "RunHistory",
    ["ScriptedStages", "TestSupport", "PipelineEngine", "Recipes", "Artifacts", "JSON", "Platform", "Diagnostics"]),
  tests("Parquet", ["JSON", "Diagnostics"]),
  tests("Conversations", ["JSON"]),
  tests("Datasets", ["TestSupport", "Conversations", "JSON", "Platform", "Diagnostics"]),
  tests("Transfer", ["TestSupport", "JSON", "Platform", "Diagnostics"]),
  tests("ModelFiles", ["TestSupport", "QuantizedModels", "JSON", "Platform", "Diagnostics"]),
  tests("JinjaTemplates", ["JSON", "Diagnostics"]),
  tests(
    "Tokenization",
    ["TestSupport", "ModelFiles", "JinjaTemplates", "Conversations", "JSON", "Platform", "Diagnostics"]),
  tests("LinearAlgebra", ["Platform", "Diagnostics"]),
  tests("Tensors", ["COpenBLAS", "LinearAlgebra"]),
  tests("Models", ["TestSupport", "Tensors", "ModelFiles", "JSON", "Platform"]),
  tests(
    "Inference",
    ["TestSupport", "QuantizedModels", "ModelFiles", "Models", "CKernels", "JSON", "Platform", "Diagnostics"]),
  tests(
    "Training",
    ["TestSupport", "Models", "Tensors", "ModelFiles", "LinearAlgebra", "JSON", "Platform", "Diagnostics"]),
  tests("Constraints", ["Inference", "Tokenization", "JSON"]),
  tests("HTTPService", ["JSON"]),
  tests(
    "Serving",
    [
      "TestSupport", "HTTPService", "ChatPage", "Inference", "ModelFiles", "Tokenization", "Conversations", "JSON",
      "Platform",
    ]),
  tests("Verdicts"),
  tests(
    "Dashboard",
    [
      "TestSupport", "Diagnostics", "Reports", "HTTPService", "RunHistory", "PipelineEngine", "Stages", "JSON",
      "Platform",
    ]),
  tests(
    "Reports", ["Stages", "RunHistory", "PipelineEngine", "Recipes", "Verdicts", "JSON", "Platform", "Diagnostics"]),
  tests(
    "Stages",
    [
      "TestSupport", "PipelineEngine", "Recipes", "ForeignConfigs", "Artifacts", "Datasets", "Conversations",
      "Inference", "Serving", "Training", "ModelFiles", "LinearAlgebra", "Tokenization", "Verdicts", "JSON", "Platform",
      "Diagnostics",
    ]),
  // The program with one more kind of stage: the file and the line that a kind takes.
  Floor("Tests").program("ToyProgram", ["LorapipeCLI", "PipelineEngine", "Recipes", "Platform", "JSON"]),
  tests(
    "LorapipeCLI",
    [
      "lorapipe", "ToyProgram", "TestSupport", "QuantizedModels", "PipelineEngine", "Recipes", "RunHistory", "Serving",
      "HTTPService", "Inference", "Artifacts", "Diagnostics", "ModelFiles", "LinearAlgebra", "Datasets",
      "Conversations", "JSON",
      "Platform", "Transfer", "Verdicts", "Reports",
    ]),
  // Our side of Tests/Interop/exchange.sh.
  Floor("Tests/Interop").program("LorapipeCheck", ["Training", "Models", "ModelFiles", "JSON", "Diagnostics"]),
]

let everything =
  shims + charts + systemTargets + textTargets + pipelineTargets + dataTargets + modelTargets + productTargets
  + benchmarkTargets + testTargets

/// Modules, their tests and all that they depend on.
func room(_ names: String, of everything: [Target]) -> [Target] {
  var wanted: Set<String> = []
  for name in names.split(separator: ",") { wanted.formUnion([String(name), name + "Tests"]) }
  var reached = 0
  while reached != wanted.count {
    reached = wanted.count
    for target in everything where wanted.contains(target.name) {
      for case .byNameItem(let dependency, _) in target.dependencies { wanted.insert(dependency) }
    }
  }
  return everything.filter { wanted.contains($0.name) }
}

let chosen = Context.environment["ROOM"].map { room($0, of: everything) } ?? everything

let package = Package(
  name: "lorapipe",
  products: chosen.contains { $0.name == "lorapipe" } ? [.executable(name: "lorapipe", targets: ["lorapipe"])] : [],
  targets: chosen
)
