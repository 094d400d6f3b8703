extension Chinese {
  /// Messages about words, options and arguments of other tools.
  static let typedWords = #"""
    = write: lorapipe cache gc, which removes what no run needs; -n only lists it
    请写：lorapipe cache gc，会删除没有运行用到的东西；加 -n 只列出来
    = write: lorapipe version
    请写：lorapipe version
    = write: lorapipe doctor for this machine, or lorapipe inspect MODEL for a model
    看本机请写：lorapipe doctor；看模型请写：lorapipe inspect MODEL
    = there is no public link; for other machines write: lorapipe serve --host 0.0.0.0
    没有公网链接；要让别的机器访问，请写：lorapipe serve --host 0.0.0.0
    = 'lorapipe help {0}' explains the word
    'lorapipe help {0}' 解释这个词
    = did you mean one of {0}?
    是不是想写其中一个：{0}？
    = write: lorapipe init --base {0}
    请写：lorapipe init --base {0}
    = write: lorapipe init --data {0}
    请写：lorapipe init --data {0}
    = write: lorapipe init --name {0}
    请写：lorapipe init --name {0}
    = write: lorapipe init --author {0}
    请写：lorapipe init --author {0}
    = write: lorapipe init --zh
    请写：lorapipe init --zh
    = the folder is an argument: lorapipe init FOLDER
    文件夹直接写在后面：lorapipe init FOLDER
    = the system prompt stands in the recipe that 'lorapipe init' writes, under vars: system:
    系统提示词在 'lorapipe init' 写出的配方里，vars: 的 system: 下
    = {0} stands in the recipe that 'lorapipe init' writes, in the stage of kind {1}
    {0} 在 'lorapipe init' 写出的配方里，{1} 类阶段下
    = for one run or recipe write: lorapipe show {0}
    看一次运行或一个配方请写：lorapipe show {0}
    = for one run write: lorapipe show {0}
    看一次运行请写：lorapipe show {0}
    = for one run write: lorapipe logs -r {0}
    看一次运行请写：lorapipe logs -r {0}
    = '{0}' is no stage
    '{0}' 不是阶段
    = for {0} rows write: lorapipe tokens show -n {1}
    看 {0} 条请写：lorapipe tokens show -n {1}
    = {0} rows longer than {1} tokens were left out. Raise max_length, or set on_long_row: truncate
    有 {0} 条超过 {1} 个 token，没有使用。请调大 max_length，或设 on_long_row: truncate
    = no answer ends with a comma, a colon or an open bracket
    没有回答以逗号、冒号或左括号结尾
    = {0} ({1} in UTF-8, read as Latin 1)
    {0}（UTF-8 的“{1}”被按 Latin 1 读成了这样）
    = a secret key (sk-…)
    API 密钥（sk-…）
    = an AWS access key
    AWS 访问密钥
    = an Alibaba Cloud access key
    阿里云访问密钥
    = a Tencent Cloud secret id
    腾讯云 SecretId
    = a Hugging Face token
    Hugging Face 令牌
    = a ModelScope token
    ModelScope 令牌
    = a Google API key
    Google API 密钥
    = a GitLab token
    GitLab 令牌
    = a Slack token
    Slack 令牌
    = a private key
    私钥
    = has a comma behind its object
    对象后面多了一个逗号
    = Remove it: a line holds one JSON object and nothing else.
    请删掉：每行只写一个 JSON 对象，后面不写别的。
    = a comma behind row {0}, and no array around the rows
    第 {0} 条后面有逗号，而这些数据没有放在数组里
    = Write [ before the first row and ] behind the last.
    请在第一条前面写 [，最后一条后面写 ]。
    = is no row but holds rows, in the list '{0}'
    不是一条数据，数据在它的列表 '{0}' 里
    = Write that list alone: jq -c '{0}' FILE > NEW.jsonl.
    请只写这个列表：jq -c '{0}' FILE > NEW.jsonl。
    = is one column, '{0}': its columns are separated by a full-width {1}, not a {2}
    只有一列 '{0}'：它的列用全角{1}分隔，不是{2}
    = Replace each {0} between columns by a {1}, in every line.
    请把每一行里列之间的 {0} 换成半角{1}。
    = enumeration comma
    顿号
    = '{0}' is a mix: name it alone
    '{0}' 是混合出来的数据：请单独检查它
    = stage '{0}' of the recipe '{1}' has not run yet, so it has made no model
    配方 '{1}' 的阶段 '{0}' 还没有运行，没有产出模型
    = write: lorapipe run {0} --until {1}
    请写：lorapipe run {0} --until {1}
    = run {0} has made no model
    运行 {0} 没有产出模型
    = continue with: lorapipe run
    继续执行：lorapipe run
    = no stage of run {0} ran, as all were cached; for the log of one write: lorapipe logs STAGE
    运行 {0} 的阶段都直接用了缓存，没有执行；看某个阶段的日志请写：lorapipe logs 阶段
    = waiting for questions on standard input
    正在等待标准输入里的问题
    = write it in 'messages': [{"role": "user", "content": …}]
    请写进 'messages'：[{"role": "user", "content": …}]
    = use 'prompt', or /v1/chat/completions for a conversation
    请用 'prompt'，对话请用 /v1/chat/completions
    = use 'message'
    请用 'message'
    = dataset
    数据集
    """#
}
