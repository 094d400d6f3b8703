extension Chinese {
  /// Messages about recorded runs, their links and their event files.
  static let runMessages = #"""
    = also different: {0}; --wide prints them
    还有不同的参数：{0}；用 --wide 显示
    = the newest run {0} ({1}) has no model: taking that of {2}
    最近一次运行 {0}（{1}）没有模型：使用 {2} 的模型
    = from the run {0}, stage {1}
    来自运行 {0}，阶段 {1}
    = runs/latest now leads to the run {0}: {1}
    runs/latest 现在指向运行 {0}：{1}
    = no run is left that made {0}: removed from runs/latest
    没有别的运行产出 {0}：已从 runs/latest 移除
    = continuing the event files in {0}
    继续写 {0} 里的事件文件
    = cached stages write no event files: {0}; this writes their curves:
    已缓存的阶段不写事件文件：{0}；写出它们的曲线：
    """#

  /// Errors and verdicts about runs, which arrive as whole texts.
  static let runTexts = #"""
    = '{0}' leads to something that is no longer there
    '{0}' 指向的内容已经不在了
    = make it again with 'lorapipe run', or give a run ('lorapipe runs' lists them)
    用 lorapipe run 重新生成，或给出一次运行（lorapipe runs 会列出）
    = '{0}' and '{1}' are the same run
    '{0}' 和 '{1}' 是同一次运行
    = {0} are the same run
    {0} 是同一次运行
    = name another run
    请换一个运行
    = '{0}' is the name of a file, and this writes a folder
    '{0}' 是文件名，而这里写出的是文件夹
    = name a folder such as '{0}', or one file that ends in .gguf
    请给文件夹名，例如 '{0}'；或给以 .gguf 结尾的文件名
    = name a folder such as '{0}'
    请给文件夹名，例如 '{0}'
    = {0} needs a unit, such as {1}M or {2}G: '{3}' alone is in bytes
    {0} 需要单位，例如 {1}M 或 {2}G：只写 '{3}' 表示字节
    = validation loss rose from {0} to {1}
    验证 loss 从 {0} 升到 {1}
    = validation loss is {0}, and training began with a loss of {1}
    验证 loss 是 {0}，而训练开始时 loss 是 {1}
    = the epochs were over after {0} updates, before max_steps: {1}
    epochs 在 {0} 步后就跑完了，没有到 max_steps: {1}
    = raise epochs to train until max_steps
    想训练到 max_steps，请调大 epochs
    = '{0}' has no role
    '{0}' 没有 role
    """#
}
