extension Chinese {
  /// Errors of mixing, filtering, tokenizing and generating rows.
  static let mixErrors = #"""
    = all {0} rows of '{1}' were dropped as unreadable
    '{1}' 的 {0} 条全都读不了，已跳过
    = Fix the rows, or name the right columns.
    请修好数据，或写对列名。
    = mixing by tokens needs a tokenizer
    按 token 混合需要分词器
    = Give the stage a model: input.
    给这个阶段加上 model: 输入。
    = the realized ratio of domain to general is 1:{0}, outside 1:{1} to 1:{2}
    领域与通用的实际配比是 1:{0}，不在 1:{1} 到 1:{2} 之间
    = Set ratio:, for example "1:5", or change the '#N' caps.
    请设 ratio:，例如 "1:5"，或改 '#N' 上限。
    = columns of '{0}' are not used: {1}
    '{0}' 有列没有用到：{1}
    = validation must be at least 0 and less than 1, not {0}
    validation 应在 0（含）到 1 之间，而不是{0}
    = 0.1 keeps one row in ten for validation.
    0.1 表示每十条留一条做验证。
    = '{0}' asks for {1} rows, and there are {2}: at most {3} rows may repeat others
    '{0}' 要 {1} 条，只有 {2} 条：最多只能重复 {3} 条
    = Leave out '#{0}' to take each row once.
    去掉 '#{0}'，每条只取一次。
    = '{0}#{1}' asks for more than its {2} rows: some repeat
    '{0}#{1}' 超过了它的 {2} 条：有些会重复
    = Ask for at most #{0}.
    最多写 #{0}。
    = the rows are too many to look for near-duplicates among all of them
    数据太多，无法在全部数据里找近似重复
    = Draw fewer with '#N'; equal rows are still found.
    用 '#N' 少取一些；完全相同的仍会找出来。
    = a ratio needs {0} rows, and there are none
    配比需要 {0} 数据，但一条也没有
    = Name datasets under both domain: and general:, or leave out ratio:.
    domain: 和 general: 都要写数据集，或去掉 ratio:。
    = ratio {0} needs {1} general rows for {2} of the domain: there are {3}, {4} are missing
    配比 {0} 要求用 {1} 条通用数据来配 {2} 条领域数据：现有 {3} 条，还缺 {4} 条
    = ratio {0} needs {1} general {2} for {3} of the domain: there are {4}, {5} are missing
    配比 {0} 要求 {1} 个通用 {2} 来配 {3} 个领域 {2}：现有 {4}，还缺 {5}
    = Add general data, raise the '#N' caps, lower the ratio, or set when_short: repeat or accept.
    增加通用数据、调大 '#N' 上限、调低配比，或设 when_short: repeat 或 accept。
    = ratio {0} is short of {1} general {2}; all {3} are used
    配比 {0} 还缺 {1} 条通用数据（{2}）；现有的 {3} 条全部用上
    = ratio {0} is short of {1} general {2}; some rows repeat
    配比 {0} 还缺 {1} 条通用数据（{2}）；有些会重复使用
    = Lower the ratio, or add general data.
    请调低配比，或增加通用数据。
    = ratio {0} asks for {1} general tokens and {2} is as near as whole rows come: the longest has {3}
    配比 {0} 要求 {1} 个通用 token，按整条数据最接近的是 {2}：最长的一条有 {3} 个
    = Cut the long rows, add short ones, or mix by rows.
    缩短长数据、增加短数据，或改按条数混合。
    = the split leaves no row for training
    划分之后没有训练数据了
    = Add rows, or set validation: 0.
    请增加数据，或设 validation: 0。
    = all {0} rows of '{1}' go to validation
    '{1}' 的 {0} 条全部分到了验证集
    = Give it more rows, or set validation: 0.
    请给它更多数据，或设 validation: 0。
    = '{0}' has no rows
    '{0}' 里没有数据
    = '{0}' has no readable rows
    '{0}' 里没有能读的数据
    = {{{0}}} occurs in no row
    没有数据含有 {{{0}}}
    = Check its spelling; names are matched exactly.
    请检查拼写，名字要完全一致。
    = Tag the row, or give {0} a default.
    给数据加标签，或给 {0} 写 default。
    = {{{0}}} depends on the tag, and the row has no '{1}'
    {{{0}}} 按标签取值，而这条数据没有 '{1}'
    = {{{0}}} has no value for the tag '{1}'
    {{{0}}} 没有标签 '{1}' 的值
    = Add one beside {0}, or a default.
    在 {0} 之外再加一个，或写 default。
    = the pattern '{0}' does not compile: {1}
    正则表达式 '{0}' 有错：{1}
    = no row of '{0}' is left
    '{0}' 一条都没剩下
    = Change the conditions, or look at the rows with data lint.
    请改筛选条件，或用 data lint 看看数据。
    = Raise max_length, or let tokenize drop them (on_long_row: drop). A cut row never learns to stop.
    调大 max_length，或让 tokenize 跳过它们（on_long_row: drop）。被截断的数据学不会停下。
    = Give them an answer of the assistant, or remove the marks that exclude it.
    给它们写上 assistant 回答，或去掉不学习的标记。
    = every message reaches the model
    每条消息都能送到模型
    = {0} that the chat template refuses or does not render whole
    {0}被对话模板拒绝，或没有完整渲染
    = Change the rows or the template, or set on_bad_row: drop in tokenize.
    请改数据或模板，或在 tokenize 里设 on_bad_row: drop。
    = Check that the others lack or add them on purpose.
    请确认其余数据是有意缺少或多出这些列。
    = a few rows are far longer than the rest: {0}
    有几条远比其余的长：{0}
    = all rows have nearly the same length: {0}
    所有数据几乎一样长：{0}
    = Check the longest; rows over max_length are cut or dropped.
    请检查最长的几条；超过 max_length 的会被截断或跳过。
    = Vary them, or the model learns the length.
    长短要有变化，否则模型会学成固定长度。
    = no text
    没有文字
    = {0} with an answer that has no letter or digit
    {0}的回答里没有文字或数字
    = Complete or remove them.
    补全或删掉它们。
    = Use system, user, assistant or tool.
    请用 system、user、assistant 或 tool。
    = Decode them: &amp; is &, &quot; is ".
    把它们还原：&amp; 是 &，&quot; 是 "。
    = {0} of the rows, {1} of what is learned
    占数据条数的 {0}，占学习内容的 {1}
    = the conversation has no turn of the assistant, so nothing can be learned from it
    对话里没有 assistant 回答，学不到东西
    = the assistant's turns of the conversation are empty
    对话里的 assistant 回答是空的
    = the chat template rewrites the conversation, so that answer {0} cannot be found in it
    对话模板改写了对话，找不到第 {0} 个回答
    = keep only the last question and answer of such rows, or choose another template
    这样的数据只保留最后一问一答，或换一个模板
    = begin the row with a user message, or mark the turn with loss: false
    让数据以 user 消息开头，或给这条回答标上 loss: false
    = no row is left to learn from: {0} longer than {1} tokens, {2} refused by the template, {3} without a learned token
    没有剩下可以学习的数据：{0} 条超过 {1} 个 token，{2} 条被模板拒绝，{3} 条没有参与训练的 token
    = raise max_length, or cut rows with on_long_row: truncate
    调大 max_length，或用 on_long_row: truncate 截断
    = look at the rows
    请看看数据
    = in {0} of {1}, the chat template leaves out reasoning before the last answer, as it does in serving
    {1} 里有 {0}，对话模板去掉了最后一个回答之前的思考，与部署时相同
    = in {0} of {1}, serving would put other tokens before an answer{2}
    {1} 里有 {0}，部署时回答前面的 token 会与训练时不同{2}
    = row {0} of '{1}' has {2} tokens, more than {3}
    '{1}' 的第 {0} 条有 {2} 个 token，超过 {3}
    = raise max_length, or set on_long_row: drop or truncate
    调大 max_length，或设 on_long_row: drop 或 truncate
    = remove the source, or write '{0}' to take {1}
    去掉这个来源，或写 '{0}' 表示取 {1}
    = write '{0}' to take {1}, or '{2}' to take all
    写 '{0}' 表示取 {1}，写 '{2}' 表示全部取
    = the ratio {0} asks for {1} general {2}
    配比 {0} 需要 {1} 条通用数据（{2}）
    = give the datasets themselves, as one mix of all
    请直接给出各个数据集，合成一个 mix
    = check what mixing and tokenizing left
    检查混合和分词之后还剩下什么
    = run the mix stage again; its input changed
    请重新运行 mix 阶段：它的输入变了
    = give another dataset
    换一个数据集
    = no text is left: {0} had no end, {1} were empty, {2} the same
    没有剩下文本：{0} 条没有结尾，{1} 条为空，{2} 条相同
    = set a temperature, such as 0.8, or samples: 1
    设置 temperature，例如 0.8，或 samples: 1
    = write for example prompt: "Ask this in other words: {query}"
    例如写 prompt: "换一种问法：{query}"
    = raise max_tokens, or change the prompt
    调大 max_tokens，或换一个提示词
    = Leave such rows out with a filter stage, or give a prompt.
    用 filter 阶段筛掉这些数据，或写一个 prompt。
    = write {query} where the row's question belongs
    在放问题的地方写 {query}
    = run the tokenize stage again with --force
    加 --force 重新运行 tokenize 阶段
    = ratio {0} needs {1} general {2}, and there are {3}: at most {4} rows may repeat others
    配比{0}需要{1}条通用数据（{2}），而只有{3}：最多只能重复{4}条
    """#
}
