extension Chinese {
  /// The words around a kind's parameters in `help KIND`, and what its inputs are. The parameters themselves are in
  /// `kinds`.
  static let reference = #"""
    = Produces {0}. Version {1}.
    产出：{0}。版本 {1}。
    = Produces {0}. Uses the recipe's `seed`. Version {1}.
    产出：{0}。使用配方的 `seed`。版本 {1}。
    = - when `{0}` starts with `{1}`, the stage produces {2}
    - `{0}` 以 `{1}` 开头时，产出{2}
    = ¹ does not change the output: changing it runs nothing again.
    ¹ 不影响结果：改了也不会重跑。
    = `{0}` changes the output only with {1}.
    `{0}` 只有与 {1} 一起用时才影响结果。
    = input
    输入
    = takes
    接受
    = parameter
    参数
    = type
    类型
    = default
    默认值
    = required
    必填
    = metric
    指标
    = | metric | better | |
    | 指标 | 优劣 | |
    = lower
    越低越好
    = higher
    越高越好
    = map
    映射
    = string
    字符串
    = strings
    字符串
    = words
    词
    = values
    值
    = numbers
    数字
    = maps
    映射
    = URIs
    地址
    = list of strings
    字符串列表
    = list of words
    词的列表
    = list of maps
    映射的列表
    = list of URIs
    地址列表
    = list of {0}
    {0}的列表
    = map of names to {0}
    从名字到{0}的映射
    = integer from {0} to {1}
    {0} 到 {1} 的整数
    = number from {0} to {1}
    {0} 到 {1} 的数
    = number above {0}
    大于 {0} 的数
    = ratio, such as `"1:5"`
    配比，如 `"1:5"`
    = URI such as hf:org/name or file:path
    hf:组织/名字 或 file:路径 这样的地址
    = {0} or list of URIs
    {0} 或地址列表
    = anything
    任意
    = {0}, optional
    {0}，可选
    = any number of: {0}; `#N` takes N rows
    任意多个：{0}；`#N` 取 N 条
    = any number of: {0}
    任意多个：{0}
    = a map of names to: {0}
    从名字到以下各项的映射：{0}
    = The rows with placeholders.
    带占位符的数据。
    = What the model is to learn; never dropped to meet the ratio.
    要让模型学会的数据；不会为了凑配比而丢弃。
    = What it must not forget; sampled down in proportion to meet the ratio.
    不能让模型忘掉的数据；按配比抽取。
    = The model whose tokenizer and chat template count the tokens, for by: tokens.
    by: tokens 时，用这个模型的分词器和对话模板来数 token。
    = The rows, not those of a mix.
    数据；不能是 mix 的结果。
    = Names for files and outputs of stages. Each input is in the working folder under its name, and {inputs.NAME} is its path. An input of several stages, such as train[*], is a folder with their outputs: 1, 2 and so on.
    给文件或阶段的输出取的名字。每个输入都以这个名字放在工作目录里，{inputs.NAME} 是它的路径。输入是多个阶段时（如 train[*]），它是一个文件夹，里面依次是各阶段的输出：1、2 等。
    = Whose tokenizer and chat template to use.
    用哪个模型的分词器和对话模板。
    = The rows, usually of a mix stage.
    数据，一般是 mix 阶段的结果。
    = The base; frozen, kept in the precision it is stored in.
    基座；冻结，保持存储时的精度。
    = Training and validation rows of a tokenize stage.
    tokenize 阶段的训练集和验证集。
    = An adapter to continue from instead of a fresh one.
    从这个适配器接着训练，而不是从头开始。
    = The base, or a merged model.
    基座，或合并后的模型。
    = The adapter to compare with the base alone.
    要与单独的基座对比的适配器。
    = Whose validation rows give loss, perplexity and accuracy.
    用它的验证集计算 loss、困惑度和准确率。
    = A jsonl file of probes: rows with ask (or query), expect, group (or tag), as in probes.
    测试题的 jsonl 文件：每条有 ask（或 query）、expect、group（或 tag），与 probes 相同。
    = The base the adapter was trained on.
    训练适配器时用的基座。
    = The adapter.
    适配器。
    = The model everyone talks to.
    对话用的模型。
    = Adapters a request may choose, by their stage's name.
    请求可以按阶段名选用的适配器。
    = The model to ask.
    要提问的模型。
    = Its adapter.
    它的适配器。
    = The rows; '#N' draws N of them.
    数据；'#N' 抽取其中 N 条。
    = The question; a list is asked turn by turn, and the last answer is judged.
    问题；写成列表时逐轮提问，只判最后一个回答。
    = What the answer must be.
    对答案的要求。
    = A name the results are summed under.
    分组名，结果按它汇总。
    = A system prompt for this probe instead of the trained one.
    这道题用的系统提示词，代替训练时的。
    """#
}
