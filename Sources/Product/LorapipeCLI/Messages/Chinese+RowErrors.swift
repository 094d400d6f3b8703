extension Chinese {
  /// Errors about rows: what is missing in a conversation, and which columns were read.
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
    = Use the columns query and response (问题 and 答案), or messages.
    请用列 query 和 response（问题、答案），或 messages。
    = Write this in stage '{0}': columns: { {1} }.
    在阶段 '{0}' 里写上：columns: { {1} }。
    = Write this in stage '{0}': columns: { {1} }
    在阶段 '{0}' 里写上：columns: { {1} }
    = Write this in a mix stage that reads it: columns: { {0} }.
    在读取它的 mix 阶段里写上：columns: { {0} }。
    = Write this in a mix stage that reads it: columns: { {0} }
    在读取它的 mix 阶段里写上：columns: { {0} }
    = Add this to the command: {0}; in a recipe's stage, write columns: { {1} }.
    在命令后面加上 {0}；配方的阶段里写 columns: { {1} }。
    = Add this to the command: {0}; in a recipe's stage, write columns: { {1} }
    在命令后面加上 {0}；配方的阶段里写 columns: { {1} }
    = Add this to the command: {0}.
    在命令后面加上 {0}。
    = Add this to the command: {0}
    在命令后面加上 {0}
    = If the model is to see it, put its text into the question or the answer.
    想让模型看到它，请把内容写进问题或回答里。
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
    = an array
    数组
    = an object
    对象
    = a boolean
    真假值
    = a quoted field is never closed
    有一个字段的引号没有闭合
    = Write each row as {"query": …, "response": …} or {"messages": […]}.
    每条数据写成 {"query": …, "response": …} 或 {"messages": […]}。
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
    = {0}: row {1}: {2} ({3}). {4}
    {0}：第 {1} 条：{2}（{3}）。{4}
    = {0}: row {1}: {2} ({3})
    {0}：第 {1} 条：{2}（{3}）
    = {0}: row {1}: {2}. {3}
    {0}：第 {1} 条：{2}。{3}
    = {0}: row {1}: {2}
    {0}：第 {1} 条：{2}
    = has '{0}': parts of a turn cannot be left out of the loss
    带有 '{0}'：一条消息不能只有一部分不计 loss
    = says {0}: {1}: a turn is learned whole or not at all
    写了{0}: {1}：一条消息要么整条学习，要么整条不学
    = Write true or 1, or false or 0.
    请写 true 或 1，false 或 0。
    = is not an object
    不是对象
    = has tool_calls that are not a list
    的 tool_calls 不是列表
    = has '{0}' that is not text
    的 '{0}' 不是文本
    = has reasoning twice, and not the same: {0} and {1}
    有两处思考内容，而且不一样：{0}和{1}
    = has a {0} that is not a string
    的{0}不是字符串
    = has content that is not text
    的 content 不是文本
    = has a part that is not text
    有一部分不是文本
    = has a part of type '{0}'
    有一部分的类型是 '{0}'
    = has a tool call of type '{0}'
    有一个类型为 '{0}' 的工具调用
    = has a tool call without a name
    有一个工具调用没有 name
    = Write it as {"name": …, "arguments": {…}}.
    请写成 {"name": …, "arguments": {…}}。
    = has a call of '{0}' with two sets of arguments
    对 '{0}' 的调用写了两组参数
    = has a tool call whose id is not a string
    有一个工具调用的 id 不是字符串
    = calls '{0}' with arguments that cannot be read: {1}
    调用 '{0}' 的参数读不了：{1}
    = Give each key once.
    每个键只写一次。
    = is a tool call of the turn before it, and one of them is to be learned and the other is not
    是前一条消息的工具调用，而两条中一条要学习、另一条不学
    = is a tool call of the turn before it, and both have '{0}'
    是前一条消息的工具调用，而两条都有 '{0}'
    = Write it in one of them.
    只写在其中一条里。
    = Write it as [{"role": "user", "content": …}, …].
    请写成 [{"role": "user", "content": …}, …]。
    = Write it as a message of its own, with role and content.
    请把它写成单独的一条消息，带 role 和 content。
    = columns {0} both claim to be the {1}
    列{=0}都像是{1}
    = no columns
    一列都没有
    = has no column for the {0}: {1}
    没有{0}列：{1}
    = Write it as [["question", "answer"], …].
    请写成 [["question", "answer"], …]。
    = {0} is not a list
    {0}不是列表
    = is a tool call that is not JSON with name and arguments
    是工具调用，但不是带 name 和 arguments 的 JSON
    = is a tool call that is not JSON with name and arguments: {0}
    是工具调用，但不是带 name 和 arguments 的 JSON：{0}
    """#
}
