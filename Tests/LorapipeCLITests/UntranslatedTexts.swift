/// Texts of the program that are not in the Chinese catalog, each with its reason. Everything else is looked for there.
enum UntranslatedTexts {
  /// Files and folders below Sources/.
  static let places: [String: String] = [
    "Product/LorapipeCLI/Messages/": "the catalog itself",
    "Product/Reports/": "its words are in words.json, in both languages",
    "Product/LorapipeCLI/Starter/StarterWorkspace.swift": "rows and a recipe to learn from, in English",
    "Product/LorapipeCLI/Starter/PersonaWorkspace.swift": "rows and a recipe, in Chinese already",
    "Product/LorapipeCLI/CommandLine/ShellCompletions.swift": "code of shells",
    "Product/LorapipeCLI/CommandLine/ManualPage.swift": "the manual page is made with the package, in English",
    "Product/LorapipeCLI/Commands/ExecStageCommand.swift": "a hidden command",
    "Product/LorapipeCLI/Version.swift": "lines for programs and for reports of faults",
    "Product/Serving/ServiceMetrics.swift": "for Prometheus",
    "Product/Stages/Engines/MSSwift+Program.swift": "code in Python",
    "Model/Tokenization/BuiltinTemplates.swift": "chat templates",
    "Model/Tokenization/UnicodeTables.swift": "tables",
    "Pipeline/Recipes/JSONSchemaWriter.swift": "for editors",
    "Pipeline/Recipes/ReferenceWriter.swift": "a page of docs; its lines are tested by themselves",
    "Pipeline/Recipes/ParameterType+Phrase.swift": "pieces of phrases, which are tested whole",
    "Pipeline/Recipes/StageRegistry.swift": "for programmers who add a kind of stage",
    "Pipeline/PipelineEngine/Launching/SlurmScript.swift": "a script of the shell",
    "Pipeline/RunHistory/Migrations.swift": "SQL", "Pipeline/RunHistory/RunRows.swift": "SQL",
    "Data/Datasets/Quality/Rules/OtherNames.swift": "names and phrases that are looked for in rows",
  ]

  /// Lists of words in brackets that are looked for in what others wrote.
  static let lists: Set<String> = [
    "Answers.swift", "Characters.swift", "SlurmFailure.swift", "SlurmQueue.swift",
  ]

  /// Calls whose texts no person reads, by name; after `@`, in which file or folder.
  static let calls: [String: String] = [
    "precondition": "for programmers", "preconditionFailure": "for programmers",
    ".hasPrefix": "compared", ".hasSuffix": "compared", ".contains": "compared", ".split": "compared",
    ".firstRange": "compared", ".replacing": "compared", ".trimmingPrefix": "compared", ".joined": "separators",
    ".log": "logs are in English", "ParameterSpec@Recipes/WorkspaceFile": "for editors",
    "ParameterSpec@Recipes/StageResources": "for editors",
    ".rows@RunHistory/": "SQL", ".run@RunHistory/": "SQL", ".query@RunHistory/": "SQL", ".script@RunHistory/": "SQL",
    ".init@LorapipeCLI/Commands/": "examples of commands; what they say of them is tested with the help texts",
    ".explanation": "a verb of a line, which is tested whole",
  ]

  /// Texts that begin so.
  static let beginnings: [(texts: [String], reason: String)] = [
    (
      [
        "lorapipe ", "{0} tokens show ", "{0} chat ", "{0} inspect ", "{0} logs ", "{0}\n  {1} plan ", "{0} resume",
        "{0} show ", "show {0} -s ",
        "run {0}", "lms import ", "{0} export {1} --ollama", "curl ", "{0} -m pip install ", "sudo apt-get install ",
        "apt-get install ", "hf auth login",
        "modelscope login", "ollama create ", "vllm serve ", "export TERM=", "pull modelscope:", "/system TEXT",
        "/set NAME X",
        "/save FILE", "--lang LANG", "head=$(",
      ], "typed as they are"
    ),
    (
      [
        "kind: ", "data: {0}", "by: tag", "keep: [", "model: {0}", "adapter: {0}", "formats: [", "dtype: {0}",
        "name: {0}", "source: {0}", "revision: {0}",
        "include: {0}", "after: {0}", "matrix: { ", "run: [", "{0}: { data: ", "{0}: { type: ", "lora.init: pissa",
        "# Imported from ",
        "Look at the data:", "Left out or replaced, and the result differs:",
        "Not understood; check whether it matters:",
        "Left out, and the result is the same:", "Not set:", "# To merge and serve",
      ], "YAML, and comments in it"
    ),
    (
      [
        "Content-", "Authorization", "Accept: ", "Range: bytes", "-H \"Authorization: ", "GET, POST", "text/",
        "multipart/form-data", "--{0}", "default-src ", "Upload by ", "<!doctype html>", "<h1>", "blob {0}",
        "profile {0}",
      ], "HTTP and HTML"
    ),
    (
      [
        "SELECT ", "CASE WHEN ", "INSERT OR REPLACE INTO ", "PRAGMA ", "flowchart LR", "digraph \"", "PARAMETER ", "{{",
        "import json, sys", "Nothing differs.",
        "{0}\nNothing differs.", "Only in {0}: ", "exec-stage: ",
      ], "for other programs: SQL, graphs, Ollama, Python, Markdown"
    ),
    (
      [
        "Hugging Face", "NVIDIA GPU", "AMD GPU", "Ascend NPU", "ARM part ", "model name", "CPU part", "public domain",
        "Apache-2.0 ", "version https://git-lfs",
      ], "names of others, and words of their files"
    ),
    (
      [
        "Hello world", "two  spaces", "Be brief.", "1, as you know.", "The capital of France is",
        "What is the capital of France?",
        "Write one sentence about the sea.",
      ], "given to models"
    ),
    (
      [
        "seed {0}", "temperature {0} top_p ", "loss {0}", "asked: ", "— row {0}: ", "warning: {0}", "done: {0}",
        "error: {0}",
      ], "names of parameters and figures, and lines of logs"
    ),
    (
      [
        "{0} {1}: its artifact is missing", "would rerun", "runs for the first time", "would run for the first time",
        "ran for the first time", "{0}, for the first time", "{0} would rerun: ", "one of: ", "did you mean ", "not in",
        "{0} {1}: forced", "cannot {0}", "see {0}",
        "{0}nothing differs", "the {0} '{1}' at revision ",
      ], "pieces of lines that are in the catalog whole"
    ),
  ]

