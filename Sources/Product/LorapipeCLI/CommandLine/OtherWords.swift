import PipelineEngine
import Recipes

/// Words that people type because another tool, or an article, has a command or an option of that name, also in Chinese.
enum OtherWords {
  /// The option that does here what llama.cpp, vLLM or transformers name so; `nil` for any other name.
  static func option(_ name: String) -> String? {
    switch name.lowercased().replacing("_", with: "-") {
    case "draft", "draft-max", "draft-min", "draft-n", "spec-type", "spec-draft-n-max", "lookup", "prompt-lookup",
      "prompt-lookup-num-tokens", "num-speculative-tokens", "speculative-config", "ngram-prompt-lookup-max",
      "speculative", "speculation":
      SamplingOptions.speculate.spec.long
    case "cache-type-k", "cache-type-v", "cache-type", "ctk", "ctv", "kv-cache-dtype", "kv-cache-type", "cache-dtype":
      SamplingOptions.kvCache.spec.long
    case "adapters", "lora", "lora-path", "lora-modules", "adapter-name-or-path", "ckpt-dir", "peft-path":
      ModelChoice.adapter.spec.long
    case "max-new-tokens", "num-predict", "n-predict", "max-length": SamplingOptions.maximum.spec.long
    case "system-prompt", "default-system": ModelChoice.system.spec.long
    case "out", "outfile", "output-dir", "output-path", "output-file", "save-dir", "save-path", "export-dir": "output"
    case "torch-dtype", "precision", "outtype", "export-dtype": "dtype"
    // The option is called as the command is.
    case "merge-lora": Command.mergeAdapter.name
    case "tail", "last": "lines"
    case "server-port", "listen-port": "port"
    case "server-name", "listen", "server-host", "address", "bind": "host"
    default: nil
    }
  }

  /// What to write in place of an option that another tool has, and that is something else than an option here; `nil` for
  /// any other name.
  /// - Parameters:
  ///   - command: the command that it was given to.
  ///   - value: what stands behind it; `nil` when nothing does.
  ///   - isOfRecipe: whether the command takes a recipe's settings with -S.
  static func meaning(
    ofOption name: String, value: String? = nil, for command: Command, isOfRecipe: Bool
  ) -> String? {
    let plain = name.lowercased().replacing("_", with: "-")
    if let meaning = meaning(ofModelOption: plain, value, command.name) ?? meaning(ofInitOption: plain, value, command)
    {
      return meaning
    }
    let takesModel = command.positionals.contains { $0.name == ModelChoice.positional.name }
    let line = "lorapipe \(command.name)"
    switch plain {
    case "share" where command.name == Command.serve.name:
      return "there is no public link; for other machines write: lorapipe serve --host 0.0.0.0"
    case "p", "prompt", "prompts", "i", "input", "message", "query", "question", "text":
      return command.name == "chat"
        ? "chat is a conversation; for one question write: lorapipe generate -p 'TEXT'" : nil
    case "m", "model", "model-id", "model-id-or-path", "model-name-or-path", "base-model",
      "pretrained-model-name-or-path":
      if takesModel { return "the model is an argument: \(line) MODEL" }
      return isOfRecipe
        ? "the base is the source of the recipe's fetch stage: \(line) -S STAGE.source=hf:ORG/NAME" : nil
    case "dataset", "datasets", "data", "train-dataset", "train-file", "data-path":
      return isOfRecipe
        ? "data is named in the recipe, as in domain: [./rows.jsonl] of its mix stage; 'lorapipe init --data FILE' writes one"
        : nil
    case "resume", "resume-from-checkpoint", "resume-from":
      return isOfRecipe
        ? "write: lorapipe resume; 'lorapipe run' reuses finished stages and checkpoints by itself" : nil
    case "config", "config-file", "recipe", "yaml":
      return isOfRecipe ? "the recipe is an argument: \(line) RECIPE.yaml" : nil
    case "gpu", "gpus", "gpu-ids", "ngpu", "device", "devices", "device-map", "cuda", "nproc-per-node", "n-gpu-layers",
      "ngl":
      return "lorapipe computes on the CPU; 'lorapipe help gpu' says how a training uses a GPU"
    case "output-dir", "output", "save-dir", "logging-dir":
      return isOfRecipe ? "everything is kept in runs/; runs/latest/STAGE leads to the newest" : nil
    default: return nil
    }
  }

  /// What people call a command below another, such as `data check`; `nil` for any other word.
  static func subcommand(_ word: String) -> String? {
    switch word.lowercased() {
    case "check", "validate", "verify", "检查", "校验": "lint"
    case "show", "view", "stat", "stats", "info", "head", "查看", "统计": "inspect"
    case "transform", "export", "转换", "导出": "convert"
    case "rm", "remove", "del", "删除": "delete"
    case "name", "别名": "alias"
    default: nil
    }
  }

