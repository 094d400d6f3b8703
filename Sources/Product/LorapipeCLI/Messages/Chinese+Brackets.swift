extension Chinese {
  /// Messages about names in the wrong brackets, shares written as percentages, and names that are not files.
  static let bracketTexts = #"""
    = {0} would stay as written in row {1}: only names in double braces are filled
    第 {1} 条里的 {=0} 会原样保留：只替换写在两层花括号里的名字
    = {0} would stay as written in {1} rows, first in row {2}: only names in double braces are filled
    有 {1} 条里的 {=0} 会原样保留，第一处在第 {2} 条：只替换写在两层花括号里的名字
    = Write {0} in the rows. What is to stay goes under keep:.
    请在数据里写 {=0}。要保留原样的写到 keep: 里。
    = Write {{{0}}} in the rows, and add a stage  filled: { kind: substitute, data: {1}, values: { {2}: … } }  and domain: [filled].
    请在数据里写 {{{=0}}}，再加一个阶段  filled: { kind: substitute, data: {1}, values: { {2}: … } }  并写 domain: [filled]。
    = no name stands in brackets that nothing fills
    没有写在别的括号里、不会被替换的名字
    = {0} with names in brackets that nothing fills: {1}
    {0}里的名字写在别的括号里，不会被替换：{=1}
    = Write {0} in the rows: a substitute stage fills only names in double braces.
    请在数据里写 {=0}：substitute 阶段只替换写在两层花括号里的名字。
    = write {0}: it is a share, not a percentage
    请写 {0}：这里是占比，不是百分数
    = write a share, such as 0.1 for 10 %
    请写占比，例如 0.1 表示 10 %
    = give a model's folder, a GGUF file, a stage of the newest run, a run ('lorapipe runs' lists them), or a source such as modelscope:Qwen/Qwen3-0.6B, which is downloaded
    请给模型文件夹、GGUF 文件、最近一次运行的阶段、某次运行（用 'lorapipe runs' 查看），或 modelscope:Qwen/Qwen3-0.6B 这样的来源（会先下载）
    = to download one, write {0}; for a model that is here, give its folder, its GGUF file, a stage or a run
    要下载，请写 {0}；已经在本机的模型，请给它的文件夹、GGUF 文件、阶段或某次运行
    = '{0}' is in typographic quotes, which are letters to YAML: the comma makes {1} values of it
    '{0}' 用的是中文引号，在 YAML 里只是普通字符：逗号把它分成了 {1} 个值
    = {0}: '{1}' is in typographic quotes, which are letters to YAML: the comma makes {2} values of it
    {0}：'{1}' 用的是中文引号，在 YAML 里只是普通字符：逗号把它分成了 {2} 个值
    = write "{0}" with half-width quotes for one value, or {1} for {2}
    如果是一个值，请用半角引号写 "{0}"；如果是 {2} 个值，请写 {=1}
    """#

  /// What `help` prints around a metric.
  static let metricHelp = #"""
    = {0}, a metric of {1} stages: {2}
    {0}，{1} 阶段的指标：{2}
    = Higher is better.
    越高越好。
    = Lower is better.
    越低越好。
    = 'lorapipe show' prints the metrics of a run, and 'lorapipe diff' those of two.
    'lorapipe show' 显示一次运行的指标，'lorapipe diff' 对比两次运行的指标。
    """#
}
