import PipelineEngine
import Recipes

/// Words that people type because another tool, or an article, has a command of that name.
enum OtherWords {
  /// The line that says which command it is here; `nil` for any other word.
  static func meaning(of word: String) -> String? {
    switch word.lowercased() {
    case "train", "finetune", "fine-tune", "tune", "lora":
      "training is a stage of a recipe: lorapipe run, or lorapipe run --until train; 'lorapipe init' writes a recipe"
    case "evaluate", "test", "benchmark":
      "measuring is a stage of a recipe: lorapipe run --until eval; lorapipe show -s eval prints what it found"
    case "infer", "inference", "predict", "ask", "batch": "write: lorapipe generate 'Who are you?', or lorapipe chat"
    case "download", "get", "snapshot-download": "write: lorapipe pull modelscope:ORG/NAME"
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
    default: Lorapipe.catalog.kind(word).map { meaning(of: $0) }
    }
  }

  /// What to say about the name of a kind of stage, which is no command.
  private static func meaning(of kind: StageKind) -> String {
    if let command = kind.command { return "write: lorapipe \(command)" }
    return "that is a kind of stage: lorapipe run --until STAGE runs one of a recipe; lorapipe schema \(kind.name) "
      + "describes it"
  }
}