  /// The line that says which command it is here; `nil` for any other word.
  static func meaning(of word: String) -> String? {
    switch american(word.lowercased()) {
    case "pt", "pretrain", "rlhf", "dpo", "grpo", "ppo", "kto", "orpo", "预训练":
      "lorapipe trains adapters on questions and answers (kind: sft) and has no other kind of training"
    case "gc": "write: lorapipe cache gc, which removes what no run needs; -n only lists it"
    case "version", "版本": "write: lorapipe version"
    case "where", "path", "output", "outputs", "哪里", "位置", "路径":
      "everything is kept in runs/; runs/latest/STAGE leads to the newest"
    case "vllm": "write: lorapipe export MODEL --vllm -o FOLDER"
    case "ollama": "write: lorapipe export MODEL --ollama -o FOLDER"
    case "clear", "clean", "rm", "remove", "delete", "prune", "删除", "清理", "清空":
      "write: lorapipe runs delete RUN, and lorapipe cache gc to free the space"
    case "train", "finetune", "fine-tune", "tune", "lora", "训练", "微调", "开始训练":
      "training is a stage of a recipe: lorapipe run, or lorapipe run --until train; 'lorapipe init' writes a recipe"
    case "qlora", "4bit", "4-bit", "qlora-sft":
      "QLoRA is training on a base in 4 bits: name a GGUF file in q4_0 or q4_k as the source of the fetch stage, then lorapipe run"
    case "watch", "monitor", "follow", "tail", "progress", "log", "监控", "进度", "跟踪", "日志":
      "write: lorapipe status, or lorapipe logs -f to follow a run"
    case "ps", "top", "jobs", "queue", "squeue", "htop", "状态", "任务": "write: lorapipe status"
    case "compare", "cmp", "comparison", "对比", "比较": "write: lorapipe diff, or lorapipe report RUN RUN"
    case "view", "describe", "result", "results", "metrics", "cat", "查看", "结果", "指标":
      "write: lorapipe show, or lorapipe show -s STAGE for one stage"
    case "curve", "curves", "loss", "plot", "曲线": "write: lorapipe show -s train, or lorapipe ui"
    case "rerun", "retry", "restart", "重试", "重新运行":
      "write: lorapipe run, which reuses what is done; lorapipe run --force STAGE repeats a stage"
    case "pause", "暂停": "press Ctrl-C where the run is: it stops cleanly, and lorapipe resume continues it"
    case "upload", "publish", "share", "上传", "发布", "推送": "write: lorapipe push"
    case "dataset", "datasets", "preprocess", "preprocessing", "预处理", "数据", "数据集":
      "write: lorapipe data inspect FILE, or lorapipe data lint FILE"
    case "tokenizer", "template", "分词", "模板": "write: lorapipe tokens show"
    case "info", "信息": "write: lorapipe doctor for this machine, or lorapipe inspect MODEL for a model"
    case "env", "environment", "system", "gpu", "nvidia-smi", "diagnose", "环境", "诊断":
      "write: lorapipe doctor"
    case "login", "logout", "auth", "token", "登录":
      "lorapipe reads the hubs' tokens from HF_TOKEN and MODELSCOPE_API_TOKEN; there is no login"
    case "config", "configure", "set", "settings", "配置", "设置":
      "settings stand in the recipe; for one run: lorapipe run -S STAGE.NAME=VALUE"
    case "evaluate", "test", "benchmark", "bench", "score", "评测", "评估", "测试":
      "measuring is a stage of a recipe: lorapipe run --until eval; lorapipe show -s eval prints what it found"
    case "infer", "inference", "predict", "ask", "prompt", "batch", "sample", "complete", "推理", "预测", "提问", "生成":
      "write: lorapipe generate 'Who are you?', or lorapipe chat"
    case "talk", "对话", "聊天": "write: lorapipe chat"
    case "download", "get", "snapshot-download", "下载", "拉取":
      "write: lorapipe pull modelscope:ORG/NAME"
    case "deploy", "gradio", "web", "web-ui", "webui", "app", "api", "server", "部署", "网页", "服务", "上线":
      "write: lorapipe serve"
    case "board", "dashboard", "studio", "visualize", "面板", "看板", "界面": "write: lorapipe ui"
    case "tensorboard":
      "write: lorapipe run --tensorboard DIR, or lorapipe show --tensorboard DIR for a run that is over"
    case "合并", "merge-lora", "merge_lora": "write: lorapipe merge"
    case "导出": "write: lorapipe export"
    case "convert", "quantize", "quant", "gguf", "转换", "量化":
      "write: lorapipe merge train -o model.gguf --gguf q8_0"
    case "new", "create", "start", "新建", "创建", "开始": "write: lorapipe init"
    case "check", "validate", "verify", "验证", "检查", "校验": "write: lorapipe lint, or lorapipe plan"
    case "stop", "cancel", "kill", "abort", "terminate", "停止", "取消", "终止":
      "press Ctrl-C where the run is: it stops cleanly, and lorapipe resume continues it"
    case "models", "list", "ls", "history", "experiments", "列表", "历史": "write: lorapipe runs, or lorapipe cache ls"
    case "swift", "llamafactory-cli", "llamafactory", "llama-factory", "axolotl", "accelerate", "torchrun", "deepspeed",
      "trl", "unsloth", "导入":
      "turn that tool's script or settings into a recipe: lorapipe import train.sh"
    case "运行": "write: lorapipe run"
    case "continue", "继续": "write: lorapipe resume"
    case "帮助", "usage", "man", "?": "write: lorapipe help"
    case "install", "update", "upgrade", "安装", "升级":
      "lorapipe is installed by pip, by a Debian package or from source; see README.md"
    default: Lorapipe.catalog.kind(american(word)).map { meaning(of: $0) }
    }
  }

  /// A verb with `z`, where the British write `s`.
  private static func american(_ word: String) -> String {
    word.count > 5 && word.hasSuffix("ise") ? word.dropLast(2) + "ze" : word
  }

  /// What to say about the name of a kind of stage, which is no command.
  private static func meaning(of kind: StageKind) -> String {
    if let command = kind.command { return "write: lorapipe \(command)" }
    return "that is a kind of stage: lorapipe run --until STAGE runs one of a recipe; lorapipe schema \(kind.name) "
      + "describes it"
  }
}
