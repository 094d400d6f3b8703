extension Chinese {
  /// The same about rows and data files: how they are read, and what `data lint` finds.
  static let dataErrors = #"""
    = columns: no row has a column '{0}'
    columns：没有一条数据有列 '{0}'
    = Compare it with the names that 'lorapipe data inspect' prints.
    请与 'lorapipe data inspect' 显示的列名对照。
    = '{0}' is not UTF-8 text: it looks like {1}
    '{0}' 不是 UTF-8 文本：看起来是 {1}
    = Write this in stage '{0}': encoding: {1}, or convert the file: iconv -f {2} -t UTF-8 FILE > NEW.
    在阶段 '{0}' 里写上 encoding: {1}，或转换文件：iconv -f {2} -t UTF-8 文件 > 新文件。
    = Write this in a mix stage that reads it: encoding: {0}, or convert the file: iconv -f {1} -t UTF-8 FILE > NEW.
    在读取它的 mix 阶段里写上 encoding: {0}，或转换文件：iconv -f {1} -t UTF-8 文件 > 新文件。
    = Add this to the command: --encoding {0}; in a recipe's stage, write encoding: {1}, or convert the file: iconv -f {2} -t UTF-8 FILE > NEW.
    在命令后面加上 --encoding {0}；配方的阶段里写 encoding: {1}；或转换文件：iconv -f {2} -t UTF-8 文件 > 新文件。
    = Add this to the command: --encoding {0}, or convert the file: iconv -f {1} -t UTF-8 FILE > NEW.
    在命令后面加上 --encoding {0}，或转换文件：iconv -f {1} -t UTF-8 文件 > 新文件。
    = Did you mean '{0}'?
    是不是想写 '{0}'？
    = the bytes {0} are no character of {1}
    字节 {0} 不是 {1} 的字符
    = Check encoding: {0}, or repair the file.
    请检查 encoding: {0}，或修复文件。
    = chosen rows have flaws: {0}
    选中的数据有问题：{0}
    = code-fences
    代码块没有结束
    = repetition
    回答重复
    = copied-question
    回答照抄问题
    = refusals
    拒绝回答
    = boilerplate-openers
    套话开头
    = mojibake
    乱码
    = invisible-characters
    不可见字符
    = html-entities
    HTML 实体
    = control-tokens
    对话模板的控制符
    = half-open-think
    <think> 不成对
    = turn-order
    轮次顺序不对
    = tools-missing
    没有声明工具
    = lorapipe data lint names the rows and what to do.
    lorapipe data lint 会列出是哪些数据、该怎么办。
    = {0} rows were cut before their answer ends, and teach the model not to stop. Raise max_length, or set on_long_row: drop
    {0} 条数据在回答结束前被截断，会教模型停不下来。请调大 max_length，或设 on_long_row: drop
    = {0} nearly the same as another (at least 80 % of their five-word or five-character runs), in {1}; the largest has {2}
    {0}与另一条几乎相同（五词或五字片段至少 80 % 相同），共 {1}；最大的一组有 {2} 条
    = Keep one of each, or set deduplicate: near in mix.
    每组留一条，或在 mix 里写 deduplicate: near。
    = {0} with control tokens of a chat template in their text
    {0}的文本里有对话模板的控制符
    = Remove them, or split the text into messages; the chat template writes them itself.
    去掉它们，或把文本拆成多条消息；控制符由对话模板自己写。
    = {0} with <think> or </think> without its other half in an answer
    {0}的回答里 <think> 与 </think> 不成对
    = Write both, or neither: the model learns not to close its reasoning.
    要么都写，要么都不写：否则模型学不会结束思考。
    = {0} with reasoning in <think>, {1} without
    {0}带 <think> 思考，{1} 条不带
    = {0} in which the model calls itself another's: {1}
    {0}里模型自称是别家的：{1}
    = Remove them, or put your own names in.
    删掉它们，或换成自己的名字。
    = {0} that refuse, or speak as 'an AI language model'
    {0}拒绝回答，或自称“AI 语言模型”
    = {0} whose answer opens with a stock phrase
    {0}的回答以套话开头
    = {0} whose answer ends inside a sentence, where {1} end with one
    {0}的长回答在句子中间断开，而 {1} 条完整收尾
    = Complete or remove them: the model learns to stop anywhere.
    补全或删掉它们：否则模型会在任何地方停下。
    = {0} whose answer repeats itself
    {0}的回答自我重复
    = {0} with characters that a wrong encoding left
    {0}里有编码错误留下的乱码
    = {0} with characters that nobody sees
    {0}里有看不见的字符
    = {0} with an earlier row's question and an answer that shares hardly a word with that row's
    {0}与前面某条问题相同，回答却几乎没有相同的词
    = every row can be read
    每条数据都能读
    = {0} of {1} rows cannot be read
    {1} 条数据中有 {0} 条读不了
    = all rows have one shape{0}
    所有数据都是同一种格式{0}
    = rows have several shapes: {0}
    数据有多种格式：{0}
    = Write all rows in one shape.
    请统一成一种格式。
    = rows differ in their columns; most have {0}
    各条数据的列不同；多数有 {0}
    = there are no rows to learn from
    没有可以学习的数据
    = only 1 row
    只有 1 条数据
    = only {0} rows
    只有 {0} 条数据
    = Aim for a few hundred varied rows.
    最好有几百条各不相同的数据。
    = median {0}, 95 % up to {1}, longest {2} characters
    长度中位数 {0}，95 % 不超过 {1}，最长 {2} 个字符
    = no two rows are equal
    没有两条相同的数据
    = {0} ({1}) equal to an earlier one
    {0}（{1}）与前面某条相同
    = Remove them, or set deduplicate: exact in mix.
    删掉它们，或在 mix 里写 deduplicate: exact。
    = no question is asked twice
    没有重复的问题
    = {0} with an earlier row's question and another answer
    {0}与前面某条问题相同而回答不同
    = Keep those where both answers are right.
    两个回答都对的可以保留。
    = one language has few rows: {0}
    有一种语言的数据很少：{0}
    = Is this intended? Otherwise add rows in this language.
    是有意的吗？不是的话请补充这种语言的数据。
    = no placeholder is left
    没有残留的占位符
    = {0} with placeholders such as {{NAME}}
    {0}含有 {{NAME}} 这样的占位符
    = Fill them with a substitute stage before training.
    训练前用 substitute 阶段填上。
    = every answer says something
    每个回答都有内容
    = every role is known
    每个角色都认识
    = every column is used
    每一列都用到了
    = columns not used: {0}
    没有用到的列：{=0}
    = no text holds a control token of a chat template
    文本里没有对话模板的控制符
    = every <think> is closed
    每个 <think> 都成对
    = turns alternate
    对话轮流进行
    = {0} whose turns are not in the usual order
    {0}的对话轮次不正常
    = Let user and assistant alternate, the system prompt first, an answer last.
    让 user 与 assistant 轮流，system 在最前，以回答结尾。
    = rows that use tools offer them
    用到工具的数据都提供了工具
    = {0} that call or answer as a tool, and offer no tools
    {0}调用了工具却没有提供工具
    = Give the row a column 'tools' with the functions it may call.
    给数据加一列 'tools'，写上可以调用的函数。
    = no text looks wrongly decoded
    没有编码错误的文本
    = Read the original file in its own encoding (encoding:), or remove the rows.
    用原来的编码重读原文件（encoding:），或删掉这些数据。
    = every character is visible
    每个字符都看得见
    = Remove them: they are tokens of their own, and the model learns to write them.
    删掉它们：它们各占 token，模型会学着写出来。
    = no plain text holds HTML entities
    纯文本里没有 HTML 实体
    = {0} with HTML entities in plain text
    {0}的普通文本里有 HTML 实体
    = every block of code is closed
    每个代码块都已闭合
    = {0} with a block of code that is not closed
    {0}里有没闭合的代码块
    = Close it with ```; an open one often means that the answer was cut.
    用 ``` 闭合；没闭合往往说明回答被截断了。
    = no answer repeats itself
    没有自我重复的回答
    = Remove them: a model learns to repeat from few such rows.
    删掉它们：这样的数据不用多，模型就会学会重复。
    = no answer repeats its question
    没有照抄问题的回答
    = {0} whose answer only repeats the question
    {0}的回答只是照抄问题
    = Answer the question, or remove the row.
    写出回答，或删掉这条数据。
    = no answer refuses
    没有拒绝回答的数据
    = Keep those that are meant; the others teach the model to refuse.
    保留有意的；其余会教模型拒绝回答。
    = answers open with what they say
    回答没有套话
    = Cut the phrase, unless the model is to begin every answer with it.
    去掉套话，除非就想让模型这样开头。
    = answers are in the script of their questions
    问答使用同一种文字
    = {0} whose question and answer are in different scripts
    {0}的问与答使用不同的文字
    = Check that these are translations, or meant so.
    请确认它们是翻译，或有意如此。
    = no number of an identity card, bank account or secret token
    没有身份证号、银行账号或密钥
    = no phone number or e-mail address
    没有电话号码或邮箱地址
    = {0} with phone numbers or e-mail addresses
    {0}含有电话号码或邮箱地址
    = Remove or replace those of real people: a model can recite what it learned.
    真人的请删掉或替换：模型会背出学过的内容。
    = {0} with numbers of identity cards, bank accounts or secret tokens
    {0}含有身份证号、银行账号或密钥
    = Remove or replace them: a model can recite what it learned.
    删掉或替换它们：模型会背出学过的内容。
    = no row thinks
    没有带思考的数据
    = every row thinks
    每条数据都带思考
    = Train them apart, or write an empty <think></think> where there is no reasoning, as the model's template does.
    分开训练，或像模型模板那样，在没有思考的地方写空的 <think></think>。
    = no answer says that another maker's model speaks
    没有自称别家模型的回答
    = no question has answers that share hardly a word
    同一问题的回答没有互相矛盾的
    = Keep those where both answers are right, as in stories; remove the others.
    两个回答都对的（如写故事）保留，其余删掉。
    = answers end where their sentences end
    回答都完整收尾
    = no two rows are nearly the same
    没有几乎相同的数据
    = no validation row is nearly the same as a row to learn from
    验证数据与训练数据没有几乎相同的
    = {0} of the validation nearly the same as rows to learn from
    {0}验证数据与训练数据几乎相同
    = Run the mix stage again: it keeps such rows on one side.
    重新运行 mix 阶段：它会把这样的数据放在同一侧。
    = no question of the validation is learned
    验证的问题都没有学过
    = questions of the validation that are also learned
    训练数据里也有的验证问题
    = Their loss measures memory: remove the copies, or validate on other rows.
    它们的损失测的是记忆：删掉重复，或换别的数据验证。
    = no probe is learned
    测试题都没有学过
    = probes that are also learned
    训练数据里也有的测试题
    = They measure memory. Ask what the rows do not ask to measure what was understood.
    它们测的是记忆。要测理解，请问数据里没有的问题。
    = every source has its share of what is learned
    每个来源在学习内容里都占应有的份额
    = a source has less than a third of its share in what is learned
    有的来源在学习内容里占比过低（不到应有份额的三分之一）
    = Answers of other sources are far longer: mix by: tokens, or raise this source's share.
    其他来源的回答长得多：用 by: tokens 混合，或提高这个来源的份额。
    = {0}: {1} in the same words, {2} with twelve words in a row of one
    {0}：原样 {1} 个，有十二个词连续相同的 {2} 个
    = {0} groups
    {0} 组
    = {0} groups, {1} of them across sources
    {0} 组，其中 {1} 组跨来源
    = {0} rows
    {0} 条数据
    = 1 row
    1 条数据
    = {0} of {1} rows of '{2}' go to validation: the others resemble rows to learn from
    '{2}' 应有 {1} 条做验证，只有 {0} 条：其余的与训练数据太像
    = Set deduplicate: near, or give validation rows of their own.
    请设 deduplicate: near，或另给验证数据。
    = a row cannot be asked: it {0}
    这条数据无法提问：{0}
    = '{0}' of {1} does not reach the model: the chat template does not read it
    {1} 的 '{0}' 到不了模型：对话模板不读它
    = leave it out, or use a model and template that read it
    请去掉它，或换用会读它的模型和模板
    = key "{0}" occurs twice
    键 "{0}" 出现了两次
    = parts of '{0}' are not followed: {1}
    没有进入 '{0}' 里的这些：{1}
    = Give them as inputs of their own, or put the files themselves there.
    请把它们单独作为输入，或把文件本身放进来。
    = columns are not part of the messages: {0}
    这些列不在消息里：{=0}
    = median {0}, 95 % up to {1}, longest {2} tokens
    长度中位数{0}个 token，95 % 不超过{1}个，最长{2}个
    = every row fits max_length: {0}
    每条数据都没有超过 max_length：{0}
    = {0} longer than max_length, of which {1} would lose the end of the answer: {2}
    {0}超过 max_length，其中{1}条会丢掉回答的结尾：{2}
    = every row has tokens to learn
    每条数据都有可学的 token
    = of which no token is learned
    没有可学的 token
    = {0} with a role that templates may not know: {1}
    {0}里有模板可能不认识的角色：{1}
    = {0} % of its 10-word runs are repeated
    它的 10 词片段有{0} % 是重复的
    = U+FFFD, a character that was lost
    U+FFFD，表示丢失的字符
    = answers otherwise than {0}: {1}
    与{0}的回答不同：{1}
    = no two rows are nearly the same; later rows are too many to compare
    没有两条几乎相同的数据；后面的数据太多，没有比较
    = {0}; later rows are too many to compare
    {0}；后面的数据太多，没有比较
    = an IBAN
    IBAN 银行账号
    = a GitHub token
    GitHub 令牌
    = message {0} is a second system prompt
    第{0}条消息又是一个 system 提示词
    = two messages of the {0} in a row
    连续两条{0}的消息
    = the last message is the {0}'s
    最后一条消息是{0}的
    = has a message of a tool
    有一条工具的消息
    = <think> is not closed
    <think> 没有闭合
    = </think> stands before <think>
    </think> 在 <think> 前面
    = calls {0}
    调用了 {=0}
    = only {0}
    只有{0}
    = {0} row {1}
    {0} 第 {1} 条
    = {0} and {1} more
    {0} 等，另有 {1} 条
    = {0}: {1} of the rows, {2} of what is learned
    {0}：占数据条数的 {1}，占学习内容的 {2}
    """#
}
