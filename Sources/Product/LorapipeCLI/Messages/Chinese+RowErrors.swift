extension Chinese {
  /// Errors of rows, datasets, mixing and tokenizing.
  static let rowErrors = #"""
    = message {0} {1}
    第 {0} 条消息{1}
    = '{0}' is {1}, not a list of messages
    '{0}' 是{1}，不是消息列表
    = message {0} is {1}, not an object
    第 {0} 条消息是{1}，不是对象
    = message {0} has no role
    第 {0} 条消息没有 role
    = message {0}: the role is not text
    第 {0} 条消息的 role 不是文本
    = has no assistant turn to learn from
    没有可以学习的 assistant 回答
    = has no content
    没有 content
    = Every conversation needs at least one assistant message.
    每段对话至少要有一条 assistant 消息。
    = Use role and content, or from and value.
    请用 role 和 content，或 from 和 value。
    = 'mask_history' is not true or false
    'mask_history' 不是 true 或 false
    = Write true or false.
    请写 true 或 false。
    = message {0} is marked to be learned, and is the {1}'s
    第 {0} 条消息标了要学习，但它属于 {1}
    = Only the assistant's turns are learned: remove the mark, or set it to false.
    只学习 assistant 的回答：去掉标记，或设为 false。
    = every turn of the assistant is marked not to be learned
    所有 assistant 回答都标了不学习
    = Leave the row out, or mark a turn with loss: true.
    去掉这条数据，或给一条回答标上 loss: true。
    = Name the one that is meant '{0}'.
    把要用的那一列改名为 '{0}'。
    = has no {0}: {1} is null
    没有{0}：{1} 是 null
    = Fill it in, or leave the row out.
    补上，或去掉这条数据。
    = has no column for the {0}: only {1}
    没有{0}列，只有 {1}
    = has no column for the {0}: no columns
    没有{0}列：一列都没有
    = question
    问题
    = answer
    回答
    = Use the columns query and response (问题 and 答案), or messages; or rename yours: columns: { YOURS: {0} } (--columns YOURS={1} on the command line).
    请用列 query 和 response（问题、答案），或 messages；也可以给自己的列改名：columns: { 原列名: {0} }（命令行用 --columns 原列名={1}）。
    = Use the columns query and response (问题 and 答案), or messages; or rename yours: columns: { {0}: query, {1}: response } (--columns {2}=query --columns {3}=response on the command line).
    请用列 query 和 response（问题、答案），或 messages；也可以给自己的列改名：columns: { {0}: query, {1}: response }（命令行用 --columns {2}=query --columns {3}=response）。
    = '{0}' is an empty list
    '{0}' 是空列表
    = '{0}' is {1}, not text
    '{0}' 是{1}，不是文本
    = '{0}' is text but not JSON: {1}
    '{0}' 是文本，但不是 JSON：{1}
    = Write the list as JSON.
    请把列表写成 JSON。
    = history is not a list of [query, response] pairs
    history 不是 [问题, 回答] 组成的列表
    = tools is not a list
    tools 不是列表
    = Only parts of type text can be read.
    只能读 type 为 text 的部分。
    = Mark whole turns with loss: true or loss: false.
    用 loss: true 或 loss: false 标记整条消息。
    = Leave one of them out.
    去掉其中一个。
    = Mark both alike.
    两处标记要一致。
    = {0} more row with this problem: {1}
    还有 {0} 条有同样的问题：{1}
    = {0} more rows with this problem: {1}
    还有 {0} 条有同样的问题：{1}
    = {0} more rows have other problems
    还有 {0} 条有别的问题
    = on_bad_row: drop leaves such rows out and counts them
    on_bad_row: drop 会跳过这样的数据并计数
    = --on-bad-row drop leaves such rows out and counts them
    --on-bad-row drop 会跳过这样的数据并计数
    = '{0}' in '{1}' is not a data file
    '{1}' 里的 '{0}' 不是数据文件
    = Rows are read from {0} files.
    能读的文件：{0}。
    = '{0}' is a mix, which names rows but does not hold them
    '{0}' 是混合结果，只记录选了哪些数据，本身不含数据
    = Give the datasets that the mix was made of.
    请给出混合所用的数据集。
    = '{0}' holds no data file
    '{0}' 里没有数据文件
    = no data file in '{0}' matches include {1}
    '{0}' 里没有数据文件符合 include {1}
    = '{0}' holds data files of several formats: {1}
    '{0}' 里有几种格式的数据文件：{1}
    = Say which to read, for example include: ["{0}"].
    写明读哪些，例如 include: ["{0}"]。
    = files of '{0}' are left out as evaluation splits: {1}
    '{0}' 里这些文件是评测集，没有读入：{1}
    = Name them under include: if they are to be read.
    要读的话，写在 include: 里。
    = '{0}' holds no data file that is read: {1}
    '{0}' 里没有能读的数据文件：{1}
    = files of '{0}' are not read: {1}
    '{0}' 里有文件没有读入：{1}
    = '{0}' is not a regular file
    '{0}' 不是普通文件
    = '{0}' is not a usable selection: {1}
    '{0}' 不是可用的混合结果：{1}
    = Run the mix stage again.
    请重新运行 mix 阶段。
    = Run the mix stage again; its input changed.
    请重新运行 mix 阶段：它的输入变了。
    = row {0} of '{1}' ({2}) is not the row that was selected
    '{1}' 的第 {0} 条（{2}）已不是当时选中的那条
    = the file ends inside a character of {0}
    文件在 {0} 的一个字符中间结束
    = Put fields that hold a {0} or a quote in double quotes.
    含有 {0} 或引号的字段要用双引号括起来。
    = Give every column a name of its own.
    每一列都要有自己的名字。
    = the header {0}
    表头{0}
    = Close the quote; inside a quoted field write "" for one quote.
    补上引号；引号内的一个引号要写成 ""。
    = Inside a quoted field write "" for one quote.
    引号内的一个引号要写成 ""。
    = Declare its encoding with encoding: ({0}), or save the file as UTF-8.
    用 encoding: 写明编码（{0}），或把文件存成 UTF-8。
    = Give the file a name that ends in .json.
    把文件名改成以 .json 结尾。
    = Give the file a name that ends in .json, or write each row on one line.
    把文件名改成以 .json 结尾，或让每条数据占一行。
    = the row that begins here is longer than {0} MiB
    从这里开始的一条超过 {0} MiB
    = Look for a quote or bracket that is never closed.
    找找有没有没闭合的引号或括号。
    = text after the closing ']' of the array
    数组的 ']' 后面还有内容
    = expected ',' or ']' after row {0}
    第 {0} 条后面应该是 ',' 或 ']'
    = a comma before the closing ']'
    ']' 前面多了一个逗号
    = Remove the comma.
    去掉逗号。
    = the array is not closed
    数组没有闭合
    = Check that the file is complete.
    请检查文件是否完整。
    = Check that it is the file you meant.
    请检查是不是这个文件。
    = all {0} rows of '{1}' were dropped as unreadable
    '{1}' 的 {0} 条全都读不了，已跳过
    = Fix the rows, or name the right columns.
    请修好数据，或写对列名。
    = mixing by tokens needs a tokenizer
    按 token 混合需要分词器
    = Give the stage a model: input.
    给这个阶段加上 model: 输入。
    = the realized ratio of domain to general is 1:{0}, outside 1:2 to 1:10
    领域与通用的实际配比是 1:{0}，不在 1:2 到 1:10 之间
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
    = ratio {0} needs {1} general {2} for {3} of the domain: there are {4}, {5} are missing
    配比 {0} 要求 {1} 条通用数据（{2}）来配 {3} 条领域数据：现有 {4}，还缺 {5}
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
    = Arrow is not read; convert it to jsonl first.
    不支持 Arrow；请先转成 jsonl。
    = '{0}' is {1}, not rows in UTF-8
    '{0}' 是{1}，不是 UTF-8 的数据
    = a zip file or spreadsheet
    zip 文件或电子表格
    = an old spreadsheet or document
    旧式电子表格或文档
    = a Parquet file
    Parquet 文件
    = an Arrow file
    Arrow 文件
    = UTF-16 text
    UTF-16 文本
    = a Git LFS pointer, not the file
    Git LFS 指针，而不是文件本身
    = a spreadsheet
    电子表格
    = compressed
    压缩文件
    = Give the file a name that ends in .parquet.
    把文件名改成以 .parquet 结尾。
    = Fetch the file itself: git lfs pull.
    请取来文件本身：git lfs pull。
    = '{0}' is not UTF-8 text
    '{0}' 不是 UTF-8 文本
    = '{0}' has lines that end in CR alone, so all of it is one line
    '{0}' 的行只以 CR 结尾，整个文件成了一行
    = Convert it: tr '\r' '\n' < FILE > NEW.
    请转换：tr '\r' '\n' < 文件 > 新文件。
    = '{0}' holds one JSON array, not one object per line
    '{0}' 是一个 JSON 数组，而不是每行一个对象
    = '{0}' holds objects that go over several lines, not one object per line
    '{0}' 里的对象跨了多行，而不是每行一个对象
    = Give the file a name that ends in .tsv.
    把文件名改成以 .tsv 结尾。
    = Give the file a name that ends in .csv.
    把文件名改成以 .csv 结尾。
    = Save it with commas between the columns.
    请用逗号分隔各列重新保存。
    = comma
    逗号
    = semicolon
    分号
    = tab
    制表符
    = bar
    竖线
    = Name a {0} file.
    请给出 {0} 文件。
    = '{0}' begins {1} digests
    有 {1} 个摘要以 '{0}' 开头
    = give more of it
    请写长一些
    = name another file
    请换一个文件
    = every remote cache is only read here (push: never)
    这里的远程缓存都只读（push: never）
    = the HTTP server does not start
    HTTP 服务启动不了
    = the stage '{0}' has no input '{1}'
    阶段 '{0}' 没有输入 '{1}'
    = row {0} of '{1}' is not there
    '{1}' 没有第 {0} 条
    = the command of --notify took longer than {0} s and was ended
    --notify 的命令超过 {0} 秒，已结束
    = let it start what takes longer in the background
    费时的事请放到后台执行
    = is one column, '{0}': its columns are separated by a {1}, not a {2}
    只有一列 '{0}'：列用{1}分隔，而不是{2}
    = Export the sheet as CSV: in Excel, save it as 'CSV UTF-8 (comma delimited)'; with LibreOffice, run: soffice --headless --convert-to csv FILE.
    请把表格导出为 CSV：Excel 里另存为“CSV UTF-8（逗号分隔）”；LibreOffice 用 soffice --headless --convert-to csv 文件。
    = {0}: row {1}: {2} ({3}). {4}
    {0}：第 {1} 条：{2}（{3}）。{4}
    = {0}: row {1}: {2} ({3})
    {0}：第 {1} 条：{2}（{3}）
    = {0}: row {1}: {2}. {3}
    {0}：第 {1} 条：{2}。{3}
    = {0}: row {1}: {2}
    {0}：第 {1} 条：{2}
    = this machine's C library cannot decode {0}, which '{1}' needs
    本机的 C 库不能解码 {0}，而 '{1}' 需要它
    = has {0} fields where the header has {1}
    有 {0} 个字段，而表头有 {1} 个
    = names the column '{0}' twice
    把列名 '{0}' 写了两次
    = field {0} has text after its closing quote
    第 {0} 个字段的右引号后面还有文字
    = field {0} is not closed
    第 {0} 个字段的引号没有闭合
    = field {0} is not valid UTF-8
    第 {0} 个字段不是有效的 UTF-8
    = is {0}, not an object
    是{0}，不是对象
    = has two columns '{0}' after columns: renamed them
    按 columns: 改名后有两列都叫 '{0}'
    = Rename the other one too, for example '{0}': old_{1}.
    另一列也改个名，例如 '{0}': old_{1}。
    = read the file that holds it
    请读取它所在的文件
    = write the file again with smaller pages
    重新写这个文件，页小一些
    = write the file again with another compression
    用另一种压缩方式重新写这个文件
    = install it: apt-get install {0}
    请安装：apt-get install {0}
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
    """#
}