  /// Calls whose texts are always pieces of their frames, but for the argument `remedy`.
  static let pieces: Set<String> = [
    "systemFailure", "ParameterProblem", "SchemaProblem", "MessageProblem", "Problem", "refuse", ".notNeeded",
    ".differs",
    "scalars", "count", ".count", ".string", ".unrepresentable", ".expectString", ".expectMap", "checkFactors",
    ".matrixPoints", "json",
  ]

  /// The sentences into which a text goes that a call is given, by the call's name and the file's beginning; `{}` is its
  /// place. Without an entry a text is a whole sentence.
  static let frames: [(call: String, file: String, sentence: String)] = [
    ("systemFailure", "", "cannot {} 'a': No such file or directory"),
    ("systemFailure", "", "cannot {}: No such file or directory"),
    (".append", "ForeignDatasets", "a: {}"),
    (".failure", "FolderStorage", "cannot {} 'a': No such file or directory"),
    ("failure", "LocalText", "{} a: No such file or directory"),
    (".failure", "QuestionRow", "{} a: No such file or directory"),
    (".writeAll", "", "cannot write '{}': No such file or directory"),
    ("MessageProblem", "", "message 2 {}"), ("Problem", "LearningMark", "message 2 {}"),
    ("RowRule", "", "3 rows {}"), (".finding", "", "3 rows {}"),
    ("refusal", "FileSignature", "'a' {}"), ("failure", "ArchiveExtractor", "the archive 'a' {}"),
    ("SchemaProblem", "", "the schema at a {}"), ("ParameterProblem", "", "'a' {}"),
    (".unrepresentable", "", "'a' of stage 'b': the value 5 {}"),
    (".refused", "", "this job {}"), (".refused", "", "the hub refuses {} (500 from 'a')"),
    (".notNeeded", "", "leave it out: {}"), (".differs", "", "it has no counterpart here: {}"),
    ("failure", "Adapter", "tensor 'a': {}"), ("failure", "SafetensorsFile", "tensor 'a': {}"),
    ("Problem", "FileDownload", "cannot get a from 'b': {}"), (".transport", "", "cannot get a from 'b': {}"),
    (".refusalOfChanges", "", "the adapter has weights of its own for a, which {}"),
    (".refusal", "", "the adapter has weights of its own for a, which {}"),
    ("scalars", "", "metadata 'a' does not hold {}"), (".count", "GGUF", "{} of 3 does not fit the file"),
    ("count", "GGUF", "{} of 3 does not fit the file"), (".string", "GGUF", "the string of {} is not UTF-8"),
    ("check", "ModelConfiguration", "{}: 5 is outside 1…9"),
    ("checkFactors", "", "the RoPE {} are not 4 positive numbers"),
    ("refuse", "", "{} is not supported"), ("within", "", "{} must lie between 1 and 2, not 3"),
    ("unexpected", "Parser", "expected {}, found 'a'"), (".unexpected", "", "the hub's answer lacks {}"),
    (".expectString", "", "{} must be a string, not a map"), (".expectMap", "", "{} must be a map, not a list"),
    (".matrixPoints", "", "the matrix of {} has more than 3 combinations"),
    ("json", "", "{}: the value 3 is too large"), ("reference", "", "{}: there is no file 'a'"),
    ("damaged", "TokensArtifact", "'a/b' does not name {} by its digest"),
    ("RowProblem", "", "row 3: {}"), ("note", "TrainingRow", "row 3: {}"), ("figures", "", "loss of {}"),
    ("observer", "", "writing {}"), ("TypeCheck", "", "unknown key 'a' in 'b' of {}"),
  ]
}
