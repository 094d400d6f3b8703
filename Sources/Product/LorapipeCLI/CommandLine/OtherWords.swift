/// Words that people type because another tool, or an article, has a command or an option of that name.
enum OtherWords {
  /// The option that does here what llama.cpp, vLLM or transformers name so; `nil` for any other name.
  static func option(_ name: String) -> String? {
    switch name.lowercased().replacing("_", with: "-") {
    case "draft", "draft-max", "draft-min", "draft-n", "spec-type", "spec-draft-n-max", "lookup", "prompt-lookup",
      "prompt-lookup-num-tokens", "num-speculative-tokens", "speculative-config", "ngram-prompt-lookup-max",
      "speculative", "speculation":
      SamplingOptions.speculate.spec.long
    default: nil
    }
  }

  /// The line that says which command it is here; `nil` for any other word.
  static func meaning(of word: String) -> String? {
    switch word.lowercased() {
    case "train", "sft", "finetune", "fine-tune", "tune", "lora":
      "training is a stage of a recipe: lorapipe run, or lorapipe run --until train; 'lorapipe init' writes a recipe"
    case "eval", "evaluate", "test", "benchmark":
      "measuring is a stage of a recipe: lorapipe run --until eval; lorapipe show -s eval prints what it found"
    case "infer", "inference", "predict", "ask", "batch": "write: lorapipe generate 'Who are you?', or lorapipe chat"
    case "download", "fetch", "get", "snapshot-download": "write: lorapipe pull modelscope:ORG/NAME"
    case "deploy", "web", "web-ui", "webui", "app", "api", "server": "write: lorapipe serve"
    case "board", "dashboard": "write: lorapipe ui"
    case "tensorboard":
      "write: lorapipe run --tensorboard DIR, or lorapipe show --tensorboard DIR for a run that is over"
    case "convert", "quantize", "gguf": "write: lorapipe merge train -o model.gguf --gguf q8_0"
    case "new", "create", "start": "write: lorapipe init"
    case "check", "validate": "write: lorapipe lint, or lorapipe plan"
    case "stop", "cancel", "kill": "press Ctrl-C where the run is: it stops cleanly, and lorapipe resume continues it"
    case "models", "list", "ls", "history": "write: lorapipe runs, or lorapipe cache ls"
    case "install", "update", "upgrade":
      "lorapipe is installed by pip, by a Debian package or from source; see README.md"
    default: nil
    }
  }
}
